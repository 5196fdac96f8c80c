"""/quarantine: a service's messages that could not be applied; operators look, mend, replay and dismiss (row 85)."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from shared import quarantine
from shared import replay as replaying
from shared.consumer import Consumer
from shared.posted import Caller
from shared.problems import Refused
from shared.quarantine import Ward, pretty
from shared.vocabulary import Level, Role
from shared.web.pages import Pages, Text


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
            waiting = await quarantine.listing(session, waiting=True)
            settled = await quarantine.listing(session, waiting=False, limit=50)
        return await pages.show(
            request,
            "quarantine.html",
            status=trouble.status if trouble else 200,
            waiting=waiting,
            settled=settled,
            problem=trouble.problem() if trouble else None,
            at=at,
            pretty=pretty,
            **{"replays": (), "tried": {}, **told},
        )

    @router.get("/quarantine")
    async def listing(
        request: Request, caller: Annotated[Caller, visitor], replayed: Annotated[list[int] | None, Query()] = None
    ) -> Response:
        for_operators(caller)
        return await show(request, replays=replayed or ())

    async def replay(numbers: Sequence[int], caller: Caller) -> Response:
        for_operators(caller)
        if consumer is None:
            raise NobodyListens(service=ward.service)
        done = [await replaying.replay(consumer, ward, number, caller.actor) for number in numbers]
        applied = "&".join(f"replayed={one.id}" for one in done if one.error is None)
        return RedirectResponse(f"/quarantine?{applied}#done", status_code=303)

    @router.post("/quarantine/replay")
    async def replay_all(caller: Annotated[Caller, visitor]) -> Response:
        async with ward.database.reading() as session:
            waiting = await quarantine.listing(session, waiting=True)
        return await replay([row.id for row in waiting if row.id is not None], caller)

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
