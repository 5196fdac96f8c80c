"""The sample campaign's figures, counted from the posts without any service's code, for the demo to compare.

`docketed` counts every application ever put on the docket, withdrawn ones included; `cells` leave the withdrawn out,
and a cell without outcome is undecided: docketed = withdrawn + decided + undecided.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from deploy.demo.make_campaign import BANNER_OWNERS, CITY_OWNERS
from deploy.demo.posts import Post
from deploy.demo.units import unit_of
from shared.events import (
    ApplicationDocketed,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    EnterpriseVisited,
    IssueRaised,
    LicenceIssued,
    PlannedSession,
    SessionClosed,
    SessionEvent,
    Switches,
    TeamAssigned,
)
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome

_SUMS: Final = (
    *("docketed", "withdrawn", "decided", "undecided", "licences", "documents", "projects", "issues"),
    *("teams", "visits", "questions", "left_open"),
)
"""Figures that add up over the campaign."""


class _Session:
    """A session's facts up to a moment, sorted into piles."""

    def __init__(self, posts: Iterable[Post]) -> None:
        self.docketed: dict[str, ApplicationDocketed] = {}
        self.withdrawn: set[str] = set()
        self.decided: dict[str, ApprovalSigned | ApprovalCorrected] = {}
        self.piles: Counter[type] = Counter()
        self.visits: list[EnterpriseVisited] = []
        for post in sorted(posts, key=lambda post: post.sent):
            self._add(post.event)

    def _add(self, event: object) -> None:
        self.piles[type(event)] += 1
        if isinstance(event, ApplicationDocketed):
            self.docketed[event.subject] = event
        elif isinstance(event, ApplicationWithdrawn):
            self.withdrawn.add(event.subject)
        elif isinstance(event, (ApprovalSigned, ApprovalCorrected)):
            self.decided[event.subject] = event
        elif isinstance(event, EnterpriseVisited):
            self.visits.append(event)


def _outcome(session: _Session, subject: str) -> Outcome | None:
    decision = session.decided.get(subject)
    return decision.outcome if decision else None


def _cells(session: _Session, standing: dict[str, ApplicationDocketed]) -> list[dict[str, Any]]:
    counts = Counter(
        (application.level, application.formality, _outcome(session, subject))
        for subject, application in standing.items()
    )
    return [
        {"level": level, "formality": formality, "outcome": outcome, "applications": counts[level, formality, outcome]}
        for level in Level
        for formality in Formality
        for outcome in (*Outcome, None)
        if counts[level, formality, outcome]
    ]


def _owed(application: ApplicationDocketed, division: str) -> str:
    """Return the name of the unit that owes a decision."""
    if application.level is Level.CITY:
        return unit_of(CITY_OWNERS[application.formality], CITY_DIVISION).name
    return unit_of(BANNER_OWNERS[application.formality], division).name


def _figures(posts: Iterable[Post], division: str) -> dict[str, Any]:
    session = _Session(posts)
    standing = {subject: event for subject, event in session.docketed.items() if subject not in session.withdrawn}
    undecided = [event for subject, event in standing.items() if subject not in session.decided]
    documents = {one.document_number for one in session.decided.values() if one.document_number}
    return {
        "docketed": len(session.docketed),
        "withdrawn": len(session.withdrawn),
        "decided": len(standing) - len(undecided),
        "undecided": len(undecided),
        "licences": session.piles[LicenceIssued],
        "documents": len(documents),
        "projects": len({event.project_code for event in standing.values()}),
        "owners": len({event.project.owner_code for event in standing.values()}),
        "issues": session.piles[IssueRaised],
        "teams": session.piles[TeamAssigned],
        "visits": session.piles[EnterpriseVisited],
        "questions": sum(len(visit.questions) for visit in session.visits),
        "left_open": sum(one.answer is None for visit in session.visits for one in visit.questions),
        "owed": sorted(_owed(event, division) for event in undecided),
        "cells": _cells(session, standing),
    }


def _issued_by(posts: Iterable[Post], switches: Switches) -> datetime:
    """Return the moment by which the first edition is out, whatever is still owed."""
    closed = next(post.event for post in posts if isinstance(post.event, SessionClosed))
    return closed.closed_at + switches.bulletin_within - switches.issue_before


def expected(posts: list[Post], sessions: Iterable[PlannedSession], switches: Switches) -> dict[str, Any]:
    """Return each session's figures at its first issue and at the end, and the campaign's sums at the end."""
    figures: dict[str, Any] = {}
    for session in sessions:
        own = [post for post in posts if isinstance(post.event, SessionEvent) and post.event.session == session.session]
        limit = _issued_by(own, switches)
        first = _figures((post for post in own if post.sent <= limit), session.division)
        end = _figures(own, session.division)
        figures[session.session] = {"revisions": int(first != end), "at_first_issue": first, "at_end": end}
    totals = {name: sum(each["at_end"][name] for each in figures.values()) for name in _SUMS}
    return {"sessions": figures, "campaign": totals}
