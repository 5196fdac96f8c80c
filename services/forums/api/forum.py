"""A session's forum: needs and suggested departments, roster, attendance, readiness, minutes."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel

from services.forums.domain.agenda import order_of, timetable
from services.forums.domain.attendance import came, counts
from services.forums.domain.gathering import Minutes, Need, Participant, of_class, waitlist
from services.forums.domain.invitation import suggest
from services.forums.domain.readiness import points
from services.forums.domain.roster import cap_of
from services.forums.store import Gathering, Gatherings
from shared.database import Database
from shared.events import ClassCount, DepartmentsInvited
from shared.plans import Plans
from shared.vocabulary import ForumClass


class Department(BaseModel):
    """A suggested department, and the reason."""

    unit: str
    name: str
    needs: list[str]
    reason: str
    over: bool


class Suggestion(BaseModel):
    """Suggested departments in the notice's order, and the needs that lead to none."""

    departments: list[Department]
    unplaced: list[str]


class ClassList(BaseModel):
    """One class of the roster."""

    kind: ForumClass
    cap: int | None
    confirmed: list[Participant]
    waiting: list[Participant]


class Point(BaseModel):
    """One point of readiness."""

    point: str
    zh: str
    en: str
    row: int
    ready: bool
    wrong: tuple[str, ...]
    wrong_en: tuple[str, ...]


class Readiness(BaseModel):
    """Whether a forum can be held, point by point."""

    session: str
    ready: bool
    points: list[Point]


def suggested(gathering: Gathering) -> Suggestion:
    """Return the suggestion for a forum."""
    departments, unplaced = suggest(gathering.registry, gathering.needs)
    return Suggestion(
        departments=[
            Department(
                unit=one.unit.code,
                name=one.unit.name,
                needs=[need.need for need in one.needs],
                reason=one.reason,
                over=one.over,
            )
            for one in departments
        ],
        unplaced=[need.need for need in unplaced],
    )


def routes(database: Database) -> APIRouter:
    """Return the routes of the forum."""
    router, plans = APIRouter(prefix="/forum"), Plans()

    async def gathering_of(session_id: str) -> Gathering:
        async with database.reading() as session:
            return await Gatherings(session, plans).of(session_id)

    @router.get("/needs")
    async def needs(session_id: str) -> Sequence[Need]:
        """List what enterprises need, withdrawn needs too."""
        return (await gathering_of(session_id)).needs

    @router.get("/suggestion")
    async def suggestion(session_id: str) -> Suggestion:
        """Suggest departments out of the 18 by the needs, each with its reason."""
        return suggested(await gathering_of(session_id))

    @router.get("/invitation")
    async def invitation(session_id: str) -> DepartmentsInvited | None:
        """Return the departments invited, each with its reason."""
        return (await gathering_of(session_id)).prepared.invitation

    @router.get("/roster")
    async def roster(session_id: str) -> list[ClassList]:
        """List the roster and its waitlist by class."""
        one = await gathering_of(session_id)
        persons = list(one.roster.values())
        return [
            ClassList(
                kind=kind,
                cap=cap_of(one.registry, kind),
                confirmed=of_class(persons, kind),
                waiting=waitlist(persons, kind),
            )
            for kind in ForumClass
        ]

    @router.get("/attendance")
    async def attendance(session_id: str) -> dict[str, object]:
        """Count who had a place and how they came, and list who really was there."""
        persons = list((await gathering_of(session_id)).roster.values())
        tally: tuple[ClassCount, ...] = counts(persons)
        return {"classes": tally, "came": came(persons)}

    @router.get("/agenda")
    async def agenda(session_id: str) -> dict[str, object]:
        """Return the agenda with its times and the speaking list in its order."""
        one = await gathering_of(session_id)
        timed = timetable(one.prepared.agenda) if one.prepared.agenda else []
        spoken = [speech.participant for speech in one.speeches]
        listed = order_of(one.prepared.speakers, dict(one.roster))
        host = one.prepared.agenda.host if one.prepared.agenda else None
        return {"host": host, "items": timed, "speakers": listed, "spoken": spoken}

    @router.get("/readiness")
    async def readiness(session_id: str) -> Readiness:
        """Tell what a forum still lacks."""
        found = points((await gathering_of(session_id)).prepared)
        told = [Point.model_validate(one, from_attributes=True) for one in found]
        return Readiness(session=session_id, ready=all(one.ready for one in told), points=told)

    @router.get("/minutes")
    async def minutes(session_id: str) -> Sequence[Minutes]:
        """List every revision of the minutes, the newest first."""
        async with database.reading() as session:
            await Gatherings(session, plans).of(session_id)
            return await Gatherings(session, plans).minutes_of(session_id)

    return router
