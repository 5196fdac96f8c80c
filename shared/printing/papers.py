"""Papers: any page of HTML and CSS printed as PDF, for services that print beside the bulletin."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final

from shared.printing import frames
from shared.printing.press import Attachment
from shared.printing.renderer import Renderer

_WORKER: Final = "shared.printing.worker"

__all__ = ["Attachment", "Papers"]


class Papers:
    """A part of a service: prints pages, one at a time, in a child process that the first of them starts.

    The page carries all it needs: style in `css`, where `var(--text)`, `var(--title)`, `var(--heading)`,
    `var(--subheading)` and `var(--figures)` name the typefaces, pictures as inline SVG. It can fetch and read nothing.
    """

    def __init__(self, fonts_folder: Path | None = None) -> None:
        """Take the folder of fonts beside the system's."""
        self._renderer = Renderer(_WORKER, fonts_folder)

    @property
    def pid(self) -> int | None:
        """The child's process, while there is one."""
        return self._renderer.pid

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Print as long as the block lasts."""
        async with self._renderer.running():
            yield

    async def print(  # noqa: PLR0913  (what a paper is made of)
        self,
        html: str,
        css: str,
        *,
        identifier: str,
        created: datetime | None = None,
        attachments: Sequence[Attachment] = (),
        signs: bool = False,
    ) -> bytes:
        """Return the PDF/A-3u, the same bytes every time.

        A character that no typeface has is refused (`MissingGlyphs`), or with `signs` printed as 〓.
        """
        paper = frames.Paper(html, css, identifier, created, tuple(attachments))
        return await self._renderer.print(paper.written(), signs=signs)
