"""The page's typefaces: which of the chain are installed, what they can print, which ones a PDF really used."""

import os
import re
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Final
from xml.sax.saxutils import escape

from shared.printing.widths import widths

APT: Final = "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk"


class PrintingUnavailable(Exception):  # noqa: N818  (named for what is the case)
    """The machine lacks pango, fontconfig or any Chinese typeface."""


class Role(StrEnum):
    """What a typeface is for (GB/T 9704: 仿宋 text, 小标宋 title, 黑体 and 楷体 headings, 宋体 page numbers)."""

    TEXT = "text"
    TITLE = "title"
    HEADING = "heading"
    SUBHEADING = "subheading"
    FIGURES = "figures"


OTHERS: Final = ("Noto Serif", "Noto Sans Mongolian", "Mongolian Baiti")
"""For names in Cyrillic and in Mongolian script, which are names of Ordos as good as any."""
SERIF: Final = ("Noto Serif CJK SC", "Source Han Serif SC", "Noto Serif SC", *OTHERS)
SANS: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Noto Sans SC")
# What the office has licensed comes first, then Fandol (the right styles), then Noto (every character).
CHAIN: Final[Mapping[Role, tuple[str, ...]]] = {
    Role.TEXT: (
        *("仿宋_GB2312", "FangSong_GB2312", "方正仿宋_GBK", "FZFangSong-Z02S", "仿宋", "FangSong", "STFangsong"),
        *("FandolFang R", "FandolFang", *SERIF),
    ),
    Role.TITLE: (
        *("方正小标宋简体", "方正小标宋_GBK", "FZXiaoBiaoSong-B05S", "FZXiaoBiaoSong-B05"),
        *("FandolSong", *SERIF),
    ),
    Role.HEADING: ("黑体", "SimHei", "方正黑体_GBK", "FZHei-B01S", "STHeiti", "FandolHei", *SANS, *SERIF),
    Role.SUBHEADING: (
        *("楷体_GB2312", "KaiTi_GB2312", "方正楷体_GBK", "FZKai-Z03S", "楷体", "KaiTi", "STKaiti"),
        *("FandolKai", "LXGW WenKai", "霞鹜文楷", *SERIF),
    ),
    Role.FIGURES: ("宋体", "SimSun", "方正书宋_GBK", "FZShuSong-Z01S", "STSong", "FandolSong", *SERIF),
}
REGULAR: Final = 80
BOLD: Final = 200


@dataclass(frozen=True)
class Face:
    """One installed typeface; `weight` is fontconfig's, put right where the font itself misstates it."""

    family: str
    path: Path
    index: int
    weight: int


@dataclass(frozen=True)
class Fonts:
    """The faces found for each role, best first; nothing else is in sight of the page."""

    roles: Mapping[Role, tuple[Face, ...]]

    @cached_property
    def faces(self) -> tuple[Face, ...]:
        return tuple(dict.fromkeys(face for faces in self.roles.values() for face in faces))

    def advance(self, role: Role, character: str) -> float:
        """Return the width of a character in ems, in the first face that has it."""
        for face in (*self.roles[role], *self.faces):
            if (width := widths(face.path, face.index).of(ord(character))) is not None:
                return width
        return 1.0

    def lacks(self, character: str) -> bool:
        return all(widths(face.path, face.index).of(ord(character)) is None for face in self.faces)

    def families(self, role: Role) -> str:
        """Return the role's CSS font-family."""
        return ", ".join(f'"{face.family}"' for face in self.roles[role])

    def stage(self, folder: Path) -> Path:
        """Lay out a fontconfig world of these faces only, so that a page is the same whatever else is installed."""
        links: dict[Path, Path] = {}
        for face in self.faces:
            links.setdefault(face.path, folder / f"{len(links)}-{face.path.name}")
        for target, link in links.items():
            link.symlink_to(target)
        # Fandol's bold faces call themselves regular; unless told apart they would share one font resource.
        weights = (_WEIGHT.format(path=escape(str(links[face.path])), weight=face.weight) for face in self.faces)
        configuration = folder / "fonts.conf"
        configuration.write_text(_world(folder, folder, "".join(weights)))
        return configuration


_CONFIGURATION: Final = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig><dir>{folder}</dir><cachedir>{cache}</cachedir>{weights}</fontconfig>
"""
_WEIGHT: Final = """
<match target="scan"><test name="file"><string>{path}</string></test>
<edit name="weight" mode="assign"><int>{weight}</int></edit></match>"""


def _world(folder: Path, cache_in: Path, weights: str = "") -> str:
    return _CONFIGURATION.format(folder=escape(str(folder)), cache=escape(str(cache_in)), weights=weights)


_LISTING: Final = "%{family}\t%{style}\t%{weight}\t%{index}\t%{file}\n"


def find(folder: Path | None = None) -> Fonts:
    """Find the chain's faces among those installed and those below `folder`, each file at its absolute path."""
    installed = tuple(_installed(folder))
    roles = {role: tuple(_choose(role, CHAIN[role], installed)) for role in Role}
    if not all(roles.values()):
        wanting = "、".join(role for role, faces in roles.items() if not faces)
        message = f"没有可用的中文字体（{wanting}），请安装：{APT} (no Chinese typeface for these roles)"
        raise PrintingUnavailable(message)
    return Fonts(roles)


def _choose(
    role: Role, families: tuple[str, ...], installed: tuple[tuple[frozenset[str], Face], ...]
) -> Iterator[Face]:
    wanted = BOLD if role is Role.TITLE else REGULAR
    chosen: set[tuple[Path, int]] = set()
    for family in families:
        candidates = [face for names, face in installed if family in names]
        if not candidates:
            continue
        best = min(candidates, key=lambda face: (abs(face.weight - wanted), str(face.path), face.index))
        if (best.path, best.index) not in chosen:
            chosen.add((best.path, best.index))
            yield Face(family, best.path, best.index, best.weight)


def _installed(folder: Path | None) -> Iterator[tuple[frozenset[str], Face]]:
    lister = which("fc-list")
    if lister is None:
        message = f"缺少 fontconfig 与 pango，请安装：{APT} (fc-list is not on the path)"
        raise PrintingUnavailable(message)
    yield from _listed(lister, dict(os.environ))
    if folder is not None and folder.is_dir():
        with TemporaryDirectory(prefix="chunfeng-fonts-") as scratch:
            only = Path(scratch) / "fonts.conf"
            only.write_text(_world(folder.resolve(), Path(scratch)))
            yield from _listed(lister, {**os.environ, "FONTCONFIG_FILE": str(only)})


def _listed(lister: str, environment: dict[str, str]) -> Iterator[tuple[frozenset[str], Face]]:
    listing = subprocess.run(  # noqa: S603  (a fixed command without outside input)
        [lister, "-f", _LISTING], env=environment, capture_output=True, check=True, encoding="utf-8"
    )
    for line in listing.stdout.splitlines():
        families, style, weight, index, file = line.split("\t")
        path = Path(file)
        # Variable fonts and bitmap formats stay out: static outlines are what PDF/A embeds without surprises.
        if index.isdigit() and int(index) < 1 << 16 and path.suffix.lower() in {".otf", ".ttf", ".ttc", ".otc"}:
            names = frozenset(families.split(","))
            yield names, Face(min(names), path, int(index), _weight(style, weight))


def _weight(style: str, weight: str) -> int:
    if re.search(r"\bBold\b|粗体", style):
        return BOLD
    return int(float(weight)) if re.fullmatch(r"[\d.]+", weight) else REGULAR


def used(pdf: bytes) -> tuple[str, ...]:
    """List the faces a PDF really embeds, as they name themselves."""
    found: set[str] = set()
    for body in (pdf, *_streams(pdf)):
        found.update(name.decode() for name in re.findall(rb"/BaseFont\s*/[A-Z]{6}\+([^\s/<>\[\]]+)", body))
    return tuple(sorted(name.replace("-", " ") for name in found))


def _streams(pdf: bytes) -> Iterator[bytes]:
    for stream in re.findall(rb"/ObjStm.*?stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL):
        try:
            yield zlib.decompress(stream)
        except zlib.error:
            continue


def pages_of(pdf: bytes) -> int:
    """Return how many pages a PDF of ours has: its page tree is a single node."""
    (count,) = (
        found[1] for one in _streams(pdf) if (found := re.search(rb"/Type /Pages/Kids \[.*?\]/Count (\d+)", one))
    )
    return int(count)
