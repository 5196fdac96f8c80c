"""The bulletin's database rebuilt from the facts alone: the same editions to the byte, nothing delivered twice."""

import hashlib
import os
import random
from collections.abc import AsyncIterator, Sequence

import pytest

from services.bulletin.domain.edition import Edition
from services.bulletin.pdf.press import BulletinPress
from services.bulletin.rebuild import rebuild
from shared.envelope import Fact, read_published, with_sequence
from shared.printing import fonts
from tests.builders import DRC, ROOT, approval_corrected, owner, plan, project_code
from tests.bulletin.newsroom import Newsroom, Printer, newsroom, uneventful
from tests.bulletin.post import BOX, MailServer, PostRoom, recipient
from tests.bulletin.stories import around, decided, held
from tests.systems import Rows, System

pytestmark = pytest.mark.row(56, 86)

OTHER, SILENT = "spring-2022-150603", "spring-2022-150621"
REBUILDS = int(os.environ.get("CHUNFENG_REBUILDS", "2"))
TO = (
    recipient("市发改委", "smtp", BOX),
    recipient("市直部门", "folder", "all"),
    recipient("坏地址", "folder", "../no"),
)
TABLES = {
    "edition": "SELECT * FROM edition ORDER BY session, revision",
    "issue_number": "SELECT * FROM issue_number",
    "outbox": """
        SELECT sequence, event_id, type, subject, version, correlation_id, envelope FROM outbox ORDER BY sequence
    """,
    "outbox_counter": "SELECT last FROM outbox_counter",
    "delivery": """
        SELECT session, revision, recipient, channel, address, state, attempts, message_id, delivered_at
        FROM delivery ORDER BY session, revision, recipient
    """,
    "closing": "SELECT session, closed_at, due_at, alarmed FROM closing ORDER BY session",
    "fact": "SELECT event_id, source, sequence, type, session, payload FROM fact ORDER BY source, sequence",
}


async def played(system: System, server: MailServer) -> Newsroom:
    """Issue two bulletins, correct one, deliver all, and let a third session's alarm be raised."""
    settings = {"outbox_folder": server.folder, "smtp_host": "127.0.0.1", "smtp_port": server.port}
    room = await newsroom(system, **settings)
    late = (approval_corrected(project_code=project_code(2), outcome="approved"), owner())
    *events, correction = decided((plan(recipients=TO), DRC), *held(), late)
    await room.learn(*events, *around(), *uneventful(OTHER), *uneventful(SILENT)[:1])
    await room.look(hours=1)
    room.clock.after(hours=2)
    await room.learn(correction)
    await room.look(hours=3)
    await PostRoom(room).deliver(hours=3)
    await room.look(hours=12)
    await room.hear(*await own(system))
    return room


async def own(system: System) -> list[Fact]:
    """Return the bulletin service's own facts as they came back from the stream."""
    rows = await system.rows("bulletin", "SELECT sequence, envelope FROM outbox ORDER BY sequence")
    return [read_published(with_sequence(row["envelope"], row["sequence"])) for row in rows]


async def everything(system: System) -> dict[str, Rows]:
    return {table: await system.rows("bulletin", query) for table, query in TABLES.items()}


async def disordered(told: Sequence[Fact], seed: int = 1) -> AsyncIterator[Sequence[Fact]]:
    """Yield facts shuffled, with some twice, in batches."""
    chance = random.Random(seed)  # noqa: S311  (no secret)
    mixed = [*told, *told[::3]]
    chance.shuffle(mixed)
    for start in range(0, len(mixed), 7):
        yield mixed[start : start + 7]


async def facts_of(room: Newsroom) -> list[Fact]:
    """Return every fact the service has heard."""
    rows = await room.system.rows("bulletin", "SELECT payload FROM fact ORDER BY source, sequence")
    return [read_published(row["payload"].encode()) for row in rows]


class Printing(Printer):
    """A printer that prints pages."""

    def __init__(self) -> None:
        super().__init__()
        self._press = BulletinPress(fonts.find(ROOT / ".chunfeng" / "fonts"))

    async def render(self, edition: Edition, *, signs: bool = False) -> bytes:
        return self._press.print(edition, signs=signs)


async def from_nothing(room: Newsroom) -> bool:
    """Lose the database and rebuild it from what it had heard; tell whether every edition came out the same."""
    told = await facts_of(room)
    room.database = await room.system.empty("bulletin")
    rebuilt = await rebuild(room.database, disordered(told), room.printer)
    assert len(rebuilt) == 3
    return all(one.same_content and one.same_pdf for one in rebuilt)


async def test_a_rebuild_gives_the_same_rows_to_the_byte(system: System, server: MailServer) -> None:
    room = await played(system, server)
    before = await everything(system)
    assert [(row["session"][-6:], row["revision"]) for row in before["edition"]] == [
        ("150602", 0),
        ("150602", 1),
        ("150603", 0),
    ]
    assert {row["state"] for row in before["delivery"]} == {"delivered", "failed"}
    assert await from_nothing(room)
    after = await everything(system)
    for table, rows in before.items():
        assert after[table] == rows, table


async def test_however_often_it_is_rebuilt_the_printed_pages_are_the_same_bytes(
    system: System, server: MailServer
) -> None:
    room = await newsroom(system, outbox_folder=server.folder)
    room.printer = Printing()
    await room.learn(*decided((plan(recipients=TO[1:2]), DRC), *held()), *around())
    await room.look(hours=1)
    await room.hear(*await own(system))
    told = await facts_of(room)
    hashes = {row.pdf_sha256 for row in await room.editions()}
    for number in range(REBUILDS):
        room.database = await system.empty("bulletin")
        await rebuild(room.database, disordered(told, seed=number), room.printer)
        hashes |= {hashlib.sha256(row.pdf).hexdigest() for row in await room.editions()}
    assert len(hashes) == 1


async def test_nothing_is_delivered_or_issued_again_after_a_rebuild(system: System, server: MailServer) -> None:
    room = await played(system, server)
    mails, facts = len(server.taken), len(await own(system))
    assert await from_nothing(room)
    await room.look(hours=13)
    await PostRoom(room).deliver(hours=14)
    assert len(server.taken) == mails
    assert len(await own(system)) == facts


async def test_numbers_go_on_where_they_were_after_a_rebuild(system: System, server: MailServer) -> None:
    room = await played(system, server)
    assert await from_nothing(room)
    await room.learn(*uneventful(SILENT)[1:])
    await room.look(hours=13)
    assert sorted({row.number for row in await room.editions()}) == [1, 2, 3]


async def test_an_edition_that_comes_out_different_is_said_to(system: System, server: MailServer) -> None:
    room = await played(system, server)
    room.printer.suffix = b"another renderer"
    assert not await from_nothing(room)


async def test_what_was_not_delivered_before_the_loss_is_delivered_after(system: System, server: MailServer) -> None:
    room = await newsroom(system, outbox_folder=server.folder)
    await room.learn(plan(recipients=TO[1:2]), *uneventful(OTHER))
    await room.look()
    await room.hear(*await own(system))
    told = await facts_of(room)
    room.database = await system.empty("bulletin")
    await rebuild(room.database, disordered(told), room.printer)
    (row,) = await PostRoom(room).deliver()
    assert (row.state, server.taken) == ("delivered", [])
