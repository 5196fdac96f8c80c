"""What happened beside the approvals: issues raised, sites looked at, enterprises visited (row 64). Pure."""

from typing import Any

from services.bulletin.domain.edition import Attendance, Forum, Issue, Survey, SurveyDay, Team, Visits
from services.bulletin.domain.facts import IssueFacts, SessionFacts
from shared.events import IssueStanding, StartingProject
from shared.vocabulary import Feedback, IssueSource, IssueState


def told(known: SessionFacts) -> dict[str, Any]:
    """Return what an edition says of forum, survey and visits, by its fields."""
    return {
        "issues": issues(known),
        "forum": forum(known),
        "attendance": attendance(known),
        "surveys": surveys(known),
        "survey_day": survey_day(known),
        "no_survey": known.no_survey.reason if known.no_survey else None,
        "teams": teams(known),
        "visits": visits(known),
    }


def issues(known: SessionFacts) -> tuple[Issue, ...]:
    """List the issues of the forum as they stood when it ended; what became of them later is the next bulletin's."""
    heard = [
        (name, one)
        for name, one in known.issues.items()
        if one.raised is not None and one.raised.source is IssueSource.FORUM and not _withdrawn(one)
    ]
    return tuple(
        _issue(name, one, known.forum_sequence)
        for name, one in sorted(heard, key=lambda pair: (pair[1].raised.raised_at, pair[0]) if pair[1].raised else ())
    )


def _withdrawn(one: IssueFacts) -> bool:
    return one.newest is not None and one.newest.state is IssueState.WITHDRAWN


def _issue(name: str, one: IssueFacts, held: int) -> Issue:
    raised = one.raised
    assert raised is not None  # noqa: S101  (asked before)
    told: dict[str, str] = {"enterprise": raised.enterprise, "topic": raised.topic, "text": raised.text}
    if one.newest is not None:  # what was put right later is right for the day, too
        told = {"enterprise": one.newest.enterprise, "topic": one.newest.topic, "text": one.newest.text}
    then = one.standing_at(max(held, one.raised_sequence))
    return Issue(issue=name, **told, **(_handling(then) if then is not None else {}))


def _handling(then: IssueStanding) -> dict[str, object]:
    if then.answer is not None:
        return {"on_the_spot": then.on_the_spot, "answer": then.answer, "answered_by": then.answered_by}
    if then.lead_name is not None:
        return {"lead": then.lead_name, "assisting": then.assisting_names, "due": then.due}
    return {}


def forum(known: SessionFacts) -> Forum | None:
    """Return that the forum was held, also where nobody raised anything there."""
    held = known.forum
    if held is None:
        return None
    return Forum(held_at=held.held_at, speakers=held.speakers or 0, consultations=held.consultations or 0)


def attendance(known: SessionFacts) -> tuple[Attendance, ...]:
    """Return who came to the forum, by class, as the forums service states it."""
    stated = getattr(known.forum, "attendance", None) or ()
    return tuple(
        Attendance(kind=one.kind.value, planned=one.planned, present=one.present + one.substitutes) for one in stated
    )


def surveys(known: SessionFacts) -> tuple[Survey, ...]:
    """List the projects chosen on the day and not dropped, in the order of their choice."""
    if known.no_survey:
        return ()
    places = {filed.site: filed.place for _, filed in known.filed.values()}
    chosen = [
        site.chosen for site in known.sites.values() if site.chosen and site.chosen_version > site.dropped_version
    ]
    filed = {project.project_code: project for _, one in known.filed.values() for project in one.projects}
    found = []
    for one in sorted(chosen, key=lambda each: (each.chosen_at, each.project_code)):
        project: StartingProject | None = one.project or filed.get(one.project_code)
        findings = [each for each in known.findings.values() if each.project_code == one.project_code]
        found.append(
            Survey(
                project_name=project.name if project else one.project_code,
                place=places.get(one.site),
                owner_name=project.owner_name if project else None,
                investment=project.investment if project else None,
                findings=tuple(each.text for each in sorted(findings, key=lambda each: (each.found_at, each.finding))),
            )
        )
    return tuple(found)


def survey_day(known: SessionFacts) -> SurveyDay | None:
    """Return the survey as a whole."""
    held = known.survey
    if held is None or known.no_survey:
        return None
    totals = held.totals
    return SurveyDay(
        held_at=held.held_at,
        started_at=held.started_at,
        presented_by=tuple(f"{one.post}{one.name}" for one in held.presented_by),
        situation=held.situation,
        city=totals.city if totals else 0,
        banner=totals.banner if totals else 0,
        owners=totals.owners if totals else 0,
    )


def teams(known: SessionFacts) -> tuple[Team, ...]:
    """List the policy teams as they were last composed, with whom they visited."""
    names = {unit.code: unit.name for unit in known.plan.units}
    logs = sorted((one.log for one in known.made.values() if one.log), key=lambda each: (each.started_at, each.visit))
    return tuple(
        Team(
            team=name,
            leader=_member(team.leader.name, names.get(team.leader.unit)),
            liaison=_member(team.liaison.name, names.get(team.liaison.unit)),
            members=tuple(_member(member.name, names.get(member.unit)) for member in team.members),
            topics=team.topics,
            enterprises=tuple(dict.fromkeys(log.enterprise for log in logs if log.team == name)),
        )
        for name, (_, team) in sorted(known.teams.items())
    )


def _member(name: str, unit: str | None) -> str:
    return f"{name}（{unit}）" if unit else name


def visits(known: SessionFacts) -> Visits | None:
    """Count the visits that were made."""
    logs = [one.log for one in known.made.values() if one.log]
    if not logs:
        return None
    asked = [len(one.visited.questions) for one in known.made.values() if one.visited]
    return Visits(
        visits=len(logs),
        enterprises=len({log.enterprise_code for log in logs}),
        questions=sum(asked),
        left_open=len(known.left_open),
        brochures=len({code for log in logs for code in log.brochures}),
        satisfied=sum(log.feedback is Feedback.SATISFIED for log in logs),
        fair=sum(log.feedback is Feedback.FAIR for log in logs),
        dissatisfied=sum(log.feedback is Feedback.DISSATISFIED for log in logs),
    )
