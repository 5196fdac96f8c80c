"""What is wrong with a post is said in two languages and points to the field; nothing of it is recorded (row 81)."""

import json
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx
import pytest

from deploy.embedded import Nats, Postgres
from shared import keys
from shared.envelope import BATCH, STRUCTURED
from shared.events import Event
from shared.posted import Caller
from shared.vocabulary import Formality, Level, Outcome, Role, Scope, SessionKind
from tests.builders import (
    BANNER,
    BANNER_DRC,
    CITY_SESSION,
    DRC,
    OFFICE,
    OTHER_BANNER,
    OTHER_SESSION,
    application_docketed,
    approval_signed,
    owner,
    plan,
    project_code,
    session_closed,
    session_opened,
)
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import Databases, Rows, System

pytestmark = pytest.mark.row(81)

COUNTS = "SELECT (SELECT count(*) FROM receipt), (SELECT count(*) FROM outbox), (SELECT count(*) FROM waiting)"
TERMS = (*Formality, *Level, *Outcome, *Scope, *SessionKind, *Role)
NUL, LONE, CONTROL, OVERRIDE = "\x00", "\ud800", "\x1b[31m", "\u202e"


class Front(NamedTuple):
    """The one running service of this file, and a look into its database."""

    system: System
    office: Office

    async def recorded(self) -> Rows:
        return await self.system.rows("approvals", COUNTS)


@pytest.fixture(scope="module")
async def front(postgres: Postgres, nats: Nats, databases: Databases) -> AsyncIterator[Front]:
    async with System(postgres, nats, databases).running() as system, approvals(system, *OPENED) as office:
        await office.accepted((application_docketed(), DRC))
        yield Front(system, office)


def docketed(path: str = "", value: object = None, **attributes: object) -> dict[str, Any]:
    """Return a good post of an application but for the value at a path."""
    raw = cloudevent(application_docketed(project_code=project_code(2)), DRC, "bad", **attributes)
    if path:
        *names, last = path.split(".")
        inner = raw
        for name in names:
            inner = inner[name]
        inner[last] = value
    return raw


def check(answer: httpx.Response, status: int, path: str | None) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert any("\u4e00" <= character <= "\u9fff" for character in problem["title"])
    assert not [word for word in TERMS if word.zh in problem["title_en"]]  # only names are Chinese in English
    if path is not None:
        assert path in [error["path"] for error in problem["errors"]]
        assert all(error["zh"] and error["en"] for error in problem["errors"])


FIELDS = [
    ("specversion", "0.3", "specversion"),
    ("id", "", "id"),
    ("id", "编号", "id"),
    ("id", 5, "id"),
    ("source", None, "source"),
    ("type", "chunfeng.application.docketed.v2", "type"),
    ("type", "nonsense", "type"),
    ("type", 7, "type"),
    ("time", "yesterday", "time"),
    ("time", "2022-03-16T09:00:00", "time"),
    ("time", "0001-01-01T00:00:00+23:59", "time"),
    ("datacontenttype", "text/xml", "datacontenttype"),
    ("data_base64", "e30=", "data_base64"),
    ("Bad_Name", "x", "Bad_Name"),
    ("extension", {"deep": 1}, "extension"),
    ("data", None, "data"),
    ("data", [], "data"),
    ("data.session", "Spring 2022", "data.session"),
    ("data.formality", "fishing", "data.formality"),
    ("data.level", "province", "data.level"),
    ("data.surprise", 1, "data.surprise"),
    ("data.project.surprise", 1, "data.project.surprise"),
    ("data.project.name", "", "data.project.name"),
    ("data.project.name", "长" * 201, "data.project.name"),
    ("data.project.name", f"a{NUL}b", "data.project.name"),
    ("data.project.name", f"a{CONTROL}b", "data.project.name"),
    ("data.project.name", f"a{OVERRIDE}b", "data.project.name"),
    ("data.project.name", "a\nb", "data.project.name"),
    ("data.project.scope", "city_own", "data.project.scope"),
]


@pytest.mark.parametrize(("at", "value", "path"), FIELDS)
async def test_a_field_at_fault_is_named(front: Front, at: str, value: object, path: str) -> None:
    before = await front.recorded()
    check(await front.office.send(docketed(at, value), DRC), 422, path)
    assert await front.recorded() == before


@pytest.mark.row(13, 79)
@pytest.mark.parametrize(
    ("at", "value", "expected"),
    [
        ("data.project_code", "2203-150602-04-01-000020", project_code(2)[-1]),
        ("data.project.owner_code", "91150602MA0XX01114", "3"),
    ],
)
async def test_a_wrong_check_digit_is_named_with_the_right_one(
    front: Front, at: str, value: str, expected: str
) -> None:
    before = await front.recorded()
    answer = await front.office.send(docketed(at, value), DRC)
    check(answer, 422, at)
    (error,) = answer.json()["errors"]
    assert f"expected {expected}" in error["en"]
    assert f"应为{expected}，实为" in error["zh"]
    assert await front.recorded() == before


BODIES = {
    "no JSON": b"{'single': 'quotes'}",
    "nothing": b"",
    "cut off": json.dumps(docketed()).encode()[:-2],
    "not UTF-8": json.dumps(docketed("data.project.name", "项目"), ensure_ascii=False).encode("gb18030"),
    "NaN": json.dumps(docketed("data.project.name", float("nan"))).encode(),
    "infinity": json.dumps(docketed("extension", float("inf"))).encode(),
    "lone surrogate": json.dumps(docketed("data.project.name", LONE)).encode(),
    "lone surrogate in a name": json.dumps(docketed("data", {LONE: 1})).encode(),
    "a lone surrogate twice": b'{"\\ud800": 1, "\\ud800": 2}',
    "a name twice": json.dumps(docketed())
    .encode()
    .replace(b'"session":', b'"level": "city", "level": "city", "session":'),
    "deep": b"[" * 100_000 + b"]" * 100_000,
    "deep data": json.dumps(docketed()).encode()[:-1] + b', "x":' + b'{"a":' * 100_000 + b"1" + b"}" * 100_001,
    "long number": json.dumps(docketed()).encode()[:-1] + b', "x": ' + b"9" * 5000 + b"}",
    "a list": b"[]",
    "a number": b"7",
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
@pytest.mark.parametrize("media", [STRUCTURED, BATCH])
async def test_a_body_that_cannot_be_read_is_refused(front: Front, body: bytes, media: str) -> None:
    before = await front.recorded()
    answer = await front.office.send(body, DRC, media)
    check(answer, 413 if (body, media) == (b"[]", BATCH) else 400, None)
    assert await front.recorded() == before


class Endless:
    """A body of 50 MB that counts how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(50 * 16):
            self.taken += 2**16
            yield b" " * 2**16


@pytest.mark.parametrize("announced", [True, False])
async def test_a_body_of_fifty_megabytes_is_not_read_to_its_end(front: Front, *, announced: bool) -> None:
    before, body = await front.recorded(), Endless()
    headers = {**front.office.key(DRC), "Content-Type": STRUCTURED}
    headers |= {"Content-Length": str(50 * 2**20)} if announced else {}
    check(await front.office.client.post("/v1/events", content=body, headers=headers), 413, None)
    assert body.taken <= 2**20 + 2**16
    assert await front.recorded() == before


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "application/json", ""])
async def test_another_content_type_is_refused(front: Front, media: str) -> None:
    before = await front.recorded()
    check(await front.office.send(docketed(), DRC, media), 415, "Content-Type")
    assert await front.recorded() == before


@pytest.mark.row(75)
async def test_a_key_must_be_given_be_right_and_be_in_force(front: Front) -> None:
    before, key = await front.recorded(), front.office.tokens[DRC.unit]
    forged = keys.make().token
    mistyped = key[:-1] + ("0" if key[-1] != "0" else "1")
    for given in (
        None,
        "",
        key,
        f"Basic {key}",
        "Bearer ",
        f"Bearer {mistyped}",
        f"Bearer {forged}",
        "Bearer cf_\u4e2d",
    ):
        headers = {} if given is None else {b"Authorization": given.encode()}
        answer = await front.office.client.post("/v1/events", json=docketed(), headers=headers)
        check(answer, 401, None)
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert await front.recorded() == before


@pytest.mark.row(75)
async def test_a_unit_cannot_post_in_anothers_name(front: Front) -> None:
    before = await front.recorded()
    check(await front.office.send(docketed("source", OFFICE.source), DRC), 403, "source")
    assert await front.recorded() == before


@pytest.mark.row(15, 18, 75)
@pytest.mark.parametrize(
    ("event", "by", "status", "path"),
    [
        (approval_signed(), DRC, 403, "data.formality"),
        (approval_signed(formality=Formality.WATER_ABSTRACTION), owner(), 403, "data.formality"),
        (application_docketed(project_code=project_code(3)), OFFICE, 403, None),
        (application_docketed(session=OTHER_SESSION, project_code=project_code(3)), BANNER_DRC, 403, None),
        (session_opened(), OTHER_BANNER, 403, None),
        (session_opened(session="spring-2022-150699"), BANNER, 404, "data.session"),
        (application_docketed(session=CITY_SESSION, scope=Scope.CITY_OWN, level=Level.BANNER), DRC, 422, "data.level"),
        (plan(), DRC, 409, "data.campaign"),
        (session_opened(), BANNER, 409, "data.session"),
        (application_docketed(), DRC, 409, "data.project_code"),
        (
            session_closed(totals={"docketed": 1, "withdrawn": 0, "licences": 0, "counts": []}),
            BANNER,
            422,
            "data.totals",
        ),
    ],
)
async def test_what_the_rules_forbid_is_refused_and_leaves_nothing(
    front: Front, event: Event, by: Caller, status: int, path: str | None
) -> None:
    before = await front.recorded()
    check(await front.office.post(event, by), status, path)
    (receipt,) = (await front.office.batch([cloudevent(event, by)], by)).json()["receipts"]
    assert receipt["problem"]["status"] == status
    assert await front.recorded() == before
