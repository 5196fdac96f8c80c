# shellcheck shell=bash disable=SC2034,SC2154 # part of deploy/setup.sh
# Chinese fonts, without root: Debian's own packages, unpacked below .chunfeng/fonts.
#   Noto CJK covers every character of the standard sets; Fandol has the 仿宋 an official bulletin is printed in.

font_folders=(/usr/share/fonts /usr/local/share/fonts "${HOME:-/}/.fonts" "${HOME:-/}/.local/share/fonts")

have_font() { # a file name's beginning
  local found
  found=$(find "$here/fonts" "${font_folders[@]}" -name "$1*.[ot]t[cf]" -print 2>/dev/null | head -n 1 || true)
  [[ -n $found ]]
}

have_noto() {
  { have_font NotoSerifCJK || have_font SourceHanSerif; } && { have_font NotoSansCJK || have_font SourceHanSans; }
}

# Package lists of our own where the system has none: an ordinary user may not update those.
own_lists() {
  mkdir -p "$here/apt/lists/partial" "$here/apt/cache/archives/partial"
  lists=(-o "Dir::State::Lists=$here/apt/lists" -o "Dir::Cache=$here/apt/cache")
  apt_get "${lists[@]}" update
}

download_package() {
  (cd "$here/apt" && rm -f "$1"_*.deb && apt_get ${lists[@]+"${lists[@]}"} download "$1")
}

# unpack_fonts PACKAGE FOLDER PATTERN...: of the package only the fonts, and the folder only when it is complete.
unpack_fonts() {
  local package=$1 folder=$2 partial=$here/apt/$2
  shift 2
  download_package "$package" || { own_lists && download_package "$package"; } || return 1
  rm -rf "$partial" && mkdir -p "$partial"
  dpkg-deb --fsys-tarfile "$here/apt/$package"_*.deb |
    tar -x -C "$partial" --wildcards --transform 's,.*/,,' "$@" 2>>"$log" || return 1
  rm -rf "${here:?}/fonts/$folder" && mv "$partial" "$here/fonts/$folder"
}

get_fonts() {
  local lists=()
  mkdir -p "$here/fonts" "$here/apt"
  if ! have_noto; then
    say "  中文字体 · Chinese fonts: Noto CJK (57 MB)"
    command -v apt-get >/dev/null || fail "没有中文字体，也没有 apt：请安装 Noto Serif CJK 与 Noto Sans CJK。" \
      "There are no Chinese fonts and no apt: install Noto Serif CJK and Noto Sans CJK."
    unpack_fonts fonts-noto-cjk noto '*/NotoS*CJK-*.ttc' ||
      fail "未能取得中文字体 fonts-noto-cjk，请检查网络。" "fonts-noto-cjk could not be fetched; is there a network?" "with log"
  fi
  if ! have_font FandolFang && command -v apt-get >/dev/null; then
    say "  仿宋字体 · the 仿宋 of official papers: Fandol (49 MB)"
    unpack_fonts texlive-lang-chinese fandol '*/fandol/Fandol[FHKS]*.otf' ||
      say "  未能取得仿宋字体，简报将用宋体 · without 仿宋 the bulletin is set in Noto Serif"
  fi
  if ! have_font NotoSansMongolian && command -v apt-get >/dev/null; then
    say "  蒙古文等字体 · for names in Mongolian and Cyrillic: Noto (12 MB)"
    unpack_fonts fonts-noto-core others '*/NotoSansMongolian-Regular.ttf' '*/NotoSerif-Regular.ttf' ||
      say "  未能取得，蒙古文将印作〓 · without it, Mongolian script is printed as 〓"
  fi
  rm -rf "$here/apt"
}
