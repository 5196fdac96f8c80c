"""Everything that reads what others send: whatever comes, it is read or refused in words (row 81)."""

import base64
import io
import json
import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from starlette.datastructures import FormData

from shared import envelope, identifiers, nkeys, sheets, signing
from shared.events import EVENTS, ApplicationDocketed, ApprovalSigned, LicenceIssued
from shared.eventsheets import Sheet, moment
from shared.imports.kinds import Refusal
from shared.problems import Refused, invalid
from shared.swift import SwiftReader
from shared.web import forms, webhooks
from shared.workbooks import MOST_UNPACKED
from tests.builders import approval_signed, owner
from tests.posting import cloudevent

pytestmark = pytest.mark.row(81)
ACCEPTS = {event.type: event for event in (ApprovalSigned, ApplicationDocketed, LicenceIssued)}
SWIFT = SwiftReader(ACCEPTS)
GOOD = json.dumps(cloudevent(approval_signed(), owner(), "one"), ensure_ascii=False).encode()
SHEETS = [Sheet(event) for event in ACCEPTS.values()]
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=12,
)
usual = ("是", "环评", "市级", "2022-03-16 09:00", "2022/3/16", "甲\n乙", "=1+1")
cells = st.text(max_size=40) | st.sampled_from(usual)
names = st.sampled_from([b"ce-id", b"ce-type", b"ce-time", b"ce-source", b"ce-x", b"host"])
identifiers_like = st.from_regex(r"[0-9A-Z]{18}|[0-9-]{24}", fullmatch=True) | st.dates().map(date.isoformat)


def told(refusal: Refused) -> None:
    """Read a refusal as its receiver would: as text that can be sent."""
    assert json.dumps(refusal.problem(), ensure_ascii=False).encode()
    assert refusal.status in {400, 401, 403, 413, 422}


@st.composite
def mangled(draw: st.DrawFn) -> bytes:
    """Return the good body with some bytes changed, taken away or put in."""
    body = bytearray(GOOD)
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(body)))
        body[place : place + draw(st.integers(0, 3))] = draw(st.binary(max_size=3))
    return bytes(body)


@settings(max_examples=300)
@given(mangled() | st.binary(max_size=80) | anything.map(lambda value: json.dumps(value).encode()))
def test_what_the_swift_way_reads_the_careful_way_reads_alike(body: bytes) -> None:
    swift = SWIFT.read(body, batch=False)
    try:
        careful = envelope.read_posted(envelope.decode(body), ACCEPTS)
    except Refused as refusal:
        told(refusal)
        careful = None
    assert swift is None or swift == [careful]


@given(st.lists(mangled() | anything.map(lambda value: json.dumps(value).encode()), max_size=3))
def test_a_batch_is_read_or_left_to_the_careful_way(parts: list[bytes]) -> None:
    swift = SWIFT.read(b"[" + b",".join(parts) + b"]", batch=True)
    if swift is not None:
        assert [envelope.read_posted(envelope.decode(part), ACCEPTS) for part in parts] == swift


@given(
    st.lists(
        st.tuples(st.sampled_from([b"ce-id", b"ce-type", b"ce-time", b"ce-source", b"ce-x", b"host"]), st.binary())
    ),
    st.binary(max_size=60),
)
def test_headers_of_a_binary_event_are_read_or_refused(headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    try:
        envelope.read_posted(envelope.binary_event(headers, body), ACCEPTS)
    except Refused as refusal:
        told(refusal)


@given(st.binary(max_size=200) | anything.map(lambda value: json.dumps(value).encode()))
def test_a_message_of_the_stream_is_a_fact_or_none(payload: bytes) -> None:
    try:
        envelope.read_published(payload)
    except (ValueError, KeyError, TypeError):
        return
    pytest.fail("nobody writes a fact by chance")


@given(st.sampled_from(sorted(EVENTS)), anything)
def test_any_data_is_an_event_or_is_told_field_by_field(name: str, data: Any) -> None:  # noqa: ANN401  (anything)
    try:
        EVENTS[name].model_validate(data)
    except ValidationError as failure:
        problem = invalid(failure, prefix="data").problem()
        assert all(error["zh"] and error["en"].isascii() for error in problem["errors"]), problem


@settings(max_examples=60)
@given(st.sampled_from(SHEETS), st.lists(st.dictionaries(st.integers(0, 8), cells, max_size=6), max_size=4))
def test_what_is_written_into_a_table_is_read_back_as_it_was(sheet: Sheet, rows: list[dict[int, str]]) -> None:
    named = [{sheet.columns[at % len(sheet.columns)].name: text for at, text in row.items()} for row in rows]
    try:
        read = sheets.read(sheet.columns, sheets.write_csv(sheet.columns, named))
    except Refused as refusal:
        told(refusal)
        return
    for row in read:
        said = sheet.data(row.cells)
        try:
            sheet.event.model_validate(said)
        except ValidationError as failure:
            refused = Refusal(row.number, row.cells, invalid(failure, prefix="data").problem())
            assert refused.sentence(sheet.columns)
            assert refused.sentence(sheet.columns, english=True).isascii()


@settings(max_examples=150)
@given(st.sampled_from(SHEETS), st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
def test_any_file_is_a_table_or_none(sheet: Sheet, content: bytes) -> None:
    try:
        sheets.read(sheet.columns, content)
    except Refused as refusal:
        told(refusal)


@settings(max_examples=80)
@given(st.integers(0, 5000), st.binary(min_size=1, max_size=6))
def test_a_damaged_workbook_is_a_table_or_none(place: int, damage: bytes) -> None:
    sheet = SHEETS[0]
    whole = bytearray(sheets.write_xlsx("表", sheet.columns, [{"session": "spring-2022-150602"}]))
    whole[place % len(whole) : place % len(whole) + len(damage)] = damage
    try:
        sheets.read(sheet.columns, bytes(whole))
    except Refused as refusal:
        told(refusal)


def altered(change: Callable[[str, bytes], bytes], *, saying: int = 0) -> bytes:
    """Return a good workbook with its parts changed; `saying` is the size that each is said to unpack to."""
    file, good = io.BytesIO(), sheets.write_xlsx("表", SHEETS[0].columns, [{"session": "spring-2022-150602"}])
    with zipfile.ZipFile(io.BytesIO(good)) as whole, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in whole.infolist():
            archive.writestr(part.filename, change(part.filename, whole.read(part)))
        for part in archive.infolist() if saying else ():
            part.file_size = saying
    return file.getvalue()


def in_sheet(more: str) -> Callable[[str, bytes], bytes]:
    return lambda name, text: (
        text.replace(b"</sheetData>", more.encode() + b"</sheetData>") if "sheet1" in name else text
    )


HOSTILE = {
    "a cell in the last corner": altered(in_sheet('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')),
    "a cell within a cell": altered(in_sheet('<row><c r="A9"><c r="XFD1048576"><v>1</v></c></c></row>')),
    "a prefix": altered(in_sheet('<x:row xmlns:x="x"><x:c r="ZZZ9"><x:v>1</x:v></x:c></x:row>')),
    "a million cells in a row": altered(in_sheet("<row>" + "<c><v>1</v></c>" * 300 + "</row>")),
    "entities": altered(lambda _, text: text.replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "cc">]>', 1)),
    "gigabytes": altered(lambda name, text: b"<a>" + b"0" * MOST_UNPACKED + b"</a>" if "sheet1" in name else text),
    "gigabytes said to be little": altered(in_sheet("<!--" + "0" * 1_000_000 + "-->"), saying=2000),
    "a sheet that is no XML": altered(lambda _, text: b"binary" if b"<worksheet" in text else text),
}


@pytest.mark.row(77)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_workbook_that_asks_for_more_than_a_table_needs_is_refused(name: str) -> None:
    with pytest.raises(sheets.NotATable):
        sheets.read(SHEETS[0].columns, HOSTILE[name])


@pytest.mark.row(77)
def test_cells_that_are_only_styled_may_stand_anywhere() -> None:
    styled = altered(in_sheet('<row r="1048576"><c r="XFD1048576" s="1" t="s"/></row>'))
    assert len(sheets.read(SHEETS[0].columns, styled)) == 1


@given(st.text(max_size=60) | st.datetimes().map(str) | st.dates().map(str))
def test_a_cells_time_is_a_moment_or_left_as_it_is(text: str) -> None:
    said = moment(text)
    assert said == text or datetime.fromisoformat(said).tzinfo is not None


@pytest.mark.row(77)
@pytest.mark.parametrize(
    "text",
    [
        *("2022-03-20 09:05", "2022-03-20 9:05", "2022/3/20 9:05", "2022.3.20 09:05:00", "2022年3月20日 9时5分"),
        *("2022年3月20日9:05", "2022-03-20T09:05", "2022-03-20T01:05:00Z", "2022-03-20T09:05:00+08:00"),
    ],
)
def test_a_time_without_a_zone_in_a_table_is_a_time_of_ordos(text: str) -> None:
    said = Sheet(ApprovalSigned).data({"signed_at": text, "time": ""})["signed_at"]
    assert datetime.fromisoformat(said) == datetime.fromisoformat("2022-03-20T09:05:00+08:00")


@pytest.mark.row(77)
@pytest.mark.parametrize("text", ["2022-03-20", "20/3/2022 9:05", "2022-02-30 09:05", "9:05", "上午九点"])
def test_what_is_no_moment_is_left_for_the_schema_to_refuse(text: str) -> None:
    assert Sheet(ApprovalSigned).data({"signed_at": text})["signed_at"] == text


@given(st.text(max_size=80) | st.binary(max_size=60).map(lambda raw: f"a.{base64.urlsafe_b64encode(raw).decode()}.b"))
def test_a_token_of_nats_claims_something_or_is_none(jwt: str) -> None:
    try:
        assert isinstance(nkeys.claims_of(jwt), dict)
    except ValueError:
        return


@pytest.mark.row(75)
@given(st.text(max_size=200) | st.binary(max_size=40).map(lambda raw: base64.b64encode(raw).decode()))
def test_a_signature_header_is_read_or_refused(text: str) -> None:
    for header in (text, f"{signing.SCHEME} key=abcdefgh,time=1,nonce=abcdefgh,proof={text}"):
        try:
            signature = signing.read(header)
        except Refused as refusal:
            told(refusal)
        else:
            assert len(signature.proof) == 32


@given(st.sampled_from(sorted(EVENTS)), st.lists(st.tuples(st.text(max_size=12), cells), max_size=6))
def test_any_form_says_data_that_an_event_takes_or_refuses(name: str, fields: list[tuple[str, str]]) -> None:
    kind = EVENTS[name]
    known = [(field, text) for field, (_, text) in zip(kind.model_fields, fields, strict=False)]
    data = forms.data_of(kind, FormData([*fields, *known]))
    try:
        kind.model_validate(data)
    except ValidationError as failure:
        told(invalid(failure, prefix="data"))


@given(st.text(max_size=80), st.sampled_from(["all", "some", ""]), st.lists(st.text(max_size=120), max_size=3))
def test_any_form_of_a_webhook_is_a_wish_or_refused(url: str, which: str, types: list[str]) -> None:
    form = FormData([("url", url), ("which", which), *(("types", one) for one in types)])
    try:
        assert webhooks.wanted(form).url.startswith(("http://", "https://"))
    except Refused as refusal:
        told(refusal)


CHECKS = (
    *(identifiers.credit_code, identifiers.project_code, identifiers.division),
    *(identifiers.document_number, identifiers.policy_number),
)


@pytest.mark.row(79)
@given(
    st.text(max_size=40) | st.dates().map(date.isoformat) | st.from_regex(r"[0-9A-Z]{18}|[0-9-]{24}", fullmatch=True)
)
def test_any_identifier_is_right_or_is_told_what_is_wrong(text: str) -> None:
    for check in CHECKS:
        said = ""
        try:
            check(text)
        except ValueError as wrong:
            said = str(wrong)
        assert not said or re.fullmatch(r".*[^\x00-\x7f].*? ?\(.+\)", said, re.DOTALL), (check.__name__, said)
