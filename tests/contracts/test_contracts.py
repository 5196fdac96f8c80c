"""The contracts in docs/ and tests/contracts are those of the code, and keep what they promised."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from faststream.specification.asyncapi.v3_0_0.schema import ApplicationSchema
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from deploy.contracts import __main__ as contracts
from deploy.contracts import examples, openapi
from deploy.contracts.parties import accepted_by, parties_of
from deploy.contracts.schemas import breaking
from deploy.prepare import SERVICES
from services.approvals.app import build
from services.approvals.settings import Settings
from shared import envelope
from shared.events import EVENTS, ApprovalSigned, Event
from shared.natspost import subject_of
from shared.web.openapi import json_schema
from tests.builders import DRC

pytestmark = pytest.mark.row(74)
ROOT = examples.ROOT
every_event = pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
OLD: dict[str, Any] = {
    "title": "Decided",
    "required": ["unit"],
    "properties": {"unit": {"type": "string"}, "outcome": {"$ref": "#/$defs/Outcome"}},
    "$defs": {"Outcome": {"enum": ["approved", "deferred"]}},
}


def golden(event: type[Event]) -> examples.CloudEvent:
    kept: examples.CloudEvent = json.loads(examples.golden_file(event).read_text("utf-8"))
    return kept


def test_the_documents_are_those_of_the_code() -> None:
    made = contracts.documents(examples.goldens())
    for path, text in made.items():
        assert (ROOT / path).read_text("utf-8") == text, f"{path} has drifted: run `make contracts`"
    assert {path.relative_to(ROOT) for path in (ROOT / "docs/contracts").rglob("*.json")} <= made.keys()
    goldens = {examples.golden_file(event, ROOT) for event in EVENTS.values()}
    assert {*(ROOT / "tests/contracts").glob("*.json")} <= goldens


@every_event
def test_every_event_has_a_golden_file_that_its_class_reads_and_writes_back(event: type[Event]) -> None:
    example = golden(event)
    read = EVENTS[example["type"]].model_validate(example["data"], extra="forbid")
    assert type(read) is event
    assert read.model_dump(mode="json", exclude_unset=True) == example["data"]


@every_event
def test_every_golden_event_is_read_the_way_it_travels(event: type[Event]) -> None:
    example = golden(event)
    accepts = accepted_by(parties_of(event).publisher)
    if event.type in accepts:
        assert envelope.read_posted(example, accepts).event == event.model_validate(example["data"])
    else:
        assert envelope.read_published(json.dumps(example).encode()).event() == event.model_validate(example["data"])


@every_event
def test_every_golden_event_fits_its_published_schema(event: type[Event]) -> None:
    schema = json.loads((ROOT / contracts.SCHEMAS / f"{event.type}.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(golden(event)["data"])


@every_event
def test_no_event_demands_or_drops_anything_it_did_not_when_it_was_published(event: type[Event]) -> None:
    schema = json.loads((ROOT / contracts.SCHEMAS / f"{event.type}.json").read_text("utf-8"))
    assert breaking(schema, json_schema(event)) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"required": ["unit", "outcome"]}, ["Decided: `outcome` became required"]),
        ({"properties": {"outcome": {"$ref": "#/$defs/Outcome"}}}, ["Decided: `unit` is gone"]),
        ({"properties": OLD["properties"] | {"unit": {"type": "integer"}}}, ["Decided: `unit` changed its type"]),
        ({"$defs": {"Outcome": {"enum": ["approved"]}}}, ["Outcome: the value `deferred` is gone"]),
        ({"properties": OLD["properties"] | {"remark": {"type": "string"}}}, []),
        ({"required": []}, []),
    ],
)
def test_what_breaks_a_contract_is_told_from_what_does_not(change: dict[str, Any], found: list[str]) -> None:
    assert breaking(OLD, OLD | change) == found


def test_a_breaking_change_is_not_written_over_what_was_published(tmp_path: Path) -> None:
    published = json_schema(ApprovalSigned)
    published["required"].remove("stamped")
    (tmp_path / contracts.SCHEMAS).mkdir(parents=True)
    (tmp_path / contracts.SCHEMAS / f"{ApprovalSigned.type}.json").write_text(json.dumps(published))
    assert contracts.broken(tmp_path) == [f"{ApprovalSigned.type}: ApprovalSigned: `stamped` became required"]


def test_a_golden_file_once_written_stays(tmp_path: Path) -> None:
    kept = examples.golden_file(ApprovalSigned, tmp_path)
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps(golden(ApprovalSigned) | {"id": "kept"}))
    contracts.write_goldens(tmp_path)
    assert json.loads(kept.read_text())["id"] == "kept"
    assert len([*kept.parent.iterdir()]) == len(EVENTS)


@pytest.mark.parametrize("service", ["approvals", "forums", "policy"])
def test_openapi_describes_the_events_a_service_takes_and_no_other_fields(service: str) -> None:
    schema = openapi.document(service)["paths"]["/v1/events"]["post"]["requestBody"]["content"][envelope.STRUCTURED]
    validator = Draft202012Validator(schema["schema"])
    for event in accepted_by(service).values():
        example = golden(event)
        validator.validate(example)
        assert not validator.is_valid(example | {"data": example["data"] | {"remark": "unknown"}})


def test_asyncapi_is_an_asyncapi_document_whose_examples_fit_its_schemas() -> None:
    document = yaml.load((ROOT / "docs/contracts/asyncapi.yaml").read_text("utf-8"), yaml.CSafeLoader)
    ApplicationSchema.model_validate(document)
    channels, whole = document["channels"], document["components"]["messages"]
    posting = {name for name in whole if name == "Receipt" or name.endswith(".Post")}
    assert len(posting) == 1 + len(SERVICES)
    for service in SERVICES:
        address = channels[f"{service}.posts"]["address"].format(unit=DRC.unit, key=DRC.key)
        assert address == subject_of(service, DRC)
    messages = {name: message for name, message in whole.items() if name not in posting}
    assert set(messages) == {event.__name__ for event in EVENTS.values()}
    for message in messages.values():
        schema = message["payload"] | {"components": document["components"]}
        Draft202012Validator(schema).validate(message["examples"][0]["payload"])


async def test_a_service_hands_out_the_published_schemas() -> None:
    app = build(Settings(database_url="postgresql+asyncpg://nobody@localhost/nothing", nats_url="nats://localhost"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://approvals") as client:
        for name, address in (await client.get("/v1/schemas")).json().items():
            published = json.loads((ROOT / contracts.SCHEMAS / f"{name}.json").read_text("utf-8"))
            assert (await client.get(address)).json() == published
