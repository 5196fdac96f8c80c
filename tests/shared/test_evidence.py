"""The evidence chain: an edited fact is named, whoever edited what; and anybody can follow a chain (row 80)."""

import base64
import hashlib
import json
from typing import Any

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from deploy.standing import Standing
from deploy.verify import verify
from shared.envelope import read_published, with_sequence, write
from shared.evidence import Evidence, Linked, next_link, session_of
from tests.builders import BANNER, BANNER_SESSION, DRC, OTHER_BANNER, application_docketed, at, plan, project_code
from tests.posting import OPENED, approvals
from tests.systems import System, until

pytestmark = pytest.mark.row(80)
SEED = "5a" * 32
WRITTEN: dict[str, Any] = {"event_id": "1", "source": "/x", "time": at(9), "version": 1, "correlation_id": "1"}
DOCKETED = [(application_docketed(project_code=project_code(number)), DRC) for number in (1, 2, 3)]


async def linked(system: System) -> bool:
    return await system.count("approvals", "link") == await system.count("approvals", "outbox")


async def places(system: System) -> Standing:
    for service in ("forums", "policy", "bulletin"):
        await system.database(service)
    databases = {name: (await system.database(name)).url for name in ("approvals", "forums", "policy", "bulletin")}
    return Standing(databases, system.nats.url("operator"), seal_seed=SEED)


async def change(system: System, statement: str, *values: object) -> None:
    connection = await asyncpg.connect(system.postgres.dsn("approvals"))
    await connection.execute(statement, *values)
    await connection.close()


async def faults(system: System) -> list[str]:
    return [str(fault) for fault in (await verify(await places(system))).faults]


async def relink(system: System) -> None:
    """Link everything anew, as somebody would who edits facts and knows how links are made, but has no seal."""
    await change(system, "DELETE FROM link")
    await Evidence("approvals", await system.database("approvals"), "66" * 32).extend()


async def test_verify_names_the_edited_fact_and_blames_no_other(system: System) -> None:
    async with approvals(system, *OPENED, *DOCKETED):
        pass
    database = await system.database("approvals")
    await Evidence("approvals", database, SEED).extend()
    assert await faults(system) == []
    (row,) = await system.rows("approvals", "SELECT sequence, event_id FROM outbox ORDER BY sequence DESC LIMIT 1")
    await change(
        system,
        "UPDATE outbox SET envelope = replace(envelope, 'city', 'banner') WHERE sequence = $1",
        row["sequence"],
    )
    found = await faults(system)
    assert {fault.split("：")[0] for fault in found} == {f"approvals outbox #{row['sequence']} {row['event_id']}"}
    assert any("证据链" in fault for fault in found)


async def test_links_made_anew_to_hide_an_edit_lack_the_offices_seal(system: System) -> None:
    async with approvals(system, *OPENED, *DOCKETED):
        pass
    await relink(system)
    assert any("证据链已被整体重做" in fault for fault in await faults(system))


async def test_a_link_taken_away_is_missed(system: System) -> None:
    async with approvals(system, *OPENED, *DOCKETED):
        pass
    await Evidence("approvals", await system.database("approvals"), SEED).extend()
    await change(system, "DELETE FROM link WHERE sequence = (SELECT max(sequence) - 1 FROM link)")
    assert any("证据链中没有这一条" in fault for fault in await faults(system))


async def test_anybody_follows_a_sessions_chain_with_the_published_rule_alone(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        await office.accepted(*DOCKETED)
        await until(lambda: linked(system))
        key = office.key(BANNER)
        chain: dict[str, Any] = (
            await office.client.get("/v1/evidence", params={"session": BANNER_SESSION}, headers=key)
        ).json()
        feed = (await office.client.get("/v1/feed", headers=key)).json()["facts"]
        hidden = await office.client.get(
            "/v1/evidence", params={"session": BANNER_SESSION}, headers=office.key(OTHER_BANNER)
        )
    mine = [fact for fact in feed if fact["data"].get("session") == BANNER_SESSION]
    assert [link["id"] for link in chain["links"]] == [fact["id"] for fact in mine]
    before = hashlib.sha256(BANNER_SESSION.encode()).hexdigest()
    assert before == chain["first"]
    for link in chain["links"]:
        before = hashlib.sha256(f"{before}\n{link['fact_sha256']}".encode()).hexdigest()
        assert before == link["link"]
    assert (hidden.status_code, hidden.json()["type"]) == (403, "/problems/beyond-scope")


async def test_the_newest_link_of_each_batch_is_sealed_with_the_time(system: System) -> None:
    async with approvals(system, *OPENED, *DOCKETED):
        pass
    evidence = Evidence("approvals", await system.database("approvals"), SEED)
    await evidence.extend()
    chain = await evidence.of(BANNER_SESSION)
    last = chain["links"][-1]
    message = ["CHUNFENG1", "approvals", BANNER_SESSION, str(len(chain["links"])), last["link"], last["sealed_at"]]
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(chain["public_key"]))
    key.verify(base64.b64decode(last["seal"]), "\n".join(message).encode())


@pytest.mark.parametrize(
    ("data", "session"),
    [
        ('{"session":"spring-150622","name":"甲"}', "spring-150622"),
        ('{"session": "spring-150622"}', "spring-150622"),
        ('{"session":"spring\\u002d150622"}', "spring-150622"),
        ('{"name":"\\"data\\":{\\"session\\":\\"other\\"","session":"spring-150622"}', "spring-150622"),
        ('{"session":null}', ""),
        ('{"campaign":"spring","data":{"session":"other"}}', ""),
    ],
)
def test_the_session_read_in_haste_is_the_session_read_with_care(data: str, session: str) -> None:
    fact = with_sequence(write(plan(), **WRITTEN).partition('"data":')[0] + f'"data":{data}}}', 7)
    assert session_of(fact) == (read_published(fact).session or "") == session


def test_a_link_depends_on_every_fact_before_it() -> None:
    assert next_link("a", b"1") != next_link("b", b"1") != next_link("b", b"2")
    assert json.dumps(Linked(1, "s", 1, "x")._asdict())
