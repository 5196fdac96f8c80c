"""Keys: typed right, known everywhere, refused everywhere within two seconds of their revocation (row 75)."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from services.approvals import keyring
from shared import keyfacts, keys
from shared.database import Database
from shared.events import ApplicationDocketed, KeyEvent, KeyIssued, KeyPaused, KeyResumed, KeyRevoked
from shared.keys import BadKey, Keys, NoKey
from tests.builders import (
    BANNER,
    CITY_SESSION,
    DRC,
    application_docketed,
    project_code,
    session_scheduled,
    unit,
)
from tests.posting import OPENED, Office, approvals
from tests.systems import System, until

pytestmark = pytest.mark.row(75)

NOW = datetime(2022, 3, 16, 1, 0, tzinfo=UTC)


def issued(made: keys.NewKey) -> KeyIssued:
    drc = unit("drc")
    return KeyIssued(
        key=made.key,
        secret_sha256=made.secret_sha256,
        unit=drc.code,
        unit_name=drc.name,
        role=DRC.role,
        level=drc.level,
        division=drc.division,
        issued_at=NOW,
    )


async def told(database: Database, *events: KeyEvent) -> None:
    """Let a service hear of keys, one transaction each."""
    for event in events:
        async with database.transaction() as session:
            await keyfacts.learn([event], session)


async def reason(database: Database, token: str) -> str | None:
    """Return why a service that has just started refuses a key, or None if it takes it."""
    try:
        await Keys(database).caller(f"Bearer {token}")
    except BadKey as refusal:
        return str(refusal.fields["reason_en"])
    return None


async def test_a_slip_in_any_one_character_is_a_mistyped_key(system: System) -> None:
    database, token = await system.database("forums"), keys.make().token
    for place, right in enumerate(token):
        slipped = token[:place] + ("q" if right != "q" else "p") + token[place + 1 :]
        assert await reason(database, slipped) == "it is mistyped"


async def test_every_way_a_key_is_wrong_is_told_apart(system: System) -> None:
    database, made = await system.database("forums"), keys.make()
    assert await reason(database, made.token) == "there is no such key"
    await told(database, issued(made))
    assert await reason(database, made.token) is None
    assert await reason(database, made.token.swapcase()) == "it is mistyped"
    assert await reason(database, made.token.replace(made.key, "aaaaaaaa")) == "it is mistyped"
    await told(database, KeyRevoked(key=made.key, revoked_at=NOW))
    assert await reason(database, made.token) == "it has been revoked"


@pytest.mark.parametrize("given", [None, "", "Bearer", "Basic eDp5", "bearer cf_abcd1234"])
async def test_without_a_bearer_token_there_is_no_key(system: System, given: str | None) -> None:
    with pytest.raises(NoKey):
        await Keys(await system.database("forums")).caller(given)


async def test_another_keys_secret_does_not_open_with_this_keys_name(system: System) -> None:
    database, one, other = await system.database("forums"), keys.make(), keys.make()
    await told(database, issued(one), issued(other))
    secret = other.token.split("_")[2]
    crossed = f"cf_{one.key}_{secret}_{keys.checksum(one.key, secret)}"
    assert await reason(database, crossed) == "there is no such key"


@pytest.mark.parametrize("order", [(0, 1), (1, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (1, 0, 1)])
async def test_a_revoked_key_stays_revoked_in_whatever_order_it_is_heard(
    system: System, order: tuple[int, ...]
) -> None:
    database, made = await system.database("forums"), keys.make()
    both = (issued(made), KeyRevoked(key=made.key, revoked_at=NOW))
    await told(database, *(both[each] for each in order))
    assert await reason(database, made.token) == "it has been revoked"
    assert await system.count("forums", "key") == 1


async def test_a_secret_is_kept_nowhere(system: System) -> None:
    async with approvals(system) as office:
        secret = office.tokens[DRC.unit].split("_")[2]
        rows = await system.rows("approvals", "SELECT key.*, envelope FROM key, outbox")
        assert secret not in str(rows)


async def taken(office: Office) -> bool:
    """Tell whether the service takes the banner's key."""
    answer = await office.client.get("/v1/receipts", params={"id": "none"}, headers=office.key(BANNER))
    assert answer.status_code in {401, 404}
    return answer.status_code == 404


async def test_a_revocation_is_in_force_everywhere_within_two_seconds(system: System) -> None:
    async with approvals(system) as here, system.serving("forums") as client:
        there = Office(client, here.tokens)
        await until(lambda: taken(there))
        await keyring.revoke(await system.database("approvals"), here.tokens[BANNER.unit].split("_")[1], NOW)
        started = time.monotonic()

        async def refused_everywhere() -> bool:
            return not (await taken(here) or await taken(there))

        await until(refused_everywhere, within=5)
        assert time.monotonic() - started < 2


async def test_a_paused_key_opens_nothing_until_it_is_resumed(system: System) -> None:
    async with approvals(system) as office:
        database, key = await system.database("approvals"), office.tokens[BANNER.unit].split("_")[1]
        await keyring.pause(database, key, datetime.now(UTC), reason="系统检修")
        await until(lambda: refused_as(office, "it is paused until the city DRC resumes it"))
        await keyring.resume(database, key, datetime.now(UTC))
        await until(lambda: taken(office))
        facts = await system.rows("approvals", "SELECT type FROM outbox WHERE subject = $1 ORDER BY sequence", key)
        assert [row["type"].split(".")[2] for row in facts] == ["issued", "paused", "resumed"]


async def refused_as(office: Office, reason: str) -> bool:
    answer = await office.client.get("/v1/receipts", params={"id": "none"}, headers=office.key(BANNER))
    return answer.status_code == 401 and reason in str(answer.json()["title_en"])


async def test_a_replaced_key_works_beside_the_new_one_until_its_time_is_over(system: System) -> None:
    async with approvals(system) as office:
        database, key = await system.database("approvals"), office.tokens[BANNER.unit].split("_")[1]
        token, over = await keyring.rotate(database, key, datetime.now(UTC), overlap=timedelta(seconds=2))
        both = [Office(office.client, {BANNER.unit: one}) for one in (office.tokens[BANNER.unit], token)]
        await until(lambda: taken(both[1]))
        assert await taken(both[0]) or datetime.now(UTC) >= over
        await until(lambda: refused_as(both[0], "it has expired"))
        assert await taken(both[1])


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (2, 0, 1)])
async def test_pausing_and_replacing_come_to_the_same_in_whatever_order_they_are_heard(
    system: System, order: tuple[int, ...]
) -> None:
    database, made, new = await system.database("forums"), keys.make(), keys.make()
    later = NOW + timedelta(hours=1)
    replacing = issued(new).model_copy(update={"replaces": made.key, "replaced_until": datetime.now(UTC)})
    events = (issued(made), KeyPaused(key=made.key, paused_at=later), replacing)
    await told(database, *(events[each] for each in order), KeyResumed(key=made.key, resumed_at=NOW))
    row, *_ = await system.rows("forums", "SELECT paused_at, resumed_at, expires_at FROM key WHERE key = $1", made.key)
    assert (row["paused_at"], row["resumed_at"]) == (later, NOW)
    assert await reason(database, made.token) == "it has expired"
    assert await reason(database, new.token) is None


async def test_a_key_for_some_events_posts_no_others_and_one_for_reading_none(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        database, drc = await system.database("approvals"), unit("drc")
        for types, answers in (((ApplicationDocketed.type,), (202, 403)), ((), (403, 403))):
            tokens = await keyring.issue(database, [drc], datetime.now(UTC), grant=keyring.Grant(types=types))
            narrow = Office(office.client, tokens)
            await asyncio.sleep(1.1)
            docketed = await narrow.post(application_docketed(project_code=project_code(len(types) + 1)), DRC)
            scheduled = await narrow.post(session_scheduled(session=CITY_SESSION), DRC)
            assert (docketed.status_code, scheduled.status_code) == answers
            assert scheduled.json()["type"] == "/problems/beyond-scope"
            assert (await narrow.client.get("/v1/feed", headers=narrow.key(DRC))).status_code == 200


async def test_the_last_use_of_a_key_is_known_where_keys_are_kept_wherever_it_was_used(system: System) -> None:
    async with approvals(system) as here, system.serving("forums") as client:
        there = Office(client, here.tokens)
        await until(lambda: taken(there))
        key = here.tokens[BANNER.unit].split("_")[1]

        async def known() -> bool:
            (row,) = await system.rows("approvals", "SELECT last_used_at FROM key WHERE key = $1", key)
            return row["last_used_at"] is not None

        await until(known)


async def test_revoking_twice_or_an_unknown_key_changes_nothing_else(system: System) -> None:
    async with approvals(system) as office:
        database, key = await system.database("approvals"), office.tokens[BANNER.unit].split("_")[1]
        await keyring.revoke(database, key, NOW)
        await keyring.revoke(database, key, datetime.now(UTC))
        with pytest.raises(keyring.UnknownKeyError):
            await keyring.revoke(database, "aaaaaaaa", NOW)
        assert [row.revoked_at for row in await keyring.listing(database) if row.revoked_at] == [NOW]
