"""Delivery to folders: whole or not at all, and nowhere but below the outbox (rows 65, 66)."""

from pathlib import Path

import pytest

from services.bulletin.delivery import file_name
from tests.builders import BANNER_SESSION, issue_raised
from tests.bulletin.post import MailServer, issued, recipient
from tests.systems import System, until

pytestmark = pytest.mark.row(65, 66)

NAME = f"2022-001-{BANNER_SESSION}.pdf"


def pdfs_below(folder: Path) -> list[Path]:
    return list(folder.rglob("*.pdf"))


async def test_a_folder_gets_the_bulletin_as_issued(system: System, server: MailServer) -> None:
    post = await issued(system, server, recipient("市直部门", "folder", "city-departments"))
    (row,) = await post.deliver()
    (edition,) = await post.room.editions()
    assert row.state == "delivered"
    assert [path.name for path in (server.folder / "city-departments").iterdir()] == [NAME]
    assert (server.folder / "city-departments" / NAME).read_bytes() == edition.pdf


async def test_a_reader_of_the_folder_never_sees_half_a_bulletin(
    system: System, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await issued(system, server, recipient("市直部门", "folder", "city-departments"))

    def half(path: Path, pdf: bytes) -> int:
        with path.open("wb") as file:
            file.write(pdf[:10])
        raise OSError("no space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", half)
        (row,) = await post.deliver()
    assert (row.state, row.attempts) == ("queued", 1)
    assert pdfs_below(server.folder) == []
    (row,) = await post.deliver(minutes=1)
    assert row.state == "delivered"
    assert [path.name for path in (server.folder / "city-departments").iterdir()] == [NAME]


@pytest.mark.parametrize("address", ["../elsewhere", "/etc", "a/../../elsewhere", "link/below"])
async def test_an_address_that_escapes_the_outbox_is_refused(system: System, server: MailServer, address: str) -> None:
    around, server.folder = server.folder, server.folder / "outbox"
    server.folder.mkdir()
    (server.folder / "link").symlink_to(around)
    post = await issued(system, server, recipient("别处", "folder", address))
    (row,) = await post.deliver()
    assert (row.state, row.attempts) == ("failed", 1)
    assert await post.told() == ["delivery failed"]
    assert pdfs_below(around) == []


async def test_a_correction_lies_beside_the_original(system: System, server: MailServer) -> None:
    post = await issued(system, server, recipient("市直部门", "folder", "city-departments"))
    await post.deliver()
    await post.room.learn(issue_raised())
    await post.room.look(hours=1)
    await post.deliver(hours=1)
    first, second = await post.room.editions()
    folder = server.folder / "city-departments"
    assert (folder / file_name(first)).read_bytes() == first.pdf
    assert (folder / file_name(second)).read_bytes() == second.pdf != first.pdf
    assert file_name(second) == f"2022-001-{BANNER_SESSION}-correction-1.pdf"


async def test_mail_and_folder_deliver_themselves_in_the_running_service(system: System, server: MailServer) -> None:
    post = await issued(system, server, recipient("甲", "smtp", "a@ordos.example"), recipient("乙", "folder", "b"))

    async def delivered() -> bool:
        return {row.state for row in await post.room.deliveries()} == {"delivered"}

    async with post.worker().running():
        await until(delivered)
    assert len(server.taken) == len(pdfs_below(server.folder)) == 1
