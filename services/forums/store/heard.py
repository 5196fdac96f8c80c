"""What the forums service learns from other services' facts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.store import followed
from shared import plans
from shared.events import CampaignPlanned, NeedCollected, NeedWithdrawn, SessionScheduled, TeamAssigned, TeamComposition
from shared.vocabulary import CITY_DIVISION, SessionKind


async def known(session: AsyncSession) -> set[str]:
    """Name what has come that waiting posts may wait for: plans, days, answers of either kind, policy teams."""
    teams = await session.exec(select(tables.Team.session, tables.Team.team))
    composed = {f"{TeamAssigned.type} {name}/{team}" for name, team in teams}
    announced = await session.exec(select(tables.Forum.session).where(col(tables.Forum.scheduled_at).is_not(None)))
    days = {f"{SessionScheduled.type} {name}" for name in announced}
    return await plans.heard(session) | await followed.settled(session) | composed | days


class Heard:
    """Keeps what others say that bears on forums, in whatever order it comes."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def expect(self, campaigns: Sequence[CampaignPlanned]) -> None:
        """Keep plans, with a forum for every banner session."""
        await plans.keep(self._session, campaigns)
        banner = [one.session for plan in campaigns for one in plan.sessions if one.kind is SessionKind.BANNER]
        if banner:
            new = insert(tables.Forum).on_conflict_do_nothing()
            await (await self._session.connection()).execute(new, [{"session": name} for name in banner])

    async def announce(
        self, session: str, version: int, *, forum_at: datetime | None, plan: Mapping[str, datetime | str | None]
    ) -> None:
        """Keep when and where a banner session and its forum begin; the newest word of each, in whatever order."""
        if session.endswith(f"-{CITY_DIVISION}"):
            return
        if plan:
            await self._keep_newest(session, "scheduled_version", {"scheduled_version": version, **plan})
        await self._keep_newest(session, "forum_version", {"forum_version": version, "forum_at": forum_at})

    async def _keep_newest(self, session: str, counter: str, values: Mapping[str, Any]) -> None:
        statement = insert(tables.Forum).values(session=session, **values)
        # The plan may come after what it plans: the row is made by whoever comes first.
        kept = statement.on_conflict_do_update(
            index_elements=["session"], set_=dict(values), where=getattr(tables.Forum, counter) < values[counter]
        )
        await (await self._session.connection()).execute(kept)

    async def compose(self, team: TeamComposition, version: int) -> None:
        """Keep who a policy team is: its people may sit at the consultation seats."""
        people = [{"unit": one.unit, "name": one.name} for one in (team.leader, team.liaison, *team.members)]
        values: dict[str, Any] = {"version": version, "people": people}
        statement = insert(tables.Team).values(session=team.session, team=team.team, **values)
        kept = statement.on_conflict_do_update(
            index_elements=["session", "team"], set_=values, where=col(tables.Team.version) < version
        )
        await (await self._session.connection()).execute(kept)

    async def collect(self, need: NeedCollected) -> None:
        """Keep an enterprise's policy need beside those reported for the forum; its withdrawal may have come first."""
        values: dict[str, Any] = {
            "enterprise": need.enterprise,
            "enterprise_code": need.enterprise_code,
            "tags": [need.topic.zh],
            "text": need.question,
        }
        await self._keep_need(need.session, need.need, values)

    async def withdraw(self, need: NeedWithdrawn) -> None:
        """Keep that a policy need was taken back."""
        blank: dict[str, Any] = {"enterprise": "", "enterprise_code": "", "tags": []}
        await self._keep_need(need.session, need.need, {"withdrawn": need.reason}, blank)

    async def _keep_need(
        self, session: str, need: str, values: dict[str, Any], otherwise: dict[str, Any] | None = None
    ) -> None:
        # Prefixed: the forum's own needs are numbered by the banners, and may have the same ids.
        key = {"session": session, "need": f"policy-{need}"}
        statement = insert(tables.Need).values(**key, **(otherwise or {}), **values)
        kept = statement.on_conflict_do_update(index_elements=["session", "need"], set_=values)
        await (await self._session.connection()).execute(kept)
