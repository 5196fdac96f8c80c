"""The load: clients that post like the units' own systems, and send again with the same id until they are answered."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

from deploy.chaos.ledger import Ledger
from deploy.chaos.posts import Author, Lane, Step, Wave
from shared.envelope import BATCH, STRUCTURED
from shared.events import CampaignPlanned

TEMPLATE: Final = Path(__file__).parents[2] / "services/approvals/campaigns/spring-2022.json"
_WORKERS: Final = 12
_BREATH: Final = 0.01
"""What a client waits between two requests: the machine has services to restart as well."""
_REPEATED: Final = 0.05
_LONGEST_WAIT: Final = 0.5
_TOO_LATE: Final = 500


class Load:
    """Posts wave after wave until told to stop."""

    def __init__(
        self,
        addresses: Mapping[str, str],
        tokens: Mapping[str, str],
        ledger: Ledger,
        seed: str,
        *,
        closing: bool,
    ) -> None:
        """Take where to post, with which keys, where to note the answers, what to draw from, whether sessions close."""
        self._addresses = addresses
        self._tokens = tokens
        self._ledger = ledger
        self._seed = seed
        self._closing = closing
        self._rng = random.Random(f"{seed}/load")  # noqa: S311  (repeatable, not secret)
        self._stopping = False
        self._waves = 0
        self._template = CampaignPlanned.model_validate_json(TEMPLATE.read_bytes())
        self._client = httpx.AsyncClient(timeout=10)
        self._answered = {service: asyncio.Event() for service in addresses}
        self.troubles: Counter[str] = Counter()
        """What stood in the way of an answer: status codes, broken connections."""
        self.longest_wait = 0.0
        """The longest any request waited for its final answer, in seconds."""

    async def run(self) -> None:
        """Post until stopped; a wave that has begun is brought to its end, its bulk left out."""
        async with self._client:
            while not self._stopping:
                self._waves += 1
                rng = random.Random(f"{self._seed}/wave {self._waves}")  # noqa: S311  (likewise)
                await self._play(Author(self._template, self._waves, rng).wave())

    def stop(self) -> None:
        self._stopping = True

    async def next_answer(self, service: str, within: float) -> None:
        """Return at the very moment a service has answered a request, or after a while without."""
        event = self._answered[service]
        event.clear()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), within)

    async def _play(self, wave: Wave) -> None:
        await self._follow(wave.opening)
        lanes = [*wave.bulk, *wave.lanes]
        essential = {id(lane) for lane in wave.lanes}

        async def work() -> None:
            while lanes:
                lane = lanes.pop(self._rng.randrange(len(lanes)))
                if not self._stopping or id(lane) in essential:
                    await self._follow(lane)

        async with asyncio.TaskGroup() as workers:
            for _ in range(_WORKERS):
                workers.create_task(work())
        for lane in (*wave.closing, *wave.late) if self._closing else ():
            await self._follow(lane)

    async def _follow(self, lane: Lane) -> None:
        for step in lane:
            await self._deliver(step)
            if self._rng.random() < _REPEATED:
                await self._deliver(step)
            await asyncio.sleep(_BREATH)

    async def _deliver(self, step: Step) -> None:
        """Post a request until every event in it is answered for good."""
        started, pause = time.monotonic(), 0.05
        open_ones = {event["id"]: event for event in step.events}
        for event in step.events:
            self._ledger.sent(event)
        while True:
            for event_id, receipt in (await self._post(step, list(open_ones.values()))).items():
                self._ledger.answered(step.service, open_ones.pop(event_id), receipt)
            if not open_ones:
                break
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_WAIT)
        self.longest_wait = max(self.longest_wait, time.monotonic() - started)

    async def _post(self, step: Step, events: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
        """Post once; return the final answers by event id, none for what has to be sent again."""
        single = len(events) == 1
        headers = {
            "Authorization": f"Bearer {self._tokens[step.unit]}",
            "Content-Type": STRUCTURED if single else BATCH,
        }
        try:
            answer = await self._client.post(
                f"{self._addresses[step.service]}/v1/events", json=events[0] if single else events, headers=headers
            )
        except httpx.TransportError as error:
            self.troubles[type(error).__name__] += 1
            return {}
        # A key reaches the other services through the stream: just issued, it may be a moment early.
        if answer.status_code == httpx.codes.UNAUTHORIZED or answer.status_code >= _TOO_LATE:
            self.troubles[str(answer.status_code)] += 1
            return {}
        self._answered[step.service].set()
        body = answer.json()
        if answer.status_code >= httpx.codes.BAD_REQUEST:
            return {event["id"]: {"status": "refused", "problem": body} for event in events}
        receipts = [body] if single else body["receipts"]
        return {event["id"]: one for event, one in zip(events, receipts, strict=True) if not _again(one)}


def _again(receipt: Mapping[str, Any]) -> bool:
    return receipt["status"] == "refused" and int(receipt["problem"]["status"]) >= _TOO_LATE
