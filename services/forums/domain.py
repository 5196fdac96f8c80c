"""The rules of the forum (notice §二(二)), each with its row of docs/rows.md. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.campaign import (
    Registry,
    StatedByService,
    allow,
    allow_division,
    banner_session,
    is_city_drc,
    planned,
)
from shared.events import Event, ForumHeld, IssueRaised, PlannedSession, SessionEvent
from shared.posted import Posted
from shared.problems import Refused
from shared.vocabulary import Role


class IssueNumberTaken(Refused):
    """The session has an issue of this id."""

    status = 409
    row = 35
    zh = "{session}的问题 {issue} 已由{enterprise}提出；新问题请用新的编号"
    en = "The issue {issue} of {session} was raised by {enterprise}; use a new id for another"


class AlreadyHeld(Refused):
    """The session's forum was held before."""

    status = 409
    row = 7
    zh = "{session}的座谈会已于{at}结束"
    en = "The forum of {session} was held at {at}"


@dataclass(frozen=True, slots=True)
class Forum:
    """One session's forum so far."""

    session: str
    held_at: datetime | None = None
    issues: int | None = None


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue as it was raised; `late` when its forum had been held and counted before."""

    session: str
    issue: str
    enterprise: str
    topic: str
    text: str
    raised_at: datetime
    late: bool


@dataclass
class Changes:
    """What deciding changed and the store has to save."""

    forums: set[str] = field(default_factory=set)
    issues: list[Issue] = field(default_factory=list)


@dataclass
class ForumsWorld:
    """What bears on a group of posted events; deciding one changes it, so that the next one sees it."""

    registries: Mapping[str, Registry] = field(default_factory=dict)
    forums: dict[str, Forum] = field(default_factory=dict)
    issues: dict[tuple[str, str], Issue] = field(default_factory=dict)
    """By session and id; complete only for a session whose forum the group holds."""
    changes: Changes = field(default_factory=Changes)

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow, or raise the refusal of the rule that forbids it."""
        return RULES[type(posted.event)](self, posted, posted.event)


def _with_forum(world: ForumsWorld, event: SessionEvent) -> PlannedSession:
    """Return the plan of a session that has a forum: a banner's (row 2)."""
    _, session = planned(world.registries, event)
    banner_session(session, "政企座谈", "a forum")
    return session


def raise_issue(world: ForumsWorld, posted: Posted, event: IssueRaised) -> Sequence[Event]:
    """Record an issue the banner, or the city DRC, heard; a late one is taken too and marked (rows 35, 82)."""
    session = _with_forum(world, event)
    if not is_city_drc(posted):
        allow(posted, Role.BANNER)
        allow_division(posted, session)
    if (first := world.issues.get((event.session, event.issue))) is not None:
        raise IssueNumberTaken(path="data.issue", session=session.name, issue=event.issue, enterprise=first.enterprise)
    late = world.forums[event.session].held_at is not None
    issue = Issue(
        session=event.session,
        issue=event.issue,
        enterprise=event.enterprise,
        topic=event.topic,
        text=event.text,
        raised_at=event.raised_at,
        late=late,
    )
    world.issues[event.session, event.issue] = issue
    world.changes.issues.append(issue)
    return [event]


def hold(world: ForumsWorld, posted: Posted, event: ForumHeld) -> Sequence[Event]:
    """End a session's forum and state how many issues its bulletin must show (rows 59, 64)."""
    session = _with_forum(world, event)
    allow(posted, Role.BANNER)
    allow_division(posted, session)
    if event.issues is not None:
        raise StatedByService(path="data.issues")
    forum = world.forums[event.session]
    if forum.held_at is not None:
        raise AlreadyHeld(path="data.session", session=session.name, at=forum.held_at.isoformat())
    count = sum(issue.session == event.session for issue in world.issues.values())
    world.forums[event.session] = replace(forum, held_at=event.held_at, issues=count)
    world.changes.forums.add(event.session)
    return [event.model_copy(update={"issues": count})]


Rule = Callable[[ForumsWorld, Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {IssueRaised: raise_issue, ForumHeld: hold}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
