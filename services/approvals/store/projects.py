"""The registry of projects in the database."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain import ApprovalsWorld
from services.approvals.domain.projects import Project
from shared.events import ApplicationDocketed, Event
from shared.events.base import among
from shared.vocabulary import Scope

_COLUMNS: Final = ", ".join(Project._fields)
_READ = text(f"SELECT {_COLUMNS} FROM project WHERE project_code = ANY(CAST(:codes AS text[]))")  # noqa: S608  (own words)
_VALUES: Final = ", ".join(f"CAST(:{name} AS text[])" for name in Project._fields)
# A code registered meanwhile by another instance breaks the group, which is then decided anew.
_ADD = text(f"INSERT INTO project ({_COLUMNS}) SELECT * FROM unnest({_VALUES})")  # noqa: S608  (likewise)
_MEND = text(f"""
    UPDATE project SET name = now.name, scope = now.scope, owner_code = now.owner_code, owner_name = now.owner_name
    FROM unnest({_VALUES}) AS now({_COLUMNS})
    WHERE project.campaign = now.campaign AND project.project_code = now.project_code
""")  # noqa: S608  (likewise)
_LIST = text(f"""
    SELECT {", ".join(f"project.{one}" for one in Project._fields)}, filed.applications
    FROM project LEFT JOIN (
        SELECT project_code, json_agg(json_build_object('subject', subject, 'session', session,
            'formality', formality, 'level', level, 'outcome', outcome) ORDER BY subject) AS applications
        FROM application WHERE split_part(subject, '/', 1) = :campaign GROUP BY project_code
    ) AS filed ON filed.project_code = project.project_code
    WHERE project.campaign = :campaign
        AND position(lower(:text) IN lower(concat_ws(' ', name, project.project_code, owner_name, owner_code))) > 0
    ORDER BY project.project_code LIMIT 500
""")  # noqa: S608  (likewise)


async def load(connection: AsyncConnection, world: ApprovalsWorld, events: Sequence[Event]) -> None:
    """Add to a world the projects that are docketed."""
    codes = list({one.project_code for one in among(events, ApplicationDocketed)})
    if codes:
        rows = await connection.execute(_READ, {"codes": codes})
        projects = [Project(row[0], row[1], row[2], Scope(row[3]), row[4], row[5]) for row in rows]
        world.projects = {(one.campaign, one.project_code): one for one in projects}
        world.registered = frozenset(world.projects)


async def save(connection: AsyncConnection, world: ApprovalsWorld) -> None:
    """Save what deciding registered or mended."""
    changed = [world.projects[key] for key in sorted(world.changes.projects)]
    for statement, known in ((_ADD, False), (_MEND, True)):
        mine = [one for one in changed if ((one.campaign, one.project_code) in world.registered) is known]
        if mine:
            columns = [list(column) for column in zip(*mine, strict=True)]
            await connection.execute(statement, dict(zip(Project._fields, columns, strict=True)))


async def of_campaign(session: AsyncSession, campaign: str, text_asked: str = "") -> Sequence[Any]:
    """List a campaign's projects with their applications."""
    connection = await session.connection()
    return (await connection.execute(_LIST, {"campaign": campaign, "text": text_asked})).all()
