"""Trying out: a dry run leaves no trace, and a key for trying out never reaches a ledger or a bulletin (row 76)."""

from datetime import UTC, datetime

import pytest

from services.approvals import keyring
from shared.events import Event
from shared.posted import Caller
from shared.vocabulary import Formality, Outcome
from tests.builders import (
    BANNER,
    DRC,
    PLAN,
    application_docketed,
    approval_signed,
    licence_issued,
    owner,
    plan,
    project_code,
    session_opened,
    unit,
)
from tests.deciding import Post
from tests.posting import OPENED, Office, approvals, cloudevent
from tests.systems import Rows, System

pytestmark = pytest.mark.row(76)
TABLES = ("outbox", "receipt", "waiting", "application", "session", "campaign", "tried")


async def traces(system: System) -> list[Rows]:
    return [await system.rows("approvals", f"SELECT * FROM {table}") for table in TABLES]  # noqa: S608


async def dry(office: Office, event: Event, by: Caller, event_id: str = "dry-1") -> tuple[int, dict[str, object]]:
    headers = office.key(by) | {"Content-Type": "application/cloudevents+json"}
    answer = await office.client.post("/v1/validate", json=cloudevent(event, by, event_id), headers=headers)
    return answer.status_code, answer.json()


async def test_a_dry_run_answers_what_a_post_would_and_leaves_no_trace(system: System) -> None:
    signed, docketed = approval_signed(), application_docketed()
    async with approvals(system, *OPENED) as office:
        before = await traces(system)
        status, receipt = await dry(office, docketed, DRC)
        assert (status, receipt["status"], receipt["dry_run"]) == (200, "accepted", True)
        assert (await dry(office, signed, owner()))[1]["status"] == "waiting"
        assert (await dry(office, docketed, owner()))[0] == 403
        broken = docketed.model_copy(update={"project_code": "2203-150602-04-01-990012"})
        assert (await dry(office, broken, DRC))[0] == 422
        batch = [cloudevent(docketed, DRC, "dry-2"), cloudevent(docketed, DRC, "dry-2")]
        headers = office.key(DRC) | {"Content-Type": "application/cloudevents-batch+json"}
        answers = (await office.client.post("/v1/validate", json=batch, headers=headers)).json()["receipts"]
        assert [answer.get("duplicate") for answer in answers] == [None, True]
        assert await traces(system) == before
        await office.accepted((docketed, DRC))
        again = await office.post(docketed, DRC, "dry-3")
        assert (await dry(office, docketed, DRC, "dry-3"))[0] == again.status_code == 409


async def sandbox(office: Office, system: System, *bureaus: str, government: str | None = None) -> Office:
    """Return the office as the holders of keys for trying out see it."""
    units = [unit(bureau) for bureau in bureaus]
    if government is not None:
        units.append(unit("government", government))
    grant = keyring.Grant(test=True)
    tokens = await keyring.issue(await system.database("approvals"), units, datetime.now(UTC), grant=grant)
    assert all(token.startswith("cftest_") for token in tokens.values())
    tried = Office(office.client, tokens)
    for each in units:
        while (await tried.client.get("/v1/whoami", headers={"Authorization": f"Bearer {tokens[each.code]}"})).is_error:
            pass
    return tried


async def test_a_session_is_played_in_a_sandbox_and_no_trace_is_left_outside(system: System) -> None:
    docketed = application_docketed()
    async with approvals(system, *OPENED) as office:
        tried = await sandbox(office, system, "drc")
        before = (await traces(system))[:-1]
        first = await tried.post(docketed, DRC, "one")
        assert (first.status_code, first.json()["status"], first.json()["test"]) == (202, "accepted", True)
        assert (await tried.post(docketed, DRC, "one")).json() == {**first.json(), "duplicate": True}
        assert (await tried.post(application_docketed(project_code=project_code(2)), DRC, "one")).status_code == 409
        # What it docketed stands in its sandbox: a second docketing is refused by the same rule as ever.
        assert (await tried.post(docketed, DRC, "two")).json()["type"] == "/problems/already-docketed"
        assert await tried.receipt("one", DRC) == first.json()
        assert (await traces(system))[:-1] == before
        feed = (await tried.client.get("/v1/feed", headers=tried.key(DRC))).json()
        assert [(fact["type"], fact["sequence"]) for fact in feed["facts"]] == [(docketed.type, "000000000001")]
        emptied = await tried.client.delete("/v1/sandbox", headers=tried.key(DRC))
        assert emptied.status_code == 204
        assert (await tried.post(docketed, DRC, "two")).status_code == 202


async def test_what_waits_in_a_sandbox_is_decided_when_its_predecessor_comes(system: System) -> None:
    docketed = application_docketed()
    withdrawn = {"session": docketed.session, "project_code": docketed.project_code, "reason": "企业撤回"}
    async with approvals(system, *OPENED) as office:
        tried = await sandbox(office, system, "drc")
        raw = cloudevent(docketed, DRC, "leave")
        raw |= {"type": "chunfeng.application.withdrawn.v1"}
        raw["data"] = withdrawn | {"formality": docketed.formality.value, "level": docketed.level.value}
        assert (await tried.send(raw, DRC)).json()["status"] == "waiting"
        await tried.post(docketed, DRC, "come")
        feed = (await tried.client.get("/v1/feed", headers=tried.key(DRC))).json()
        assert [fact["type"].split(".")[2] for fact in feed["facts"]] == ["docketed", "withdrawn"]


async def test_a_key_for_trying_out_reads_nothing_real_and_opens_no_page(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        tried = await sandbox(office, system, "drc")
        hidden = await tried.client.get(f"/v1/campaigns/{PLAN.campaign}/sessions", headers=tried.key(DRC))
        assert (hidden.status_code, hidden.json()["type"]) == (403, "/problems/beyond-scope")
        assert (await tried.client.get("/v1/feed", headers=tried.key(DRC))).json()["facts"] == []
        form = {"key": tried.tokens[DRC.unit], "next": "/"}
        assert (await tried.client.post("/login", data=form)).status_code == 401
        cookie = {"Cookie": f"chunfeng_key={tried.tokens[DRC.unit]}", "Accept": "text/html"}
        assert (await tried.client.get("/ledger", headers=cookie)).status_code == 303
        assert (await office.post(OPENED[2][0], BANNER)).status_code == 409


async def test_a_bureaus_first_event_is_accepted_at_once_in_a_practice_session_of_a_system_that_holds_nothing(
    system: System,
) -> None:
    practised = {"session": f"practice-{BANNER.division}", "project_code": practice_code()}
    async with approvals(system) as office:
        tried = await sandbox(office, system, "ecology", "drc", government=BANNER.division)
        before = (await traces(system))[:-1]
        for number, outcome in enumerate(Outcome, start=99015):
            signed = approval_signed(**practised | {"outcome": outcome, "project_code": practice_code(number)})
            first = await tried.post(signed, owner(), f"first-{outcome}")
            assert (first.status_code, first.json()["status"], first.json()["test"]) == (202, "accepted", True)
        assert (await dry(tried, licence_issued(**practised), owner()))[1]["status"] == "accepted"
        foreign = approval_signed(formality=Formality.WATER_ABSTRACTION, **practised)
        assert (await tried.post(foreign, owner())).status_code == 403
        feed = (await tried.client.get("/v1/feed", headers=tried.key(owner()))).json()
        assert [fact["id"].rpartition("/")[2] for fact in feed["facts"]] == [f"first-{one}" for one in Outcome]
        # Whose part it is to keep the docket, or to open the session, finds that it has not been done.
        docketed = application_docketed(**practised)
        opened = session_opened(session=practised["session"])
        for event, by in ((docketed, DRC), (opened, BANNER)):
            assert (await tried.post(event, by)).json()["status"] == "accepted"
            assert (await tried.post(event, by)).status_code == 409
        forbidden: list[Post] = [(approval_signed(**practised), owner()), (plan(campaign="practice"), DRC)]
        for real_event, real_caller in forbidden:
            real = await office.post(real_event, real_caller)
            assert (real.status_code, real.json()["type"]) == (422, "/problems/only-practice")
        assert (await traces(system))[:-1] == before


def practice_code(number: int = 99015) -> str:
    return project_code(number, BANNER.division)
