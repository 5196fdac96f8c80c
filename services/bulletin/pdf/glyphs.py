"""Checks before printing that some typeface has every character: never tofu, and no minute-long search for a glyph."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final

from services.bulletin.domain.edition import Edition
from services.bulletin.fonts import Fonts
from services.bulletin.pdf.typeset import visible

GETA: Final = "〓"
"""The printer's sign for a character the case does not have."""


class MissingGlyphs(Exception):  # noqa: N818  (named for what is the case)
    """No typeface has some characters of the edition; `places` names the first field of each."""

    def __init__(self, places: Mapping[str, str]) -> None:
        self.places = dict(places)
        named = "，".join(f"“{character}”U+{ord(character):04X}（{place}）" for character, place in places.items())
        super().__init__(f"字库缺字，未印：{named} (no typeface has these characters)")


def missing(edition: Edition, fonts: Fonts) -> dict[str, str]:
    """Return the characters of the edition that no typeface has, each with the first field it stands in."""
    places: dict[str, str] = {}
    for place, text in _texts(edition.model_dump(mode="json"), ""):
        for character in dict.fromkeys(visible(text)):
            if character not in places and fonts.lacks(character):
                places[character] = place
    return places


def with_signs(edition: Edition, characters: Mapping[str, str]) -> Edition:
    """Return what to print of the edition when it must be printed all the same: 〓 for each character missing."""
    return Edition.model_validate(
        _replaced(edition.model_dump(mode="json"), str.maketrans(dict.fromkeys(characters, GETA)))
    )


def _texts(value: Any, place: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  (JSON)
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(item, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, f"{place}[{number}]")


def _replaced(value: Any, table: dict[int, str]) -> Any:  # noqa: ANN401  (JSON)
    if isinstance(value, str):
        return value.translate(table)
    if isinstance(value, dict):
        return {key: _replaced(item, table) for key, item in value.items()}
    return list(map(partial(_replaced, table=table), value)) if isinstance(value, list) else value
