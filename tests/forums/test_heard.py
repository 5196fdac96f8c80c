"""What other services say bears on the forum, in whatever order it comes: needs, the session's hour, its end."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import pytest

from services.forums.store import Gatherings, Heard
from shared.events import NeedCollected, NeedWithdrawn
from shared.plans import Plans
from shared.vocabulary import PolicyTopic
from tests.builders import BANNER, BANNER_SESSION, PLAN, at
from tests.forums.gatherings import CODES
from tests.forums.meeting_day import FORUM, forum_of
from tests.listening import listening
from tests.systems import System, until

NEED = NeedCollected(
    session=BANNER_SESSION,
    need="need-1",
    enterprise="示例企业（虚构）",
    enterprise_code=CODES[0],
    topic=PolicyTopic.FINANCE,
)
WORDS: Final[Sequence[tuple[int, Mapping[str, datetime | str | None], datetime]]] = (
    (3, {}, at(10)),
    (1, {"scheduled_at": at(9), "venue": "甲"}, at(9, 30)),
    (2, {"venue": "乙"}, at(9, 40)),
)


@pytest.mark.row(31)
async def test_a_policy_need_suggests_a_department_too(system: System) -> None:
    async with (
        forum_of(system) as (_, forums),
        listening(system, "policy", forums, f"/v1/sessions/{BANNER_SESSION}/needs") as policy,
    ):
        await policy.accepted((NEED, BANNER))

        async def suggested() -> bool:
            answer = await forums.client.get(f"{FORUM}/suggestion", headers=forums.key(BANNER))
            return [one["name"] for one in answer.json()["departments"]] == ["市人民政府金融工作办公室"]

        await until(suggested)


@pytest.mark.row(31, 82)
@pytest.mark.parametrize("withdrawn_first", [True, False])
async def test_a_need_taken_back_is_gone_whichever_word_comes_first(system: System, *, withdrawn_first: bool) -> None:
    gone = NeedWithdrawn(session=BANNER_SESSION, need="need-1", reason="重复")
    database = await system.database("forums")
    async with database.transaction() as session:
        heard = Heard(session)
        await heard.expect([PLAN])
        if withdrawn_first:
            await heard.withdraw(gone)
        await heard.collect(NEED)
        if not withdrawn_first:
            await heard.withdraw(gone)
    async with database.reading() as session:
        (need,) = (await Gatherings(session, Plans()).of(BANNER_SESSION)).needs
    assert (need.withdrawn, need.enterprise) == ("重复", "示例企业（虚构）")


@pytest.mark.row(6, 82)
async def test_the_newest_word_of_a_sessions_hour_counts_whichever_comes_first(system: System) -> None:
    database = await system.database("forums")
    async with database.transaction() as session:
        for version, plan, forum_at in WORDS:
            await Heard(session).announce(BANNER_SESSION, version, forum_at=forum_at, plan=plan)
    (row,) = await system.rows("forums", "SELECT scheduled_at, venue, forum_at FROM forum")
    assert (row["scheduled_at"], row["venue"], row["forum_at"]) == (at(9), "乙", at(10))
