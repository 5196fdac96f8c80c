"""Lists over HTTP come in pages that can be followed to their end, however much there is (row 66)."""

from datetime import UTC, datetime
from typing import Any, Final

import httpx
import pytest

from services.bulletin.tables import AttemptRow, DeliveryRow
from tests.builders import BANNER_SESSION, DRC, OTHER_SESSION
from tests.bulletin.house import with_keys
from tests.bulletin.newsroom import newsroom
from tests.systems import System

NOW: Final = datetime(2022, 3, 16, 9, 0, tzinfo=UTC)
RECIPIENTS: Final = ("市直部门", "各旗区", "a|b", "档案馆 & 图书馆")


def sent(session: str, recipient: str, state: str) -> list[DeliveryRow | AttemptRow]:
    """Return a delivery that took two attempts."""
    which = {"session": session, "revision": 0, "recipient": recipient}
    how = {"channel": "folder", "address": "all", "state": state, "attempts": 2, "resent_after": 0, "next_at": NOW}
    nothing = dict.fromkeys(("claimed_until", "error", "delivered_at"))
    told = {"begun_at": NOW, "ended_at": NOW, "outcome": "put_off", "answer": None, "bytes": 0, "pdf_sha256": "0" * 64}
    attempts = [AttemptRow.model_validate({**which, **told, "number": number}) for number in (1, 2)]
    return [DeliveryRow.model_validate({**which, **how, **nothing, "message_id": "m"}), *attempts]


async def followed(client: httpx.AsyncClient, path: str) -> list[list[dict[str, Any]]]:
    """Return the pages of a list."""
    pages = []
    while path:
        answer = await client.get(path)
        assert answer.status_code == 200, answer.text
        pages.append(answer.json())
        path = answer.links.get("next", {}).get("url", "")
    return pages


@pytest.mark.row(66)
async def test_deliveries_are_read_page_by_page_each_once_with_its_attempts(system: System) -> None:
    room = await newsroom(system)
    tokens = await with_keys(system, room)
    async with room.database.transaction() as session:
        for name, state in ((OTHER_SESSION, "delivered"), (BANNER_SESSION, "failed")):
            session.add_all(row for recipient in RECIPIENTS for row in sent(name, recipient, state))
    async with system.serving("bulletin") as client:
        client.headers["Authorization"] = f"Bearer {tokens[DRC.unit]}"
        (whole,) = await followed(client, "/v1/deliveries")
        assert {(row["session"], row["recipient"]) for row in whole} == {
            (name, recipient) for name in (BANNER_SESSION, OTHER_SESSION) for recipient in RECIPIENTS
        }
        assert {tuple(one["number"] for one in row["log"]) for row in whole} == {(1, 2)}
        pages = await followed(client, "/v1/deliveries?limit=3")
        assert [len(page) for page in pages] == [3, 3, 2]
        assert [row for page in pages for row in page] == whole
        some = await followed(client, "/v1/deliveries?limit=2&state=failed&state=queued")
        assert [row for page in some for row in page] == [row for row in whole if row["state"] == "failed"]
        of_one = await followed(client, f"/v1/deliveries?session={OTHER_SESSION}")
        assert of_one == [[row for row in whole if row["session"] == OTHER_SESSION]]
        for wrong in ("after=yesterday", "after=a|99999999999|b", "limit=501", "state=lost"):
            refused = await client.get(f"/v1/deliveries?{wrong}")
            assert refused.status_code == 422
            assert wrong.partition("=")[0] in refused.json()["errors"][0]["path"]
