"""/quarantine: a service's messages that could not be applied; operators look, mend, replay and dismiss (row 85)."""

from collections.abc import Sequence
from typing import Annotated, Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from shared import quarantine, reference
from shared import replay as replaying
from shared.consumer import Consumer
from shared.events import EVENTS
from shared.posted import Caller
from shared.problems import Refused
from shared.quarantine import Ward, pretty
from shared.vocabulary import Level, Role
from shared.web.pages import Pages, Text

_SHOWN: Final = 20
_AT_ONCE: Final = 50


class ForOperators(Refused):
    """Only those who run the system may do this."""

    status = 403
    row = 88
    zh = "{unit}（{role.zh}）不能处理运维事务，应由运维人员或市发展和改革委员会办理"
    en = "{unit} ({role.en}) may not do this; it is for operators and the city DRC"


def operates(caller: Caller) -> bool:
    """Tell whether a caller runs the system: an operator, or the DRC that organises the campaign."""
    return caller.role is Role.OPERATOR or (caller.role is Role.DRC and caller.level is Level.CITY)


def for_operators(caller: Caller) -> None:
    """Refuse everybody else (row 88)."""
    if not operates(caller):
        raise ForOperators(unit=caller.unit_name, role=caller.role)


class NobodyListens(Refused):
    """The service applies no messages."""

    status = 409
    row = 85
    zh = "{service} 不订阅事件，没有可重放的消息"
    en = "{service} listens to no facts, so nothing can be replayed"


def quarantine_routes(ward: Ward, consumer: Consumer | None, pages: Pages) -> APIRouter:  # noqa: C901  (six routes)
    """Return the routes of a service's quarantine."""
    router, visitor = APIRouter(include_in_schema=False), pages.needs_login()

    async def show(request: Request, *, trouble: Refused | None = None, at: int = 0, **told: Any) -> Response:  # noqa: ANN401
        async with ward.database.reading() as session:
            waiting = await quarantine.listing(session, waiting=True, limit=_SHOWN)
            count = await quarantine.count(session)
            settled = await quarantine.listing(session, waiting=False, limit=50)
            who = await quarantine.who(session, settled)
        return await pages.show(
            request,
            "quarantine.html",
            status=trouble.status if trouble else 200,
            waiting=waiting,
            count=count,
            told=quarantine.told,
            named=reference.named,
            events=EVENTS,
            settled=settled,
            who=who,
            problem=trouble.problem() if trouble else None,
            at=at,
            pretty=pretty,
            **{"replays": (), "failures": 0, "later": 0, "tried": {}, **told},
        )

    @router.get("/quarantine")
    async def listing(
        request: Request,
        caller: Annotated[Caller, visitor],
        replayed: Annotated[list[int] | None, Query()] = None,
        failed: int = 0,
        later: int = 0,
    ) -> Response:
        for_operators(caller)
        return await show(request, replays=replayed or (), failures=failed, later=later)

    async def replay(numbers: Sequence[int], caller: Caller) -> Response:
        for_operators(caller)
        if consumer is None:
            raise NobodyListens(service=ward.service)
        done = [await replaying.replay(consumer, ward, number, caller.actor) for number in numbers]
        told = [("replayed", one.id) for one in done if one.error is None]
        if len(told) < len(done):
            told.append(("failed", len(done) - len(told)))
        return RedirectResponse(f"/quarantine?{urlencode(told)}#done", status_code=303)

    @router.post("/quarantine/replay")
    async def replay_all(caller: Annotated[Caller, visitor]) -> Response:
        for_operators(caller)
        async with ward.database.reading() as session:
            numbers = await quarantine.waiting_ids(session)
        if consumer is None or len(numbers) <= _AT_ONCE:
            return await replay(numbers, caller)
        wanted = await ward.want(None, caller.actor)  # the service goes through them beside
        return RedirectResponse(f"/quarantine?later={len(wanted)}#done", status_code=303)

    @router.post("/quarantine/{number}/replay")
    async def replay_one(number: int, caller: Annotated[Caller, visitor]) -> Response:
        return await replay([number], caller)

    @router.post("/quarantine/{number}/mend")
    async def mend(
        request: Request, number: int, caller: Annotated[Caller, visitor], payload: Text = "", reason: Text = ""
    ) -> Response:
        for_operators(caller)
        try:
            await ward.mend(number, payload, reason, caller.actor)
        except quarantine.NotInQuarantine:
            raise
        except Refused as refusal:
            return await show(request, trouble=refusal, at=number, tried={"payload": payload, "reason": reason})
        return RedirectResponse(f"/quarantine#m{number}", status_code=303)

    @router.post("/quarantine/{number}/dismiss")
    async def dismiss(request: Request, number: int, caller: Annotated[Caller, visitor], reason: Text = "") -> Response:
        for_operators(caller)
        try:
            await ward.dismiss(number, reason, caller.actor)
        except quarantine.WhyNot as refusal:
            return await show(request, trouble=refusal, at=number)
        return RedirectResponse("/quarantine#done", status_code=303)

    return router
