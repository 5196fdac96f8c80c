"""One edition of a brochure as a page to print: cover with its QR code, what changed, contents, summaries. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import segno
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from shared.clock import SHANGHAI
from shared.events import BrochurePublished, PrintedPolicy
from shared.vocabulary import PolicyLevel

_TEMPLATES: Final = Path(__file__).parents[1] / "templates"
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
CSS: Final = (_TEMPLATES / "paper.css").read_text("utf-8")


def address_of(public: str, code: str) -> str:
    """Return the short address a brochure's QR code holds."""
    return f"{public}/b/{code}"


def qr(address: str) -> Markup:
    """Draw an address as a QR code; a quarter of it may be dirty or creased."""
    drawn = segno.make(address, error="q", micro=False).svg_inline(scale=4, border=4, dark="#000", light="#fff")
    return Markup(drawn)  # noqa: S704  (drawn by segno of an address of ours)


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new edition has that the one before had not, and the other way round."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    amended: tuple[str, ...] = ()

    @classmethod
    def between(cls, before: BrochurePublished | None, after: BrochurePublished) -> "Difference":
        """Compare two editions by their policies."""
        if before is None:
            return cls()
        old, new = ({one.policy: one for one in edition.contents} for edition in (before, after))
        return cls(
            added=tuple(one.title for slug, one in new.items() if slug not in old),
            removed=tuple(one.title for slug, one in old.items() if slug not in new),
            amended=tuple(one.title for slug, one in new.items() if slug in old and old[slug] != one),
        )


def by_level(contents: Sequence[PrintedPolicy]) -> list[tuple[PolicyLevel, list[PrintedPolicy]]]:
    """Sort what an edition prints: national policies first, then the region's, then the city's."""
    sorted_ = [(level, [one for one in contents if one.level is level]) for level in PolicyLevel]
    return [(level, policies) for level, policies in sorted_ if policies]


def chinese_day(day: date) -> str:
    """Write a day as official papers do."""
    return f"{day.year}年{day.month}月{day.day}日"


def html(fact: BrochurePublished, before: BrochurePublished | None, address: str, *, demo: bool) -> str:
    """Return the edition's page."""
    return _ENVIRONMENT.get_template("paper.html").render(
        fact=fact,
        levels=by_level(fact.contents),
        difference=Difference.between(before, fact),
        address=address,
        code=qr(address),
        day=chinese_day,
        published=chinese_day(fact.published_at.astimezone(SHANGHAI).date()),
        demo=demo,
    )
