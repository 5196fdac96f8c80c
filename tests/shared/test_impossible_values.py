"""Values that schemathesis found nothing can hold are refused like any others (row 81)."""

import pytest

from tests.builders import DRC
from tests.posting import approvals
from tests.systems import System

pytestmark = pytest.mark.row(81)


async def test_no_value_breaks_a_service(system: System) -> None:
    async with approvals(system) as office:
        key = office.key(DRC)
        for path in ("/v1/feed?type=%00", "/v1/evidence?session=%00", "/v1/receipts?id=%00", "/v1/imports/runs/%00"):
            answer = await office.client.get(path, headers=key)
            assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json"), path
            assert answer.json()["title"] != answer.json()["title_en"]
        for url in ("http://[", "http://[::1", "http://]/", "http://a:b/"):
            answer = await office.client.post("/v1/webhooks", json={"url": url}, headers=key)
            assert (answer.status_code, answer.json()["title"] != "") == (422, True), url


async def test_every_operation_documents_the_refusals_it_answers(system: System) -> None:
    async with approvals(system) as office:
        document = (await office.client.get("/openapi.json")).json()
        for path, operations in document["paths"].items():
            for method, operation in operations.items():
                answer = await office.client.request(method, path.replace("{", "").replace("}", ""))
                assert str(answer.status_code) in operation["responses"], (method, path, answer.status_code)
                if answer.is_error:
                    (media,) = operation["responses"][str(answer.status_code)]["content"]
                    assert answer.headers["content-type"] == media == "application/problem+json"
