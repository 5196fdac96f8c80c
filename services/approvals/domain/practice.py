"""The practice campaign: what others do at a session, so that what a test key posts finds its session open (row 76).

It is decided before a sandbox's own events, in that sandbox alone, and recorded nowhere. Its sessions are those of the
real campaign, with every gate open: practice-150602 is held as spring-2022-150602 would be. Whatever is the test key's
own part there, opening it or keeping its docket, is left to it.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Final

from shared.campaign import PRACTICE
from shared.clock import SHANGHAI
from shared.events import ApplicationDocketed, CampaignPlanned, Event, SessionEvent, SessionOpened, SessionScheduled
from shared.events import PlannedSession as Planned
from shared.identifiers import with_check_digit
from shared.posted import Caller, Posted
from shared.vocabulary import CITY_DIVISION, Formality, Level, Role, Scope, SessionKind

PROJECTS: Final = (99015, 99016, 99017)
"""Numbers of the projects on its dockets, each with every formality at both levels."""
_STARTS_AT: Final = datetime(2022, 3, 16, 9, tzinfo=SHANGHAI)
_KEY: Final = "_staged_"
"""No key that anybody has: it tells what was staged from what was posted."""
_VENUES: Final = {
    CITY_DIVISION: {"kind": "service_centre", "name": "市政务服务中心"},
    "150603": {"kind": "government_office", "name": "康巴什区人民政府办公地点"},
}
_PARK: Final = {"kind": "park", "name": "园区会议中心"}


def stage(template: CampaignPlanned, caller: Caller, events: Iterable[Event]) -> list[Posted]:
    """Return what others have done at the practice sessions that some events name, before them."""
    wanted = {event.session for event in events if isinstance(event, SessionEvent) and event.campaign == PRACTICE}
    if not wanted:
        return []
    plan = _plan(template)
    acts: list[tuple[Event, Caller]] = [(plan, _by(plan, CITY_DIVISION, "drc", Role.DRC))]
    for session in (one for one in plan.sessions if one.session in wanted):
        acts += _session(plan, session, caller)
    return [_posted(number, event, by) for number, (event, by) in enumerate(acts)]


def _plan(template: CampaignPlanned) -> CampaignPlanned:
    sessions = tuple(
        one.model_copy(update={"session": f"{PRACTICE}-{one.division}", "name": f"{one.name}（练习）"})
        for one in template.sessions
    )
    changes = {"campaign": PRACTICE, "sessions": sessions, "switches": template.switches.without_gates()}
    return template.model_copy(update={**changes, "checklists": {}, "aliases": ()})


def _by(plan: CampaignPlanned, division: str, bureau: str, role: Role) -> Caller:
    unit = next(one for one in plan.units if (one.division, one.bureau) == (division, bureau))
    return Caller(_KEY, unit.code, unit.name, role, unit.level, unit.division, test=True)


def _session(plan: CampaignPlanned, session: Planned, caller: Caller) -> Iterator[tuple[Event, Caller]]:
    drc, division = _by(plan, CITY_DIVISION, "drc", Role.DRC), session.division
    of_city = session.kind is SessionKind.CITY
    opener = _by(plan, division, "office", Role.OFFICE) if of_city else _by(plan, division, "government", Role.BANNER)
    start = _STARTS_AT + timedelta(days=13 if of_city else 0)
    venue = _VENUES.get(division, _PARK)
    yield SessionScheduled.model_validate({"session": session.session, "starts_at": start, "venue": venue}), drc
    if caller.unit != opener.unit:
        head = {"name": "示例（虚构）", "post": "主要负责人"}
        told = {"session": session.session, "opened_at": start, "declared_by": head}
        yield SessionOpened.model_validate(told), opener
    if caller.role is not Role.DRC:
        for number in PROJECTS:
            yield from ((one, drc) for one in _docketed(session, number))


def project_code(division: str, number: int) -> str:
    """Return the code of a practice project."""
    return with_check_digit(f"2203-{division}-04-01-{number:05d}")


def _docketed(session: Planned, number: int) -> Iterator[ApplicationDocketed]:
    """Yield a project with every formality that it may have at a session."""
    of_city = session.kind is SessionKind.CITY
    code = project_code(session.division, number)
    owner = {"owner_code": "91150602MA0XX01113", "owner_name": "示例企业（虚构）"}
    project = {"name": f"练习项目{number}", "scope": Scope.CITY_OWN if of_city else Scope.CITY_KEY, **owner}
    for level in (Level.CITY,) if of_city else Level:
        for formality in Formality:
            about = {"session": session.session, "project_code": code, "formality": formality, "level": level}
            yield ApplicationDocketed.model_validate({**about, "project": project})


def _posted(number: int, event: Event, by: Caller) -> Posted:
    name = f"staged-{number}"
    return Posted(by.source, name, event, _STARTS_AT, by, name, None, "", event.model_dump_json())
