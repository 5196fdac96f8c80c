"""What is posted is read strictly: a mistake is refused with its place and two sentences before anything is kept."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.envelope import Incoming, UnknownType, decode, read_posted
from shared.events import EVENTS
from shared.problems import Invalid, Malformed, Refused
from tests.builders import application_docketed, approval_signed

DATA: dict[str, Any] = approval_signed().model_dump(mode="json", exclude_none=True)


def posting(**attributes: object) -> dict[str, Any]:
    """Return a correct CloudEvent, some of its attributes changed."""
    usual = {"specversion": "1.0", "id": "ecology-1", "source": "/units/11150600MB0XX0051Y"}
    return {**usual, "type": "chunfeng.approval.signed.v1", "data": DATA, **attributes}


def read(raw: object) -> Incoming:
    return read_posted(raw, EVENTS)


def errors_of(raw: object) -> dict[str, tuple[str, str]]:
    """Return what is wrong with a CloudEvent: path → both sentences."""
    with pytest.raises(Invalid) as caught:
        read(raw)
    return {error["path"]: (error["zh"], error["en"]) for error in caught.value.errors()}


def test_a_correct_event_is_read_as_it_was_sent() -> None:
    incoming = read(posting(time="2022-03-16T09:05:00+08:00", correlationid="day-1"))
    assert incoming.event == approval_signed()
    assert (incoming.id, incoming.source, incoming.correlation_id) == ("ecology-1", posting()["source"], "day-1")


@pytest.mark.row(81)
@pytest.mark.parametrize(
    ("body", "zh", "en"),
    [
        (b"", "第1行第1列不是有效的 JSON", "line 1, column 1"),
        (b'{"id": }', "第1行第8列不是有效的 JSON", "line 1, column 8"),
        (b"{} {}", "不是有效的 JSON", "Extra data"),
        (b"\xef\xbb\xbf{}", "不是有效的 JSON", "not valid JSON"),
        (b'{"name": "\xe9"}', "不是 UTF-8 编码", "not UTF-8"),
        (b'{"name": "\xed\xa0\x80"}', "不是 UTF-8 编码", "not UTF-8"),
        (b'{"n": NaN}', "NaN", "NaN"),
        (b'{"n": -Infinity}', "Infinity", "Infinity"),
        (b'{"n": ' + b"9" * 5000 + b"}", "过长的数字", "a number too long"),
        (b"[" * 100_000, "嵌套过深", "nested too deeply"),
        (rb'{"name": "\ud83d"}', "不成对的代理字符", "lone surrogate"),
        (rb'{"\uDC00": 1}', "不成对的代理字符", "lone surrogate"),
        (b'{"name": "a\x00b"}', "第1行第12列不是有效的 JSON", "control character"),
        (b'{"id": "a", "id": "b"}', "字段 id 重复出现", "the name id occurs twice"),
        (b'{"data": {"stamped": true, "stamped": false}}', "字段 stamped 重复出现", "stamped occurs twice"),
        (rb'{"\ud800": 1, "\ud800": 2}', r"字段 \ud800 重复出现", "occurs twice"),
    ],
)
def test_what_is_not_json_is_malformed(body: bytes, zh: str, en: str) -> None:
    with pytest.raises(Malformed) as caught:
        decode(body)
    problem = caught.value.problem()
    assert problem["status"] == 400
    assert zh in problem["title"]
    assert en in problem["title_en"]
    json.dumps(problem, ensure_ascii=False).encode()


def test_a_surrogate_pair_and_deep_but_bearable_nesting_are_json() -> None:
    assert decode(rb'"\ud83d\ude00"') == "😀"
    assert decode(b"[" * 500 + b"]" * 500)


def test_no_depth_of_nesting_gets_past_the_search_for_surrogates() -> None:
    for depth in range(900, 1010, 2):
        body = b"[" * depth + rb'"\ud83d\ude00"' + b"]" * depth
        try:
            decode(body)
        except Malformed as refusal:
            assert "嵌套过深" in refusal.problem()["title"]  # noqa: PT017  (either outcome is right, a crash is not)


def test_many_names_are_searched_for_the_one_that_occurs_twice_in_no_time() -> None:
    names = ",".join(f'"n{number}":1' for number in range(60_000))
    started = time.perf_counter()
    with pytest.raises(Malformed, match="n59999"):
        decode(f'{{{names},"n59999":1}}'.encode())
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("raw", [[], "text", 7, None, True])
def test_what_is_not_an_object_is_no_event(raw: object) -> None:
    with pytest.raises(Malformed, match="one CloudEvents object"):
        read(raw)


@pytest.mark.row(81)
@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("specversion", "0.3"),
        ("specversion", 1.0),
        ("id", ""),
        ("id", "a b"),
        ("id", "编号"),
        ("id", "a\x00b"),
        ("id", "x" * 129),
        ("id", 7),
        ("source", ""),
        ("source", "/units/ 1"),
        ("source", "x" * 201),
        ("type", 1),
        ("datacontenttype", "text/xml"),
        ("data_base64", "e30="),
        ("Extension", "x"),
        ("my-extension", "x"),
        ("extension", 1.5),
        ("extension", {"nested": True}),
        ("extension", "x" * 257),
    ],
)
def test_an_attribute_out_of_order_is_named(attribute: str, value: object) -> None:
    errors = errors_of(posting(**{attribute: value}))
    zh, en = errors.pop(attribute)
    assert not errors
    assert not zh.isascii()
    assert en.isascii()


@pytest.mark.parametrize("attribute", ["specversion", "id", "source", "type", "data"])
def test_a_required_attribute_left_out_or_null_is_named(attribute: str) -> None:
    assert attribute in errors_of(posting(**{attribute: None}))
    assert attribute in errors_of({name: value for name, value in posting().items() if name != attribute})


def test_null_attributes_are_unset_and_media_types_may_have_parameters() -> None:
    assert read(posting(time=None, datacontenttype=None, extension=None)).time is None
    read(posting(datacontenttype="application/json; charset=utf-8"))


@pytest.mark.row(74)
@pytest.mark.parametrize(
    "wire_type", ["chunfeng.approval.signed.v2", "chunfeng.approval.signed", "com.example.thing", ""]
)
def test_an_unknown_type_or_version_is_refused_with_a_link(wire_type: str) -> None:
    with pytest.raises(UnknownType) as caught:
        read(posting(type=wire_type))
    problem = caught.value.problem()
    assert (problem["status"], problem["errors"][0]["path"]) == (422, "type")
    assert "/v1/schemas" in problem["title_en"]


MOMENTS_REFUSED = [
    "2022-03-16T09:05:00",
    "2022-03-16",
    "2022-03-16T09:05+08:00",
    "2022-W11-3T09:05:00+08:00",
    "20220316T090500+0800",
    "1647392700",
    "2022-02-30T09:05:00+08:00",
    "2022-03-16T09:05:60+08:00",
    "2022-03-16T09:05:00+24:00",
    "0001-01-01T00:00:00+08:00",
    "9999-12-31T23:59:59-08:00",
    1647392700,
    True,
    ["2022-03-16T09:05:00+08:00"],
    "昨天",
]


@pytest.mark.row(79, 81)
@pytest.mark.parametrize("moment", MOMENTS_REFUSED)
def test_a_time_is_of_this_century_with_its_zone_to_the_letter_of_rfc_3339(moment: object) -> None:
    assert set(errors_of(posting(time=moment))) == {"time"}
    assert set(errors_of(posting(data={**DATA, "signed_at": moment}))) == {"data.signed_at"}


@pytest.mark.parametrize(
    "moment", ["2022-03-16T01:05:00Z", "2022-03-16t01:05:00z", "2022-03-16 09:05:00.000000000+08:00"]
)
def test_every_way_rfc_3339_writes_one_moment_is_that_moment(moment: str) -> None:
    incoming = read(posting(time=moment, data={**DATA, "signed_at": moment}))
    assert incoming.time == approval_signed().signed_at
    assert incoming.event == approval_signed()


def test_a_repeat_in_another_writing_of_the_same_moment_has_the_same_hash() -> None:
    first, again = read(posting(time="2022-03-16T09:05:00+08:00")), read(posting(time="2022-03-16T01:05:00Z"))
    assert first.body_sha256 == again.body_sha256
    assert first.body_sha256 != read(posting(data={**DATA, "stamped": False})).body_sha256


@pytest.mark.row(81)
def test_an_unknown_field_is_refused_at_any_depth() -> None:
    assert "核对名称" in errors_of(posting(data={**DATA, "stampd": True}))["data.stampd"][0]
    docketed = application_docketed().model_dump(mode="json")
    docketed["project"]["budget"] = 1
    assert "data.project.budget" in errors_of(posting(type="chunfeng.application.docketed.v1", data=docketed))


@pytest.mark.parametrize("text", ["a\x00b", "a\nb", "a\u202eb", "a\u2028b", "a\x7fb", " ", ""])
def test_text_for_people_has_no_control_or_direction_characters_and_is_not_blank(text: str) -> None:
    assert set(errors_of(posting(data={**DATA, "department_signatory": text}))) == {"data.department_signatory"}


@pytest.mark.row(13, 79)
def test_every_field_at_fault_is_named_at_once() -> None:
    faults = {"project_code": "2203-150602-04-01-000019", "level": "province", "stamped": "maybe"}
    errors = errors_of(posting(data={**DATA, **faults}))
    assert set(errors) == {"data.project_code", "data.level", "data.stamped"}
    assert "校验码应为" in errors["data.project_code"][0]
    assert errors["data.project_code"][1].startswith("last digit is a check digit: expected")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
attributes = st.sampled_from([*posting(), "time", "datacontenttype", "correlationid", "data_base64", "other"])


@given(st.dictionaries(attributes, json_values), st.dictionaries(st.sampled_from(sorted(DATA)), json_values))
def test_whatever_is_sent_is_read_or_refused_in_words_that_can_be_sent_back(
    changes: dict[str, object], faults: dict[str, object]
) -> None:
    try:
        read(posting(data={**DATA, **faults}, **{name: value for name, value in changes.items() if name != "data"}))
    except Refused as refusal:
        assert 400 <= refusal.status < 500  # noqa: PT017  (either outcome is right, a crash is not)
        json.dumps(refusal.problem(), ensure_ascii=False).encode()


@given(st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_json_or_malformed(body: bytes) -> None:
    try:
        decode(body)
    except Malformed as refusal:
        json.dumps(refusal.problem(), ensure_ascii=False).encode()
