"""What is posted of the approvals of one session: docketing, signing, licences, and what goes wrong."""

from datetime import date, datetime, timedelta
from typing import Any, Final

from deploy.demo.docket import Item, Mark, docket
from deploy.demo.particulars import LICENCES, Registers, deferral, forwarding
from deploy.demo.people import choose, person
from deploy.demo.posts import Post
from deploy.demo.timetable import at, session_day
from shared.events import (
    ApplicationDocketed,
    ApplicationWithdrawn,
    ApprovalCorrected,
    ApprovalSigned,
    LicenceIssued,
    PlannedSession,
)
from shared.vocabulary import Outcome

_TABLE_SECONDS: Final = 18 * 60
_LATE: Final = timedelta(hours=26, minutes=10)


class Table:
    """One session's table, at which the enterprises' applications are decided in order from 09:02 to 09:20."""

    def __init__(self, session: PlannedSession, registers: Registers, closed_at: datetime) -> None:
        self._session = session
        self._registers = registers
        self._closed_at = closed_at
        self._day = session_day(session.position)
        self._items = docket(session.division)
        self._papers = 0

    def posts(self) -> list[Post]:
        """Return everything posted of the session's applications."""
        posts = [self._docketed(item, index) for index, item in enumerate(self._items)]
        for index, item in enumerate(self._items):
            if item.mark is Mark.WITHDRAWN:
                posts.append(self._withdrawn(item))
            elif item.mark is not Mark.SILENT:
                posts += self._decided(item, self.moment(index))
        return posts

    def moment(self, index: int) -> datetime:
        """Return when the application at this place of the docket is decided."""
        return at(self._day, "09:02", seconds=index * _TABLE_SECONDS / len(self._items))

    def _docketed(self, item: Item, index: int) -> Post:
        """Docket on one of the two working days before; the banner's DRC dockets what the banner decides."""
        day = session_day(self._session.position, shift=-1 - index % 2)
        sent = at(day, "10:00", minutes=11 * index, seconds=3 * self._session.position)
        event = ApplicationDocketed(**self.application(item), project=item.project)
        if item.mark is Mark.SIGNED_FIRST:
            sent = at(self._day, "09:31")
            event = event.model_copy(update={"late_reason": "企业当日补齐项目代码，经市发改委同意增列"})
        return Post(item.dockets, event, sent)

    def _withdrawn(self, item: Item) -> Post:
        reason = "企业调整建设方案，申请撤回，待方案确定后另行申报"
        event = ApplicationWithdrawn(**self.application(item), reason=reason)
        return Post(item.dockets, event, at(session_day(self._session.position, shift=-1), "16:10"))

    def _decided(self, item: Item, moment: datetime) -> list[Post]:
        """Return the signing and what follows from it; a unit's system takes some seconds to send."""
        delay = timedelta(seconds=5 + int(choose("0123456789", item.key)) * 3)
        sent, repeats = moment + delay, tuple[datetime, ...]()
        if item.mark is Mark.LATE:
            sent = self._closed_at + _LATE
        elif item.mark is Mark.LICENCE_FIRST:
            sent = moment + timedelta(minutes=6)
        elif item.mark is Mark.REPEATED:
            repeats = (sent, at(session_day(self._session.position, shift=3), "14:20"))
        decision = self._decision(item, moment)
        posts = [Post(item.decides, ApprovalSigned(**decision), sent, repeats)]
        if self._on_the_spot(item):
            posts.append(self._licence(item, moment + timedelta(seconds=45)))
        if item.mark is Mark.CORRECTED:
            posts.append(self._corrected(item, decision))
        return posts

    def _decision(self, item: Item, moment: datetime) -> dict[str, Any]:
        decision = self.application(item) | {
            "outcome": item.outcome,
            "signed_at": moment,
            "department_signatory": person(item.decides.code, "head"),
            "enterprise_signatory": person(item.project.owner_code, "head"),
            "stamped": True,
        }
        if item.outcome is Outcome.FORWARDED:
            return decision | {"forwarding": forwarding(item)}
        if item.outcome is Outcome.DEFERRED:
            decision["deferral"] = deferral(item, self._due(item))
        return decision | {"document_number": self._document(item)}

    def _due(self, item: Item) -> date:
        """Give fifteen days for the missing materials, or three working days."""
        if item.mark is Mark.SHORT_DEFERRED:
            return session_day(self._session.position, shift=3)
        return self._day + timedelta(days=15)

    def _document(self, item: Item) -> str:
        if item.mark is Mark.SHARED:
            return self._registers.shared_document(item.decides, item.code)
        return self._registers.document(item.decides)

    def _on_the_spot(self, item: Item) -> bool:
        """Every second approved application that ends in a paper gets it at once."""
        plain = item.mark in (Mark.NONE, Mark.REPEATED, Mark.SIGNED_FIRST, Mark.LICENCE_FIRST)
        if not plain or item.formality not in LICENCES:
            return False
        self._papers += 1
        return self._papers % 2 == 1 or item.mark is Mark.LICENCE_FIRST

    def _licence(self, item: Item, moment: datetime) -> Post:
        licence_type, number = self._registers.licence(item.decides, item.formality)
        event = LicenceIssued(**self.application(item), licence_type=licence_type, number=number, issued_at=moment)
        return Post(item.decides, event, moment + timedelta(seconds=10))

    def _corrected(self, item: Item, decision: dict[str, Any]) -> Post:
        """Correct the outcome after the bulletin is out; the document keeps its number."""
        changes = {"outcome": Outcome.DEFERRED, "deferral": deferral(item, self._due(item))}
        reason = "复核发现登记有误：公众参与说明尚缺附件，应为容缺审批"
        sent = at(session_day(self._session.position, shift=1), "18:20")
        return Post(item.decides, ApprovalCorrected(**decision | changes, reason=reason), sent)

    def application(self, item: Item) -> dict[str, Any]:
        """Return which application an event is about."""
        return {
            "session": self._session.session,
            "project_code": item.code,
            "formality": item.formality,
            "level": item.level,
        }
