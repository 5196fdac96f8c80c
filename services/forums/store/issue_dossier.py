"""One issue with its whole history, read from the outbox: the record of truth."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain.issue import Issue
from services.forums.domain.issue_history import Entry, history
from services.forums.domain.issue_ledger import Line, line
from services.forums.domain.topics import departments_for
from services.forums.store.issue_ledger import IssueLedger
from shared.campaign import Registry
from shared.clock import shanghai_date
from shared.events import QuestionAnswered
from shared.outbox import facts_of
from shared.plans import Plans
from shared.vocabulary import CITY_DIVISION, IssueSource, Level


class Dossier(BaseModel):
    """What is known of one issue."""

    line: Line
    history: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Opened:
    """An issue's dossier, opened by somebody who may want to take a step."""

    dossier: Dossier
    issue: Issue
    registry: Registry
    team_said: QuestionAnswered | None
    """What the policy team answered after a unit had got the question in hand."""
    photos: tuple[str, ...] = ()
    """Pictures of the survey's finding it comes from."""
    suggested: tuple[str, ...] = ()
    """Units it may be for: as the policy service named them, else by what it is about."""


async def opened(session: AsyncSession, plans: Plans, name: str, issue: str, now: datetime) -> Opened:
    """Open an issue's dossier as of now."""
    ledger = IssueLedger(session, plans)
    found = await ledger.issue(name, issue)
    registry = await ledger.planned(name.rpartition("-")[0])
    facts = await facts_of(session, found.subject)
    dossier = Dossier(line=line(registry, found, shanghai_date(now)), history=tuple(history(registry, facts)))
    return Opened(
        dossier,
        found,
        registry,
        await _team_said(session, found),
        photos=await _photos(session, found),
        suggested=tuple(found.suggested) or _in_charge(registry, found),
    )


def _in_charge(registry: Registry, issue: Issue) -> tuple[str, ...]:
    """Name the departments in charge of what an issue is about, by its topic or else by its text."""
    bureaus = departments_for([issue.topic]) or departments_for([issue.text])
    units = (registry.bureau(Level.CITY, CITY_DIVISION, bureau) for bureau in bureaus)
    return tuple(unit.code for unit in units if unit is not None)


async def _photos(session: AsyncSession, issue: Issue) -> tuple[str, ...]:
    if issue.source != IssueSource.SURVEY or issue.origin is None:
        return ()
    finding = await session.get(tables.Finding, (issue.session, issue.origin))
    return tuple(finding.photos) if finding is not None else ()


async def _team_said(session: AsyncSession, issue: Issue) -> QuestionAnswered | None:
    if issue.source != IssueSource.POLICY or issue.origin is None:
        return None
    question = await session.get(tables.Question, (issue.session, issue.origin))
    if question is None or question.answer is None:
        return None
    told = QuestionAnswered.model_validate_json(question.answer)
    return told if told.answer != issue.answer else None
