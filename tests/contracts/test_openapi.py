"""Whatever fits a service's OpenAPI, and what does not, is answered as the document says: never with a 5xx (row 81).

A small part of `make fuzz`, which puts more than 10,000 cases to a whole system.
"""

import contextlib
from collections.abc import Iterator
from typing import Any, Final

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.generation import GenerationMode

from deploy.fuzz import CHECKED, tamed
from tests.builders import DRC
from tests.operating import token
from tests.posting import OPENED, Office, keys
from tests.systems import System

pytestmark = pytest.mark.row(74, 81)
Case = schemathesis.Case[Any]
SERVICES: Final = ("approvals", "forums", "policy", "bulletin")
_SLOW_TO_MAKE: Final = ("/v1/events", "/v1/validate")
"""Tests of the decoders cover them; a schema of so many events takes seconds for each case."""
_EACH: Final = 1


def drawn(operation: Any, mode: GenerationMode) -> list[Case]:  # noqa: ANN401  (schemathesis' own)
    """Return some cases of an operation; none, where nothing can be wrong with a request that takes nothing."""
    kept: list[Case] = []

    @seed(7)
    @settings(
        max_examples=_EACH,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(operation.as_strategy(generation_mode=mode))
    def draw(case: Case) -> None:
        kept.append(case)

    with contextlib.suppress(Unsatisfiable):
        draw()
    return kept


def cases(document: dict[str, Any], but: set[tuple[str, str]]) -> Iterator[Case]:
    """Yield some cases of each operation, of those that fit and those that do not."""
    found: Iterator[Any] = schemathesis.openapi.from_dict(document).get_all_operations()
    for operation in (one.ok() for one in found):
        if (operation.method, operation.path) not in but and operation.path not in _SLOW_TO_MAKE:
            for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
                yield from drawn(operation, mode)


async def answered(client: httpx.AsyncClient, case: Case, key: str) -> httpx.Response:
    kept = case.as_transport_kwargs(base_url="http://service", headers={"Authorization": f"Bearer {key}"})
    sent = requests.Request(**{name: kept[name] for name in kept if name in _REQUEST}).prepare()
    body = sent.body.encode() if isinstance(sent.body, str) else sent.body
    headers = {name: value if isinstance(value, str) else value.decode() for name, value in sent.headers.items()}
    assert body is None or isinstance(body, bytes)
    return await client.request(str(sent.method), str(sent.url), content=body, headers=headers)


_REQUEST: Final = {"method", "url", "headers", "files", "data", "params", "cookies", "json"}


async def test_every_operation_of_every_service_answers_as_its_document_says(system: System) -> None:
    told = set[tuple[str, str]]()
    load_all_checks()
    checks: list[Any] = [CHECKS.get_one(name) for name in CHECKED]
    count = 0
    for service in SERVICES:
        database = await system.database(service)
        async with system.serving(service) as client:
            if service == "approvals":
                tokens = await keys(database)
                await Office(client, tokens).accepted(*OPENED)
                key = tokens[DRC.unit]
            else:
                key = await token(database, DRC.role)
            document = tamed((await client.get("/openapi.json")).json())
            for case in cases(document, told):
                case.validate_response(await answered(client, case, key), checks=checks)
                count += 1
            told |= {(method.lower(), path) for path, known in document["paths"].items() for method in known}
    assert count > 100
