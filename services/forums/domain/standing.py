"""Which persons belong to which class of a roster, and whose business it is to say so (rows 31, 32, 75, 88)."""

from typing import TYPE_CHECKING

from services.forums.domain.refusals import NotInvited, NotOfTheClass
from services.forums.domain.scope import by_banner_side, by_organisers, is_organiser
from services.forums.domain.topics import the_eighteen
from shared.campaign import NotAllowed
from shared.events import DepartmentsInvited, Participant, PlannedSession
from shared.posted import Posted
from shared.problems import NotYet
from shared.vocabulary import ForumClass, Role

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld


def check_person(  # noqa: PLR0913  (who, where, as what, and which checks apply)
    world: "ForumsWorld",
    posted: Posted,
    session: PlannedSession,
    *,
    kind: ForumClass,
    person: Participant,
    path: str,
    invited: bool = True,
    same_unit: str | None = None,
) -> None:
    """Refuse a person who is not of the class, and a caller whose business he is not."""
    if kind is ForumClass.CITY:
        _by_own_unit(posted, person.unit)
        _check_city(world, session, person, path, invited=invited)
    elif kind is ForumClass.LEADER:
        by_organisers(posted)
    else:
        by_banner_side(posted, session)
        _check_local(world, session, kind, person, path)
    if same_unit is not None and person.unit != same_unit:
        raise NotOfTheClass(
            path=f"{path}.unit",
            name=person.name,
            kind=kind,
            why="更换的人员应来自同一单位",
            why_en="a replacement comes from the same unit",
        )


def _by_own_unit(posted: Posted, unit: str) -> None:
    """Let the organisers name anybody, a department its own people only."""
    if is_organiser(posted) or (posted.caller.role is Role.DEPARTMENT and posted.caller.unit == unit):
        return
    raise NotAllowed(
        unit=posted.caller.unit_name,
        role=posted.caller.role,
        who="该人员所在单位、市发展和改革委员会、市人民政府办公室",
        who_en="the person's own unit, the city DRC, the general office",
    )


def _check_city(
    world: "ForumsWorld", session: PlannedSession, person: Participant, path: str, *, invited: bool
) -> None:
    registry = world.registries[session.session.rpartition("-")[0]]
    unit = registry.unit(person.unit)
    if unit is None or unit not in the_eighteen(registry.plan.units):
        raise NotOfTheClass(
            path=f"{path}.unit",
            name=person.name,
            kind=ForumClass.CITY,
            why="应为通知所列18个市直部门之一",
            why_en="it must be one of the notice's 18 departments",
        )
    if not invited:
        return
    invitation = world.arranged(session.session, DepartmentsInvited)
    if invitation is None:
        raise NotYet(DepartmentsInvited.type, f"{session.session}/invitation")
    if unit.code not in {one.unit for one in invitation.departments}:
        raise NotInvited(path=f"{path}.unit", unit=unit.name, session=session.name)


def _check_local(
    world: "ForumsWorld", session: PlannedSession, kind: ForumClass, person: Participant, path: str
) -> None:
    registry = world.registries[session.session.rpartition("-")[0]]
    unit = registry.unit(person.unit)
    if kind is ForumClass.BANNER and (unit is None or unit.division != session.division):
        raise NotOfTheClass(
            path=f"{path}.unit",
            name=person.name,
            kind=kind,
            why="应为本旗区单位",
            why_en="it must be a unit of this banner",
        )
    if kind is ForumClass.ENTERPRISE and (unit is not None or person.organisation is None):
        raise NotOfTheClass(
            path=f"{path}.organisation",
            name=person.name,
            kind=kind,
            why="应填写企业名称和企业的统一社会信用代码",
            why_en="give the enterprise's name and its credit code",
        )
