"""A refusal says in Chinese and English what is wrong and where; no English slips into the Chinese."""

import inspect
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import import_module
from typing import Any

import pytest
from pydantic import ValidationError

import services.approvals.domain.refusals
from shared.events import EVENTS, Event
from shared.problems import Invalid, NotYet, Refused, invalid
from tests.builders import ROOT

JUNK: tuple[Any, ...] = (None, True, -1, 10**30, 1.5, float("inf"), "", " ", "x" * 3000, "\x00", [], [1], {}, {"a": 1})
FOREIGN = re.compile(r"Input should|String should|Value error|valid (dict|string|int|date|list)")


def _all_refusals() -> Iterator[type[Refused]]:
    """Yield every class of refusal there is, wherever it stands."""
    for path in [*ROOT.glob("shared/**/*.py"), *ROOT.glob("services/**/*.py")]:
        if "migrations" in path.parts or path.name in ("__main__.py", "env.py") or "Refused)" not in path.read_text():
            continue
        module = import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
        for _, found in inspect.getmembers(module, inspect.isclass):
            if issubclass(found, Refused) and found is not Refused and found.__module__ == module.__name__:
                yield found


REFUSALS = sorted(set(_all_refusals()), key=lambda kind: kind.__qualname__)


@pytest.mark.row(81)
@pytest.mark.parametrize("kind", REFUSALS, ids=lambda kind: kind.__name__)
def test_every_refusal_has_a_chinese_and_an_english_sentence_and_a_status(kind: type[Refused]) -> None:
    assert re.search(r"[\u4e00-\u9fff]", kind.zh)
    assert kind.en.isascii()
    assert 202 <= kind.status < 600
    assert kind.__doc__


def test_refusals_are_found_where_they_are() -> None:
    assert services.approvals.domain.refusals.AlreadyDecided in REFUSALS
    assert len(REFUSALS) > 30


@pytest.mark.row(81)
@pytest.mark.parametrize("junk", JUNK, ids=repr)
@pytest.mark.parametrize("event", EVENTS.values(), ids=lambda event: event.__name__)
def test_no_english_slips_into_the_chinese_whatever_a_field_is_given(event: type[Event], junk: object) -> None:
    for name in event.model_fields:
        with_junk = {name: junk}
        with pytest.raises(ValidationError) as caught:
            event.model_validate(with_junk, extra="forbid")
        for error in invalid(caught.value, prefix="data").errors():
            assert error["path"].startswith("data.")
            assert not FOREIGN.search(error["zh"]), error
            assert error["en"]


@pytest.mark.row(81)
def test_a_problem_names_each_error_by_path_in_both_languages() -> None:
    refusal = Invalid([{"path": "data.level", "zh": "应为市级", "en": "must be city"}])
    assert refusal.problem() == {
        "type": "/problems/invalid",
        "title": "有1处不符合要求",
        "title_en": "1 field(s) break the schema",
        "status": 422,
        "detail": "data.level：应为市级",
        "detail_en": "data.level: must be city",
        "errors": [{"path": "data.level", "zh": "应为市级", "en": "must be city"}],
    }


@pytest.mark.row(81)
def test_a_moment_is_told_as_it_is_read_in_ordos() -> None:
    refusal = services.approvals.domain.refusals.AlreadyOpened(
        session="东胜区专场", at=datetime(2022, 3, 16, 1, tzinfo=UTC)
    )
    assert refusal.problem()["title"] == "东胜区专场已于2022-03-16 09:00宣布开始"


@pytest.mark.row(82)
def test_waiting_is_said_with_what_is_waited_for() -> None:
    lacking = NotYet("chunfeng.session.opened.v1", "spring-2022-150602")
    assert lacking.status == 202
    assert lacking.needs == "chunfeng.session.opened.v1 spring-2022-150602"
    assert lacking.problem()["title"] == "已收妥，待“专场已宣布开始”（spring-2022-150602）到达后办理"
    assert lacking.problem()["title_en"] == 'Received; waits for "Session opened" (spring-2022-150602)'
