"""What a session consists of: its actions in the notice's order and lengths (row 3).

集中审批 takes 20 minutes, then comes 座谈 for 120, then 调研 for 90 and 宣讲 all day side by side (notice §二). The
plan is prefilled when the session is announced. What is moved pushes back what follows, so that no plan ever stands
against the order; what would begin before its predecessor has ended is refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from pydantic import TypeAdapter

from services.approvals.domain import refusals
from services.approvals.domain.docket import keeps_the_docket
from services.approvals.domain.state import Session
from shared.campaign import NotInCitySession, StatedByService, planned
from shared.clock import shanghai_date
from shared.events import ActionScheduled, ActionTemplate, Event, PlannedAction, PlannedSession, SessionScheduled
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Action, SessionKind

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld

_ACTIONS: Final = TypeAdapter(tuple[PlannedAction, ...])
_IN_THE_VENUE: Final = (Action.APPROVAL, Action.FORUM)


class IsCancelled(Refused):
    """The session was cancelled and has not been announced anew."""

    status = 409
    row = 6
    zh = "{session}已于{at}取消；如仍要举行，请重新通知时间地点"
    en = "{session} was cancelled at {at}; announce it anew if it is to be held"


class TooEarly(Refused):
    """The action would begin before one that it has to follow has ended."""

    row = 3
    zh = "{action}应在{before}之后：{before}至{ends}结束，{action}不能安排在{at}"
    en = "The {action_en} must come after the {before_en}, until {ends}: {at} is too early"


class NotThatDay(Refused):
    """All actions of a session are on its day."""

    row = 3
    zh = "{action}应在专场当天（{day}）进行并结束，不能安排在{at}"
    en = "The {action_en} must begin and end on the day of the session, {day}, not at {at}"


class OpensTheSession(Refused):
    """The first action begins when the session does."""

    row = 3
    zh = "{action}是专场的第一项，{at}与专场同时开始；要改时间请将专场改期"
    en = "The {action_en} opens the session at {at}; move the session to begin at another time"


class BadTemplate(Refused):
    """The campaign's template of actions contradicts itself."""

    row = 3
    zh = "行动安排有误：{kind.zh}的“{action.zh}”应排在其前置行动之后，全天的行动之后不能再排"
    en = "The template is wrong: in a {kind.en}, {action.en} must come after what it follows, and nothing after all day"


def check_template(actions: dict[SessionKind, tuple[ActionTemplate, ...]]) -> None:
    """Refuse a template whose order no plan could keep."""
    for kind in SessionKind:
        lasting: dict[Action, int | None] = {}
        for one in actions.get(kind, ()):
            if one.action in lasting or any(lasting.get(before) is None for before in one.after):
                raise BadTemplate(path=f"data.actions.{kind.value}", kind=kind, action=one.action)
            lasting[one.action] = one.minutes


def read_actions(text: str | None) -> tuple[PlannedAction, ...]:
    """Read a session's plan as the state keeps it."""
    return _ACTIONS.validate_json(text) if text else ()


def write_actions(actions: tuple[PlannedAction, ...]) -> str:
    """Write a session's plan for the state to keep."""
    return _ACTIONS.dump_json(actions).decode()


def prefilled(templates: Sequence[ActionTemplate], starts_at: datetime) -> tuple[PlannedAction, ...]:
    """Return the template's actions, each as soon as those it follows have ended (row 3)."""
    made = [PlannedAction(action=one.action, starts_at=starts_at, minutes=one.minutes) for one in templates]
    return pushed_back(templates, made)


def pushed_back(templates: Sequence[ActionTemplate], actions: Sequence[PlannedAction]) -> tuple[PlannedAction, ...]:
    """Let every action that would begin too early wait for those it follows."""
    plan = {one.action: one for one in actions}
    for template in templates:
        if (one := plan.get(template.action)) is None:
            continue
        ends = [end for before in template.after if (end := _end_of(plan, before)) is not None]
        plan[template.action] = one.model_copy(update={"starts_at": max([one.starts_at, *ends])})
    return tuple(plan[template.action] for template in templates if template.action in plan)


def _end_of(plan: dict[Action, PlannedAction], action: Action) -> datetime | None:
    return plan[action].ends_at if action in plan else None


def moved(actions: Sequence[PlannedAction], by: timedelta, *, elsewhere: bool) -> tuple[PlannedAction, ...]:
    """Return a plan moved with its session; in another venue, rooms of the old one are forgotten."""
    changes = [{"starts_at": one.starts_at + by} for one in actions]
    return tuple(
        one.model_copy(update=change | ({"place": None} if elsewhere and one.action in _IN_THE_VENUE else {}))
        for one, change in zip(actions, changes, strict=True)
    )


def states_nothing(event: Event, *names: str) -> None:
    for name in names:
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")


def announced(session: PlannedSession, state: Session) -> datetime:
    """Return a session's date; one that has none yet may get it, one that is cancelled has lost it (row 6)."""
    if state.cancelled_at is not None:
        raise IsCancelled(path="data.session", session=session.name, at=state.cancelled_at)
    if state.scheduled_at is None:
        raise NotYet(SessionScheduled.type, session.session)
    return state.scheduled_at


def schedule_action(world: ApprovalsWorld, posted: Posted, event: ActionScheduled) -> Sequence[Event]:
    """Give an action another time, length or place; what follows is pushed back if need be (row 3)."""
    registry, session = planned(world.registries, event)
    keeps_the_docket(posted, session)
    states_nothing(event, "actions")
    templates = registry.plan.actions.get(session.kind, ())
    template = next((one for one in templates if one.action is event.action), None)
    if template is None:
        raise NotInCitySession(
            path="data.action", session=session.name, action=event.action.zh, action_en=event.action.en
        )
    state = world.sessions[event.session]
    if state.closed_at is not None:
        raise refusals.AlreadyClosed(path="data.session", session=session.name, at=state.closed_at)
    starts_at = announced(session, state)
    plan = {one.action: one for one in read_actions(state.actions)}
    _check_order(event, template, templates, plan, starts_at)
    minutes = event.minutes or template.minutes
    place = event.place or (plan[event.action].place if event.action in plan else None)
    plan[event.action] = PlannedAction(action=event.action, starts_at=event.starts_at, minutes=minutes, place=place)
    actions = pushed_back(templates, list(plan.values()))
    check_days(actions, starts_at)
    world.put_session(state._replace(actions=write_actions(actions), moves=state.moves + 1))
    return [event.model_copy(update={"actions": actions})]


def _check_order(
    event: ActionScheduled,
    template: ActionTemplate,
    templates: Sequence[ActionTemplate],
    plan: dict[Action, PlannedAction],
    starts_at: datetime,
) -> None:
    """Refuse an action that begins before one it has to follow has ended, and another beginning than the session's."""
    words = {"action": event.action.zh, "action_en": event.action.en}
    if template is templates[0] and event.starts_at != starts_at:
        raise OpensTheSession(path="data.starts_at", at=starts_at, **words)
    for before in template.after:
        end = _end_of(plan, before)
        if end is not None and event.starts_at < end:
            both = words | {"before": before.zh, "before_en": before.en}
            raise TooEarly(path="data.starts_at", ends=end, at=event.starts_at, **both)


def check_days(actions: Sequence[PlannedAction], starts_at: datetime) -> None:
    day = shanghai_date(starts_at)
    for one in actions:
        for moment in (one.starts_at, one.ends_at or one.starts_at):
            if shanghai_date(moment) != day:
                words = {"action": one.action.zh, "action_en": one.action.en}
                raise NotThatDay(path="data.starts_at", day=day, at=moment, **words)
