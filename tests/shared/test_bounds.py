"""Nobody's body is read without bounds, a stranger's hardly at all; half a table is none (rows 75, 77, 81)."""

from collections.abc import AsyncIterator

import pytest

from shared import keys
from shared.web.bounds import OF_A_UNIT, OF_ANYBODY
from shared.web.imports import MOST_BYTES
from tests.builders import DRC
from tests.posting import approvals
from tests.signing import authorization
from tests.systems import System

pytestmark = pytest.mark.row(75, 77, 81)


class Endless:
    """A body that goes on until nobody takes more of it, or it has become very large."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while self.taken < 4 * OF_A_UNIT:
            self.taken += 2**16
            yield b" " * 2**16


async def test_a_stranger_and_even_a_unit_are_not_read_to_their_end(system: System) -> None:
    async with approvals(system) as office:
        key = office.tokens[DRC.unit]
        form = {"Content-Type": "multipart/form-data; boundary=x"}
        forged = {"Authorization": f"Bearer {key[:-1]}{'0' if key[-1] != '0' else '1'}"}
        known = {"Authorization": f"Bearer {key}"}
        signed = {"Authorization": authorization(keys.make().token, "approvals", "POST", "/v1/webhooks")}
        body = Endless()
        answer = await office.client.post("/v1/webhooks", content=body, headers=signed)
        assert (answer.status_code, body.taken <= 2**17) == (401, True)  # who has no key signs nothing worth reading
        for path, headers, most in (
            ("/v1/webhooks", {}, OF_ANYBODY),
            ("/v1/webhooks", forged, OF_ANYBODY),
            ("/login", form, OF_ANYBODY),
            ("/v1/webhooks", known, OF_A_UNIT),
            ("/v1/imports/ledger", known, MOST_BYTES),
        ):
            body = Endless()
            answer = await office.client.post(path, content=body, headers=headers)
            assert answer.status_code in {400, 413}, (path, headers)
            assert body.taken <= most + 2**17, (path, headers)
            told = {"Content-Length": str(most + 1), **headers}
            answer = await office.client.post(path, content=Endless(), headers=told)
            assert (answer.status_code, answer.json()["type"]) == (413, "/problems/too-large"), (path, headers)


async def test_a_table_that_is_too_large_is_refused_and_not_cut_off(system: System) -> None:
    async with approvals(system) as office:
        cookie = {"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}"}
        for path, kind in (("/imports", {"kind": "ledger"}), ("/ledger/import/check", {})):
            table = {"table": ("ledger.csv", b"x" * (MOST_BYTES + 1), "text/csv")}
            answer = await office.client.post(path, data=kind, files=table, headers=cookie)
            assert (answer.status_code, f"超过{MOST_BYTES}字节" in answer.text) == (413, True), path
        assert await system.count("approvals", "import_run") == 0
