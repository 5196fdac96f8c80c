"""Late and clock-skewed events are accepted by rule and marked, in the receipt and in the fact (row 82)."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.timemarks import AHEAD, LATE, mark, marked
from tests.builders import DRC, application_docketed, project_code
from tests.posting import OPENED, approvals, cloudevent
from tests.systems import System

pytestmark = pytest.mark.row(82)
NOW = datetime(2022, 3, 16, 1, 0, tzinfo=UTC)


async def test_an_event_is_taken_whatever_its_time_and_says_so(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        for number, (hours, found) in enumerate([(-2, "late"), (0, None), (2, "ahead")], start=1):
            time = datetime.now(UTC) + timedelta(hours=hours)
            docketed = application_docketed(project_code=project_code(number))
            answer = await office.send(cloudevent(docketed, DRC, f"odd-{number}", time=time.isoformat()), DRC)
            assert (answer.status_code, answer.json().get("timemark")) == (202, found)
            fact = (await office.client.get("/v1/feed", headers=office.key(DRC))).json()["facts"][-1]
            assert (fact.get("timemark"), fact["type"]) == (found, docketed.type)
            assert datetime.fromisoformat(fact["time"]) == time


@given(st.timedeltas(min_value=timedelta(days=-900), max_value=timedelta(days=900)))
def test_a_mark_says_which_way_a_time_is_off(off: timedelta) -> None:
    found = mark(NOW + off, NOW)
    assert (found == "ahead", found == "late") == (off > AHEAD, -off > LATE)
    assert marked(NOW + off, NOW) == (f',"timemark":"{found}"' if found else "")
