"""The queue: enterprises enter in the order the locked docket gave them (notice §二(一)5(3): 依次进场; row 23).

Waiting → called → seated → finished. Who does not come is skipped, keeps its number and may be recalled. Whose every
application was withdrawn or put off is not called; its number stays empty.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from services.approvals.domain.state import Application
from shared.campaign import Registry, StatedByService, allow, allow_division, is_city_drc, planned
from shared.events import (
    DocketLocked,
    EnterpriseCalled,
    EnterpriseFinished,
    EnterpriseRecalled,
    EnterpriseSeated,
    EnterpriseSkipped,
    Event,
    PlannedSession,
    QueueEvent,
    QueuePlace,
    SessionOpened,
)
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Role, SessionKind, Word

if TYPE_CHECKING:
    from services.approvals.domain.world import ApprovalsWorld

_CITY_HOST: Final = "government-services"


class Stage(Word):
    """How far an enterprise is."""

    WAITING = "waiting", "候场", "waiting"
    CALLED = "called", "请入场", "called"
    SEATED = "seated", "在席办理", "at the table"
    SKIPPED = "skipped", "过号", "skipped"
    FINISHED = "finished", "已办完", "done"


class NotInQueue(Refused):
    """The enterprise has nothing on this session's docket."""

    row = 23
    zh = "该企业在本场没有待办事项，不在叫号之列"
    en = "This enterprise has nothing on this session's docket and is not in the queue"


class OutOfTurn(Refused):
    """Another enterprise is next."""

    status = 409
    row = 23
    zh = "下一家是{number}号{name}；如缺席请先过号"
    en = "Number {number}, {name}, is next; skip it first if it is absent"


class CannotMove(Refused):
    """What the enterprise should do does not follow from where it is."""

    status = 409
    row = 23
    zh = "{number}号{name}目前是“{stage.zh}”，不能{action}"
    en = "Number {number}, {name}, is {stage.en}; it cannot be {action_en}"


class Place(NamedTuple):
    """An enterprise's place in a session's queue."""

    session: str
    owner_code: str
    owner_name: str
    number: int
    stage: Stage = Stage.WAITING
    since: datetime | None = None
    """When it came to this stage."""
    seated_at: datetime | None = None
    skips: int = 0


def arrange(world: ApprovalsWorld, event: DocketLocked, applications: Iterable[Application]) -> tuple[QueuePlace, ...]:
    """Give the docket's enterprises numbers: those the DRC put in order first, then the others as docketed."""
    names = {one.owner_code: one.owner_name for one in applications}
    for index, code in enumerate(event.order):
        if code not in names or code in event.order[:index]:
            raise NotInQueue(path=f"data.order.{index}")
    for code in dict.fromkeys((*event.order, *names)):
        append(world, event.session, code, names[code])
    places = sorted(world.queue_of(event.session), key=lambda place: place.number)
    return tuple(QueuePlace(number=one.number, owner_code=one.owner_code, owner_name=one.owner_name) for one in places)


def append(world: ApprovalsWorld, session: str, code: str, name: str) -> None:
    """Give an enterprise the next number, unless it has one."""
    if (session, code) not in world.places:
        last = max((place.number for place in world.queue_of(session)), default=0)
        world.put_place(Place(session, code, name, last + 1))


def lined_up(places: Iterable[Place], applications: Iterable[Application]) -> list[Place]:
    """Return the queue as it stands, by number: enterprises with something on the docket, and nobody else (row 28)."""
    present = {one.owner_code for one in applications if one.standing}
    return sorted((one for one in places if one.owner_code in present), key=lambda place: place.number)


def next_of(queue: Sequence[Place]) -> Place | None:
    """Return whose turn it is; a skipped enterprise waits to be recalled."""
    return next((one for one in queue if one.stage is Stage.WAITING), None)


def leads(registry: Registry, posted: Posted, session: PlannedSession) -> None:
    """Let the organisers of the day act: the DRC; the banner and its park; in the city session the centre's host.

    The notice gives flow and conference service to banners and parks (§二(一)6(3)), in the city session to
    市行政审批和政务服务局 (§二(五)6(3)).
    """
    if is_city_drc(posted):
        return
    if session.kind is SessionKind.CITY:
        unit = registry.unit(posted.caller.unit)
        if unit is None or unit.bureau != _CITY_HOST:
            allow(posted, Role.OFFICE, Role.DRC)
    else:
        allow(posted, Role.BANNER, Role.PARK, Role.DRC)
    allow_division(posted, session)


def _place(world: ApprovalsWorld, posted: Posted, event: QueueEvent) -> Place:
    """Return the enterprise's place: the docket is locked, the session open, and it has something to be decided."""
    registry, session = planned(world.registries, event)
    leads(registry, posted, session)
    for name in ("number", "owner_name"):
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")
    state = world.sessions[event.session]
    if state.docket_locked_at is None:
        raise NotYet(DocketLocked.type, event.session)
    if state.opened_at is None:
        raise NotYet(SessionOpened.type, event.session)
    queue = lined_up(world.queue_of(event.session), world.of_session(event.session))
    place = next((one for one in queue if one.owner_code == event.owner_code), None)
    if place is None:
        raise NotInQueue(path="data.owner_code")
    return place


def _moved(world: ApprovalsWorld, event: QueueEvent, place: Place) -> Sequence[Event]:
    world.put_place(place)
    return [event.model_copy(update={"number": place.number, "owner_name": place.owner_name})]


def _cannot(place: Place, action: str, action_en: str) -> CannotMove:
    return CannotMove(
        path="data.owner_code",
        number=place.number,
        name=place.owner_name,
        stage=place.stage,
        action=action,
        action_en=action_en,
    )


def call(world: ApprovalsWorld, posted: Posted, event: EnterpriseCalled) -> Sequence[Event]:
    """Call the enterprise whose turn it is, and no other (row 23)."""
    place = _place(world, posted, event)
    if place.stage is not Stage.WAITING:
        again = (
            ("叫号，请用重呼", "called, but recalled") if place.stage is Stage.SKIPPED else ("再次叫号", "called again")
        )
        raise _cannot(place, *again)
    following = next_of(lined_up(world.queue_of(event.session), world.of_session(event.session)))
    if following is not None and following != place:
        raise OutOfTurn(path="data.owner_code", number=following.number, name=following.owner_name)
    return _moved(world, event, place._replace(stage=Stage.CALLED, since=event.called_at))


def seat(world: ApprovalsWorld, posted: Posted, event: EnterpriseSeated) -> Sequence[Event]:
    """Seat a called enterprise; one that is not called yet, as far as is known, will be."""
    place = _place(world, posted, event)
    if place.stage in (Stage.WAITING, Stage.SKIPPED):
        raise NotYet(EnterpriseCalled.type if place.stage is Stage.WAITING else EnterpriseRecalled.type, event.subject)
    if place.stage is not Stage.CALLED:
        raise _cannot(place, "就座", "seated")
    return _moved(world, event, place._replace(stage=Stage.SEATED, since=event.seated_at, seated_at=event.seated_at))


def skip(world: ApprovalsWorld, posted: Posted, event: EnterpriseSkipped) -> Sequence[Event]:
    """Skip an enterprise that does not come; its number stays its own (row 23)."""
    place = _place(world, posted, event)
    if place.stage not in (Stage.WAITING, Stage.CALLED):
        raise _cannot(place, "过号", "skipped")
    return _moved(world, event, place._replace(stage=Stage.SKIPPED, since=event.skipped_at, skips=place.skips + 1))


def recall(world: ApprovalsWorld, posted: Posted, event: EnterpriseRecalled) -> Sequence[Event]:
    """Call again who was skipped, or who is done and needed once more, for an item added late say."""
    place = _place(world, posted, event)
    if place.stage is Stage.WAITING:
        raise NotYet(EnterpriseSkipped.type, event.subject)
    if place.stage not in (Stage.SKIPPED, Stage.FINISHED):
        raise _cannot(place, "重呼", "recalled")
    return _moved(world, event, place._replace(stage=Stage.CALLED, since=event.recalled_at))


def finish(world: ApprovalsWorld, posted: Posted, event: EnterpriseFinished) -> Sequence[Event]:
    """Let an enterprise leave the table, decided or not; what is undecided stays to be seen in the ledger."""
    place = _place(world, posted, event)
    if place.stage in (Stage.WAITING, Stage.CALLED):
        raise NotYet(EnterpriseSeated.type, event.subject)
    if place.stage is not Stage.SEATED:
        raise _cannot(place, "离席", "finished")
    return _moved(world, event, place._replace(stage=Stage.FINISHED, since=event.finished_at))
