"""Delivery to folders and mailboxes, whatever the mail server does: once, with its attempts on record (rows 65, 66)."""

import asyncio
import json
import random
from datetime import timedelta
from pathlib import Path

import pytest

from shared import faults
from tests.builders import BANNER_SESSION
from tests.bulletin.post import BOX, DIES, DIES_AFTER, MailServer, issued, recipient, sha256_of_attachment
from tests.bulletin.stories import CLOSED_AT
from tests.systems import System, together

pytestmark = pytest.mark.row(65, 66)


class DiedError(BaseException):
    """What kill -9 does to a process."""


async def test_a_mail_carries_the_bulletin_as_issued(system: System, server: MailServer) -> None:
    post = await issued(system, server)
    (row,) = await post.deliver()
    (edition,) = await post.room.editions()
    (mail,) = server.taken
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content() == edition.pdf
    assert attachment.get_filename() == f"2022-001-{BANNER_SESSION}.pdf"
    assert (mail["Message-ID"], mail["To"]) == (row.message_id, BOX)
    assert mail["Date"].datetime == CLOSED_AT.replace(microsecond=0)
    assert (row.state, row.attempts, row.delivered_at) == ("delivered", 1, CLOSED_AT)
    assert await post.told() == ["bulletin delivered"]


async def test_a_mailbox_that_is_busy_gets_it_at_the_second_attempt_once(system: System, server: MailServer) -> None:
    post = await issued(system, server)
    answers = iter(["451 try again later", "250 OK"])

    async def greylisting(_: str) -> str:
        return next(answers)

    server.rcpt = greylisting
    (row,) = await post.deliver()
    assert (row.state, row.attempts) == ("queued", 1)
    assert "451" in (row.error or "")
    (row,) = await post.deliver(seconds=19)
    assert row.attempts == 1
    (row,) = await post.deliver(seconds=20)
    assert (row.state, row.attempts, row.error) == ("delivered", 2, None)
    assert len(server.taken) == 1
    assert await post.told() == ["bulletin delivered"]


@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_refused_mail_has_failed_and_says_so(system: System, server: MailServer, where: str) -> None:
    post = await issued(system, server)

    async def refusing(_: str) -> str:
        return "550 no such mailbox"

    setattr(server, where, refusing)
    (row,) = await post.deliver()
    assert (row.state, row.attempts) == ("failed", 1)
    assert "550" in (row.error or "")
    assert await post.told() == ["delivery failed"]
    await post.deliver(hours=1)
    assert await post.told() == ["delivery failed"]


async def test_a_server_that_is_away_for_a_while_gets_it_when_it_is_back(system: System, tmp_path: Path) -> None:
    server = MailServer(tmp_path)
    async with server.open():
        post = await issued(system, server)
    (row,) = await post.deliver()
    (row,) = await post.deliver(minutes=1)
    assert (row.state, row.attempts) == ("queued", 2)
    async with server.open():
        (row,) = await post.deliver(minutes=10)
    assert (row.state, row.attempts, len(server.taken)) == ("delivered", 3, 1)


async def test_a_server_that_takes_a_letter_and_never_answers_leaves_it_in_doubt_aloud(
    system: System, server: MailServer
) -> None:
    post = await issued(system, server)

    async def hanging(_: str) -> str:
        await asyncio.sleep(60)
        return "250 OK"

    server.data = hanging
    states = [(await post.deliver(hours=hour))[0].state for hour in (0, 1, 2, 3)]
    assert states == ["unknown"] * 4
    assert await post.told() == ["delivery unknown"]


async def test_a_hanging_mailbox_does_not_hold_up_the_others(system: System, server: MailServer) -> None:
    boxes = [recipient(f"单位{n}", "smtp", f"box{n}@ordos.example") for n in range(6)]
    post = await issued(system, server, *boxes)
    asked = dict[str, float]()

    async def half_hanging(address: str) -> str:
        asked[address] = asyncio.get_running_loop().time()
        await asyncio.sleep(0 if address.startswith("box5") else 60)
        return "250 OK"

    server.rcpt = half_hanging
    rows = await post.deliver()
    assert [row.state for row in rows] == ["queued"] * 5 + ["delivered"]
    assert asked["box5@ordos.example"] - min(asked.values()) < 5 * 0.5


async def test_a_sender_that_dies_after_the_250_sends_the_same_again(
    system: System, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await issued(system, server)

    def die(point: str) -> None:
        if point == "delivery.before_commit":
            raise DiedError

    with monkeypatch.context() as patch:
        patch.setattr(faults, "crash_at", die)
        with pytest.raises(DiedError):
            await post.worker().deliver_due()
    (row,) = await post.deliver()
    assert (row.state, row.attempts, len(server.taken)) == ("sending", 1, 1)
    await system.rows("bulletin", "UPDATE delivery SET claimed_until = now() - interval '1 second'")
    (row,) = await post.deliver(seconds=1)
    assert (row.state, row.attempts) == ("delivered", 2)
    first, second = server.taken
    assert first["Message-ID"] == second["Message-ID"] == row.message_id
    assert [sha256_of_attachment(mail) for mail in (first, second)] == [(await post.room.editions())[0].pdf_sha256] * 2
    assert await post.told() == ["bulletin delivered"]


async def test_a_server_that_dies_after_its_250_has_taken_the_letter(system: System, server: MailServer) -> None:
    post = await issued(system, server)

    async def dying(_: str) -> str:
        return DIES_AFTER

    server.data = dying
    (row,) = await post.deliver()
    assert (row.state, row.attempts, len(server.taken)) == ("delivered", 1, 1)
    assert await post.told() == ["bulletin delivered"]


async def test_two_processes_deliver_to_everybody_once(system: System, server: MailServer) -> None:
    boxes = [recipient(f"单位{n}", "smtp", f"box{n}@ordos.example") for n in range(14)]
    post = await issued(system, server, *boxes)
    workers = [post.worker(), post.worker()]
    await together(*(worker.deliver_due() for worker in workers))
    assert sorted(mail["To"] for mail in server.taken) == sorted(box["address"] for box in boxes)
    assert {row.state for row in await post.room.deliveries()} == {"delivered"}
    assert await post.told() == ["bulletin delivered"] * 14


async def test_whatever_the_mail_server_does_every_recipient_ends_known_and_gets_one_content(
    system: System, server: MailServer
) -> None:
    boxes = [recipient(f"单位{n}", "smtp", f"box{n}@ordos.example") for n in range(24)]
    post = await issued(system, server, *boxes, smtp_timeout=timedelta(seconds=0.15))
    chance = random.Random(65)  # noqa: S311  (no secret)

    async def whatever(_: str) -> str:
        answer = chance.choice(["250 OK", "250 OK", "451 busy", "550 no", "554 no", "hang", DIES, DIES_AFTER])
        if answer == "hang":
            await asyncio.sleep(1)
        return answer

    async def mostly(_: str) -> str:
        return chance.choice(["250 OK"] * 6 + ["450 later", "553 no", DIES_AFTER])

    server.rcpt, server.data = mostly, whatever
    for hour in range(4):
        post.room.clock.after(hours=hour)
        await together(post.worker().deliver_due(), post.worker().deliver_due())
    rows = {row.address: row for row in await post.room.deliveries()}
    # Which box meets which answer depends on who is first: that one ends in doubt is likely, not certain.
    assert {"delivered", "failed"} <= {row.state for row in rows.values()} <= {"delivered", "failed", "unknown"}
    facts = [
        fact for fact in await post.room.published() if fact["type"][0] != "bulletin" or fact["type"][1] != "issued"
    ]
    told = {json.loads(fact["data"])["recipient"]: (" ".join(fact["type"]), json.loads(fact["data"])) for fact in facts}
    assert len(facts) == len(told) == len(rows)
    words = {"delivered": "bulletin delivered", "failed": "delivery failed", "unknown": "delivery unknown"}
    (edition,) = await post.room.editions()
    assert {sha256_of_attachment(mail) for mail in server.taken} == {edition.pdf_sha256}
    assert len({(mail["To"], mail["Message-ID"]) for mail in server.taken}) == len(
        {mail["To"] for mail in server.taken}
    )
    for row in rows.values():
        kind, data = told[row.recipient]
        assert kind == words[row.state]
        in_doubt = sum(one["outcome"] == "unknown" for one in data["log"])
        copies = sum(mail["To"] == row.address for mail in server.taken)
        assert (row.state == "delivered") <= copies <= in_doubt + (row.state == "delivered")


async def test_who_finishes_after_his_lease_does_not_undo_what_another_did(system: System, server: MailServer) -> None:
    post = await issued(system, server, smtp_timeout=timedelta(seconds=30))
    post.room.settings = post.room.settings.model_copy(update={"delivery_lease": timedelta(0)})
    asked, overtaken = asyncio.Event(), asyncio.Event()

    async def slow_first(_: str) -> str:
        if asked.is_set():
            return "250 OK"
        asked.set()
        await overtaken.wait()
        return "451 too slow"

    server.rcpt = slow_first
    late = asyncio.ensure_future(post.worker().deliver_due())
    await asked.wait()
    await post.worker().deliver_due()
    overtaken.set()
    await late
    (row,) = await post.room.deliveries()
    assert (row.state, row.attempts, row.error) == ("delivered", 2, None)
    assert await post.told() == ["bulletin delivered"]


@pytest.mark.parametrize("address", ["not a mailbox", "drc@", "@ordos.example", "a@b.cn, c@d.cn", "<>", "drc"])
async def test_an_address_that_is_no_mailbox_fails_at_once_and_alone(
    system: System, server: MailServer, address: str
) -> None:
    to = [recipient("坏地址", "smtp", address), recipient("好地址", "smtp", BOX)]
    post = await issued(system, server, *to)
    assert {row.recipient: row.state for row in await post.deliver()} == {"坏地址": "failed", "好地址": "delivered"}
    assert sorted(await post.told()) == ["bulletin delivered", "delivery failed"]


async def test_the_mail_server_is_greeted_without_asking_dns_for_our_own_name(
    system: System, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waits(*_: str) -> str:
        raise AssertionError("this may take as long as DNS does")

    monkeypatch.setattr("socket.getfqdn", waits)
    monkeypatch.setattr("socket.gethostname", lambda: "db7")
    post = await issued(system, server)
    assert [row.state for row in await post.deliver()] == ["delivered"]
    assert post.room.settings.smtp_name == "[127.0.0.1]"  # RFC 5321, 4.1.3


async def test_without_a_mail_server_mail_fails_aloud(system: System, server: MailServer) -> None:
    post = await issued(system, server)
    post.room.settings = post.room.settings.model_copy(update={"smtp_host": None})
    (row,) = await post.deliver()
    assert (row.state, row.attempts) == ("failed", 1)
    assert "CHUNFENG_SMTP_HOST" in (row.error or "")


async def test_whatever_else_goes_wrong_is_tried_again_and_in_the_end_reported(
    system: System, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = await issued(system, server)
    monkeypatch.setattr("services.bulletin.delivery.smtp.letter", lambda *_: 1 / 0)
    states = [(await post.deliver(hours=hour))[0].state for hour in range(4)]
    assert states == ["queued", "queued", "failed", "failed"]
    assert await post.told() == ["delivery failed"]
