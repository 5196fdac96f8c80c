# shellcheck shell=bash disable=SC2034,SC2154 # part of deploy/setup.sh
# The locked dependencies in .venv, put there by the uv that the same lock names.

uv=.chunfeng/bin/uv

# The demonstration leaves alone whatever else was put into .venv; the tests want exactly what is locked.
groups() { if [[ $scope == dev ]]; then say --group=dev; else say --no-default-groups; fi; }

sync_from_lock() {
  local inexact=()
  if [[ $scope == run ]]; then inexact=(--inexact); fi
  "$uv" sync --frozen --all-extras "$(groups)" ${inexact[@]+"${inexact[@]}"}
}

# A lock names the files of the index it was made with. The same versions and hashes from another index:
sync_from_mirror() {
  export UV_DEFAULT_INDEX=$1
  "$uv" venv --allow-existing .venv &&
    "$uv" export -q --frozen --all-extras "$(groups)" --no-emit-project -o .chunfeng/requirements.txt &&
    "$uv" pip install --python .venv --require-hashes -r .chunfeng/requirements.txt &&
    "$uv" pip install --python .venv --no-deps -e .
}

build_environment() {
  local mirror=${UV_DEFAULT_INDEX:-${UV_INDEX_URL:-${PIP_INDEX_URL:-}}}
  unset VIRTUAL_ENV CONDA_PREFIX
  export UV_PYTHON=$python UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv UV_COMPILE_BYTECODE=1 UV_NO_PROGRESS=1
  export UV_HTTP_TIMEOUT=${UV_HTTP_TIMEOUT:-180} # a slow line is no failure
  if [[ ! -w ${HOME:-/nowhere} ]]; then export UV_CACHE_DIR=$here/cache; fi
  say "  依赖 · locked dependencies into .venv (about 80 MB)"
  "$python" -m deploy.uv_wheel "$uv" >>"$log" 2>&1 ||
    fail "未能取得安装工具 uv，请检查网络。" "uv, the installer, could not be fetched; is there a network?" "with log"
  { if [[ -z $mirror ]]; then sync_from_lock; else sync_from_mirror "$mirror"; fi; } >>"$log" 2>&1 ||
    fail "未能安装依赖，请检查网络或磁盘空间。" "The dependencies could not be installed; is there a network, is the disk full?" "with log"
}
