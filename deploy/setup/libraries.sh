# shellcheck shell=bash disable=SC2034,SC2154 # part of deploy/setup.sh
# Pango lays out the bulletin; only the system can provide it.

# Library and Debian package, one pair a line; the rest of what WeasyPrint opens comes with these.
libraries='libpango-1.0.so.0 libpango-1.0-0
libpangoft2-1.0.so.0 libpangoft2-1.0-0
libharfbuzz-subset.so.0 libharfbuzz-subset0'

opens() { "$python" -c 'import ctypes, sys; ctypes.CDLL(sys.argv[1])' "$1" 2>/dev/null; }

has_browser() { command -v chromium || command -v chromium-browser || command -v google-chrome; } >/dev/null

# The tests look at pages with a real browser; where nobody may install one, they say that they skip it. Debian's small
# one does a page in half the processor time; it is a wish only where another is there already.
find_browser() {
  local small=chromium-headless-shell
  opens libatomic.so.1 || missing+=(libatomic1) # of the program that drives the browser, which brings all else itself
  command -v "$small" >/dev/null && return
  has_browser || apt-cache show chromium >/dev/null 2>&1 || apt_get update || true
  if ! apt-cache show "$small" >/dev/null 2>&1; then
    has_browser || missing+=(chromium)
  elif has_browser; then
    apt_get -o Acquire::Retries=0 -o Acquire::http::Timeout=20 install --no-install-recommends "$small" ||
      say "  未能安装 $small，用本机已有的浏览器 · not installed; the browser that is here will do"
  else
    missing+=("$small")
  fi
}

find_missing() {
  local library package
  missing=()
  while read -r library package; do
    opens "$library" || missing+=("$package")
  done <<<"$libraries"
  command -v fc-list >/dev/null || missing+=(fontconfig)
  if [[ $scope == dev && $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    find_browser
    command -v curl >/dev/null || missing+=(curl) # the guide's examples are run as they stand
  fi
  if [[ -z ${SSL_CERT_FILE:-} && ! -s /etc/ssl/certs/ca-certificates.crt ]]; then missing+=(ca-certificates); fi
}

apt_get() {
  DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 -o APT::Sandbox::User=root "$@" >>"$log" 2>&1
}

install_missing() {
  say "  系统库 · system libraries: ${missing[*]}"
  apt_get install --no-install-recommends "${missing[@]}" && return
  { apt_get update && apt_get install --no-install-recommends "${missing[@]}"; } || # the lists were empty or old
    fail "apt 未能安装：${missing[*]}" "apt could not install: ${missing[*]}" "with log"
}

need_libraries() {
  [[ $(uname) == Linux ]] || { need_brewed_pango; return; }
  find_missing
  ((${#missing[@]})) || return 0
  if ! command -v apt-get >/dev/null; then
    fail "缺少系统库：${missing[*]}（Debian 的名称）。请用本机的包管理器安装 pango、harfbuzz 及 Noto CJK 字体。" \
      "System libraries are missing (Debian's names): ${missing[*]}. Install pango, harfbuzz and the Noto CJK fonts."
  fi
  if [[ $(id -u) == 0 ]]; then install_missing; return; fi
  fail "生成简报要用 pango 等系统库，本机没有，普通用户也不能安装。请管理员运行下面一行，然后重来：
      sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}" \
    "The bulletin needs system libraries that only an administrator can install, with the line above; nothing was downloaded."
}

need_brewed_pango() {
  "$python" -c 'import ctypes.util, sys; sys.exit(ctypes.util.find_library("pango-1.0") is None)' ||
    [[ -e /opt/homebrew/lib/libpango-1.0.dylib ]] ||
    fail "生成简报需要 pango：brew install pango" "The bulletin needs pango: brew install pango"
}
