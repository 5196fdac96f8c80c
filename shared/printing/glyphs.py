"""Checks before printing that some typeface has every character: never tofu, and no minute-long search for a glyph."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from shared.printing.fonts import Fonts

GETA: Final = "〓"
"""The printer's sign for a character the case does not have."""
_INVISIBLE: Final = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)


class MissingGlyphs(Exception):  # noqa: N818  (named for what is the case)
    """No typeface has some characters of what is to be printed; `places` names where each stands first."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = dict(places)
        named = "，".join(f"“{character}”U+{ord(character):04X}（{place}）" for character, place in places.items())
        super().__init__(f"字库缺字，未印：{named} (no typeface has these characters)")


def visible(text: str) -> str:
    """Return what is printed of a text: no invisible characters, every white space a single blank."""
    return re.sub(r"\s+", " ", _INVISIBLE.sub("", text)).strip()


def missing(texts: Iterable[tuple[str, str]], fonts: Fonts) -> dict[str, str]:
    """Return the characters of (place, text) pairs that no typeface has, each with the first place it stands in."""
    places: dict[str, str] = {}
    for place, text in texts:
        for character in dict.fromkeys(visible(text)):
            if character not in places and fonts.lacks(character):
                places[character] = place
    return places


def texts(value: Any, place: str = "") -> Iterator[tuple[str, str]]:  # noqa: ANN401  (JSON)
    """Yield every text within a JSON value with the place it stands in."""
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from texts(item, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from texts(item, f"{place}[{number}]")


def signs(characters: Iterable[str]) -> dict[int, str]:
    """Return the translation that puts 〓 in the place of characters."""
    return str.maketrans(dict.fromkeys(characters, GETA))


def with_signs(value: Any, characters: Iterable[str]) -> Any:  # noqa: ANN401  (JSON)
    """Return what to print of a JSON value when it must be printed all the same: 〓 for each character missing."""
    return _replaced(value, signs(characters))


def _replaced(value: Any, table: dict[int, str]) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {key: _replaced(item, table) for key, item in value.items()}
    return list(map(partial(_replaced, table=table), value)) if isinstance(value, list) else value
