"""A table is read at once, its rows are posted in the background, and each row knows what became of it.

A row becomes events through the same intake as everything else. Their ids come from what the row says, so the same
table handed in twice, or taken up again after a crash, records nothing twice; a mended row is a new event.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final, NamedTuple, Protocol

from sqlmodel import and_, col, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession
from sqlmodel.sql.expression import SelectOfScalar

from shared import logs, sheets
from shared.background import background
from shared.clock import Clock
from shared.database import Database, is_away
from shared.imports.kinds import Kind, Refusal, UnknownKind, raw
from shared.intake import TryAgain
from shared.keys import Keys
from shared.posted import Caller
from shared.problems import Refused
from shared.receipts import Receipt
from shared.rounds import Answer
from shared.sheets import Row
from shared.tables import ImportRow, ImportRun, Key

_CHUNK: Final = 100
_IDLE_SECONDS: Final = 5.0
_BUSY_SECONDS: Final = 1.0
PENDING: Final = "pending"


class UnknownImport(Refused):
    """There is no such import, or it is another unit's."""

    status = 404
    row = 77
    zh = "没有导入记录 {run}"
    en = "There is no import {run}"


class Counter(Protocol):
    """Where events are handed in for a caller, one answer for each."""

    async def settle(self, caller: Caller, raws: Sequence[object]) -> list[Answer]:
        """Record events, as a batch of the caller's would be."""
        ...


class Progress(NamedTuple):
    """How far an import is."""

    run: ImportRun
    counts: Mapping[str, int]

    @property
    def rows(self) -> int:
        """How many rows it has."""
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many of them are settled."""
        return self.rows - self.counts.get(PENDING, 0)


class Imports:
    """Takes tables, and posts their rows as long as the service runs."""

    def __init__(
        self, kinds: Mapping[str, Kind], *, database: Database, desk: Counter, keys: Keys, clock: Clock
    ) -> None:
        """Take the kinds of tables, and the desk at which their rows are posted."""
        self.kinds = dict(kinds)
        self._database = database
        self._desk = desk
        self._keys = keys
        self._clock = clock
        self._come = asyncio.Event()
        self._log = logs.get()

    def kind(self, name: str) -> Kind:
        """Return a kind of table; raises UnknownKind."""
        if name not in self.kinds:
            raise UnknownKind(kind=name[:128])
        return self.kinds[name]

    async def take(self, caller: Caller, name: str, file: str, content: bytes) -> str:
        """Read a table and keep its rows for the background; return the import's name. Raises NotATable."""
        kind = self.kind(name)
        rows = await asyncio.to_thread(sheets.read, kind.columns, content)
        if not rows:
            raise sheets.NotATable(reason="表中没有数据行", reason_en="it has no rows")
        run = ImportRun(
            run=f"imp-{secrets.token_hex(8)}",
            kind=name,
            name=file[:200],
            unit=caller.unit,
            caller=caller.key,
            created_at=self._clock.now(),
        )
        async with self._database.transaction() as session:
            session.add(run)
            for row in rows:
                cells = json.dumps(dict(row.cells), ensure_ascii=False)
                session.add(ImportRow(run=run.run, number=row.number, cells=cells, status=PENDING))
        self._come.set()
        return run.run

    async def progress(self, caller: Caller, run: str) -> Progress:
        """Return how far an import of the caller's unit is; raises UnknownImport."""
        async with self._database.reading() as session:
            found = (await session.exec(_of(caller).where(col(ImportRun.run) == run))).one_or_none()
            if found is None:
                raise UnknownImport(run=run[:128])
            query = select(ImportRow.status, func.count()).where(col(ImportRow.run) == run)
            counts = (await session.exec(query.group_by(col(ImportRow.status)))).all()
        return Progress(found, dict(counts))

    async def recent(self, caller: Caller, most: int = 20) -> Sequence[ImportRun]:
        """Return the newest imports of the caller's unit."""
        async with self._database.reading() as session:
            return (await session.exec(_of(caller).order_by(col(ImportRun.created_at).desc()).limit(most))).all()

    async def refusals(self, run: str, most: int | None = None) -> Sequence[Refusal]:
        """Return the rows of an import that were refused, in their order."""
        query = select(ImportRow).where(col(ImportRow.run) == run, col(ImportRow.status) == "refused")
        async with self._database.reading() as session:
            rows = (await session.exec(query.order_by(col(ImportRow.number)).limit(most))).all()
        return [Refusal(row.number, json.loads(row.cells), json.loads(row.problem or "{}")) for row in rows]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Post rows as long as the block lasts."""
        async with background(self._keep_posting(), "imports"):
            yield

    async def _keep_posting(self) -> None:
        while True:
            self._come.clear()
            try:
                while await self.chunk():
                    pass
            except Exception as error:  # noqa: BLE001  (one bad table must not end the process; logged, tried again)
                if not is_away(error):
                    self._log.exception("import.failed")
            try:
                async with asyncio.timeout(_IDLE_SECONDS):
                    await self._come.wait()
            except TimeoutError:
                continue

    async def chunk(self) -> int:
        """Post the next rows of the oldest unfinished import that no other instance has in hand; return how many."""
        async with self._database.transaction() as session:
            unfinished = select(ImportRun).where(col(ImportRun.finished_at).is_(None))
            next_one = unfinished.order_by(col(ImportRun.created_at)).limit(1).with_for_update(skip_locked=True)
            run = (await session.exec(next_one)).one_or_none()
            if run is None:
                return 0
            pending = select(ImportRow).where(col(ImportRow.run) == run.run, col(ImportRow.status) == PENDING)
            rows = (await session.exec(pending.order_by(col(ImportRow.number)).limit(_CHUNK))).all()
            if not rows:
                run.finished_at = self._clock.now()
                session.add(run)
                self._log.info("import.finished", run=run.run, kind=run.kind, unit=run.unit)
                return 1
            left = 0
            for row, (status, problem) in zip(rows, await self._post(session, run, rows), strict=True):
                left += status == PENDING
                values = {"status": status, "problem": json.dumps(problem, ensure_ascii=False) if problem else None}
                here = (col(ImportRow.run) == run.run, col(ImportRow.number) == row.number)
                await session.exec(update(ImportRow).where(*here).values(**values))
        if left:
            await asyncio.sleep(_BUSY_SECONDS)
        return len(rows)

    async def _post(
        self, session: AsyncSession, run: ImportRun, rows: Sequence[ImportRow]
    ) -> list[tuple[str, Mapping[str, Any] | None]]:
        """Post rows in the name of who handed them in, if his key still opens; return what became of each."""
        try:
            caller = await self._keys.named(run.caller)
            kind = self.kind(run.kind)
            read = await kind.read(session, caller, [Row(row.number, json.loads(row.cells)) for row in rows])
        except Refused as refusal:
            return [("refused", refusal.problem())] * len(rows)
        posts = [(place, post) for place, one in enumerate(read) if not isinstance(one, Refused) for post in one]
        answers = await self._desk.settle(caller, [raw(caller, run.kind, post) for _, post in posts])
        came: list[list[Answer]] = [[one] if isinstance(one, Refused) else [] for one in read]
        for (place, _), answer in zip(posts, answers, strict=True):
            came[place].append(answer)
        return [_outcome(one) for one in came]


def _of(caller: Caller) -> SelectOfScalar[ImportRun]:
    """Select the imports of a unit: a test key's are seen by its test keys, all others by its other keys."""
    mine = col(Key.key) == col(ImportRun.caller), col(Key.test) == caller.test
    return select(ImportRun).join(Key, and_(*mine)).where(col(ImportRun.unit) == caller.unit)


def _outcome(answers: Sequence[Answer]) -> tuple[str, Mapping[str, Any] | None]:
    """Sum up what became of a row's events; the first refusal is the row's."""
    for answer in answers:
        if isinstance(answer, TryAgain):
            return PENDING, None
        if isinstance(answer, Refused):
            return "refused", answer.problem()
    receipts = [answer for answer in answers if isinstance(answer, Receipt)]
    if not receipts:
        return "unchanged", None
    if all(receipt.text.endswith('"duplicate":true}') for receipt in receipts):
        return "duplicate", None
    return ("waiting" if any(receipt.status == "waiting" for receipt in receipts) else "recorded"), None
