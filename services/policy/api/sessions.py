"""A session's needs, teams, visits, questions and totals; suggested teams."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel

from services.policy import tables
from services.policy.store import Store, suggestions
from shared.database import Database
from shared.keys import Keys
from shared.web import needs_key


class Totals(BaseModel):
    """What a session's visits came to by now, and what was stated when they ended."""

    session: str
    teams: int
    late: int
    visits: int
    questions: int
    left_open: int
    open_now: int
    concluded_at: AwareDatetime | None
    stated: int | None


class Member(BaseModel):
    """Somebody suggested for a team."""

    unit: str
    name: str


class Suggested(BaseModel):
    """A suggested team: people, the enterprises it visits, its topics and those nobody in it covers."""

    members: list[Member]
    enterprises: list[str]
    topics: list[str]
    uncovered: list[str]


def routes(database: Database, keys: Keys) -> APIRouter:
    """Return the routes of sessions."""
    router = APIRouter(prefix="/v1/sessions/{session_id}", dependencies=[needs_key(keys)])

    @router.get("/needs")
    async def needs(session_id: str) -> Sequence[tables.Need]:
        """List a session's needs that were not withdrawn."""
        async with database.reading() as session:
            store = Store(session)
            await store.visits_of(session_id)
            return await store.needs_of(session_id)

    @router.get("/teams")
    async def teams(session_id: str) -> Sequence[tables.Team]:
        """List a session's teams by their ids."""
        async with database.reading() as session:
            return await Store(session).teams_of(session_id)

    @router.get("/visits")
    async def visits(session_id: str) -> Sequence[tables.Visit]:
        """List a session's visits, planned and made, in the order of their times."""
        async with database.reading() as session:
            return await Store(session).log_of(session_id)

    @router.get("/questions")
    async def questions(session_id: str) -> Sequence[tables.Question]:
        """List what enterprises asked, open questions first."""
        async with database.reading() as session:
            return await Store(session).questions_of(session_id)

    @router.get("/suggestion")
    async def suggestion(
        session_id: str, teams: Annotated[int, Query(ge=1, le=20)] = 2, most: Annotated[int | None, Query(ge=1)] = None
    ) -> list[Suggested]:
        """Suggest teams that cover the session's needs with the fewest people; `most` visits a team."""
        async with database.reading() as session:
            found = await suggestions.suggested(session, session_id, teams, most)
        return [
            Suggested(
                members=[Member(unit=one.unit, name=one.name) for one in proposal.members],
                enterprises=list(proposal.enterprises),
                topics=list(proposal.topics),
                uncovered=list(proposal.uncovered),
            )
            for proposal in found
        ]

    @router.get("/totals")
    async def totals(session_id: str) -> Totals:
        """Count a session's teams, visits and questions as they stand now."""
        async with database.reading() as session:
            store = Store(session)
            day, all_teams = await store.visits_of(session_id), await store.teams_of(session_id)
            log, asked = await store.log_of(session_id), await store.questions_of(session_id)
        return Totals(
            session=session_id,
            teams=len(all_teams),
            late=sum(team.late for team in all_teams),
            visits=sum(visit.started_at is not None for visit in log),
            questions=len(asked),
            left_open=sum(one.left_open for one in asked),
            open_now=sum(one.answer is None for one in asked),
            concluded_at=day.concluded_at,
            stated=day.teams,
        )

    return router
