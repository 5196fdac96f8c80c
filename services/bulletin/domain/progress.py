"""What has become of what earlier sessions left open (document.md 4.4 八). Pure.

A bulletin tells what its services had said when its own session ended, bounded by their sequences and not by a clock:
what came between two closings is told once, by the later session's bulletin, however late anything arrives.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final, NamedTuple

from services.bulletin.domain.edition import FollowedUp, Progress
from services.bulletin.domain.facts import SessionFacts
from services.bulletin.domain.facts.known import FollowedCase, IssueFacts
from shared.events import (
    DeferralMadeGood,
    DeferralOverdue,
    DeferralRevoked,
    FollowUpEvent,
    ForwardReceived,
    ForwardResolved,
    IssueStanding,
)
from shared.events.applications import Decision
from shared.vocabulary import CITY_DIVISION, ForwardResult, IssueState, Level, Outcome

_FOREVER: Final = 1 << 62
_CLOSED: Final = (IssueState.ANSWERED, IssueState.RESOLVED, IssueState.CLOSED_OUT)


class State(NamedTuple):
    """How something left open stands."""

    words: str
    done: bool = False
    ended: bool = False
    overdue: bool = False


@dataclass(frozen=True)
class Item:
    """One thing left open by an earlier session, as it stands at this one's end."""

    kind: str
    session: str
    name: str
    unit: str
    state: State
    is_news: bool
    """Something happened to it since the bulletin before."""


def told(known: SessionFacts) -> dict[str, Any]:
    """Return what an edition says of earlier sessions, by its fields."""
    return {"progress": progress(known), "followed_up": followed_up(known)}


def items(known: SessionFacts) -> list[Item]:
    """Return what earlier sessions left open: deferred and forwarded applications, then issues."""
    return [*_applications(known), *_issues(known)]


def progress(known: SessionFacts) -> tuple[Progress, ...]:
    """List what has moved since the bulletin before, and whatever is overdue."""
    names = {one.session: one.name for one in known.plan.sessions}
    shown = [one for one in items(known) if one.is_news or one.state.overdue]
    return tuple(
        Progress(
            item=one.name,
            state=one.state.words,
            session_name=names[one.session],
            unit=one.unit,
            overdue=one.state.overdue,
        )
        for one in shown
    )


def followed_up(known: SessionFacts) -> tuple[FollowedUp, ...]:
    """Add up what earlier sessions left open, by kind."""
    found = items(known)
    kinds = dict.fromkeys(one.kind for one in found)
    return tuple(
        FollowedUp(
            kind=kind,
            total=sum(one.kind == kind for one in found),
            done=sum(one.kind == kind and one.state.done for one in found),
            ended=sum(one.kind == kind and one.state.ended for one in found),
            overdue=sum(one.kind == kind and one.state.overdue for one in found),
        )
        for kind in kinds
    )


def _applications(known: SessionFacts) -> Iterator[Item]:
    until = known.closed_sequence or _FOREVER
    closings = {name: place for name, place in known.earlier.closings.items() if place < until}
    since = max(closings.values(), default=0)
    positions = {one.session: one.position for one in known.plan.sessions}
    cases = [
        (subject, case) for subject, case in known.earlier.cases.items() if case.session in closings and case.decisions
    ]
    for _, case in sorted(cases, key=lambda pair: (positions[pair[1].session], pair[0])):
        item = _case(known, case, until)
        if item is not None:
            happened = max(_last(case, until), closings[case.session])
            started = _last(case, until) > 0
            yield replace(item, is_news=started and happened >= since)


def _last(case: FollowedCase, until: int) -> int:
    """Return the sequence of the last thing that followed the decision in force; 0 for nothing."""
    begun = _begun(case, until)
    places = [place for version, (place, _) in case.followups.items() if place < until and version > begun]
    return max(places, default=0)


def _begun(case: FollowedCase, until: int) -> int:
    """Return the version at which the deferral or forwarding in force was decided."""
    before: tuple[object, object] | None = None
    begun = -1
    for version in sorted(case.decisions):
        place, decision = case.decisions[version]
        if place >= until:
            break
        terms = (decision.deferral, decision.forwarding)
        if terms != before:
            begun, before = version, terms
    return begun


def _case(known: SessionFacts, case: FollowedCase, until: int) -> Item | None:
    standing = [version for version, (place, _) in case.decisions.items() if place < until]
    if not standing:
        return None
    decision = case.decisions[max(standing)][1]
    if decision.outcome not in (Outcome.DEFERRED, Outcome.FORWARDED):
        return None
    begun = _begun(case, until)
    followed = {v: event for v, (place, event) in case.followups.items() if place < until and v > begun}
    news = [followed[version] for version in sorted(followed)]
    name = case.docketed.project.name if case.docketed else decision.project_code
    return Item(
        kind=decision.outcome.value,
        session=case.session,
        name=f"{name}{decision.formality.zh}（{decision.level.zh}）",
        unit=_unit(known, decision, news),
        state=_deferred(decision, news) if decision.outcome is Outcome.DEFERRED else _forwarded(decision, news),
        is_news=False,
    )


def _unit(known: SessionFacts, decision: Decision, news: list[FollowUpEvent]) -> str:
    if told := [event.standing.unit for event in news if event.standing is not None]:
        return told[-1]
    division = next(one.division for one in known.plan.sessions if one.session == decision.session)
    place = CITY_DIVISION if decision.level is Level.CITY else division
    bureau = known.plan.owners.get(decision.level, {}).get(decision.formality)
    found = (u.name for u in known.plan.units if (u.level, u.division, u.bureau) == (decision.level, place, bureau))
    return next(found, "")


def _deferred(decision: Decision, news: list[FollowUpEvent]) -> State:
    overdue, state = False, f"尚待补正，时限为{_day(decision.deferral.due) if decision.deferral else '未定'}"
    outstanding = decision.deferral.missing if decision.deferral else ()
    for event in news:
        if event.standing is not None:
            outstanding = event.standing.outstanding
        if isinstance(event, DeferralMadeGood):
            when = _day(event.supplied_at.date())
            rest = "、".join(outstanding)
            state = f"已补交{'、'.join(event.materials)}，尚缺{rest}" if outstanding else f"已于{when}补正，办结销号"
            if not outstanding and overdue:
                state = f"逾期后已于{when}补正，办结销号"
        elif isinstance(event, DeferralOverdue):
            overdue = True
            state = f"逾期未补正，时限为{_day(event.due)}，尚缺{'、'.join(outstanding)}"
        elif isinstance(event, DeferralRevoked):
            return State(f"逾期未补正，容缺审批已撤销（{event.reason}）", ended=True)
    return State(state, done=not outstanding, overdue=overdue and bool(outstanding))


def _forwarded(decision: Decision, news: list[FollowUpEvent]) -> State:
    body = decision.forwarding.target_body if decision.forwarding else "上级机关"
    state = f"{body}尚未办结"
    for event in news:
        if isinstance(event, ForwardReceived):
            promised = f"，承诺{_day(event.promised_by)}前办结" if event.promised_by else ""
            state = f"{body}已受理（{event.receipt_number}）{promised}"
        elif isinstance(event, ForwardResolved):
            told = f"（{event.document}），结果已告知申请人"
            if event.result is ForwardResult.REFUSED:
                return State(f"{body}{event.result.zh}{told}", ended=True)
            return State(f"{body}已批准{told}", done=True)
    return State(state)


def _issues(known: SessionFacts) -> Iterator[Item]:
    since, until = _forum_window(known)
    if until == 0:
        return
    positions = {one.session: one.position for one in known.plan.sessions}
    for (session, _), one in sorted(known.earlier.issues.items(), key=lambda pair: (positions[pair[0][0]], pair[0][1])):
        item = _issue(session, one, known.earlier.forums.get(session, 0), since, until)
        if item is not None:
            yield item


def _forum_window(known: SessionFacts) -> tuple[int, int]:
    """Return after which and up to which sequence of the forums service this bulletin tells of issues.

    A session with a forum tells what was said between the forum before and its own; the city session has none, and
    tells all that was said until it was closed.
    """
    others = [
        place for place in known.earlier.forums.values() if not known.forum_sequence or place < known.forum_sequence
    ]
    since = max(others, default=0)
    if known.forum_sequence:
        return since, known.forum_sequence
    if not known.is_session:  # the wrap-up, which tells of all
        return since, _FOREVER
    if known.has_forum or known.closed is None:
        return 0, 0
    told = [place for one in known.earlier.issues.values() for place in one.told_until(known.closed.closed_at)]
    return since, max(told, default=0) + 1


def _issue(session: str, one: IssueFacts, held: int, since: int, until: int) -> Item | None:
    standing = one.standing_at(until - 1)
    if standing is None or standing.state is IssueState.WITHDRAWN or not held or held >= until:
        return None
    last = max(place for place, _, _ in one.standings.values() if place < until)
    return Item(
        kind="issues",
        session=session,
        name=f"{standing.enterprise}反映的{standing.topic}问题",
        unit=standing.lead_name or standing.answered_by or standing.owner_name or "",
        state=_issue_state(standing),
        is_news=last > max(held, since) and standing.state is not IssueState.RAISED,
    )


def _issue_state(standing: IssueStanding) -> State:
    if standing.state in _CLOSED:
        word = standing.resolution.zh if standing.resolution else standing.state.zh
        closed = "，已销号" if standing.state is IssueState.CLOSED_OUT else ""
        said = f"，企业评价{standing.feedback.zh}" if standing.feedback else ""
        return State(f"{word}{said}{closed}", done=True)
    due = f"，时限为{_day(standing.due)}" if standing.due else ""
    if standing.escalations:
        return State(f"逾期未办结，已督办{standing.escalations}次{due}", overdue=True)
    return State(f"{standing.state.zh}{due}")


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
