"""What bears on docket, pre-review, queue, seats and documents: read for the posts that need it, and only for them."""

import json
from collections.abc import Sequence
from typing import Final

from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.prereview import Prereview
from services.approvals.domain.queue import Place, Stage
from services.approvals.domain.state import Departure
from shared.events import (
    ApplicationDocketed,
    ApplicationPrereviewed,
    ApplicationReturned,
    DocketLocked,
    Event,
    FormalityAssigned,
    QueueEvent,
    SessionClosed,
    SessionEvent,
)
from shared.events.base import among

WHOLE: Final = (SessionClosed, DocketLocked, FormalityAssigned, QueueEvent)
"""Events that are decided with all applications of their session in view."""
LOCKING: Final = (SessionClosed, DocketLocked, FormalityAssigned)
"""Events that wait for what other instances are writing of their session."""
_REVIEWS: Final = {ApplicationPrereviewed, ApplicationReturned}

_PLACES = text("SELECT * FROM place WHERE session = ANY(CAST(:keys AS text[]))")
_DEPARTURES = text("SELECT * FROM departure WHERE session = ANY(CAST(:keys AS text[]))")
_DOCKETED = text("""
    SELECT subject FROM outbox WHERE subject = ANY(CAST(:keys AS text[])) AND type = :type
    GROUP BY subject ORDER BY max(sequence)
""")
_MOVE = text("""
    UPDATE application SET session = moved.session, project_name = moved.project_name, scope = moved.scope,
        owner_code = moved.owner_code, owner_name = moved.owner_name, postponed = moved.postponed
    FROM unnest(CAST(:subject AS text[]), CAST(:session AS text[]), CAST(:project_name AS text[]),
        CAST(:scope AS text[]), CAST(:owner_code AS text[]), CAST(:owner_name AS text[]), CAST(:postponed AS text[]))
        AS moved(subject, session, project_name, scope, owner_code, owner_name, postponed)
    WHERE application.subject = moved.subject
""")
_LEAVE = text("""
    INSERT INTO departure (session, subject, reason, withdrawn)
    SELECT * FROM unnest(CAST(:session AS text[]), CAST(:subject AS text[]), CAST(:reason AS text[]),
        CAST(:withdrawn AS boolean[]))
    ON CONFLICT (session, subject) DO UPDATE SET reason = excluded.reason, withdrawn = excluded.withdrawn
""")
_SAVE_PREREVIEWS = text("""
    INSERT INTO prereview (subject, session, passed, reviewer, opinion, reviewed_at, since, present, lacking)
    SELECT * FROM unnest(CAST(:subject AS text[]), CAST(:session AS text[]), CAST(:passed AS boolean[]),
        CAST(:reviewer AS text[]), CAST(:opinion AS text[]), CAST(:reviewed_at AS timestamptz[]),
        CAST(:since AS timestamptz[]), CAST(:present AS text[]), CAST(:lacking AS text[]))
    ON CONFLICT (subject) DO UPDATE SET session = excluded.session, passed = excluded.passed,
        reviewer = excluded.reviewer, opinion = excluded.opinion, reviewed_at = excluded.reviewed_at,
        since = excluded.since, present = excluded.present, lacking = excluded.lacking
""")
_SAVE_PLACES = text("""
    INSERT INTO place (session, owner_code, owner_name, number, stage, since, seated_at, skips)
    SELECT * FROM unnest(CAST(:session AS text[]), CAST(:owner_code AS text[]), CAST(:owner_name AS text[]),
        CAST(:number AS integer[]), CAST(:stage AS text[]), CAST(:since AS timestamptz[]),
        CAST(:seated_at AS timestamptz[]), CAST(:skips AS integer[]))
    ON CONFLICT (session, owner_code) DO UPDATE SET stage = excluded.stage, since = excluded.since,
        seated_at = excluded.seated_at, skips = excluded.skips
""")
_SAVE_SEATS = text("""
    INSERT INTO seating (session, units) SELECT * FROM unnest(CAST(:session AS text[]), CAST(:units AS text[]))
    ON CONFLICT (session) DO UPDATE SET units = excluded.units
""")


async def load(connection: AsyncConnection, world: ApprovalsWorld, events: Sequence[Event]) -> None:
    """Add to a world what these events need beyond sessions, applications and what signings do."""
    if sessions := _queues(world, events):
        rows = await connection.execute(_PLACES, {"keys": sessions})
        world.places = {(row.session, row.owner_code): place_of(row) for row in rows}
    if sessions := list({one.session for one in among(events, SessionClosed)}):
        rows = await connection.execute(_DEPARTURES, {"keys": sessions})
        world.departures = [Departure(*row) for row in rows]
    if among(events, DocketLocked):
        values = {"keys": list(world.applications), "type": ApplicationDocketed.type}
        order = [*(await connection.execute(_DOCKETED, values)).scalars()]
        world.applications = {subject: world.applications[subject] for subject in order}


def _queues(world: ApprovalsWorld, events: Sequence[Event]) -> list[str]:
    """Name the sessions whose queue is wanted: those that lock or move theirs, and those whose docket grows late."""

    def asked(event: SessionEvent) -> bool:
        if isinstance(event, ApplicationDocketed):
            state = world.sessions.get(event.session)
            return state is not None and state.docket_locked_at is not None
        return isinstance(event, (DocketLocked, QueueEvent))

    return list({one.session for one in among(events, ApplicationDocketed, DocketLocked, QueueEvent) if asked(one)})


def place_of(row: object) -> Place:
    """Read a place in the queue from its row."""
    values = {name: getattr(row, name) for name in Place._fields}
    return Place(**values | {"stage": Stage(values["stage"])})


async def save(connection: AsyncConnection, world: ApprovalsWorld) -> None:
    """Save what deciding changed of these, one statement for each table."""
    changes = world.changes
    moved = [world.applications[subject] for subject in sorted(changes.moved)]
    names = ("subject", "session", "project_name", "scope", "owner_code", "owner_name", "postponed")
    await _write(connection, _MOVE, names, [tuple(getattr(one, name) for name in names) for one in moved])
    await _write(connection, _LEAVE, Departure._fields, changes.departures)
    reviews = [world.prereviews[subject] for subject in sorted(changes.prereviews)]
    lists = [(*one[:-2], json.dumps(one.present), json.dumps(one.lacking)) for one in reviews]
    await _write(connection, _SAVE_PREREVIEWS, Prereview._fields, lists)
    await _write(connection, _SAVE_PLACES, Place._fields, [world.places[key] for key in sorted(changes.places)])
    seats = [(session, json.dumps(units)) for session, units in sorted(changes.seats.items())]
    await _write(connection, _SAVE_SEATS, ("session", "units"), seats)


async def _write(
    connection: AsyncConnection, statement: TextClause, names: Sequence[str], rows: Sequence[tuple[object, ...]]
) -> None:
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        await connection.execute(statement, dict(zip(names, columns, strict=True)))
