"""What an edition still lacks, and who owes it; and what a correction changes (rows 58, 63)."""

from datetime import date

from services.bulletin.domain import fold
from services.bulletin.domain.edition import Application, Change, Edition, Issue, Owed, Team, Withdrawn
from services.bulletin.domain.facts import SessionFacts, at, at_closing
from shared.clock import SHANGHAI
from shared.events import ForumHeld, SurveyHeld, VisitsConcluded
from shared.vocabulary import CITY_DIVISION, IssueSource, Level

_OUTCOME_OPEN = "（未办结）"
_RESULT = "办理结果"


def _unit(known: SessionFacts, level: Level, division: str, bureau: str) -> str:
    units = known.plan.units
    return next((u.name for u in units if (u.level, u.division, u.bureau) == (level, division, bureau)), bureau)


def lacking(known: SessionFacts) -> tuple[Owed, ...]:
    """List what is missing before the session's bulletin is complete; nothing means: issue it now."""
    session = fold.planned(known)
    awaits = known.plan.switches.awaits.get(session.kind, ())
    drc = _unit(known, Level.CITY, CITY_DIVISION, "drc")
    banner = _unit(known, Level.BANNER, session.division, "government")
    owed = [
        Owed(unit=row.unit, what=f"{_item(row)}{_RESULT}") for row in fold.applications(known) if row.outcome is None
    ]
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


def _item(row: Application | Withdrawn) -> str:
    return f"{row.project_name}（{row.project_code}）{row.level.zh}{row.formality.zh}"


def _row_text(row: Application) -> str:
    parts = [row.outcome.zh if row.outcome else _OUTCOME_OPEN]
    if row.document_number:
        parts.append(row.document_number)
    parts += [f"{licence.licence_type}{licence.number}" for licence in row.licences]
    if row.missing:
        parts.append(f"待补：{'、'.join(row.missing)}，{_day(row.due)}前")
    if row.target_body:
        parts.append(f"转报{row.target_body}")
    return "；".join(parts)


def _day(due: date | None) -> str:
    return f"{due.year}年{due.month}月{due.day}日" if due else "未定"


def _statements(edition: Edition) -> dict[str, str]:
    """Return every statement of an edition that a correction may change, by what it is about."""
    statements = {_item(row): _row_text(row) for row in edition.applications}
    statements |= {_item(gone): f"{'延期' if gone.postponed else '撤回'}：{gone.reason}" for gone in edition.withdrawn}
    statements |= {f"问题：{one.enterprise}（{one.topic}）{one.issue}": _issue_text(one) for one in edition.issues}
    statements |= {f"现场调研：{one.project_name}": "；".join(one.findings) or "已调研" for one in edition.surveys}
    if (day := _survey_text(edition)) is not None:
        statements["现场调研"] = day
    statements |= {f"小分队 {one.team}": _team_text(one) for one in edition.teams}
    statements |= {f"{one.session_name}：{one.item}": one.state for one in edition.progress}
    if (seen := edition.visits) is not None:
        statements["政策宣讲"] = f"走访企业{seen.enterprises}家，提问{seen.questions}个，未当场答复{seen.left_open}个"
    # What a unit owes of a single application is said in that application's own line already.
    rows = {_item(row) for row in edition.applications}
    statements |= {f"待报：{one.unit}": one.what for one in edition.owed if one.what.removesuffix(_RESULT) not in rows}
    statements["活动地点"] = edition.venue or ""
    statements["宣布开始"] = edition.declared_by or ""
    return statements


def _issue_text(one: Issue) -> str:
    if one.answer:
        return f"{one.text}（{one.answered_by or ''}答复：{one.answer}）"
    return f"{one.text}（交办{one.lead}）" if one.lead else one.text


def _survey_text(edition: Edition) -> str | None:
    if edition.no_survey is not None:
        return f"未进行（{edition.no_survey}）"
    if (day := edition.survey_day) is None:
        return None
    people = f"市直部门{day.city}人、旗区{day.banner}人、项目业主{day.owners}人参加"
    shown = f"{'、'.join(day.presented_by)}现场介绍" if day.presented_by else ""
    start, end = (clock.astimezone(SHANGHAI) for clock in (day.started_at or day.held_at, day.held_at))
    times = f"{start:%H:%M}—{end:%H:%M}" if day.started_at else f"{end:%H:%M}结束"
    return "，".join(filter(None, (times, people, shown, day.situation)))


def _team_text(one: Team) -> str:
    return f"队长{one.leader}，联络员{one.liaison}，成员{'、'.join(one.members)}"


def edition(known: SessionFacts, imprint: fold.Imprint, before: Edition | None) -> Edition:
    """Assemble an edition with what it lacks and what it changes of the one before."""
    after = fold.assemble(known, imprint, lacking(known))
    if before is None:
        return after
    # A number belongs to its year: a correction made in January is still one of last year's issue.
    return after.model_copy(update={"changes": changes(before, after), "year": before.year})


def changes(before: Edition, after: Edition) -> tuple[Change, ...]:
    """List what differs between two editions of a session, old and new."""
    old, new = _statements(before), _statements(after)
    keys = [*old, *(key for key in new if key not in old)]
    return tuple(Change(item=key, old=old.get(key), new=new.get(key)) for key in keys if old.get(key) != new.get(key))
