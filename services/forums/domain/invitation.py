"""Enterprises' needs lead to departments, each with its reason (row 31; notice §二(二)5(1))."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from services.forums.domain.gathering import Need
from services.forums.domain.scope import by_banner_side, by_organisers, with_forum
from services.forums.domain.topics import departments_for, the_eighteen
from shared.campaign import Registry
from shared.events import DepartmentsInvited, Event, ForumNeedReported, ForumNeedWithdrawn, InvitedDepartment, Unit
from shared.posted import Posted
from shared.problems import NotYet, Refused

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld

PERSONS: Final = 15
"""Most persons of city departments at a forum (notice §二(二)5(1))."""


class NeedNumberTaken(Refused):
    """The session has a need of this id."""

    status = 409
    row = 31
    zh = "{session}的企业需求 {need} 已由{enterprise}上报；另一需求请用新的编号"
    en = "The need {need} of {session} was reported for {enterprise}; use a new id for another"


class NeedGone(Refused):
    """The need was withdrawn before."""

    status = 409
    row = 31
    zh = "企业需求 {need} 已撤回：{reason}"
    en = "The need {need} was withdrawn: {reason}"


class NotOfTheEighteen(Refused):
    """Only the notice's 18 departments take part in forums."""

    row = 31
    zh = "参加座谈会的市直部门应为通知所列18个部门，{unit}不在其中"
    en = "The forum's city departments are the notice's 18; {unit} is not one of them"


class NoReason(Refused):
    """A department is invited for enterprises' needs, or for a reason in words."""

    row = 31
    zh = "请说明邀请{unit}的理由：填写所依据的企业需求，或用文字说明"
    en = "Say why {unit} is invited: name the needs, or give a reason in words"


class NeedUnknown(Refused):
    """A need the invitation rests on was not reported, or was withdrawn."""

    row = 31
    zh = "没有编号为 {need} 的企业需求，或该需求已撤回"
    en = "There is no need {need}, or it was withdrawn"


class InvitedTwice(Refused):
    """The same department is invited once."""

    row = 31
    zh = "{unit}重复列出"
    en = "{unit} is listed twice"


class TooManyInvited(Refused):
    """The invitation asks for more persons than the notice allows."""

    status = 409
    row = 31
    zh = "市直部门参会不超过{most}人，现拟邀请{count}人；请减少部门或人数"
    en = "City departments send {most} persons at most, {count} are invited; take fewer departments or persons"


def report(world: "ForumsWorld", posted: Posted, event: ForumNeedReported) -> Sequence[Event]:
    """Record what an enterprise needs at the forum; the banner reports it beforehand."""
    _, session = with_forum(world, event)
    by_banner_side(posted, session)
    if (first := world.needs.get((event.session, event.need))) is not None:
        raise NeedNumberTaken(path="data.need", session=session.name, need=event.need, enterprise=first.enterprise)
    world.put_need(
        Need(event.session, event.need, event.enterprise, event.enterprise_code, list(event.tags), event.text)
    )
    return [event]


def withdraw_need(world: "ForumsWorld", posted: Posted, event: ForumNeedWithdrawn) -> Sequence[Event]:
    """Take a need back."""
    _, session = with_forum(world, event)
    by_banner_side(posted, session)
    need = world.needs.get((event.session, event.need))
    if need is None:
        raise NotYet(ForumNeedReported.type, event.subject)
    if need.withdrawn is not None:
        raise NeedGone(path="data.need", need=event.need, reason=need.withdrawn)
    world.put_need(replace(need, withdrawn=event.reason))
    return [event]


@dataclass(frozen=True, slots=True)
class Suggested:
    """A department suggested for a forum, and why."""

    unit: Unit
    needs: tuple[Need, ...]
    reason: str
    over: bool
    """Beyond the 15 persons, one a department: fewer needs lead to it than to the others."""


def reason_of(needs: Iterable[Need], bureau: str) -> str:
    """Say in a line why needs lead to a bureau: 用地（示例企业）属用地与规划; the line fits an event."""
    parts = []
    for need in needs:
        tag, topic = departments_for(need.tags).get(bureau, (need.tags[0], None))
        about = f"，属{topic.zh}" if topic is not None and topic.zh != tag else ""
        parts.append(f"{need.enterprise}提出“{tag}”{about}")
    text = "；".join(dict.fromkeys(parts))
    return text if len(text) <= _LINE else f"{text[: _LINE - 8]}…等{len(parts)}项需求"


_LINE: Final = 200


def suggest(registry: Registry, needs: Iterable[Need]) -> tuple[list[Suggested], list[Need]]:
    """Return the departments the needs lead to, in the notice's order, and the needs that lead to none of the 18."""
    standing = [need for need in needs if need.withdrawn is None and need.enterprise]
    asked: dict[str, list[Need]] = {}
    unplaced = []
    for need in standing:
        bureaus = departments_for(need.tags)
        for bureau in bureaus:
            asked.setdefault(bureau, []).append(need)
        if not bureaus:
            unplaced.append(need)
    eighteen = [unit for unit in the_eighteen(registry.plan.units) if unit.bureau in asked]
    ranked = sorted(eighteen, key=lambda unit: (-len(asked[unit.bureau]), unit.precedence))
    within = {unit.code for unit in ranked[:PERSONS]}
    suggested = [
        Suggested(
            unit, tuple(asked[unit.bureau]), reason_of(asked[unit.bureau], unit.bureau), over=unit.code not in within
        )
        for unit in eighteen
    ]
    return suggested, unplaced


def invite(world: "ForumsWorld", posted: Posted, event: DepartmentsInvited) -> Sequence[Event]:
    """Choose departments out of the 18; the fact holds each one's reason, the needs' own words included."""
    registry, session = with_forum(world, event)
    by_organisers(posted)
    eighteen = {unit.code: unit for unit in the_eighteen(registry.plan.units)}
    seen, chosen = set[str](), []
    for place, department in enumerate(event.departments):
        path, unit = f"data.departments.{place}", registry.unit(department.unit)
        name = unit.name if unit is not None else department.unit
        if unit is None or unit.code not in eighteen:
            raise NotOfTheEighteen(path=f"{path}.unit", unit=name)
        if unit.code in seen:
            raise InvitedTwice(path=f"{path}.unit", unit=name)
        seen.add(unit.code)
        chosen.append((unit, _with_reason(world, event.session, department, unit, path)))
    count = sum(one.persons for one in event.departments)
    if count > PERSONS:
        raise TooManyInvited(path="data.departments", most=PERSONS, count=count)
    chosen.sort(key=lambda pair: pair[0].precedence)
    fact = event.model_copy(update={"departments": tuple(department for _, department in chosen)})
    world.arrange(session.session, fact)
    return [fact]


def _with_reason(
    world: "ForumsWorld", session: str, department: InvitedDepartment, unit: Unit, path: str
) -> InvitedDepartment:
    needs = []
    for place, slug in enumerate(department.needs):
        need = world.needs.get((session, slug))
        if need is None or need.withdrawn is not None:
            raise NeedUnknown(path=f"{path}.needs.{place}", need=slug)
        needs.append(need)
    if not needs and department.reason is None:
        raise NoReason(path=f"{path}.reason", unit=unit.name)
    if department.reason is not None:
        return department
    return department.model_copy(update={"reason": reason_of(needs, unit.bureau)})
