"""Signings and licences, the hot part of the desk: one statement reads what nearly all of them need, one writes it."""

from collections.abc import Iterable, Sequence
from typing import Final

import asyncpg

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.state import Application, Session
from services.approvals.store import signings
from services.approvals.store.rows import application
from shared.database import rows
from shared.events import ApprovalSigned, Event, LicenceIssued
from shared.events.base import among
from shared.outbox import Beside
from shared.plans import Plans
from shared.posted import Posted
from shared.receipts import Known, Receipt

_HOT: Final = frozenset[type[Event]]({ApprovalSigned, LicenceIssued})
_KNOWN: Final = 4
"""So many columns tell of the receipt and of the version; then come the application's, then its session's."""
_APPLICATION: Final = len(Application._fields)
# Like `receipts.known` and what the desk reads by itself, for one and the same moment; a closing session is waited for.
_READ: Final = f"""
    WITH held AS MATERIALIZED (
        SELECT {", ".join(Session._fields)} FROM session WHERE session = ANY($4::text[]) ORDER BY session FOR KEY SHARE
    )
    SELECT receipt.receipt, receipt.status, receipt.body_sha256,
        (SELECT max(version) FROM outbox WHERE outbox.subject = asked.subject),
        {", ".join(f"application.{name}" for name in Application._fields)}, held.*
    FROM unnest($1::text[], $2::text[], $3::text[], $4::text[])
        WITH ORDINALITY AS asked(source, event_id, subject, session, place)
    LEFT JOIN LATERAL (
        SELECT * FROM receipt WHERE receipt.source = asked.source AND receipt.event_id = asked.event_id LIMIT 1
    ) AS receipt ON true
    LEFT JOIN LATERAL (SELECT * FROM application WHERE application.subject = asked.subject LIMIT 1) AS application
        ON true
    LEFT JOIN held ON held.session = asked.session
    ORDER BY place
"""  # noqa: S608  (own words)
# What never changes is not written again: of a signing's fourteen columns three quarters.
CHANGE: Final = """
    UPDATE application SET withdrawn = now.withdrawn, outcome = now.outcome, decision = now.decision,
        amended = now.amended, licences = now.licences
    FROM unnest(${}::text[], ${}::text[], ${}::text[], ${}::text[], ${}::boolean[], ${}::integer[])
        AS now(subject, withdrawn, outcome, decision, amended, licences)
    WHERE application.subject = now.subject
"""
_CHANGE_AHEAD: Final = CHANGE.format(14, 15, 16, 17, 18, 19)
"""After the values of the facts and of their receipts."""


def changed(applications: Iterable[Application]) -> list[list[object]]:
    """Return the columns of applications that change."""
    values = [
        (one.subject, one.withdrawn, one.outcome, one.decision, one.amended, one.licences) for one in applications
    ]
    return [list(column) for column in zip(*values, strict=True)]


def _campaigns(events: Sequence[Event]) -> set[str]:
    """Name the campaigns of signings and licences, asking one event of each session."""
    return {event.campaign for event in {event.session: event for event in among(events, *_HOT)}.values()}


class Straight:
    """Reads and writes groups of signings and licences."""

    def __init__(self, plans: Plans) -> None:
        """Take the plans read so far."""
        self._plans = plans

    def takes(self, events: Sequence[Event]) -> bool:
        """Tell whether these are signings and licences only, of campaigns whose plans are in memory."""
        if not _HOT.issuperset(map(type, events)):
            return False
        campaigns = _campaigns(events)
        return campaigns == self._plans.in_memory(campaigns).keys()

    async def load(self, driver: asyncpg.Connection, posted: Sequence[Posted]) -> tuple[Known, ApprovalsWorld]:
        """Load receipts, versions, sessions and applications in one statement, and what else some of them need."""
        events = among([one.event for one in posted], *_HOT)
        subjects = [event.subject for event in events]
        sessions = [event.session for event in events]
        # A session is read once, beside the first of its events.
        once = [name if sessions.index(name) == place else None for place, name in enumerate(sessions)]
        found = await rows(driver, _READ, [one.source for one in posted], [one.id for one in posted], subjects, once)
        known = Known()
        world = ApprovalsWorld(registries=self._plans.in_memory(_campaigns(events)))
        for one, subject, row in zip(posted, subjects, found, strict=True):
            receipt, status, body, version = row[:_KNOWN]
            if status is not None and status != "released":
                known.receipts[one.source, one.id] = (Receipt(receipt, status), body)
            if version is not None:
                known.versions[subject] = version
            if row[_KNOWN] is not None:
                world.applications[subject] = application(row[_KNOWN : _KNOWN + _APPLICATION])
            if row[-1] is not None:
                session = Session(*row[_KNOWN + _APPLICATION :])
                world.sessions[session.session] = session
        world.docketed = frozenset(world.applications)
        await signings.load(driver, world, events)
        return known, world

    async def save(self, driver: asyncpg.Connection, world: ApprovalsWorld) -> Beside | None:
        """Save numbers and follow-ups; return what changes the applications, which is written ahead of the facts."""
        await signings.save(driver, world)
        if not (subjects := sorted(world.changes.applications)):
            return None
        return Beside(_CHANGE_AHEAD, changed(world.applications[subject] for subject in subjects))
