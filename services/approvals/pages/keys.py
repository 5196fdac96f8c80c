"""The units' keys, for the city DRC: issued, paused, replaced, revoked; what each may do and when it was last used."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final, NamedTuple

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from services.approvals import keyring
from services.approvals.store.ledger import Ledger
from shared import reference
from shared.events import Unit
from shared.plans import Plans
from shared.posted import Caller
from shared.problems import Refused
from shared.spine import Spine
from shared.tables import Key
from shared.vocabulary import Level, Role
from shared.web import Pages
from shared.web.forms import EMPTY

_OVERLAPS: Final = (0, 1, 7, 30)
"""Days for which a replaced key works too."""
_LONGEST_DAYS: Final = 3660


class NotTheKeeper(Refused):
    """Keys are the city DRC's business."""

    status = 403
    row = 75
    zh = "密钥由市发展和改革委员会管理"
    en = "Keys are kept by the city DRC"


class NoSuchKey(Refused):
    """There is no such key, or no such unit to issue one to."""

    status = 404
    row = 75
    zh = "没有密钥或单位 {name}"
    en = "There is no key or unit {name}"


class KeyIsRevoked(Refused):
    """A revoked key stays revoked."""

    status = 409
    row = 75
    zh = "密钥 {key} 已吊销，不能再停用、恢复或更换；请另行签发"
    en = "The key {key} is revoked: it can be neither paused, resumed nor replaced; issue another"


class BadTerm(Refused):
    """The term of a key is no number of days."""

    row = 75
    zh = "有效期应为1至3660天"
    en = "The term must be 1 to 3660 days"


class Shown(NamedTuple):
    """A key as the page shows it."""

    row: Key
    state: keyring.KeyState


class Handed(NamedTuple):
    """A token to be handed over now: nothing keeps it."""

    unit_name: str
    token: str
    replaced: str | None = None
    until: datetime | None = None


def keeper(caller: Caller) -> None:
    """Refuse everybody but the city DRC."""
    if caller.role is not Role.DRC or caller.level is not Level.CITY:
        raise NotTheKeeper


def grant_of(form: FormData, now: datetime) -> keyring.Grant:
    """Return what a key is asked for."""
    term, may = str(form.get("days", "")).strip(), str(form.get("may", "all"))
    if term and not (term.isascii() and term.isdigit() and 1 <= int(term) <= _LONGEST_DAYS):
        raise BadTerm(path="days")
    types = tuple(str(one) for one in form.getlist("types")) if may == "some" else ()
    return keyring.Grant(
        label=str(form.get("label", "")).strip()[:100] or None,
        test=form.get("test") == "yes",
        types=None if may == "all" else types,
        expires_at=now + timedelta(days=int(term)) if term else None,
    )


class KeysPage:
    """The page as it stands for the city DRC."""

    def __init__(self, spine: Spine, pages: Pages) -> None:
        """Take the service and its pages."""
        self._spine = spine
        self._pages = pages
        self._plans = Plans()

    async def units(self) -> Sequence[Unit]:
        """Return the units of the newest campaign."""
        async with self._spine.database.reading() as session:
            store = Ledger(session, self._plans)
            campaigns = await store.campaigns()
            registry = await store.registry(campaigns[0]) if campaigns else None
        return registry.plan.units if registry else ()

    async def show(
        self,
        request: Request,
        *,
        handed: Handed | None = None,
        trouble: Refused | None = None,
        filled: FormData = EMPTY,
    ) -> Response:
        """Show all keys; a token just made, this once; the form of a new one as it was refused."""
        now, only = datetime.now(UTC), request.query_params.get("unit", "")
        rows = [
            Shown(row, keyring.state_of(row, now)) for row in await keyring.listing(self._spine.database) if row.unit
        ]
        return await self._pages.show(
            request,
            "keys.html",
            status=trouble.status if trouble else 200,
            keys=[one for one in rows if only in ("", one.row.unit)],
            units=await self.units(),
            only=only,
            handed=handed,
            filled=filled,
            overlaps=_OVERLAPS,
            types={name: reference.named(name) for name, told in reference.events().items() if told["posted"]},
            problem=trouble.problem() if trouble else None,
        )

    async def issue(self, form: FormData, by: str) -> Handed:
        """Issue a key as the form asks for it."""
        code = str(form.get("unit", ""))
        unit = next((one for one in await self.units() if one.code == code), None)
        if unit is None:
            raise NoSuchKey(path="unit", name=code[:64])
        now = datetime.now(UTC)
        tokens = await keyring.issue(self._spine.database, [unit], now, grant=grant_of(form, now), by=by)
        return Handed(unit.name, tokens[unit.code])

    async def change(self, key: str, verb: str, form: FormData, by: str) -> Handed | None:
        """Pause, resume, replace or revoke a key."""
        database, now = self._spine.database, datetime.now(UTC)
        try:
            if verb == "pause":
                await keyring.pause(database, key, now, reason=str(form.get("reason", "")).strip()[:200] or None, by=by)
            elif verb == "resume":
                await keyring.resume(database, key, now, by=by)
            elif verb == "revoke":
                await keyring.revoke(database, key, now, by=by)
            else:
                days = int(str(form.get("days", "7")) if str(form.get("days", "7")) in map(str, _OVERLAPS) else "7")
                token, until = await keyring.rotate(database, key, now, overlap=timedelta(days=days), by=by)
                return Handed("", token, key, until)
        except keyring.UnknownKeyError:
            raise NoSuchKey(name=key[:64]) from None
        except keyring.NotNowError:
            raise KeyIsRevoked(key=key) from None
        return None


def routes(spine: Spine, pages: Pages) -> APIRouter:
    """Return the routes."""
    router, page = APIRouter(include_in_schema=False), KeysPage(spine, pages)
    visitor = pages.needs_login()

    @router.get("/keys")
    async def keys(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        keeper(caller)
        return await page.show(request)

    @router.post("/keys")
    async def issue(request: Request, caller: Annotated[Caller, visitor]) -> Response:
        keeper(caller)
        form = await request.form()
        try:
            handed = await page.issue(form, caller.actor)
        except Refused as refusal:
            return await page.show(request, trouble=refusal, filled=form)
        return await page.show(request, handed=handed)

    @router.post("/keys/{key}/{verb}")
    async def change(request: Request, key: str, verb: str, caller: Annotated[Caller, visitor]) -> Response:
        keeper(caller)
        if verb not in {"pause", "resume", "revoke", "rotate"}:
            return Response(status_code=404)
        try:
            handed = await page.change(key, verb, await request.form(), caller.actor)
        except Refused as refusal:
            return await page.show(request, trouble=refusal)
        return await page.show(request, handed=handed) if handed else RedirectResponse("/keys", status_code=303)

    return router
