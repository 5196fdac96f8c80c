"""The campaign's wrap-up (row 70): ten sessions compared, totals the sums of the issues' newest editions. Pure."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from services.bulletin.domain import fold, progress
from services.bulletin.domain.changes import Statement, between
from services.bulletin.domain.edition import Cancelled, Cell, Change, Compared, Edition, Totals
from services.bulletin.domain.facts import SessionFacts
from shared.clock import shanghai_date
from shared.events import CampaignPlanned
from shared.vocabulary import Formality, Level, Outcome, Series, SessionKind

_SUFFIX: Final = "wrapup"
_NOTHING: Final[Mapping[str, Any]] = {
    **dict.fromkeys(("venue", "declared_by", "enterprises")),
    **dict.fromkeys(("leaders", "seats", "applications", "withdrawn", "issues", "teams", "owed", "changes"), ()),
}
"""What is said of a session and not of a campaign."""
_ORDER: Final = {word: place for place, word in enumerate([*Level, *Formality, *Outcome])}


def name_of(campaign: str) -> str:
    """Return the name under which a campaign's wrap-up stands beside its sessions."""
    return f"{campaign}-{_SUFFIX}"


def is_wrapup(session: str) -> bool:
    """Tell a wrap-up from a session."""
    return session.rpartition("-")[2] == _SUFFIX


def is_due(plan: CampaignPlanned, issued: Mapping[str, int], cancelled: Collection[str] = ()) -> bool:
    """Tell whether every session that was held has its bulletin."""
    held = [one.session for one in plan.sessions if one.session not in cancelled]
    return bool(held) and all(session in issued for session in held)


def compares(edition: Edition) -> dict[str, int]:
    """Return which revision of each session's bulletin a wrap-up rests on."""
    return {one.session: one.revision for one in edition.compared}


def total(parts: Sequence[Totals], projects: int, owners: int) -> Totals:
    """Add the sessions' totals up; projects and owners are counted once, in however many sessions they appear."""
    cells: Counter[tuple[Level, Formality, Outcome | None]] = Counter()
    for part in parts:
        for cell in part.cells:
            cells[cell.level, cell.formality, cell.outcome] += cell.applications
    ordered = sorted(cells.items(), key=lambda item: tuple(_ORDER[word] if word else 99 for word in item[0]))
    return Totals(
        docketed=sum(part.docketed for part in parts),
        withdrawn=sum(part.withdrawn for part in parts),
        postponed=sum(part.postponed for part in parts),
        decided=sum(part.decided for part in parts),
        undecided=sum(part.undecided for part in parts),
        licences=sum(part.licences for part in parts),
        projects=projects,
        owners=owners,
        cells=tuple(
            Cell(level=level, formality=formality, outcome=outcome, applications=count)
            for (level, formality, outcome), count in ordered
        ),
    )


def _compared(edition: Edition) -> Compared:
    return Compared(
        session=edition.session,
        session_name=edition.session_name,
        kind=edition.kind,
        year=edition.year,
        number=edition.number,
        revision=edition.revision,
        sha256=edition.sha256(),
        held_on=shanghai_date(edition.opened_at or edition.closed_at),
        totals=edition.totals,
        enterprises=edition.enterprises,
        issues=len(edition.issues),
        surveys=len(edition.surveys),
        teams=len(edition.teams),
        visits=edition.visits.visits if edition.visits else 0,
    )


def assemble(
    plan: CampaignPlanned,
    editions: Sequence[Edition],
    imprint: fold.Imprint,
    before: Edition | None,
    known: SessionFacts | None = None,
) -> Edition:
    """Put the wrap-up together from the sessions' newest editions, in the order of the plan.

    What became of what they left open, and which sessions were not held, is known from the facts.
    """
    sessions = _in_order(plan, editions)
    after = Edition(
        campaign_title=plan.title,
        notice=plan.notice,
        masthead=plan.masthead.name,
        issuer=plan.masthead.issuer,
        demo=plan.demo,
        session=name_of(plan.campaign),
        session_name="行动总结",
        kind=SessionKind.CITY,
        **_NOTHING,
        opened_at=min(one.opened_at or one.closed_at for one in sessions),
        closed_at=imprint.closed_at,
        series=Series.SUPPLEMENT,
        year=shanghai_date(imprint.issued_at).year,
        number=imprint.number,
        revision=imprint.revision,
        issued_at=imprint.issued_at,
        due_at=imprint.due_at,
        complete=all(one.complete for one in sessions),
        cutoff=dict(imprint.cutoff),
        totals=_totals(sessions),
        addressees=fold.addressees(plan),
        print_count=plan.print_count,
        compared=tuple(_compared(one) for one in sessions),
        **_from_facts(plan, known),
    )
    return after.model_copy(update={"changes": changes(before, after), "year": before.year}) if before else after


def _totals(sessions: Sequence[Edition]) -> Totals:
    rows = [row for one in sessions for row in one.applications]
    projects, owners = {row.project_code for row in rows}, {row.owner_name for row in rows}
    return total([one.totals for one in sessions], len(projects), len(owners))


def _in_order(plan: CampaignPlanned, editions: Sequence[Edition]) -> list[Edition]:
    order = {one.session: one.position for one in plan.sessions}
    return sorted(editions, key=lambda one: order[one.session])


def _from_facts(plan: CampaignPlanned, known: SessionFacts | None) -> dict[str, Any]:
    if known is None:
        return {}
    gone = {session: fact for session, (_, fact) in known.earlier.announced.items() if fact is not None}
    sessions = sorted(plan.sessions, key=lambda one: one.position)
    cancelled = tuple(
        Cancelled(session_name=one.name, reason=gone[one.session].reason) for one in sessions if one.session in gone
    )
    return {"followed_up": progress.followed_up(known), "cancelled": cancelled}


def limit(editions: Sequence[Edition], within: timedelta) -> fold.Imprint:
    """Return the imprint's times that follow from the sessions alone: no law sets a wrap-up a limit, the house does."""
    closed = max(one.closed_at for one in editions)
    issued = max(one.issued_at for one in editions)
    return fold.Imprint(
        number=0, revision=0, issued_at=issued, closed_at=closed, due_at=max(issued, closed) + within, cutoff={}
    )


def label(one: Compared, years: Collection[int]) -> str:
    """Name a session's issue; with its year where the campaign had issues in several."""
    year = f"{one.year}年" if len(years) > 1 else ""
    return f"{year}第{one.number}期"


def years(edition: Edition) -> list[int]:
    """Return the years of the issues a wrap-up compares."""
    return sorted({one.year for one in edition.compared})


def line(one: Compared) -> str:
    """Say one session's figures in a line: what a correction compares."""
    figures = one.totals
    outcomes = "、".join(f"{outcome.zh}{figures.of(outcome=outcome)}项" for outcome in Outcome)
    levels = "、".join(f"{level.zh}{figures.of(level=level)}项" for level in Level)
    rest = f"；尚未作出结论{figures.undecided}项" if figures.undecided else ""
    came = f"；参加企业{one.enterprises}家" if one.enterprises is not None else ""
    corrected = f"（更正{one.revision}）" if one.revision else ""
    return (
        f"第{one.number}期{corrected}，办理{figures.decided}项（{outcomes}；{levels}），证照{figures.licences}本{rest}"
        f"{came}；问题{one.issues}条，调研{one.surveys}个，小分队{one.teams}支"
    )


def changes(before: Edition, after: Edition) -> tuple[Change, ...]:
    """List the sessions whose figures differ, or that were held or not, old and new."""
    return between(_statements(before), _statements(after))


def _statements(edition: Edition) -> Iterator[Statement]:
    for gone in edition.cancelled:
        yield (gone.session_name,), gone.session_name, f"取消：{gone.reason}"
    for one in edition.compared:
        yield (one.session_name,), one.session_name, line(one)
