"""Delivery in tests: a mail server that answers as a script says, and a bulletin just issued to somebody."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

from aiosmtpd.smtp import SMTP

from services.bulletin.delivery import Delivery
from services.bulletin.tables import DeliveryRow
from tests.builders import BANNER_SESSION, plan
from tests.bulletin.newsroom import Newsroom, newsroom, uneventful
from tests.systems import System

BOX: Final = "drc@ordos.example"
DIES: Final = "takes the letter, and dies before anybody hears of it"
DIES_AFTER: Final = "250 OK, and dies"
"""Answers, and dies at once: before the letter, or before the farewell."""
_SPOKEN: Final = 0.005
"""Seconds in which an answer has left."""
Answer = Callable[[str], Awaitable[str]]


async def welcome(_: str) -> str:
    return "250 OK"


class MailServer:
    """Takes mail; `rcpt` and `data` answer for each recipient. What goes to folders goes below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.taken: list[EmailMessage] = []
        self.dead: set[Any] = set()
        """Connections that are gone when the farewell comes."""
        self.rcpt: Answer = welcome
        self.data: Answer = welcome
        self.port = 0

    async def handle_RCPT(self, server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: ANN401, N802  (aiosmtpd's)
        answer = await self.rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        if answer == DIES_AFTER:
            asyncio.get_running_loop().call_later(_SPOKEN, server.transport.abort)
        return answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: ANN401, N802  (likewise)
        answer = await self.data(envelope.rcpt_tos[0])
        if answer.startswith("250") or answer == DIES:
            mail = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(mail, EmailMessage)
            self.taken.append(mail)
        if answer == DIES:
            server.transport.abort()
        if answer == DIES_AFTER:
            self.dead.add(server)
        return answer

    async def handle_QUIT(self, server: Any, _session: Any, _envelope: Any) -> str:  # noqa: ANN401, N802  (likewise)
        if server in self.dead:
            server.transport.abort()
        return "221 Bye"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Listen on the same port every time."""
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: SMTP(self, hostname="mail.ordos.example", loop=loop, ident="test"), "127.0.0.1", self.port
        )
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()


def sha256_of_attachment(mail: EmailMessage) -> str:
    (attachment,) = mail.iter_attachments()
    return hashlib.sha256(attachment.get_content()).hexdigest()


def recipient(name: str, channel: str, address: str) -> dict[str, str]:
    return {"name": name, "distribution": "peers", "channel": channel, "address": address}


class PostRoom:
    """A bulletin just issued, and what delivers it."""

    def __init__(self, room: Newsroom) -> None:
        self.room = room

    def worker(self) -> Delivery:
        """Return a process that delivers; as many as a test wants."""
        return Delivery(database=self.room.database, clock=self.room.clock, settings=self.room.settings)

    async def deliver(self, **passed: float) -> list[DeliveryRow]:
        """Set the clock to some time after the closing, deliver what is due then, and return how it stands."""
        self.room.clock.after(**passed)
        await self.worker().deliver_due()
        return await self.room.deliveries()

    async def told(self) -> list[str]:
        """Return the types of what was published after the bulletin."""
        return [" ".join(fact["type"]) for fact in await self.room.published()][1:]


async def issued(
    system: System,
    server: MailServer,
    *recipients: dict[str, str],
    smtp_timeout: timedelta = timedelta(seconds=0.5),
) -> PostRoom:
    """Issue a bulletin to some recipients, to one mailbox unless others are named."""
    settings = {"outbox_folder": server.folder, "smtp_host": "127.0.0.1", "smtp_port": server.port}
    room = await newsroom(system, **settings, smtp_timeout=smtp_timeout, delivery_attempts=3)
    to = recipients or (recipient("市发改委", "smtp", BOX),)
    await room.learn(plan(recipients=to), *uneventful(BANNER_SESSION))
    await room.look()
    return PostRoom(room)
