"""A forum's papers as pages to print: agenda with speaking list, sign-in sheet, vehicle manifest, minutes. Pure."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.forums.domain.agenda import order_of, timetable
from services.forums.domain.attendance import came
from services.forums.domain.gathering import Minutes, Participant, of_class
from services.forums.store import Gathering
from shared.clock import SHANGHAI
from shared.sheets import Column, write_csv
from shared.vocabulary import ForumClass

_TEMPLATES: Final = Path(__file__).with_name("templates")
_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
CSS: Final = (_TEMPLATES / "print.css").read_text("utf-8")
_WEEKDAYS: Final = "一二三四五六日"
_MANIFEST: Final = (
    Column("plate", "车牌", "Plate"),
    Column("driver", "驾驶员", "Driver"),
    Column("departs_at", "发车时间", "Departs at", width=20),
    Column("departs_from", "发车地点", "From", width=24),
    Column("bound_for", "目的地", "To", width=24),
    Column("number", "序号", "No.", width=8),
    Column("name", "姓名", "Name"),
    Column("organisation", "单位", "Unit", width=28),
    Column("post", "职务", "Post", width=20),
)
"""What a driver or the transport agency needs: no internal ids."""


def _day(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日（星期{_WEEKDAYS[local.weekday()]}）"


def _hour(moment: datetime) -> str:
    return f"{moment.astimezone(SHANGHAI):%H:%M}"


_ENVIRONMENT.filters.update(day=_day, hour=_hour)


def starts_at(one: Gathering) -> datetime | None:
    """Return when the forum begins, by its agenda or else the session's plan."""
    return one.prepared.agenda.starts_at if one.prepared.agenda else one.forum.forum_at


def _written(template: str, one: Gathering, title: str, **more: Any) -> str:  # noqa: ANN401  (a template's context)
    agenda = one.prepared.agenda
    return _ENVIRONMENT.get_template(template).render(
        title=title,
        g=one,
        starts_at=starts_at(one),
        place=(agenda.place if agenda else None) or one.forum.venue,
        demo=one.registry.plan.demo,
        **more,
    )


def agenda(one: Gathering) -> str:
    """Write the agenda with its times, and the speaking list in the order spoken."""
    set_ = one.prepared.agenda
    listed = order_of(one.prepared.speakers, dict(one.roster))
    return _written(
        "print_agenda.html",
        one,
        f"{one.session.name}政企座谈会议程",
        timed=timetable(set_) if set_ else [],
        listed=listed,
    )


def _classes(one: Gathering) -> list[tuple[ForumClass, list[Participant]]]:
    order = (ForumClass.LEADER, ForumClass.CITY, ForumClass.BANNER, ForumClass.ENTERPRISE)
    found = [(kind, of_class(one.roster.values(), kind)) for kind in order]
    return [(kind, persons) for kind, persons in found if persons]


def sign_in(one: Gathering) -> str:
    """Write the sign-in sheet, one table a class: what was noted is printed, the rest is left to be signed."""
    return _written("print_attendance.html", one, f"{one.session.name}政企座谈会签到表", classes=_classes(one))


def manifest(one: Gathering) -> str:
    """Write the vehicle manifest, one table a vehicle."""
    plan = one.prepared.vehicles
    vehicles = [(each, _aboard(one, each.passengers, each.others)) for each in plan.vehicles] if plan else []
    return _written("print_vehicles.html", one, f"{one.session.name}政企座谈会乘车表", vehicles=vehicles)


def _aboard(one: Gathering, passengers: Sequence[str], others: Sequence[str]) -> list[dict[str, str]]:
    persons = [one.roster[each] for each in passengers if each in one.roster and one.roster[each].confirmed]
    listed = [{"name": each.name, "organisation": one.of(each), "post": each.post} for each in persons]
    return listed + [{"name": each, "organisation": "随车人员", "post": ""} for each in others]


def manifest_csv(one: Gathering) -> bytes:
    """Write the manifest as a table, one row a person."""
    plan = one.prepared.vehicles
    rows = [
        {
            "plate": each.plate,
            "driver": each.driver,
            "departs_at": each.departs_at,
            "departs_from": each.departs_from,
            "bound_for": each.bound_for,
            "number": number,
            **person,
        }
        for each in (plan.vehicles if plan else ())
        for number, person in enumerate(_aboard(one, each.passengers, each.others), start=1)
    ]
    return write_csv(_MANIFEST, rows)


def minutes(one: Gathering, revision: Minutes) -> str:
    """Write a revision of the minutes with the list of who was there."""
    there = [(kind, came(one.roster.values(), kind)) for kind in ForumClass]
    absent = [
        each
        for kind in ForumClass
        for each in of_class(one.roster.values(), kind)
        if each.presence in ("excused", "absent")
    ]
    return _written(
        "print_minutes.html",
        one,
        f"{one.session.name}政企座谈会纪要",
        revision=revision,
        there=[(kind, persons) for kind, persons in there if persons],
        absent=absent,
    )
