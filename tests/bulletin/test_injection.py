"""Whatever people write into an event is printed as text: nothing is fetched, read, run or calculated (row 60)."""

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest
from pydantic import ValidationError

from services.bulletin import formats, wording
from services.bulletin.domain import completeness, facts
from services.bulletin.domain.edition import Edition
from services.bulletin.formats import letter, page, table
from services.bulletin.pdf.press import BulletinPress
from shared.events import CampaignPlanned, Event
from shared.printing import fonts
from shared.vocabulary import Distribution
from tests.builders import BANNER_SESSION, DRC, ROOT, plan
from tests.bulletin import days
from tests.bulletin.printed import text
from tests.bulletin.stories import Teller, decided, held, imprint

pytestmark = pytest.mark.row(60, 69)

CORPUS: Final = (
    "<img src=file:///etc/passwd>",
    "<style>@import url(http://127.0.0.1:9/x)</style>",
    "<link rel=attachment href=file:///etc/hostname>",
    "<script>fetch('http://127.0.0.1:9')</script>",
    "{{7*7}}{% include '/etc/passwd' %}",
    "url(file:///etc/passwd)",
    "</p></td></table><h1>",
    '=HYPERLINK("http://127.0.0.1:9")',
    "&lt;b&gt;&#60;i&#62;",
    "]]><!--",
    ") Tj /JS (x",
    "${7*7}#{7*7}\\n",
)
ALIVE: Final = re.compile(r"<(img|script|link|iframe|object)\b[^>]*(127\.0\.0\.1|file:)|<style>@import|<script>fetch")
TOLD: Final = {
    "ApplicationDocketed",
    "ApprovalSigned",
    "CampaignPlanned",
    "EnterpriseVisited",
    "IssueAnswered",
    "IssueDispatched",
    "IssueRaised",
    "LicenceIssued",
    "SessionOpened",
    "SessionScheduled",
    "SurveyFindingRecorded",
    "SurveySiteFiled",
    "TeamAssigned",
}
"""What every bulletin of a whole day prints words of."""


@dataclass(frozen=True)
class Poisoned:
    """An edition of hostile words, each with the event that carried it."""

    edition: Edition
    carried: dict[str, str]

    def said(self) -> dict[str, str]:
        """Return those that the edition is to say."""
        foot = "".join(wording.distribution(self.edition, kind) for kind in Distribution)
        said = formats.words(self.edition) + foot
        return {words: event for words, event in self.carried.items() if words in said}


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  (JSON)
    if isinstance(value, str):
        yield path
    for key, item in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from _leaves(item, (*path, key))


def _with(event: Event, path: tuple[Any, ...], words: str) -> Event:
    data = value = event.model_dump(mode="json")
    for key in path[:-1]:
        value = value[key]
    value[path[-1]] = words
    return type(event).model_validate(data)


def _poison(event: Event, carried: dict[str, str]) -> Event:
    """Write hostile words into every field that takes free words."""
    for path in [*_leaves(event.model_dump(mode="json"))]:
        if isinstance(event, CampaignPlanned) and path[0] not in {"title", "notice", "masthead", "recipients"}:
            continue
        words = f"{CORPUS[len(carried) % len(CORPUS)]}§{len(carried)}§"
        try:
            event = _with(event, path, words)
        except ValidationError:
            continue  # a code, a day, a word of a closed list
        carried[words] = type(event).__name__
    return event


@cache
def poisoned(*last: str) -> Poisoned:
    """Tell a whole day in hostile words; its survey ends with the events named."""
    ends: dict[str, Event] = {"held": days.survey()[-1], "called off": days.called_off()}
    around = [*days.forum(), *days.survey()[:-1], *(ends[name] for name in last), *days.visits()]
    carried: dict[str, str] = {}
    planned, *rest = (_poison(event, carried) for event in [*decided((plan(), DRC), *held()), *around])
    assert isinstance(planned, CampaignPlanned)
    known = facts.read(planned, BANNER_SESSION, Teller().tell(planned, *rest))
    return Poisoned(completeness.edition(known, imprint(), None), carried)


@pytest.mark.parametrize(
    ("last", "tells"), [(("held",), {"SurveyHeld"}), (("held", "called off"), {"SurveyCalledOff"})]
)
def test_hostile_words_of_any_event_are_printed_as_text(last: tuple[str, ...], tells: set[str]) -> None:
    day = poisoned(*last)
    said = day.said()
    assert tells | (TOLD if last == ("held",) else set()) <= set(said.values())
    press = BulletinPress(fonts.find(ROOT / ".chunfeng" / "fonts"))
    printed = text(press.print(day.edition))
    assert [words for words in said if words.replace(" ", "") not in printed] == []
    assert "49§" not in printed


def test_they_are_text_in_the_other_shapes_too() -> None:
    day = poisoned("held")
    shown = page.html(day.edition).decode()
    assert not ALIVE.search(shown)
    assert [words for words in day.said() if words not in html.unescape(shown)] == []
    with zipfile.ZipFile(io.BytesIO(letter.docx(day.edition))) as archive:
        written = "".join(ET.fromstring(archive.read("word/document.xml")).itertext())  # noqa: S314  (our own)
        links = archive.read("word/_rels/document.xml.rels").decode()
    assert [words for words in day.said() if words not in written] == []
    assert "127.0.0.1" not in links
    with zipfile.ZipFile(io.BytesIO(table.xlsx(day.edition))) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
    assert b"<f>" not in sheets
    assert b"hyperlink" not in sheets
    assert b",=" not in table.csv(day.edition)
