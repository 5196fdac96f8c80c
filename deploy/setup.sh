#!/usr/bin/env bash
# Turns a fresh machine into one that runs Chunfeng; does nothing, quickly, where that is already so.
#   deploy/setup.sh run   what `make demo` needs: system libraries, Chinese fonts, locked dependencies
#   deploy/setup.sh dev   the tools of the tests as well
# As root it may install packages with apt; as an ordinary user it installs nothing outside this folder.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source deploy/setup/python.sh
source deploy/setup/libraries.sh
source deploy/setup/fonts.sh
source deploy/setup/environment.sh
scope=${1:-dev}
here=$PWD/.chunfeng
log=$here/setup.log

say() { printf '%s\n' "$*"; }

# One sentence for the reader of Chinese, one for the reader of English, and the end of the log if it has something.
fail() {
  printf '\n✗ %s\n  %s\n' "$1" "$2" >&2
  if [[ ${3:-} == "with log" && -s $log ]]; then
    printf '  —— %s ——\n' "$log" >&2
    tail -n 15 "$log" | sed 's/^/  | /' >&2
  fi
  exit 1
}

stamp() { say "$here/setup.$1.stamp"; }

# Everything the result depends on, this folder included: an environment's scripts name it.
recipe() {
  local sum
  sum=$(command -v sha256sum || say "shasum -a 256")
  { say "$PWD" "$python" "$python_version"; cat uv.lock pyproject.toml deploy/setup.sh deploy/setup/*.sh; } | $sum
}

done_before() {
  [[ -x .venv/bin/python && -s $(stamp "$scope") && $(<"$(stamp "$scope")") == "$(recipe)" ]]
}

# Two set-ups in one folder would undo each other.
alone() {
  command -v flock >/dev/null || return 0
  exec 9>"$here/setup.lock"
  flock -n 9 && return 0
  say "等待另一个安装过程结束 · waiting for another set-up in this folder"
  flock 9
}

# The fonts and the dependencies are fetched at the same time; neither is left running without the other.
side_by_side() {
  set -m # a process group of its own, to be stopped as a whole
  get_fonts </dev/null &
  fonts=$!
  set +m
  trap 'kill -- "-$fonts" 2>/dev/null || true' EXIT
  build_environment
  wait "$fonts" || exit 1
  trap - EXIT
}

main() {
  find_python
  done_before && return 0
  mkdir -p "$here"
  alone
  done_before && return 0
  : >"$log"
  say "春风：准备环境，首次约需一两分钟 · setting up, a minute or two the first time (log: .chunfeng/setup.log)"
  say "  Python $python_version ($python)"
  certificates
  need_libraries
  side_by_side
  recipe >"$(stamp run)"
  if [[ $scope == dev ]]; then recipe >"$(stamp dev)"; fi
  say "环境就绪，用时 $SECONDS 秒 · ready after $SECONDS s"
}

main
