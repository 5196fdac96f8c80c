"""What an edition still lacks, and who owes it; and what a correction changes (rows 58, 63)."""

from services.bulletin.domain import fold
from services.bulletin.domain.edition import Application, Change, Edition, Owed, Withdrawn
from services.bulletin.domain.facts import SessionFacts, at_closing
from shared.vocabulary import CITY_DIVISION, Level

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
    if "forums" in awaits and (known.forum is None or (known.forum.issues or 0) > len(known.issues)):
        owed.append(Owed(unit=banner, what="政企座谈交流情况"))
    if "policy" in awaits and (known.visits is None or (known.visits.teams or 0) > len(known.teams)):
        owed.append(Owed(unit=drc, what="政策宣讲入企情况"))
    return tuple(owed)


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
        parts.append(f"待补：{'、'.join(row.missing)}，{row.due}前")
    if row.target_body:
        parts.append(f"转报{row.target_body}")
    return "；".join(parts)


def _statements(edition: Edition) -> dict[str, str]:
    """Return every statement of an edition that a correction may change, by what it is about."""
    statements = {_item(row): _row_text(row) for row in edition.applications}
    statements |= {_item(gone): f"{'延期' if gone.postponed else '撤回'}：{gone.reason}" for gone in edition.withdrawn}
    statements |= {f"问题：{one.enterprise}（{one.topic}）{one.issue}": one.text for one in edition.issues}
    statements |= {f"小分队 {one.team}": f"队长{one.leader}，联络员{one.liaison}" for one in edition.teams}
    # What a unit owes of a single application is said in that application's own line already.
    rows = {_item(row) for row in edition.applications}
    statements |= {f"待报：{one.unit}": one.what for one in edition.owed if one.what.removesuffix(_RESULT) not in rows}
    statements["活动地点"] = edition.venue or ""
    statements["宣布开始"] = edition.declared_by or ""
    return statements


def edition(known: SessionFacts, imprint: fold.Imprint, before: Edition | None) -> Edition:
    """Assemble an edition with what it lacks and what it changes of the one before."""
    after = fold.assemble(known, imprint, lacking(known))
    return after.model_copy(update={"changes": changes(before, after)}) if before else after


def changes(before: Edition, after: Edition) -> tuple[Change, ...]:
    """List what differs between two editions of a session, old and new."""
    old, new = _statements(before), _statements(after)
    keys = [*old, *(key for key in new if key not in old)]
    return tuple(Change(item=key, old=old.get(key), new=new.get(key)) for key in keys if old.get(key) != new.get(key))
