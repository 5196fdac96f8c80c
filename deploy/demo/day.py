"""What is posted of a session before and at its table: materials pre-reviewed, docket locked, enterprises called."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from deploy.demo.approvals import Table
from deploy.demo.checklists import ESSENTIAL, MISSING
from deploy.demo.docket import Item, Mark, docket
from deploy.demo.people import person
from deploy.demo.posts import Post
from deploy.demo.timetable import at, session_day
from deploy.demo.units import unit_of
from shared.events import (
    ApplicationPrereviewed,
    ApplicationReturned,
    DocketLocked,
    EnterpriseCalled,
    EnterpriseFinished,
    EnterpriseRecalled,
    EnterpriseSeated,
    EnterpriseSkipped,
    PlannedSession,
    QueueEvent,
)
from shared.vocabulary import CITY_DIVISION, Outcome, SessionKind

_ABSENT: Final = 3
"""Which enterprise of a session is not there when it is called first."""
_LATE: Final = (Mark.SIGNED_FIRST,)
"""What is docketed only after the lock."""


class Day:
    """One session's pre-review on its eve, the lock of its docket, and its queue."""

    def __init__(self, session: PlannedSession, table: Table) -> None:
        self._session = session
        self._table = table
        self._items = docket(session.division)
        self._eve = session_day(session.position, shift=-1)

    def posts(self) -> list[Post]:
        """Return everything posted of them."""
        reviews = [post for index, item in enumerate(self._items) for post in self._reviewed(item, index)]
        return [*reviews, self._locked(), *self._queue()]

    def _reviewed(self, item: Item, index: int) -> list[Post]:
        """Review an application's materials in the afternoon of the eve; what will be withdrawn was returned."""
        moment = at(self._eve, "15:40", seconds=20 * index)
        what = {**self._table.application(item), "reviewer": reviewer(item), "reviewed_at": moment}
        if item.mark is Mark.WITHDRAWN:
            returned = ApplicationReturned(**what, opinion="建设方案与规划不符，请核实后再报", lacking=("建设方案",))
            return [Post(item.decides, returned, moment + timedelta(seconds=5))]
        if item.outcome is Outcome.FORWARDED:
            return []  # its preliminary opinion goes up with it
        lacking = MISSING[item.formality] if item.outcome is Outcome.DEFERRED else ()
        there = (*ESSENTIAL[item.formality], *(one for one in MISSING[item.formality] if one not in lacking))
        opinion = "主要材料齐全，次要材料可容后补正" if lacking else "材料齐全，符合法定形式"
        passed = ApplicationPrereviewed(**what, opinion=opinion, present=there)
        return [Post(item.decides, passed, moment + timedelta(seconds=5))]

    def _locked(self) -> Post:
        moment = at(self._eve, "17:00")
        order = tuple(dict.fromkeys(item.project.owner_code for item in self._standing()))
        locked = DocketLocked(session=self._session.session, locked_at=moment, order=order)
        return Post(unit_of("drc", CITY_DIVISION), locked, moment + timedelta(seconds=5))

    def _standing(self) -> list[Item]:
        return [item for item in self._items if item.mark is not Mark.WITHDRAWN and item.mark not in _LATE]

    def _queue(self) -> Iterator[Post]:
        """Call each enterprise a little before its first application is decided, and let it go after its last."""
        turns: dict[str, list[datetime]] = {}
        standing = {item.key for item in self._standing()}
        for index, item in enumerate(self._items):
            if item.key in standing:
                turns.setdefault(item.project.owner_code, []).append(self._table.moment(index))
        for number, (owner, moments) in enumerate(turns.items(), start=1):
            come, gone = moments[0], moments[-1] + timedelta(seconds=55)
            if number == _ABSENT:
                yield self._moved(EnterpriseCalled, owner, "called_at", come - timedelta(seconds=50))
                yield self._moved(
                    EnterpriseSkipped, owner, "skipped_at", come - timedelta(seconds=40), reason="负责人未到场"
                )
                yield self._moved(EnterpriseRecalled, owner, "recalled_at", come - timedelta(seconds=25))
            else:
                yield self._moved(EnterpriseCalled, owner, "called_at", come - timedelta(seconds=25))
            yield self._moved(EnterpriseSeated, owner, "seated_at", come - timedelta(seconds=10))
            yield self._moved(EnterpriseFinished, owner, "finished_at", gone)

    def _moved(self, kind: type[QueueEvent], owner: str, name: str, moment: datetime, **more: str) -> Post:
        event = kind.model_validate({"session": self._session.session, "owner_code": owner, name: moment, **more})
        bureau = "government-services" if self._session.kind is SessionKind.CITY else "government"
        return Post(unit_of(bureau, self._session.division), event, moment + timedelta(seconds=2))


def reviewer(item: Item) -> str:
    """Return who pre-reviews: a section chief of the deciding unit, never the head who signs."""
    head = person(item.decides.code, "head")
    names = (person(item.decides.code, "reviewer", item.formality.value, str(attempt)) for attempt in range(9))
    return next(name for name in names if name != head)
