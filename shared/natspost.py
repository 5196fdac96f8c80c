"""Posting over NATS, for systems inside the trust zone: the same events, rules and receipts as over HTTP (row 71).

A unit connects with its credit code and its key; NATS asks the service that keeps the keys whether to let it in, and as
what (`Doorman`). It may then publish on its own subject and listen on its own inbox, and nothing else. A request is
answered after COMMIT; whoever hears nothing sends it again.

    chunfeng.post.<service>.<unit>.<key>    the key's name, so that a revoked key is refused at once
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final, Protocol

import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from shared import logs, nkeys
from shared.database import is_away
from shared.intake import TryAgain
from shared.keys import BadKey, Keys
from shared.posted import Caller
from shared.problems import Refused
from shared.settings import ServiceSettings
from shared.stream import close, connect

SUBJECT: Final = "chunfeng.post"
_ASKED: Final = "$SYS.REQ.USER.AUTH"
_LET_IN_SECONDS: Final = 12 * 3600
"""After so long a unit's connection is asked for its key again."""
_AT_ONCE: Final = 1000
_BATCH: Final = "batch"


class Desk(Protocol):
    """Where posted bodies are answered."""

    async def receive(self, caller: Caller, body: bytes, *, batch: bool) -> tuple[int, str]:
        """Return status and answer; raises Refused."""
        ...


def subject_of(service: str, caller: Caller) -> str:
    """Return the subject on which a key's holder posts to a service."""
    return f"{SUBJECT}.{service}.{caller.unit}.{caller.key}"


def inbox_of(caller: Caller) -> str:
    """Return the prefix of the inboxes of a unit."""
    return f"_INBOX_{caller.unit}"


class Doorman:
    """Answers NATS' question whether to let a connection in: a unit by its key, as nobody but itself."""

    def __init__(self, keys: Keys, seed: str) -> None:
        """Take the keys, and the seed of the account in whose name the answer is signed."""
        self._keys = keys
        self._seed = seed

    async def serve(self, client: Client) -> None:
        """Answer from now on; several instances share the questions."""
        await client.subscribe(_ASKED, queue="doormen", cb=self._take)

    async def _take(self, message: Msg) -> None:
        try:
            asked = nkeys.claims_of(message.data.decode())["nats"]
            who, server, options = asked["user_nkey"], asked["server_id"]["id"], asked["connect_opts"]
        except (ValueError, KeyError, TypeError):
            logs.get().warning("nats.misasked")
            return
        answer: dict[str, Any] = {"type": "authorization_response", "version": 2}
        try:
            caller = await self._known(str(options.get("user", "")), str(options.get("pass", "")))
            answer["jwt"] = nkeys.signed(self._seed, self._let_in(caller, who))
            logs.get().info("nats.let_in", unit=caller.unit, key=caller.key)
        except Refused as refusal:
            answer["error"] = refusal.problem()["title_en"]
            logs.get().warning("nats.turned_away", reason=answer["error"])
        except Exception as error:
            if not is_away(error):
                raise
            answer["error"] = "keys cannot be looked up just now"
        await message.respond(nkeys.signed(self._seed, {"sub": who, "aud": server, "nats": answer}).encode())

    async def _known(self, user: str, token: str) -> Caller:
        caller = await self._keys.caller(f"Bearer {token}")
        if user != caller.unit:
            raise BadKey(reason="用户名应为本单位统一社会信用代码", reason_en="the user is not the key's unit")
        return caller

    def _let_in(self, caller: Caller, who: str) -> dict[str, Any]:
        may = {"pub": {"allow": [subject_of("*", caller)]}, "sub": {"allow": [f"{inbox_of(caller)}.>"]}}
        user = {"subs": 100, "data": -1, "payload": -1, "type": "user", "version": 2} | may
        expires = int(time.time()) + _LET_IN_SECONDS
        return {"sub": who, "aud": "$G", "name": caller.unit, "exp": expires, "nats": user}


class NatsPost:
    """The part of a service that takes posts over NATS."""

    def __init__(self, service: str, settings: ServiceSettings, keys: Keys, desk: Desk) -> None:
        """Take the keys and the desk at which posts are answered."""
        self._service = service
        self._settings = settings
        self._keys = keys
        self._desk = desk
        self._answering = set[asyncio.Task[None]]()
        self._log = logs.get()

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Take posts as long as the block lasts; those in hand are answered."""
        client = await connect(self._settings, f"{self._service} posts")
        try:
            if self._settings.nats_issuer_seed is not None:
                await Doorman(self._keys, self._settings.nats_issuer_seed.get_secret_value()).serve(client)
            self._client = client
            posts = await client.subscribe(f"{SUBJECT}.{self._service}.*.*", queue="intake", cb=self._take)
            yield
            await posts.unsubscribe()
            if self._answering:
                await asyncio.wait(self._answering, timeout=5)
        finally:
            await close(client)

    async def _take(self, message: Msg) -> None:
        """Answer each in a task of its own: the intake commits as a group what comes at once."""
        if len(self._answering) >= _AT_ONCE:
            await self._reply(message, TryAgain.status, json.dumps(TryAgain().problem(), ensure_ascii=False))
            return
        task = asyncio.create_task(self._answer(message))
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)

    async def _answer(self, message: Msg) -> None:
        *_, unit, key = message.subject.split(".")
        started = time.perf_counter()
        try:
            caller = await self._keys.named(key)
            if caller.unit != unit:
                raise BadKey(reason="不是该单位的密钥", reason_en="it is another unit's")  # noqa: TRY301
            batch = _BATCH in (message.headers or {}).get("content-type", "") or message.data.lstrip()[:1] == b"["
            status, text = await self._desk.receive(caller, message.data, batch=batch)
        except Refused as refusal:
            status, text = refusal.status, json.dumps(refusal.problem(), ensure_ascii=False)
        except Exception as error:  # noqa: BLE001  (its sender is told to try again; logged)
            if not is_away(error):
                self._log.exception("nats.failed")
            status, text = TryAgain.status, json.dumps(TryAgain().problem(), ensure_ascii=False)
        milliseconds = round((time.perf_counter() - started) * 1000, 1)
        self._log.info("post", subject=message.subject, status=status, ms=milliseconds, unit=unit)
        await self._reply(message, status, text)

    async def _reply(self, message: Msg, status: int, text: str) -> None:
        if message.reply:
            headers = {"status": str(status), "content-type": "application/json"}
            try:
                await self._client.publish(message.reply, text.encode(), headers=headers)
            except (nats.errors.Error, OSError) as error:  # it will be sent again
                self._log.warning("nats.unanswered", subject=message.subject, error=type(error).__name__)
