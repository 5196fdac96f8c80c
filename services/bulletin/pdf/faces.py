"""Which typefaces a bulletin is printed in here: the office's licensed ones where it has put them, else free ones."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from shared.printing.fonts import CHAIN, PrintingUnavailable, Role, find

STANDARD: Final = {
    Role.TEXT: "仿宋_GB2312",
    Role.TITLE: "方正小标宋简体",
    Role.HEADING: "黑体",
    Role.SUBHEADING: "楷体_GB2312",
    Role.FIGURES: "宋体",
}
"""What official papers are set in by custom (document.md 4.2); licensed, so an office brings its own."""
USE: Final = {
    Role.TEXT: ("正文", "text"),
    Role.TITLE: ("报头、标题", "masthead and title"),
    Role.HEADING: ("一级标题、表头", "headings"),
    Role.SUBHEADING: ("二级标题、业主单位", "subheadings"),
    Role.FIGURES: ("页码", "page numbers"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """What one role is set in."""

    use_zh: str
    use_en: str
    standard: str
    family: str
    """The first face of the chain that is installed."""
    file: str
    fallback: tuple[str, ...]
    """Faces that help out, character by character."""
    is_licensed: bool
    """Whether it is one of the faces official papers are set in by custom."""


class Faces:
    """The typefaces in reach of the press."""

    def __init__(self, folder: Path | None) -> None:
        """Take the folder where an office puts its licensed fonts."""
        self.folder = folder

    async def listed(self) -> tuple[Listed, ...]:
        """List what each role is set in; nothing, where nothing can be printed."""
        try:
            fonts = await asyncio.to_thread(find, self.folder)
        except PrintingUnavailable:
            return ()
        return tuple(
            Listed(
                *USE[role],
                standard=STANDARD[role],
                family=faces[0].family,
                file=faces[0].path.name,
                fallback=tuple(face.family for face in faces[1:]),
                is_licensed=faces[0].family in _licensed(role),
            )
            for role, faces in fonts.roles.items()
        )


def _licensed(role: Role) -> tuple[str, ...]:
    """Return the chain's faces up to the first free one: Fandol stands for them where they are missing."""
    chain = CHAIN[role]
    free = next(place for place, family in enumerate(chain) if family.startswith("Fandol"))
    return chain[:free]
