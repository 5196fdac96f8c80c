# shellcheck shell=bash disable=SC2034,SC2154 # part of deploy/setup.sh
# Which Python, whose certificates.

good_enough='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 14))'

# The interpreter itself, not a virtual environment's link to it.
find_python() {
  local name
  for name in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    if command -v "$name" >/dev/null && "$name" -c "$good_enough" 2>/dev/null; then
      read -r python_version python < <("$name" -c \
        'import os, platform, sys; print(platform.python_version(), os.path.realpath(sys._base_executable))')
      return
    fi
  done
  fail "需要 Python 3.11 至 3.14（现有：$(python3 --version 2>/dev/null || say 无)）。可用 PYTHON=/路径/python3.12 指定。" \
    "Python 3.11 to 3.14 is needed (found: $(python3 --version 2>/dev/null || say none)); PYTHON=/path/to/python3.12 names one."
}

# The machine's own certificates and proxies, whichever tool asks.
certificates() {
  local name lower
  for name in HTTP_PROXY HTTPS_PROXY NO_PROXY; do
    lower=$(tr '[:upper:]' '[:lower:]' <<<"$name") # apt reads these only in lower case
    if [[ -n ${!name:-} && -z ${!lower:-} ]]; then export "$lower=${!name}"; fi
  done
  if [[ -n ${PIP_CERT:-} && -z ${SSL_CERT_FILE:-} ]]; then export SSL_CERT_FILE=$PIP_CERT; fi
  export UV_SYSTEM_CERTS=1
}
