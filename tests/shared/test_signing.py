"""Signed requests instead of a token on the wire: bound to what they ask, for some minutes, once (row 75)."""

import base64
import time

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import keys, signing
from tests.builders import DRC, plan
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.signing import authorization, body_of
from tests.systems import System

pytestmark = pytest.mark.row(75)
STRUCTURED = {"Content-Type": "application/cloudevents+json"}


async def post(office: Office, body: bytes, header: str, path: str = "/v1/events") -> httpx.Response:
    headers = STRUCTURED | {"Authorization": header}
    return await office.client.post(path, content=body, headers=headers)


async def test_a_signed_post_is_recorded_like_any_other_and_the_secret_never_travels(system: System) -> None:
    async with approvals(system) as office:
        token, body = office.tokens[DRC.unit], body_of(cloudevent(plan(), DRC, "plan-1"))
        header = authorization(token, "approvals", "POST", "/v1/events", body)
        assert token.split("_")[2] not in header
        answer = await post(office, body, header)
        assert (answer.status_code, answer.json()["status"]) == (202, "accepted")
        signed = authorization(token, "approvals", "GET", "/v1/receipts?id=plan-1")
        receipt = await office.client.get("/v1/receipts", params={"id": "plan-1"}, headers={"Authorization": signed})
        assert receipt.json() == answer.json()


async def test_a_signature_is_good_once_for_one_request_at_one_service(system: System) -> None:
    async with approvals(system, *OPENED[:1]) as office:
        token, body = office.tokens[DRC.unit], body_of(cloudevent(OPENED[1][0], DRC, "session-1"))
        good = authorization(token, "approvals", "POST", "/v1/events", body)
        refused = {
            "other body": await post(office, body.replace(b"session-1", b"session-2"), good),
            "other path": await post(office, body, good, "/v1/validate"),
            "other service": await post(office, body, authorization(token, "forums", "POST", "/v1/events", body)),
            "other method": await post(office, body, authorization(token, "approvals", "PUT", "/v1/events", body)),
            "other key": await post(office, body, good.replace(token.split("_")[1], "aaaaaaaa")),
            "no proof": await post(office, body, good[:-10]),
        }
        assert {name: answer.status_code for name, answer in refused.items()} == dict.fromkeys(refused, 401)
        assert await system.count("approvals", "receipt") == 1
        assert (await post(office, body, good)).status_code == 202
        again = await post(office, body, good)
        assert (again.status_code, again.json()["type"]) == (401, "/problems/replayed")
        fresh = authorization(token, "approvals", "POST", "/v1/events", body)
        assert (await post(office, body, fresh)).json()["duplicate"] is True


async def test_a_replay_is_known_by_another_instance_too(system: System) -> None:
    async with approvals(system) as office, system.serving("approvals", relay=False) as other:
        header = authorization(office.tokens[DRC.unit], "approvals", "GET", "/v1/whoami")
        first = await office.client.get("/v1/whoami", headers={"Authorization": header})
        second = await other.get("/v1/whoami", headers={"Authorization": header})
        assert (first.status_code, second.status_code) == (200, 401)


async def test_a_clock_may_be_wrong_by_five_minutes_and_is_told_when_it_is_more(system: System) -> None:
    async with approvals(system) as office:
        for skew, status in ((-299, 200), (299, 200), (-310, 401), (310, 401)):
            header = authorization(office.tokens[DRC.unit], "approvals", "GET", "/v1/whoami", at=time.time() + skew)
            answer = await office.client.get("/v1/whoami", headers={"Authorization": header})
            assert answer.status_code == status, skew
            if status == 401:
                assert "时间比系统" in answer.json()["title"]


def test_the_hash_that_is_kept_signs_nothing() -> None:
    made, signature = keys.make(), signing.Signature("aaaaaaaa", 1, "nonce-01", b"")
    stored, signed = bytes.fromhex(made.secret_sha256), signing.message("approvals", "GET", "/", signature, b"")
    forged = signing.veil(stored, stored, signed)  # all that a reader of the database has
    assert signing.veil(forged, stored, signed) != made.token.split("_")[2].encode()


@given(st.text() | st.binary().map(lambda raw: f"{signing.SCHEME} {base64.b64encode(raw).decode()}"))
def test_any_header_but_a_whole_one_is_refused(header: str) -> None:
    with pytest.raises(signing.BadSignature):
        signing.read(header)
