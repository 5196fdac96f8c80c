"""An edition as a web page: one file with everything in it, for the publicity office to publish or to copy from."""

from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.bulletin import wording
from services.bulletin.domain.edition import Edition
from services.bulletin.pdf import comparing, contents
from services.bulletin.pdf.page import svg
from shared.vocabulary import Distribution

_TEMPLATES: Final = Path(__file__).parent.parent / "templates"
_FAMILY: Final = "FangSong, STFangsong, 仿宋, serif"

_environment = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def shown(edition: Edition) -> dict[str, Any]:
    """Return what the template needs: the same sections, in the same words, as the PDF."""
    return {
        "edition": edition,
        "issue_number": wording.issue_number(edition),
        "date": wording.day(edition.dated),
        "masthead": wording.masthead(edition),
        "title": "".join(wording.title(edition)),
        "groups": wording.title(edition),
        "sections": comparing.sections(edition),
        "foot": [(kind.zh, names) for kind in Distribution if (names := wording.distribution(edition, kind))],
        "kind": _kind,
        "chart": lambda part: svg(part, _FAMILY, width="100%"),
    }


def _kind(part: contents.Part) -> str:
    return type(part).__name__.lower()


def html(edition: Edition) -> bytes:
    """Write the page; it fetches nothing and runs nothing."""
    return _environment.get_template("edition.html").render(shown(edition)).encode()
