"""One trial: a world, load on it, kills; then rest, evidence, verdict."""

import asyncio
import contextlib
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from deploy.chaos import ending, evidence, ledger
from deploy.chaos.checker import Verdict, check
from deploy.chaos.ledger import Answer, Ledger
from deploy.chaos.load import TEMPLATE, Load
from deploy.chaos.nemesis import Nemesis, Point, planned
from deploy.chaos.posts import closed_sessions
from deploy.chaos.world import World
from services.approvals import keyring
from shared.database import Database
from shared.events import CampaignPlanned

LEDGER: Final = "ledger.jsonl"
_LAST_POSTS: Final = 60.0
_ISSUED_WITHIN: Final = 120.0

Told = Callable[[int, int], None]
"""Told kills and accepted events, as they grow."""


@dataclass
class Outcome:
    """What became of a trial."""

    kills: Counter[str] = field(default_factory=Counter)
    reached: Counter[str] = field(default_factory=Counter)
    exits: Counter[str] = field(default_factory=Counter)
    """Processes that ended by themselves, not at a crash point."""
    answers: Counter[str] = field(default_factory=Counter)
    troubles: Counter[str] = field(default_factory=Counter)
    longest_wait: float = 0.0
    quiesce_seconds: float = 0.0
    redelivered: int = 0
    editions: int = 0
    mails_again: int = 0
    restless: list[str] = field(default_factory=list)
    """What was still under way when patience ended: nothing can be said of a world that does not come to rest."""
    verdict: Verdict = field(default_factory=Verdict)


@dataclass
class Trial:
    """A world under load, with a nemesis."""

    world: World
    seed: str
    points: Sequence[Point]
    """The named points at which processes are made to crash."""
    told: Told
    mail: Path | None = None
    """Where mail arrives, if the bulletins are to be waited for and looked at too."""
    tokens: dict[str, str] = field(default_factory=dict)

    async def issue_keys(self) -> None:
        """Issue every unit's key, and wait until all services know them: no key is shown twice."""
        template = CampaignPlanned.model_validate_json(TEMPLATE.read_bytes())
        database = Database(self.world.database("approvals"))
        self.tokens = await keyring.issue(database, template.units, datetime.now(UTC))
        await database.close()
        await self.world.all_ready()
        await evidence.rest(self.world)

    @asynccontextmanager
    async def _under_load(self, record: Ledger, name: str) -> AsyncIterator[Load]:
        """Keep the services loaded as long as the block lasts, then let the clients finish."""
        addresses = {service: self.world.address(service) for service in ("approvals", "forums", "policy")}
        load = Load(addresses, self.tokens, record, name, closing=self.mail is not None)
        posting = asyncio.create_task(load.run())
        try:
            yield load
            load.stop()
            await asyncio.wait({posting}, timeout=_LAST_POSTS)
            if posting.done():
                posting.result()
        finally:
            posting.cancel()
            await asyncio.gather(posting, return_exceptions=True)

    async def run(self, kills: int) -> Outcome:
        """Kill this often under load, let everything come to rest, and check."""
        outcome = Outcome()
        supervising = asyncio.create_task(self.world.supervise())
        try:
            await self.issue_keys()
            with Ledger(self.world.folder / LEDGER) as record:
                async with self._under_load(record, self.seed) as load:
                    nemesis = Nemesis(self.world, load, lambda total: self.told(total, record.accepted))
                    rng = random.Random(f"{self.seed}/kills")  # noqa: S311  (repeatable, not secret)
                    await nemesis.run(planned(rng, kills, self.points))
                    await self.world.all_ready()
                self.told(nemesis.total, record.accepted)
            await self._settle(outcome)
        finally:
            supervising.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await supervising
        outcome.kills, outcome.reached = nemesis.kills, nemesis.reached
        outcome.verdict.broken += [f"nothing crashed at {point}" for point in nemesis.missed]
        outcome.exits = Counter(one.name for one in self.world.exits if one.point is None)
        outcome.answers, outcome.troubles, outcome.longest_wait = record.answers, load.troubles, load.longest_wait
        return outcome

    async def _settle(self, outcome: Outcome) -> None:
        """Let everything come to rest, read what is held, and compare it with the ledger."""
        started, record = time.monotonic(), self.world.folder / LEDGER
        # What a bug has lost never comes, and what waits for it waits for ever: only a trial without bug waits as well.
        restless = [await evidence.rest(self.world, waiting=self.mail is not None)]
        outcome.quiesce_seconds = time.monotonic() - started
        if self.mail is not None:
            closed = closed_sessions(line for line in ledger.read(record) if isinstance(line, Answer))
            restless += [await ending.all_issued(self.world, len(closed), _ISSUED_WITHIN)]
            restless += [await evidence.rest(self.world)]
        outcome.redelivered = await evidence.redelivered(self.world)
        outcome.verdict = check(ledger.read(record), await evidence.collect(self.world))
        outcome.restless = [busy for busy in restless if busy is not None]
        if self.mail is not None:
            await self._examine(outcome, self.mail)

    async def _examine(self, outcome: Outcome, mail: Path) -> None:
        """Look at what was issued, sent and can be made again."""
        broken = await ending.figures(self.world, next(iter(self.tokens.values())))
        wrong_mail, outcome.mails_again = await ending.mails(self.world, mail)
        differing, outcome.editions = await ending.rebuilt(self.world)
        outcome.verdict.broken += broken + wrong_mail + differing
        outcome.verdict.broken += [f"it does not come to rest: {busy}" for busy in outcome.restless]
