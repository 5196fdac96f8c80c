"""The registry of projects, to be read by other systems."""

from collections.abc import Sequence

from fastapi import APIRouter
from pydantic import BaseModel

from services.approvals.store import projects
from shared.database import Database
from shared.vocabulary import Formality, Level, Outcome, Scope


class OfProject(BaseModel):
    """One of a project's applications, by the name of its dossier."""

    subject: str
    session: str
    formality: Formality
    level: Level
    outcome: Outcome | None


class Registered(BaseModel):
    """A project with its enterprise and its applications."""

    project_code: str
    name: str
    scope: Scope
    owner_code: str
    owner_name: str
    applications: list[OfProject]


async def registered(database: Database, campaign: str, asked: str) -> list[Registered]:
    """Return a campaign's projects, those that a text is found in."""
    async with database.reading() as session:
        rows = await projects.of_campaign(session, campaign, asked.strip())
    return [
        Registered(
            project_code=row.project_code,
            name=row.name,
            scope=Scope(row.scope),
            owner_code=row.owner_code,
            owner_name=row.owner_name,
            applications=[OfProject.model_validate(one) for one in row.applications or []],
        )
        for row in rows
    ]


def routes(database: Database) -> APIRouter:
    """Return the routes."""
    router = APIRouter()

    @router.get("/campaigns/{campaign}/projects")
    async def listed(campaign: str, q: str = "") -> Sequence[Registered]:
        """List a campaign's projects: code, enterprise, scope, and their applications."""
        return await registered(database, campaign, q)

    return router
