"""A correction names whatever it changes: nothing on the page becomes another without being said (row 63)."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

import pytest
from pydantic import ValidationError

from services.bulletin import formats
from services.bulletin.domain.changes import changes
from services.bulletin.domain.edition import Attendance, Edition, FollowedUp, Forum, SurveyDay, Visits
from shared.vocabulary import ForumClass
from tests.bulletin.editions import OWED, full_edition

pytestmark = pytest.mark.row(63)

GIVEN: Final = {
    *("template", "campaign_title", "notice", "masthead", "issuer", "demo", "session", "session_name", "kind"),
    *("closed_at", "year", "number", "revision", "issued_at", "due_at", "complete", "cutoff", "changes"),
    *("addressees", "print_count", "series", "draft", "sign_off", "unsigned", "compared", "cancelled"),
}
"""What a session is given once for all, or what an edition is known by: no statement of what happened."""
COUNTED: Final = {"totals", "seats"}
"""What is counted from the rows, which say it themselves."""
MARKS: Final = {"amended", "kind", "number"}
"""A mark that a changed statement leaves beside it, which list something stands in, and where."""
HELD: Final = datetime(2022, 3, 16, 3, 30, tzinfo=UTC)


def whole() -> Edition:
    """Return an edition that says something of everything."""
    issues = full_edition().issues
    answered = issues[0].model_copy(update={"answer": "已安排", "answered_by": "市自然资源局", "on_the_spot": True})
    handed = {"lead": "市能源局", "assisting": ("市水利局",), "due": datetime(2022, 3, 30, tzinfo=UTC).date()}
    (survey,) = full_edition().surveys
    (team,) = full_edition().teams
    return full_edition(
        9,
        owed=OWED,
        issues=(answered, issues[1].model_copy(update=handed)),
        forum=Forum(held_at=HELD, speakers=2, consultations=3),
        attendance=tuple(Attendance(kind=one.value, planned=9, present=8) for one in ForumClass),
        surveys=(survey.model_copy(update={"investment": "总投资3亿元", "findings": ("水管未通",)}),),
        survey_day=SurveyDay(
            held_at=HELD, started_at=HELD, presented_by=("总经理甲",), situation="当日", city=2, banner=3, owners=1
        ),
        teams=(team, team.model_copy(update={"team": "team-2", "leader": "乙", "enterprises": ("某企业",)})),
        visits=Visits(
            visits=3, enterprises=2, questions=4, left_open=1, brochures=2, satisfied=1, fair=1, dissatisfied=1
        ),
        followed_up=(FollowedUp(kind="deferred", total=4, done=1, ended=1, overdue=1),),
    )


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401  (JSON)
    """Yield every place of an edition that holds a value of its own, and every list that may lose an item."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        if key not in GIVEN | COUNTED | MARKS or path:
            yield from places(item, (*path, key))
    if not isinstance(value, dict) and value is not None and path[-1] not in MARKS:
        yield path


def others(value: Any) -> Iterator[Any]:  # noqa: ANN401  (JSON)
    """Yield what might stand in a value's stead."""
    if isinstance(value, list):
        yield value[:-1]
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    else:
        yield from (
            value.replace("2022-03-1", "2022-03-0"),
            value.replace("2022-03", "2022-04"),
            value + "改",
            "banner",
            "deferred",
        )


def altered(edition: Edition, path: tuple[Any, ...]) -> Edition | None:
    """Return an edition with another value in one place, or None where any other would break it."""
    for number in range(5):
        data = value = edition.model_dump(mode="json")
        for key in path[:-1]:
            value = value[key]
        offered = [*others(value[path[-1]])]
        if number >= len(offered) or offered[number] == value[path[-1]]:
            continue
        value[path[-1]] = offered[number]
        try:
            return Edition.model_validate(data)
        except ValidationError:
            continue
    return None


def test_whatever_reads_otherwise_is_named_in_the_correction() -> None:
    before = whole()
    said = formats.words(before)
    other = [
        (path, after)
        for path in places(before.model_dump(mode="json"))
        if (after := altered(before, path)) is not None and formats.words(after) != said
    ]
    assert len({path[0] for path, _ in other}) > 14
    assert [path for path, after in other if not changes(before, after)] == []


def test_what_only_a_page_calls_otherwise_is_no_correction() -> None:
    assert changes(whole(), whole().model_copy(update={"number": 7, "issued_at": HELD})) == ()
