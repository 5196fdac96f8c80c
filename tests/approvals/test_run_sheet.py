"""The run sheet: a plan to the minute whose times add up, and the enterprises in their order."""

import re
from collections.abc import Sequence
from datetime import datetime

import pypdfium2
import pytest

from services.approvals.papers import runsheet
from shared.vocabulary import Action
from tests.approvals.worlds import DOCKETED, SCHEDULED
from tests.browsing import picture
from tests.builders import (
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    application_docketed,
    at,
    docket_locked,
    plan,
    project_code,
    session_scheduled,
)
from tests.posting import Office, approvals
from tests.preparing import action_scheduled
from tests.systems import System

SECOND = "91150603MA0XX0226P"


async def printed(office: Office, session: str, name: str) -> str:
    """Return what a session's run sheet says; leave a picture of it for people."""
    cookie = {"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}"}
    answer = await office.client.get(f"/sessions/{session}/run-sheet.pdf", headers=cookie)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    with pypdfium2.PdfDocument(answer.content) as pdf:
        if path := picture(name):
            pdf[0].render(scale=1.5).to_pil().save(path)
        return "\n".join(page.get_textpage().get_text_range() for page in pdf).replace("\r", "")


def minutes(text: str) -> Sequence[int]:
    """Return the length of each span of the plan by its own beginning and end."""
    spans = re.findall(r"(\d\d:\d\d)—(\d\d:\d\d)", text)
    hours = [[datetime.strptime(one, "%H:%M") for one in span] for span in spans]  # noqa: DTZ007  (hours of one day)
    return [int((end - start).total_seconds() // 60) for start, end in hours]


@pytest.mark.row(10)
async def test_the_times_add_up_to_20_120_90_and_enterprises_stand_in_their_order(system: System) -> None:
    other = application_docketed(project_code=project_code(2), owner_code=SECOND, owner_name="第二企业")
    posts = ((plan(), DRC), SCHEDULED, DOCKETED, (other, DRC))
    async with approvals(system, *posts, (session_scheduled(session=CITY_SESSION), DRC)) as office:
        draft = await printed(office, BANNER_SESSION, "run-sheet-draft")
        assert minutes(draft) == [20, 120, 90]
        assert "进场顺序暂定" in draft
        await office.accepted((docket_locked(order=[SECOND]), DRC), (action_scheduled(starts_at=at(9, 30)), DRC))
        text = await printed(office, BANNER_SESSION, "run-sheet")
        assert minutes(text) == [20, 120, 90]
        assert re.search(r"合计\s*230分钟", text)
        assert "09:30—11:30" in text
        assert text.index("第二企业") < text.index("示例企业"), "the queue's order, not the docket's"
        assert "市生态环境局：环评" in text
        assert "暂定" not in text
        city = await printed(office, CITY_SESSION, "run-sheet-city")
        assert minutes(city) == [20]
        assert "市领导宣布活动开始" in city


@pytest.mark.row(10)
def test_every_action_has_a_name_on_the_sheet() -> None:
    assert set(runsheet.NAMES) == set(Action)
