"""The registry of projects: a code stands for one project of one enterprise, whoever dockets it (row 13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from services.approvals.domain.refusals import AlreadyThere
from shared.events import ApplicationDocketed
from shared.identifiers import unspaced
from shared.vocabulary import Scope

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld

ProjectKey = tuple[str, str]
"""A project: campaign and project code."""


class AnotherProject(AlreadyThere):
    """The code is on record for something else than this docketing says."""

    status = 409
    row = 13
    zh = "项目代码{code}已登记为“{before}”，与本次填报的“{now}”不一致；确需更正的，请填写 supersedes 替换登记"
    en = "The project code {code} is on record as {before}, not as {now}; to mend it, docket anew with supersedes"


class Project(NamedTuple):
    """A project as it was docketed last."""

    campaign: str
    project_code: str
    name: str
    scope: Scope
    owner_code: str
    owner_name: str


def register(world: ApprovalsWorld, event: ApplicationDocketed) -> None:
    """Note a project, or refuse a docketing that tells another one under the same code, unless it replaces one."""
    key = (event.campaign, event.project_code)
    project = event.project
    new = Project(*key, project.name, project.scope, project.owner_code, project.owner_name)
    before = world.projects.get(key)
    if before is not None and event.supersedes is None:
        told = {
            "data.project.owner_code": (before.owner_code, new.owner_code),
            "data.project.owner_name": (before.owner_name, new.owner_name),
            "data.project.name": (before.name, new.name),
            "data.project.scope": (before.scope.zh, new.scope.zh),
        }
        for path, (old, now) in told.items():
            if unspaced(old) != unspaced(now):
                raise AnotherProject(path=path, code=event.project_code, before=old, now=now)
    if before is None or event.supersedes is not None:
        world.put_project(new)
