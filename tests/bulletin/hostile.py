"""Hostile words in every field of every event a bulletin may print, found in the events' own models.

An event is made from its model: each field takes the first value that the model accepts, and hostile words are the
first that is offered. A new event, or a new field, is thereby told and poisoned without a line here.
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from services.bulletin.domain.facts import EARLIER, READS
from shared.events import (
    EVENTS,
    ApplicationDocketed,
    ApprovalSigned,
    CampaignPlanned,
    Event,
    FollowUpEvent,
    ForumHeld,
    IssueEvent,
    IssueRaised,
    LicenceCorrected,
    LicenceIssued,
    SessionClosed,
    SurveySiteChosen,
    TeamComposition,
)
from shared.events.applications import Decision
from shared.events.base import ApplicationEvent
from shared.events.policy import VisitEvent
from shared.events.surveys import SurveyProjectEvent
from shared.vocabulary import Outcome
from tests.builders import BANNER_SESSION, OTHER_SESSION, at, plan, project_code

CORPUS: Final = (
    "<img src=file:///etc/passwd>",
    "<style>@import url(http://127.0.0.1:9/x)</style>",
    "<link rel=attachment href=file:///etc/hostname>",
    "<script>fetch('http://127.0.0.1:9')</script>",
    "{{7*7}}{% include '/etc/passwd' %}",
    "url(file:///etc/passwd)",
    "</p></td></table><h1>",
    '=HYPERLINK("http://127.0.0.1:9")',
    "+cmd|'/c calc'!A1",
    "&lt;b&gt;&#60;i&#62;&xxe;",
    "]]><!--<!ENTITY x SYSTEM 'file:///etc/passwd'>",
    ") Tj /JS (x",
    "${7*7}#{7*7}\\n\\input{/etc/passwd}",
    "\"'><svg onload=alert(1)>",
)
PRINTABLE: Final = tuple(EVENTS[name] for name in sorted({*READS, *EARLIER}))
"""Every event that bears on what a bulletin says, as its own readers list them."""
_CODES: Final = ("91150602MA0XX01113", project_code(), "150602", "鄂审字〔2022〕7号", "a" * 64, "slug-1", "park")
_PINS: Final[dict[str, Any]] = {
    "session": BANNER_SESSION,
    "formality": "environmental_impact",
    "level": "city",
    "site": "main",
    "team": "team-1",
    "visit": "visit-1",
    "source": "forum",
    "state": "dispatched",
    "starts_at": at(9),
    "started_at": at(9),
    "ends_at": at(17),
    "ended_at": at(17),
    "due": "2022-03-18",
}
_SINGLE: Final = tuple(
    kind
    for kind in PRINTABLE
    if not issubclass(
        kind, (ApplicationEvent, IssueEvent, SurveyProjectEvent, VisitEvent, TeamComposition, CampaignPlanned)
    )
)
"""Events that a session, or its survey, has one of in force: the last of each counts."""


class Poisoner:
    """Makes events, and keeps a list of the hostile words and which field of which event carried them."""

    def __init__(self) -> None:
        self.carried: dict[str, str] = {}

    def words(self, place: str) -> str:
        """Return hostile words that are told from all others."""
        number = len(self.carried)
        words = f"{CORPUS[number % len(CORPUS)]}§{number}§"
        self.carried[words] = place
        return words

    def make(self, kind: type[Event], *, without: str | None = None, **pins: Any) -> Event:  # noqa: ANN401  (any field)
        """Return an event with every field filled, save one that may be left out."""
        return kind.model_validate(self._data(kind, kind.__name__, _PINS | pins, without))

    def _data(self, model: type[BaseModel], place: str, pins: dict[str, Any], without: str | None) -> dict[str, Any]:
        data = {}
        for name, field in model.model_fields.items():
            if name in pins:
                data[name] = pins[name]
            elif name != without or field.is_required():
                data[name] = self._value(_annotation(field), f"{place}.{name}", pins, without)
        return {
            name: value for name, value in data.items() if value is not None or model.model_fields[name].is_required()
        }

    def _value(self, kind: Any, place: str, pins: dict[str, Any], without: str | None) -> Any:  # noqa: ANN401
        bare, origin = _bare(kind), get_origin(_bare(kind))
        if origin in (Union, UnionType):
            return self._value(next(one for one in get_args(bare) if one is not type(None)), place, pins, without)
        if origin is tuple:
            return [self._value(get_args(bare)[0], place, pins, without)]
        if isinstance(bare, type) and issubclass(bare, BaseModel):
            return self._data(bare, place, pins, without)
        if isinstance(bare, type) and issubclass(bare, Enum):
            return next(iter(bare))
        accepts = _adapter(kind)
        tried = [self.words(place)]
        for value in (*tried, at(10), date(2022, 3, 18), 2, True, timedelta(days=1), *_CODES):
            try:
                accepts.validate_python(value)
            except ValidationError:
                self.carried.pop(tried[0], None)  # not a field of free words
                continue
            return value
        message = f"nothing fits {place}"
        raise AssertionError(message)


def _annotation(field: FieldInfo) -> Any:  # noqa: ANN401  (a type)
    return Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation


def _bare(kind: Any) -> Any:  # noqa: ANN401  (a type)
    return _bare(get_args(kind)[0]) if get_origin(kind) is Annotated else kind


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:  # noqa: ANN401  (a type)
    return TypeAdapter(kind)


def planned(poison: Poisoner) -> CampaignPlanned:
    """Return the campaign's plan with hostile titles and names."""
    data = json.loads(plan().model_dump_json())
    for name in ("title", "notice"):
        data[name] = poison.words(f"CampaignPlanned.{name}")
    for name in data["masthead"]:
        data["masthead"][name] = poison.words(f"CampaignPlanned.masthead.{name}")
    for name in ("units", "sessions", "recipients"):
        for one in data[name]:
            one["name"] = poison.words(f"CampaignPlanned.{name}.name")
    return CampaignPlanned.model_validate(data)


def day(poison: Poisoner, last: int) -> list[Event]:
    """Tell a day: each kind of event of something of its own, once; of what there is one of, another comes last."""
    singles = [*_SINGLE[last:], *_SINGLE[:last]]
    whole = [*_cases(poison), *_issues(poison), *_policy(poison)] if last == 0 else []
    return [*whole, *_survey(poison), *(poison.make(kind, project_code=project_code(1)) for kind in singles)]


def variants() -> range:
    """Return the numbers that `day` takes."""
    return range(len(_SINGLE))


def days_after(poison: Poisoner) -> list[Event]:
    """Tell what follows until the next session's end: of what was deferred and forwarded, and of every issue."""
    kinds = [kind for kind in PRINTABLE if issubclass(kind, FollowUpEvent)]
    cases, told = list[Event](), list[Event]()
    for number, kind in enumerate(kinds):
        for place, outcome in enumerate((Outcome.DEFERRED, Outcome.FORWARDED)):
            of = {"project_code": project_code(200 + 2 * number + place), "outcome": outcome}
            cases += [poison.make(ApplicationDocketed, **of), _decided(poison, ApprovalSigned, of)]
            told.append(poison.make(kind, **of))
    ends = [poison.make(SessionClosed), poison.make(ForumHeld)]
    then = [poison.make(kind, session=OTHER_SESSION) for kind in (ForumHeld, SessionClosed)]
    return [*cases, *_raised(poison), *ends, *told, *_issues(poison), *then]


def _cases(poison: Poisoner) -> Iterator[Event]:
    kinds = [kind for kind in PRINTABLE if issubclass(kind, ApplicationEvent) and not issubclass(kind, FollowUpEvent)]
    pairs = [(kind, outcome) for kind in kinds for outcome in (Outcome if issubclass(kind, Decision) else [None])]
    for number, (kind, outcome) in enumerate(pairs, 100):
        of: dict[str, Any] = {"project_code": project_code(number), "outcome": outcome}
        yield poison.make(ApplicationDocketed, **of)
        if issubclass(kind, LicenceCorrected):
            issued = poison.make(LicenceIssued, **of)
            yield issued
            of["number"] = issued.model_dump()["number"]
        yield _decided(poison, kind, of)


def _decided(poison: Poisoner, kind: type[Event], of: dict[str, Any]) -> Event:
    """Return an event of an application; a decision has the particulars of its outcome and no others."""
    if not issubclass(kind, Decision):
        return poison.make(kind, **of)
    needed = {Outcome.DEFERRED: "deferral", Outcome.FORWARDED: "forwarding"}.get(of["outcome"])
    return poison.make(kind, **of, **{name: None for name in ("deferral", "forwarding") if name != needed})


def _turns() -> Iterator[tuple[str, type[Event], str | None]]:
    kinds = [kind for kind in PRINTABLE if issubclass(kind, IssueEvent)]
    for number, kind in enumerate(kinds):
        for without in (None, "standing", "answer") if kind is IssueRaised else (None,):
            yield f"issue-{number}-{without}".lower(), kind, without


def _raised(poison: Poisoner) -> Iterator[Event]:
    for issue, _, _ in _turns():
        yield poison.make(IssueRaised, issue=issue)


def _issues(poison: Poisoner) -> Iterator[Event]:
    for issue, kind, without in _turns():
        if kind is not IssueRaised:
            yield poison.make(IssueRaised, issue=issue)
        yield poison.make(kind, issue=issue, without=without)


def _survey(poison: Poisoner) -> Iterator[Event]:
    kinds = [kind for kind in PRINTABLE if issubclass(kind, SurveyProjectEvent)]
    for number, (kind, without) in enumerate(((kind, without) for kind in kinds for without in (None, "project")), 1):
        code = project_code(1 if kind is SurveySiteChosen and without else number + 1)
        if kind is not SurveySiteChosen:
            yield poison.make(SurveySiteChosen, project_code=code)
        yield poison.make(kind, project_code=code, without=without)


def _policy(poison: Poisoner) -> Iterator[Event]:
    for number, kind in enumerate((kind for kind in PRINTABLE if issubclass(kind, TeamComposition)), 1):
        yield poison.make(kind, team=f"team-{number}")
    for number, visit in enumerate((kind for kind in PRINTABLE if issubclass(kind, VisitEvent)), 1):
        yield poison.make(visit, visit=f"visit-{number}")
