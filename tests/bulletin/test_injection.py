"""Whatever people write into an event is printed as text: nothing is fetched, read, run or calculated (row 60)."""

import csv
import html
import io
import re
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from xml.etree import ElementTree as ET

import pytest

from services.bulletin import formats, wording
from services.bulletin.domain import completeness, facts, wrapup
from services.bulletin.domain.edition import Edition
from services.bulletin.formats import letter, page, table
from services.bulletin.pdf.press import BulletinPress
from shared.events import SessionCancelled
from shared.printing import fonts
from shared.vocabulary import Distribution
from tests.builders import BANNER_SESSION, CITY_SESSION, OTHER_SESSION, ROOT
from tests.bulletin.editions import edition_row
from tests.bulletin.hostile import PRINTABLE, Poisoner, day, days_after, planned, variants
from tests.bulletin.printed import text
from tests.bulletin.stories import Teller, imprint

pytestmark = pytest.mark.row(60, 69)

ALIVE: Final = re.compile(
    r"<(img|script|link|iframe|object)\b[^>]*(127\.0\.0\.1|file:)|<style>@import|<script>fetch|<svg on"
)
FORMULA: Final = re.compile(r"[=+\-@\t\r]")
UNSAID: Final = {"DeferralReminded", "FormalityAssigned", "QuestionLeftOpen", "SurveySiteDropped"}
"""What has words of its own that no bulletin prints."""
_MARK: Final = re.compile(r"§\d+§")


class Told:
    """Editions of hostile days, each with the words it says and the fields of the events that carried them."""

    def __init__(self) -> None:
        self._poison = Poisoner()
        self._plan = planned(self._poison)
        days = [*self._days()]
        self.editions = [*days, self._next_session(), self._wrapup(days[0])]
        self._by_mark = {str(_MARK.findall(words)[0]): words for words in self._poison.carried}

    def _days(self) -> Iterator[Edition]:
        """Tell a day as often as there are facts of which only the last counts; each corrects the one before."""
        before: Edition | None = None
        for last in variants():
            known = facts.read(self._plan, BANNER_SESSION, Teller().tell(*day(self._poison, last)))
            before = completeness.edition(known, imprint(revision=last), before)
            yield before

    def _next_session(self) -> Edition:
        known = facts.read(self._plan, OTHER_SESSION, Teller().tell(*days_after(self._poison)))
        return completeness.edition(known, imprint(), None)

    def _wrapup(self, one: Edition) -> Edition:
        gone = Teller().tell(self._poison.make(SessionCancelled, session=CITY_SESSION))
        known = facts.read(self._plan, wrapup.name_of(self._plan.campaign), gone)
        return wrapup.assemble(self._plan, [one], imprint(), None, known)

    def said(self, edition: Edition) -> dict[str, str]:
        """Return the hostile words an edition is to say, each with the field that carried it."""
        foot = "".join(wording.distribution(edition, kind) for kind in Distribution)
        marks = _MARK.findall(formats.words(edition) + foot)
        return {self._by_mark[mark]: self._poison.carried[self._by_mark[mark]] for mark in marks}

    def fewest(self) -> list[Edition]:
        """Return few editions that together say whatever any of them says, and the one that takes most of it back."""
        rest = {place for one in self.editions for place in self.said(one).values()}
        chosen = [self.editions[1]]
        while rest:
            best = max(self.editions, key=lambda one: len(rest & set(self.said(one).values())))
            chosen.append(best)
            rest -= set(self.said(best).values())
        return chosen

    def events(self) -> tuple[set[str], set[str]]:
        """Return the events with words of their own, and those of which an edition says some."""
        said = {place for one in self.editions for place in self.said(one).values()}
        return tuple({place.partition(".")[0] for place in places} for places in (self._poison.carried.values(), said))  # type: ignore[return-value]


@pytest.fixture(scope="module")
def told() -> Told:
    return Told()


_heard: list[str] = []
_listening: list[bool] = []


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if _listening and event in {"open", "socket.connect", "socket.getaddrinfo", "subprocess.Popen", "os.system"}:
        _heard.append(f"{event} {arguments[0]!r} {arguments[-1]!r}")


sys.addaudithook(_listen)


@contextmanager
def nothing_reached() -> Iterator[None]:
    """Check that nobody is called and no file of the machine's is opened that a hostile word names."""
    _heard.clear()
    _listening.append(True)
    try:
        with open("/etc/hostname", "rb"):  # noqa: PTH123  (a knock, to know that knocks are heard)
            pass
        yield
    finally:
        _listening.clear()
    knock, *others = [one for one in _heard if "/etc/" in one or not one.startswith("open")]
    assert knock.startswith("open '/etc/hostname'")
    assert others == []


def test_every_event_a_bulletin_is_made_of_is_told_in_hostile_words(told: Told) -> None:
    carrying, said = told.events()
    assert carrying - said == UNSAID
    assert said <= {kind.__name__ for kind in PRINTABLE} | {"CampaignPlanned"}


def test_hostile_words_of_any_event_are_printed_as_text(told: Told) -> None:
    press = BulletinPress(fonts.find(ROOT / ".chunfeng" / "fonts"))
    for edition in told.fewest():
        with nothing_reached():
            printed = text(press.print(edition))
        said = told.said(edition)
        assert [place for words, place in said.items() if words.replace(" ", "") not in printed] == []


def test_they_are_text_in_the_other_shapes_too(told: Told) -> None:
    for edition in told.fewest():
        with nothing_reached():
            shown, written, book, rows = (
                page.html(edition),
                letter.docx(edition),
                table.xlsx(edition),
                table.csv(edition),
            )
        said = told.said(edition)
        assert not ALIVE.search(shown.decode())
        assert [place for words, place in said.items() if words not in html.unescape(shown.decode())] == []
        with zipfile.ZipFile(io.BytesIO(written)) as archive:
            paper = "".join(ET.fromstring(archive.read("word/document.xml")).itertext())  # noqa: S314  (our own)
            assert b"127.0.0.1" not in archive.read("word/_rels/document.xml.rels")
        assert [place for words, place in said.items() if words not in paper] == []
        in_cells(rows.decode("utf-8-sig"), book)


def in_cells(rows: str, book: bytes) -> None:
    """Check that a table's cells are text: none is calculated, none leads anywhere, and both shapes say the same."""
    cells = [cell for row in csv.reader(io.StringIO(rows)) for cell in row]
    assert not [cell for cell in cells if FORMULA.match(cell)]
    with zipfile.ZipFile(io.BytesIO(book)) as archive:
        sheets = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
        shared = "".join(ET.fromstring(archive.read("xl/sharedStrings.xml")).itertext())  # noqa: S314  (our own)
        assert not [name for name in archive.namelist() if "external" in name.lower()]
    assert b"<f>" not in sheets
    assert b"hyperlink" not in sheets
    assert set(_MARK.findall(rows)) <= set(_MARK.findall(shared))


def test_a_feed_carries_them_as_text(told: Told) -> None:
    for edition in told.fewest():
        row = edition_row(edition, hours=1)
        with nothing_reached():
            feed = ET.fromstring(formats.atom([row], lambda path: f"https://bulletin.example{path}"))  # noqa: S314  (our own)
        texts = {element.tag.partition("}")[2]: element.text or "" for element in feed.iter() if not len(element)}
        assert edition.issuer in texts["name"]
        assert edition.masthead in texts["title"]
        assert {element.tag.partition("}")[2] for element in feed.iter()} == {
            *("feed", "entry", "id", "title", "updated", "published", "author", "name", "summary", "link")
        }
        links = [element.get("href", "") for element in feed.iter() if element.tag.endswith("link")]
        assert all(link.startswith("https://bulletin.example/") for link in links)
