"""The issued bulletins as an Atom feed (RFC 4287), newest first, corrections as entries of their own."""

from collections.abc import Callable, Sequence
from xml.etree import ElementTree as ET

from services.bulletin import wording
from services.bulletin.delivery import file_name
from services.bulletin.domain.edition import Edition
from services.bulletin.tables import EditionRow
from shared.clock import SHANGHAI

_ATOM = "http://www.w3.org/2005/Atom"
MEDIA = {
    "pdf": "application/pdf",
    "html": "text/html",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}


def atom(rows: Sequence[EditionRow], address: Callable[[str], str]) -> bytes:
    """Write the feed; `address` makes a path an address the reader can open."""
    ET.register_namespace("", _ATOM)
    feed = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "zh-CN"})
    _text(feed, "id", "tag:chunfeng,2022:bulletins")
    _text(feed, "title", "春风行动简报")
    newest = max((row.issued_at for row in rows), default=None)
    _text(feed, "updated", newest.astimezone(SHANGHAI).isoformat() if newest else "1970-01-01T00:00:00Z")
    _link(feed, "self", address("/feed.atom"), "application/atom+xml")
    for row in sorted(rows, key=lambda one: one.issued_at, reverse=True):
        _entry(feed, row, address)
    return ET.tostring(feed, encoding="unicode", xml_declaration=False).encode()


def _entry(feed: ET.Element, row: EditionRow, address: Callable[[str], str]) -> None:
    edition = Edition.model_validate_json(row.canonical)
    entry = ET.SubElement(feed, f"{{{_ATOM}}}entry")
    _text(entry, "id", f"tag:chunfeng,2022:{row.session}:r{row.revision}")
    title = "".join(wording.title(edition))
    _text(entry, "title", f"{edition.masthead}{wording.issue_number(edition)}　{title}")
    moment = row.issued_at.astimezone(SHANGHAI).isoformat()
    _text(entry, "updated", moment)
    _text(entry, "published", moment)
    _text(ET.SubElement(entry, f"{{{_ATOM}}}author"), "name", edition.issuer)
    _text(entry, "summary", wording.totals(edition))
    path = f"/bulletins/{row.session}/{row.revision}"
    _link(entry, "alternate", address(path), "text/html")
    for form, media in MEDIA.items():
        link = _link(entry, "enclosure", address(f"{path}.{form}"), media)
        link.set("title", file_name(row, form))


def _text(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = "".join(
        one for one in text if one.isprintable() or one == "\u3000"
    )


def _link(parent: ET.Element, kind: str, address: str, media: str) -> ET.Element:
    return ET.SubElement(parent, f"{{{_ATOM}}}link", {"rel": kind, "href": address, "type": media})
