"""The campaign's wrap-up (row 70): ten sessions compared, totals the sums of the issues' newest editions. Pure."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from services.bulletin.domain import fold
from services.bulletin.domain.edition import Addressee, Cell, Change, Compared, Edition, FollowedUp, Totals
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
    followed_up: tuple[FollowedUp, ...] = (),
) -> Edition:
    """Put the wrap-up together from the sessions' newest editions, in the order of the plan."""
    order = {one.session: one.position for one in plan.sessions}
    sessions = sorted(editions, key=lambda one: order[one.session])
    rows = [row for one in sessions for row in one.applications]
    projects, owners = {row.project_code for row in rows}, {row.owner_name for row in rows}
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
        totals=total([one.totals for one in sessions], len(projects), len(owners)),
        addressees=_addressees(plan),
        print_count=plan.print_count,
        compared=tuple(_compared(one) for one in sessions),
        followed_up=followed_up,
    )
    return after.model_copy(update={"changes": changes(before, after), "year": before.year}) if before else after


def _addressees(plan: CampaignPlanned) -> tuple[Addressee, ...]:
    return tuple(
        dict.fromkeys(
            Addressee(name=one.name, distribution=one.distribution, copies=one.copies) for one in plan.recipients
        )
    )


def limit(editions: Sequence[Edition], within: timedelta) -> fold.Imprint:
    """Return the imprint's times that follow from the sessions alone: no law sets a wrap-up a limit, the house does."""
    closed = max(one.closed_at for one in editions)
    issued = max(one.issued_at for one in editions)
    return fold.Imprint(
        number=0, revision=0, issued_at=issued, closed_at=closed, due_at=max(issued, closed) + within, cutoff={}
    )


def line(one: Compared) -> str:
    """Say one session's figures in a line: what a correction compares."""
    figures = one.totals
    outcomes = "、".join(f"{outcome.zh}{figures.of(outcome=outcome)}项" for outcome in Outcome)
    rest = f"；尚未作出结论{figures.undecided}项" if figures.undecided else ""
    return (
        f"第{one.number}期，办理{figures.decided}项（{outcomes}），证照{figures.licences}本{rest}；"
        f"问题{one.issues}条，调研{one.surveys}个，小分队{one.teams}支"
    )


def changes(before: Edition, after: Edition) -> tuple[Change, ...]:
    """List the sessions whose figures differ, old and new."""
    old = {one.session_name: line(one) for one in before.compared}
    new = {one.session_name: line(one) for one in after.compared}
    names = [*old, *(name for name in new if name not in old)]
    return tuple(
        Change(item=name, old=old.get(name), new=new.get(name)) for name in names if old.get(name) != new.get(name)
    )
