"""What the pages of a session's day have in common: its daybook, who may act, and how a form becomes an event."""

import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import FormData
from starlette.responses import Response

from services.approvals.domain.docket import keeps_the_docket
from services.approvals.domain.queue import leads
from services.approvals.pages.trial import tried
from services.approvals.store.daybook import Daybook, Daybooks, Logged
from shared.clock import SHANGHAI
from shared.events import Event
from shared.plans import Plans
from shared.posted import Caller, Posted
from shared.problems import Refused
from shared.spine import Spine
from shared.watch import Watch
from shared.web import Pages

_NOTHING: Final = Event()
"""A form that nobody has filled in yet."""
Filled = FormData
"""A form as it was filled in."""


def _by(caller: Caller) -> Posted:
    """Return a post of this caller, for a rule that asks only who posts."""
    return Posted(caller.source, "", _NOTHING, datetime.now(UTC), caller, "", None, "", "")


def _allowed(rule: Callable[[], None]) -> bool:
    try:
        rule()
    except Refused:
        return False
    return True


def may_lead(book: Daybook, caller: Caller) -> bool:
    """Tell whether the caller leads the day: moves the queue, sets the seats."""
    return _allowed(lambda: leads(book.registry, _by(caller), book.planned))


def may_keep(book: Daybook, caller: Caller) -> bool:
    """Tell whether the caller keeps the docket."""
    return _allowed(lambda: keeps_the_docket(_by(caller), book.planned))


def new_id() -> str:
    """Return an id for a form's event: sending the form twice is posting the same event twice."""
    return f"form-{uuid.uuid4().hex}"


class Day:
    """A session's day, for the pages that show it and post into it."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        if spine.front is None:
            raise ValueError(spine.service)  # pages that post need a front door
        self._front = spine.front
        self.spine = spine
        self.pages = pages
        self.watch = Watch(spine.database)
        self._plans = Plans()

    def now(self) -> datetime:
        """Return the time in Ordos."""
        return self.spine.clock.now().astimezone(SHANGHAI)

    async def book(self, session: str) -> Daybook:
        """Return a session's day."""
        async with self.spine.database.reading() as reading:
            return await Daybooks(reading, self._plans).of(session)

    async def watched(self, session: str) -> Daybook:
        """Return a session's day for a live page: read once for everybody who looks at it."""
        return await self.watch.once(f"book {session}", lambda: self.book(session))

    async def log(self, book: Daybook) -> list[Logged]:
        """Return the changes of a session's docket."""
        async with self.spine.database.reading() as reading:
            return await Daybooks(reading, self._plans).log_of(book)

    async def submit(self, caller: Caller, kind: type[Event], data: Mapping[str, Any], event_id: str = "") -> None:
        """Post an event as the caller's own system would; raises what it is refused with, or what must come first."""
        receipt = await self._front.submit(caller, kind.type, data, event_id or new_id())
        if receipt.status == "waiting":
            await tried(self.spine, caller, [(kind, data)])

    async def show(
        self,
        request: Request,
        template: str,
        book: Daybook,
        *,
        trouble: Refused | None = None,
        at: str = "",
        **context: Any,  # noqa: ANN401  (a template's names)
    ) -> Response:
        """Answer with a page of the day; after a refusal, with what was wrong beside what it was about."""
        return await self.pages.show(
            request,
            template,
            status=trouble.status if trouble else 200,
            book=book,
            problem=trouble.problem() if trouble else None,
            at=at,
            now=self.now(),
            new_id=new_id,
            wall="wall" in request.query_params,
            **context,
        )
