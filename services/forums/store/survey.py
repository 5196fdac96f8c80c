"""Surveys in the database: what their rules need to know, what people read of them, and their pictures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain import ForumsWorld
from services.forums.domain.gathering import Participant
from services.forums.domain.issue import Issue
from services.forums.domain.surveying import Choice, Finding, Picked, Site, Survey, Surveyed, Surveyor, roster, totals
from services.forums.store.rows import state_of
from shared.campaign import Registry, UnknownSession
from shared.events import (
    Event,
    SessionEvent,
    SurveyCalledOff,
    SurveyFindingRecorded,
    SurveyProjectEvent,
    SurveyReport,
    SurveySiteFiled,
)
from shared.problems import Refused

_ABOUT: Final = (SurveySiteFiled, SurveyProjectEvent, SurveyFindingRecorded, SurveyReport, SurveyCalledOff)

_CLEAR: Final = text("""
    DELETE FROM photo WHERE uploaded_at < :before AND NOT EXISTS (
        SELECT FROM finding WHERE finding.session = photo.session AND finding.photos @> to_jsonb(photo.sha256)
    )
""")


class PhotoUnknown(Refused):
    """There is no such picture."""

    status = 404
    row = 45
    zh = "没有这张照片"
    en = "There is no such picture"


async def load(session: AsyncSession, world: ForumsWorld, events: Sequence[Event]) -> None:
    """Load the surveys these events touch, and what findings and the end need beside them."""
    names = {event.session for event in events if isinstance(event, _ABOUT) and isinstance(event, SessionEvent)}
    if not names:
        return
    await _surveyed(session, names, world.survey)
    found = [event for event in events if isinstance(event, SurveyFindingRecorded)]
    if found:
        table, sessions = tables.Photo, {one.session for one in found}
        wanted = {photo for one in found for photo in one.photos}
        uploaded = select(table.session, table.sha256).where(
            col(table.session).in_(sessions), col(table.sha256).in_(wanted)
        )
        world.survey.photos = {*(await session.exec(uploaded)).all()}
        issues = select(tables.Issue).where(col(tables.Issue.session).in_(sessions))
        world.issues |= {(row.session, row.issue): state_of(Issue, row) for row in await session.exec(issues)}
    if ending := {event.session for event in events if isinstance(event, SurveyReport)}:
        people = select(tables.Participant).where(col(tables.Participant.session).in_(ending))
        for row in await session.exec(people):
            world.roster_of(row.session)[row.participant] = state_of(Participant, row)


async def _surveyed(session: AsyncSession, names: set[str], into: Surveyed) -> None:
    for site in await session.exec(select(tables.Site).where(col(tables.Site.session).in_(names))):
        into.sites[site.session, site.site] = state_of(Site, site)
    for choice in await session.exec(select(tables.Choice).where(col(tables.Choice.session).in_(names))):
        into.choices[choice.session, choice.project_code] = state_of(Choice, choice)
    for finding in await session.exec(select(tables.Finding).where(col(tables.Finding.session).in_(names))):
        into.findings[finding.session, finding.finding] = state_of(Finding, finding)
    for ended in await session.exec(select(tables.Survey).where(col(tables.Survey.session).in_(names))):
        into.ended[ended.session] = state_of(Survey, ended)


@dataclass(frozen=True, slots=True)
class Overview:
    """A session's survey as it stands."""

    session: str
    scheduled_at: datetime | None
    sites: list[Site]
    choices: list[Choice]
    findings: list[Finding]
    ended: Survey | None
    roster: list[Surveyor]

    @property
    def held(self) -> Survey | None:
        """The survey, if it was held."""
        return self.ended if self.ended is not None and self.ended.held_at is not None else None

    @property
    def called_off(self) -> Survey | None:
        """The survey, if it is on record that it is not held."""
        return self.ended if self.ended is not None and self.ended.called_off is not None else None

    @property
    def miscounted(self) -> bool:
        """Whether the roster or the findings have changed since the survey was counted: a correction counts anew."""
        chosen = [one for one in self.choices if one.state == Picked.CHOSEN]
        now = totals(self.roster, len(chosen), len(self.findings))
        return self.held is not None and self.held.totals != now

    @property
    def readiness(self) -> str:
        """Whether the venue is filed and ready: red, yellow or green (row 42)."""
        if not self.sites:
            return "red"
        return "green" if all(one.ready for one in self.sites) else "yellow"


async def overview(session: AsyncSession, registry: Registry, name: str) -> Overview:
    """Return a session's survey as it stands."""
    forum = await session.get(tables.Forum, name)
    if forum is None:
        raise UnknownSession(session=name[:64])
    known = Surveyed()
    await _surveyed(session, {name}, known)
    rows = await session.exec(select(tables.Participant).where(col(tables.Participant.session) == name))
    people = [state_of(Participant, row) for row in rows]
    return Overview(
        session=name,
        scheduled_at=forum.scheduled_at,
        sites=sorted(known.sites.values(), key=lambda one: (one.kind, one.site)),
        choices=sorted(known.choices.values(), key=lambda one: (one.state, one.project_code)),
        findings=sorted(known.findings.values(), key=lambda one: (one.found_at, one.finding)),
        ended=known.ended.get(name),
        roster=roster(registry, sorted(people, key=lambda one: one.number), known.chosen(name)),
    )


async def keep(session: AsyncSession, photo: tables.Photo) -> None:
    """Keep a picture; the same picture again is the same."""
    if await session.get(tables.Forum, photo.session) is None:
        raise UnknownSession(session=photo.session[:64])
    new = insert(tables.Photo).values(**photo.model_dump()).on_conflict_do_nothing()
    await (await session.connection()).execute(new)


async def clear_unused(session: AsyncSession, before: datetime) -> int:
    """Delete the pictures uploaded before a moment that no finding names; return how many."""
    return (await (await session.connection()).execute(_CLEAR, {"before": before})).rowcount


async def photo(session: AsyncSession, name: str, sha256: str) -> bytes:
    """Return a picture."""
    found = await session.get(tables.Photo, (name, sha256))
    if found is None:
        raise PhotoUnknown
    return found.content
