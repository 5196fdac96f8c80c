"""What the policy service does about other services' facts."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy.store import Forum, Heard
from shared import keyfacts
from shared.consumer import On, on
from shared.envelope import Fact
from shared.events import (
    AgendaSet,
    CampaignPlanned,
    ConsultationSeatsStaffed,
    IssueAnswered,
    IssueCorrected,
    IssueEvent,
    IssueRaised,
    IssueResolved,
    Participant,
    ParticipantPromoted,
    ParticipantReplaced,
    ParticipantsConfirmed,
    ParticipantWithdrawn,
    RosterLocked,
    SessionCancelled,
    SessionRescheduled,
    SessionScheduled,
)
from shared.vocabulary import ForumClass, IssueSource, SeatPeriod


def _in_order(facts: Sequence[Fact]) -> list[Fact]:
    return sorted(facts, key=lambda one: (one.subject, one.version))


async def expect_visits(plans: Sequence[CampaignPlanned], session: AsyncSession) -> None:
    """Every banner session of a planned campaign has its day of visits."""
    await Heard(session).expect(plans)


async def note_start(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Teams depart after approvals and forum, so the service knows when a session begins, is moved or cancelled."""
    for fact in _in_order(facts):
        event = fact.event()
        if not await Forum(session).is_newer(fact.subject, fact.version):
            continue
        if isinstance(event, SessionCancelled):
            await Heard(session).announce(event.session, None)
        elif isinstance(event, (SessionScheduled, SessionRescheduled)):
            await Heard(session).announce(event.session, event.starts_at)
        await Forum(session).rebook(str(fact.data["session"]))


async def note_agenda(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Whoever attends the forum is booked as long as its agenda lasts (row 48)."""
    for fact in _in_order(facts):
        agenda = AgendaSet.model_validate(fact.data)
        if await Forum(session).is_newer(fact.subject, fact.version):
            minutes = sum(item.minutes for item in agenda.items)
            end = agenda.starts_at + timedelta(minutes=minutes)
            await Heard(session).set_agenda(agenda.session, agenda.starts_at, end)
            await Forum(session).rebook(agenda.session)


async def note_seats(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Who sits at the consultation seats is in no team meanwhile, and teams depart when the seats end (I11)."""
    for fact in _in_order(facts):
        staffed = ConsultationSeatsStaffed.model_validate(fact.data)
        if await Forum(session).is_newer(fact.subject, fact.version):
            after = [one.ends_at for one in staffed.windows if one.period is SeatPeriod.AFTER]
            await Heard(session).staff_seats(staffed.session, max(after, default=None))
            windows = [
                (window.starts_at, window.ends_at, (one.unit, one.name), window.period.zh)
                for window in staffed.windows
                for one in window.staff
            ]
            await Forum(session).sits(staffed.session, windows)


async def note_roster(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Who has a place at the forum cannot be on the way with a team meanwhile (I12)."""
    forum = Forum(session)
    for fact in _in_order(facts):
        event, version = fact.event(), fact.version
        if isinstance(event, ParticipantWithdrawn):
            await forum.attends(event.session, event.participant, None, version)
        elif isinstance(event, ParticipantReplaced):
            await forum.attends(event.session, event.participant, None, version)
            await _seat(forum, event.session, (event.by,), version)
        elif isinstance(event, ParticipantPromoted):
            await _seat(forum, event.session, (event.person,) if _is_official(event.kind) else (), version)
        elif isinstance(event, ParticipantsConfirmed):
            await _seat(forum, event.session, event.participants if _is_official(event.kind) else (), version)
        elif isinstance(event, RosterLocked):
            roster = [one for some in event.roster or () if _is_official(some.kind) for one in some.participants]
            await _seat(forum, event.session, roster, version)
            await forum.only(event.session, (one.participant for one in roster), version)
    for name in {str(fact.data["session"]) for fact in facts}:
        await forum.rebook(name)


def _is_official(kind: ForumClass) -> bool:
    """Tell classes whose people may be in a team too from enterprises' and leaders'."""
    return kind in (ForumClass.CITY, ForumClass.BANNER)


async def _seat(forum: Forum, session: str, people: Sequence[Participant], version: int) -> None:
    for one in people:
        await forum.attends(session, one.participant, (one.unit, one.name), version)


async def note_issue(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Keep which issue a question left open has become; its answer there is the question's answer (row 49)."""
    for fact in _in_order(facts):
        event = fact.event()
        if not isinstance(event, IssueEvent) or (standing := event.standing) is None:
            continue
        if standing.source is IssueSource.POLICY and standing.origin is not None:
            await Heard(session).answered(
                event.session,
                standing.origin,
                event.issue,
                answer=standing.answer,
                by=standing.answered_by,
                at=standing.answered_at,
            )


_ROSTER = (ParticipantsConfirmed, ParticipantPromoted, ParticipantReplaced, ParticipantWithdrawn, RosterLocked)
_ISSUES = (IssueRaised, IssueAnswered, IssueResolved, IssueCorrected)

HANDLERS = (
    on(CampaignPlanned, expect_visits),
    On(frozenset({SessionScheduled.type, SessionRescheduled.type, SessionCancelled.type}), note_start),
    On(frozenset({AgendaSet.type}), note_agenda),
    On(frozenset({ConsultationSeatsStaffed.type}), note_seats),
    On(frozenset(event.type for event in _ROSTER), note_roster),
    On(frozenset(event.type for event in _ISSUES), note_issue),
    keyfacts.HEARD,
)
