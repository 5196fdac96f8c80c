"""The conductor of a rehearsal: tells every service the time, and lets it pass only when all has been done.

A recording is played on its own clock. Between its lines lie the hours at which a bulletin that is not out yet raises
an alarm or is issued anyway; the conductor stops at each of them until the bulletin service has acted.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx
from nats.aio.client import Client

from deploy.connection import connection
from deploy.recording import Line, Player, together
from shared.background import stopped
from shared.clock import CLOCK_SUBJECT, SHANGHAI
from shared.events import CampaignPlanned, SessionClosed
from shared.stream import ASK

_BROADCAST_SECONDS: Final = 0.2
_ANSWER_SECONDS: Final = 10.0
_STEP: Final = timedelta(minutes=1)
_LEAP: Final = timedelta(minutes=30)
"""A step of time this long is waited for until every service has done what has fallen due meanwhile."""
_ALARMS: Final = (12, 20, 23)
_PATIENCE_SECONDS: Final = 90.0
_POLL_SECONDS: Final = 0.1

Tell = Callable[[str], None]


class StuckError(Exception):
    """The services did not come to rest in time; the message says what they still had to do."""


class Baton:
    """The rehearsal's time, told on NATS five times a second."""

    def __init__(self, client: Client, start: datetime) -> None:
        """Start the campaign's clock at `start`; it runs on at the real pace between leaps."""
        self._client = client
        self._offset = start - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def leap(self, to: datetime) -> None:
        """Move on to a time, unless it has passed; short steps are heard with the next broadcast."""
        far = to - self.now() > _STEP
        self._offset = max(self._offset, to - datetime.now(UTC))
        if far:
            await self._tell()
            # Its answer comes after the time has gone out to all. No flush(): given up on its way, by Ctrl-C say,
            # it leaves nats-py 2.16 a pong to stumble over, and a connection that is deaf from then on.
            await self._client.request(ASK, timeout=_ANSWER_SECONDS)

    async def _tell(self) -> None:
        await self._client.publish(CLOCK_SUBJECT, self.now().isoformat().encode())

    async def keep_telling(self) -> None:
        while True:
            await self._tell()
            await asyncio.sleep(_BROADCAST_SECONDS)


@asynccontextmanager
async def baton(url: str, start: datetime) -> AsyncIterator[Baton]:
    """Hold the rehearsal's clock as long as the block lasts."""
    async with connection(url, max_reconnect_attempts=-1) as client:
        held = Baton(client, start)
        telling = asyncio.create_task(held.keep_telling())
        try:
            yield held
        finally:
            await stopped(telling)


class Conductor:
    """Plays a recording on its own clock."""

    def __init__(
        self, held: Baton, player: Player, client: httpx.AsyncClient, addresses: Mapping[str, str], token: str
    ) -> None:
        """Take the clock, the player, and a key that may read."""
        self._baton = held
        self._player = player
        self._client = client
        self._addresses = addresses
        self._headers = {"Authorization": f"Bearer {token}"}
        self._stops: list[datetime] = []
        self._issue_before = timedelta(minutes=30)
        self._within = timedelta(days=1)

    async def play(self, lines: Sequence[Line], *, posted: Tell, at_rest: Tell) -> None:
        """Post every line at its time; stop at every hour at which something is due."""
        for sent in together(lines):
            await self._send(sent, posted, at_rest)
        while self._stops:
            await self._stop_at(heapq.heappop(self._stops), at_rest)
        await self.rest(delivered=True)

    async def _send(self, sent: Sequence[Line], posted: Tell, at_rest: Tell) -> None:
        first = sent[0]
        while self._stops and self._stops[0] <= first.time:
            await self._stop_at(heapq.heappop(self._stops), at_rest)
        await self._move(first.time)
        if len(sent) > 1 and not {one.event["type"] for one in sent} & {CampaignPlanned.type, SessionClosed.type}:
            await self._player.post_together(sent)
            for one in sent:
                posted(one.event["type"])
            return
        for line in sent:
            answer = await self._player.post(line)
            posted(line.event["type"])
            if line.event["type"] == CampaignPlanned.type:
                plan = CampaignPlanned.model_validate(line.event["data"])
                self._issue_before, self._within = plan.switches.issue_before, plan.switches.bulletin_within
            if line.event["type"] == SessionClosed.type and answer.is_success:
                await self._closed(SessionClosed.model_validate(line.event["data"]), at_rest)

    async def _closed(self, closed: SessionClosed, at_rest: Tell) -> None:
        for hours in _ALARMS:
            heapq.heappush(self._stops, closed.closed_at + timedelta(hours=hours))
        heapq.heappush(self._stops, closed.closed_at + self._within - self._issue_before)
        await self.rest()
        at_rest(closed.session)

    async def _stop_at(self, time: datetime, at_rest: Tell) -> None:
        if any(one["revision"] is None or not one["settled"] for one in await self._get("bulletin", "/v1/clock")):
            await self._move(time)
            await self.rest()
            at_rest(time.astimezone(SHANGHAI).strftime("%m-%d %H:%M"))

    async def _move(self, time: datetime) -> None:
        leap = time - self._baton.now() > _LEAP
        await self._baton.leap(time)
        # What a service does by its clock comes before what is posted at this hour, on every run.
        while leap and await self._ask(lambda: self._agendas_to_keep(time)) is not None:  # noqa: ASYNC110  (elsewhere)
            await asyncio.sleep(0.05)

    async def _agendas_to_keep(self, time: datetime) -> str | None:
        reached = [datetime.fromisoformat(one.get("agenda", one["now"])) for one in await self._readiness()]
        return None if min(reached) >= time else f"a service's agenda is done up to {min(reached)}"

    async def rest(self, *, delivered: bool = False) -> None:
        """Wait until every fact has reached the bulletin and every closed session has been considered."""
        await self._until(self._facts_on_their_way)
        await self._until(self._sessions_to_consider)
        if delivered:
            await self._until(self._wrapups_to_issue)
            await self._until(self._deliveries_to_make)

    async def _until(self, outstanding: Callable[[], Awaitable[str | None]]) -> None:
        deadline = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
        while (busy := await self._ask(outstanding)) is not None:
            if asyncio.get_running_loop().time() > deadline:
                raise StuckError(busy)
            await asyncio.sleep(_POLL_SECONDS)

    async def _ask(self, outstanding: Callable[[], Awaitable[str | None]]) -> str | None:
        try:
            return await outstanding()
        except (httpx.TransportError, httpx.HTTPStatusError) as error:
            return f"a service does not answer: {error!r}"

    async def _facts_on_their_way(self) -> str | None:
        recorded = {f"/chunfeng/{one['service']}": one["outbox"]["last"] for one in await self._readiness()}
        positions = (await self._get("bulletin", "/v1/completeness"))["positions"]
        for source, last in recorded.items():
            if source != "/chunfeng/bulletin" and positions.get(source, 0) < last:
                return f"the bulletin has {positions.get(source, 0)} of {last} facts of {source}"
        return None

    async def _sessions_to_consider(self) -> str | None:
        now = self._baton.now()
        for one in await self._get("bulletin", "/v1/clock"):
            if (reason := self._outstanding(one, now)) is not None:
                return reason
        return None

    async def _wrapups_to_issue(self) -> str | None:
        for one in await self._get("bulletin", "/v1/campaigns"):
            if one["wrapup_due"]:
                return f"{one['campaign']} has every bulletin and no wrap-up of them"
        return None

    async def _deliveries_to_make(self) -> str | None:
        for one in await self._get("bulletin", "/v1/deliveries?state=queued&state=sending&state=unknown&limit=1"):
            return f"{one['session']} r{one['revision']} is {one['state']} for {one['recipient']}"
        return None

    def _outstanding(self, one: dict[str, Any], now: datetime) -> str | None:
        if one["signed"]:
            return f"{one['session']} has been signed off and is not issued yet"
        if not one["settled"]:
            return f"{one['session']} has news that no edition has considered"
        closed = datetime.fromisoformat(one["closed_at"])
        if one["revision"] is None:
            if now >= datetime.fromisoformat(one["due_at"]) - self._issue_before:
                return f"{one['session']} has no bulletin yet, and its limit is near"
            passed = [hours for hours in _ALARMS if now >= closed + timedelta(hours=hours)]
            if passed and one["alarmed_hours"] < passed[-1]:
                return f"{one['session']} has raised no alarm at {passed[-1]} hours"
        return None

    async def _readiness(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await asyncio.gather(
            *(self._get(service, "/health/ready") for service in self._addresses)
        )
        return found

    async def _get(self, service: str, path: str) -> Any:  # noqa: ANN401  (JSON)
        answer = await self._client.get(self._addresses[service] + path, headers=self._headers)
        return answer.raise_for_status().json()
