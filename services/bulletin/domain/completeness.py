"""What an edition still lacks, and who owes it (row 58); with what it changes of the one before, a correction."""

from services.bulletin.domain import fold
from services.bulletin.domain.changes import RESULT, changes, item
from services.bulletin.domain.edition import Edition, Owed
from services.bulletin.domain.facts import SessionFacts, at, at_closing
from shared.events import ForumHeld, SurveyHeld, VisitsConcluded
from shared.vocabulary import CITY_DIVISION, IssueSource, Level


def _unit(known: SessionFacts, level: Level, division: str, bureau: str) -> str:
    units = known.plan.units
    return next((u.name for u in units if (u.level, u.division, u.bureau) == (level, division, bureau)), bureau)


def lacking(known: SessionFacts) -> tuple[Owed, ...]:
    """List what is missing before the session's bulletin is complete; nothing means: issue it now."""
    session = fold.planned(known)
    awaits = known.plan.switches.awaits.get(session.kind, ())
    drc = _unit(known, Level.CITY, CITY_DIVISION, "drc")
    banner = _unit(known, Level.BANNER, session.division, "government")
    owed = [Owed(unit=row.unit, what=f"{item(row)}{RESULT}") for row in fold.applications(known) if row.outcome is None]
    if "approvals" in awaits and not _approvals_reconcile(known):
        owed.append(Owed(unit=drc, what="集中审批办理情况（合计数核对未完成）"))
    if "forums" in awaits:
        owed += _what_is_short(banner, "政企座谈交流情况", told=known.forum is not None, agree=_forum_reconciles(known))
    if "survey" in awaits or known.sites or known.filed:
        told, agree = known.survey is not None or known.no_survey is not None, _survey_reconciles(known)
        owed += _what_is_short(banner, "春季集中开工项目现场调研情况", told=told, agree=agree)
    if "policy" in awaits:
        owed += _what_is_short(drc, "政策宣讲入企情况", told=known.visits is not None, agree=_visits_reconcile(known))
    return tuple(owed)


def _what_is_short(unit: str, what: str, *, told: bool, agree: bool) -> list[Owed]:
    """Name what a service has not stated, or has stated in figures that its facts do not add up to."""
    if told and agree:
        return []
    return [Owed(unit=unit, what=what if not told else f"{what}（合计数核对未完成）")]


def _forum_reconciles(known: SessionFacts) -> bool:
    """Compare the count of issues stated at the forum's end with the issues told before it (row 64)."""
    if known.forum is None or known.forum.issues is None:
        return True
    then = at(known, ForumHeld.type, known.forum_sequence)
    heard = [one.raised for one in then.issues.values() if one.raised is not None]
    return sum(one.source is IssueSource.FORUM for one in heard) == known.forum.issues


def _survey_reconciles(known: SessionFacts) -> bool:
    """Compare the survey's control totals with what was told before its end."""
    if known.survey is None or known.survey.totals is None or known.no_survey:
        return True
    then, stated = at(known, SurveyHeld.type, known.survey_sequence), known.survey.totals
    chosen = sum(one.chosen is not None and one.chosen_version > one.dropped_version for one in then.sites.values())
    return (chosen, len(then.findings)) == (stated.projects, stated.findings)


def _visits_reconcile(known: SessionFacts) -> bool:
    """Compare the policy service's control totals with what was told before the visits were concluded."""
    stated = known.visits
    if stated is None:
        return True
    then = at(known, VisitsConcluded.type, known.visits_sequence)
    made = [one.visited for one in then.made.values() if one.visited is not None]
    counted = {
        "teams": len(then.teams),
        "visits": len(made),
        "questions": sum(len(one.questions) for one in made),
        "left_open": len(then.left_open),
    }
    told = {name: getattr(stated, name) for name in counted}
    return all(told[name] in (None, count) for name, count in counted.items())


def _approvals_reconcile(known: SessionFacts) -> bool:
    """Compare the service's control totals with what its facts up to the closing add up to (row 59)."""
    if known.closed is None or known.closed.totals is None:
        return False
    stated, then = known.closed.totals, at_closing(known)
    withdrawn = sum(case.withdrawn is not None for case in then.cases.values())
    postponed = sum(case.postponed is not None and case.withdrawn is None for case in then.cases.values())
    own = fold.totals(fold.applications(then), withdrawn, postponed)
    return (
        all(case.docketed for case in then.cases.values())
        and own.docketed == stated.docketed
        and (own.withdrawn, own.postponed) == (stated.withdrawn, stated.postponed)
        and sum(len(case.licences) for case in then.cases.values()) == stated.licences
        and {(one.level, one.formality, one.outcome): one.applications for one in own.cells}
        == {(one.level, one.formality, one.outcome): one.applications for one in stated.counts}
    )


def edition(known: SessionFacts, imprint: fold.Imprint, before: Edition | None) -> Edition:
    """Assemble an edition with what it lacks and what it changes of the one before."""
    after = fold.assemble(known, imprint, lacking(known))
    if before is None:
        return after
    # A number belongs to its year: a correction made in January is still one of last year's issue.
    return after.model_copy(update={"changes": changes(before, after), "year": before.year})
