"""A bureau's system beside the demo: tries an event out in its sandbox, and has what became of bulletins sent to it."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

import httpx
from standardwebhooks import Webhook, WebhookVerificationError

from deploy.local import Local
from deploy.recording import Line, Player
from services.approvals import keyring
from services.approvals.domain import practice
from shared.campaign import PRACTICE
from shared.database import Database
from shared.events import ApprovalSigned, BulletinCorrected, BulletinIssued, CampaignPlanned, Unit
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome

_DIVISION: Final = "150602"
_PATIENCE_SECONDS: Final = 20.0


class Receiver:
    """Takes what is signed for it, each fact once."""

    def __init__(self) -> None:
        """Start with nothing; the secret is told when the webhook is added, and the first fact may be quicker."""
        self._secret = ""
        self._told = threading.Event()
        self.taken: set[str] = set()

    def tell(self, secret: str) -> None:
        """Learn what signs the facts."""
        self._secret = secret
        self._told.set()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """Return the status of the answer."""
        if not self._told.wait(_PATIENCE_SECONDS):
            return 503
        try:
            Webhook(self._secret).verify(body.decode(), dict(headers))
        except WebhookVerificationError:
            return 400
        self.taken.add(headers["webhook-id"])
        return 204

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Listen as long as the block lasts; yield the address."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            """Hands each POST to the receiver."""

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(receiver.take({name.lower(): value for name, value in self.headers.items()}, body))
                self.end_headers()

            def log_message(self, *_: object) -> None:
                return

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            yield f"http://127.0.0.1:{server.server_port}/facts"
            server.shutdown()


class Plugged:
    """The bureau's system, with a key for trying out and one that may read."""

    def __init__(
        self, client: httpx.AsyncClient, addresses: Mapping[str, str], *, test: Mapping[str, str], reading: str
    ) -> None:
        """Take where to post and to read, and with which keys."""
        self._client = client
        self._addresses = addresses
        self._player = Player(client, addresses, test)
        self._reading = {"Authorization": f"Bearer {reading}"}
        self.receiver = Receiver()

    async def tried(self, unit: Unit) -> list[str]:
        """Post an event with the key for trying out; return what is wrong."""
        event = ApprovalSigned.model_validate(
            {
                "session": f"{PRACTICE}-{_DIVISION}",
                "project_code": practice.project_code(_DIVISION, practice.PROJECTS[0]),
                "formality": Formality.WATER_ABSTRACTION,
                "level": Level.CITY,
                "outcome": Outcome.APPROVED,
                "signed_at": "2022-03-16T09:05:00+08:00",
                "department_signatory": "张三（虚构）",
                "enterprise_signatory": "李四（虚构）",
                "stamped": True,
            }
        )
        about = {"specversion": "1.0", "id": "try-1", "source": f"/units/{unit.code}", "type": event.type}
        data = event.model_dump(mode="json", exclude_none=True)
        await self._player.prepare()
        before = await self._recorded()
        answer = await self._player.post(Line(1, about | {"data": data}, event.signed_at))
        receipt: dict[str, Any] = answer.json()
        if (answer.status_code, receipt.get("status"), receipt.get("test")) != (202, "accepted", True):
            return [f"the sandbox answers {answer.status_code}: {answer.text}"]
        return [] if await self._recorded() == before else ["a sandbox's event was recorded"]

    async def _recorded(self) -> int:
        ready = await self._client.get(f"{self._addresses['approvals']}/health/ready")
        return int(ready.json()["outbox"]["last"])

    async def sent(self, editions: int) -> list[str]:
        """Have the facts of all editions sent; return what is wrong unless each comes once, signed."""
        with self.receiver.listening() as url:
            wanted = {"url": url, "after": 0, "types": [BulletinIssued.type, BulletinCorrected.type]}
            answer = await self._client.post(
                f"{self._addresses['bulletin']}/v1/webhooks", json=wanted, headers=self._reading
            )
            self.receiver.tell(answer.raise_for_status().json()["secret"])
            until = asyncio.get_running_loop().time() + _PATIENCE_SECONDS
            while len(self.receiver.taken) < editions and asyncio.get_running_loop().time() < until:  # noqa: ASYNC110  (in a thread)
                await asyncio.sleep(0.05)
        taken = len(self.receiver.taken)
        return [] if taken == editions else [f"{taken} signed facts were sent of {editions} editions"]


async def plug_in(
    local: Local, plan: CampaignPlanned, client: httpx.AsyncClient, reading: str, editions: int
) -> tuple[str, list[str]]:
    """Let the city water bureau's system do both; return what it came to, and what is wrong with it."""
    water = next(one for one in plan.units if (one.division, one.bureau) == (CITY_DIVISION, "water"))
    database = Database(local.database("approvals"))
    try:
        tokens = await keyring.issue(database, [water], datetime.now(UTC), grant=keyring.Grant(test=True))
    finally:
        await database.close()
    addresses = {service: local.address(service) for service in local.ports}
    system = Plugged(client, addresses, test=tokens, reading=reading)
    wrong = await system.tried(water) + await system.sent(editions)
    came_to = f"测试密钥试报1件，未登记 tried in a sandbox: 1, nothing recorded · 推送 sent to a webhook: {editions}"
    return came_to, wrong
