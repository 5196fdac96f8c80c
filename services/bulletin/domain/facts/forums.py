"""Reads the forum, the issues raised there and what becomes of them, and the site survey."""

from collections.abc import Mapping
from typing import Final

from services.bulletin.domain.facts.known import IssueFacts, Reader, SessionFacts, Site
from shared.envelope import Fact
from shared.events import (
    EVENTS,
    ForumHeld,
    IssueEvent,
    IssueRaised,
    SurveyCalledOff,
    SurveyCorrected,
    SurveyFindingRecorded,
    SurveyHeld,
    SurveyReport,
    SurveySiteChosen,
    SurveySiteDropped,
    SurveySiteFiled,
)

ISSUES: Final = tuple(name for name, kind in EVENTS.items() if issubclass(kind, IssueEvent))
"""Every type of fact that says how an issue stands."""


def issue(known: IssueFacts, fact: Fact) -> None:
    """Take a fact of one issue."""
    event = EVENTS[fact.type].model_validate(fact.data)
    if isinstance(event, IssueRaised):
        known.raised, known.raised_sequence = event, fact.sequence
    if isinstance(event, IssueEvent) and event.standing is not None:
        known.standings[fact.version] = (fact.sequence, fact.time, event.standing)


def _issue(known: SessionFacts, fact: Fact) -> None:
    issue(known.issues.setdefault(str(fact.data["issue"]), IssueFacts()), fact)


def _forum(known: SessionFacts, fact: Fact) -> None:
    known.forum, known.forum_sequence = ForumHeld.model_validate(fact.data), fact.sequence


def _filed(known: SessionFacts, fact: Fact) -> None:
    filed = SurveySiteFiled.model_validate(fact.data)
    if fact.version > known.filed.get(filed.site, (-1, filed))[0]:
        known.filed[filed.site] = (fact.version, filed)


def _chosen(known: SessionFacts, fact: Fact) -> None:
    chosen = SurveySiteChosen.model_validate(fact.data)
    site = known.sites.setdefault(chosen.project_code, Site())
    if fact.version > site.chosen_version:
        site.chosen, site.chosen_version = chosen, fact.version


def _dropped(known: SessionFacts, fact: Fact) -> None:
    site = known.sites.setdefault(str(fact.data["project_code"]), Site())
    site.dropped_version = max(site.dropped_version, fact.version)


def _finding(known: SessionFacts, fact: Fact) -> None:
    finding = SurveyFindingRecorded.model_validate(fact.data)
    known.findings[finding.finding] = finding


def _survey(known: SessionFacts, fact: Fact) -> None:
    if fact.sequence > known.survey_sequence:
        report = EVENTS[fact.type].model_validate(fact.data)
        assert isinstance(report, SurveyReport)  # noqa: S101  (as registered below)
        known.survey, known.survey_sequence = report, fact.sequence


def _called_off(known: SessionFacts, fact: Fact) -> None:
    if fact.sequence > known.called_off_sequence:
        known.called_off, known.called_off_sequence = SurveyCalledOff.model_validate(fact.data), fact.sequence


READERS: Final[Mapping[str, Reader]] = {
    **dict.fromkeys(ISSUES, _issue),
    ForumHeld.type: _forum,
    SurveySiteFiled.type: _filed,
    SurveySiteChosen.type: _chosen,
    SurveySiteDropped.type: _dropped,
    SurveyFindingRecorded.type: _finding,
    SurveyHeld.type: _survey,
    SurveyCorrected.type: _survey,
    SurveyCalledOff.type: _called_off,
}
