"""What a page of HTML and CSS will print as text, and the same page with 〓 for characters no typeface has."""

import html
import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import Final

from shared.printing.glyphs import signs

_UNPRINTED: Final = frozenset({"head", "title", "script", "style", "template"})
_COMMENT: Final = re.compile(r"/\*.*?\*/", re.DOTALL)
_REFERENCE: Final = re.compile(r"&(?:#[0-9]+|#[xX][0-9a-fA-F]+|[a-zA-Z][a-zA-Z0-9]*);?")
_ASCII: Final = 128


class _Texts(HTMLParser):
    """Collects the texts of a page outside its head, each with the element it stands in."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, str]] = []
        self._hidden = 0
        self._inside = "page"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._hidden += tag in _UNPRINTED
        kind = next((value for name, value in attrs if name == "class" and value), "")
        self._inside = f"{tag}.{kind}" if kind else tag

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in _UNPRINTED and self._hidden > 0

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.found.append((self._inside, data))


def texts(page: str, style: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts of a page with the element each stands in, and what the style may print of its own."""
    reader = _Texts()
    reader.feed(page)
    reader.close()
    yield from reader.found
    yield "css", "".join(character for character in _COMMENT.sub("", style) if ord(character) >= _ASCII)


def with_signs(markup: str, characters: Iterable[str]) -> str:
    """Return the markup with 〓 in the place of characters, however they are written."""
    wanted = frozenset(characters)

    def replaced(reference: re.Match[str]) -> str:
        return html.unescape(reference[0]).translate(table) if html.unescape(reference[0]) in wanted else reference[0]

    table = signs(wanted)
    return _REFERENCE.sub(replaced, markup).translate(table)
