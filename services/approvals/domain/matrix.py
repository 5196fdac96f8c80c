"""The matrix of responsibilities: who owes what, from the notice's 责任分工 as the campaign's data (row 9).

A duty is owed by each unit it names: a city unit to every session of the duty's kinds, a banner's unit to its own; some
once for the whole campaign.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from services.approvals.domain.state import DutyKey, Fulfilment
from shared.campaign import Registry
from shared.events import CampaignPlanned, Duty, PlannedSession, Unit
from shared.problems import Refused
from shared.vocabulary import CITY_DIVISION, Level


class Owed(NamedTuple):
    """What one unit owes, to one session or once to all."""

    duty: Duty
    unit: Unit
    campaign: str
    session: str
    """Nothing for what is owed once."""

    @property
    def key(self) -> DutyKey:
        """Its name among all duties."""
        return self.campaign, self.session, self.duty.duty, self.unit.code


_NAMED: Final = 3
"""A duty that more units owe is told with the first of them and their number; the errors name all."""


def _in_words(owed: Sequence[Owed]) -> tuple[str, str]:
    by_duty: dict[str, list[Owed]] = {}
    for one in owed:
        by_duty.setdefault(one.duty.duty, []).append(one)
    by_units: dict[tuple[str, str], list[Duty]] = {}
    for each in by_duty.values():
        name, more = each[0].unit.name, len(each) - 1
        many = [(f"{name}等{len(each)}个单位", f"{name} and {more} more")]
        for names in many if len(each) > _NAMED else [(one.unit.name, one.unit.name) for one in each]:
            by_units.setdefault(names, []).append(each[0].duty)
    zh = "；".join(f"{name}未落实{'、'.join(one.title for one in duties)}" for (name, _), duties in by_units.items())
    en = "; ".join(f"{name}: {', '.join(one.title_en for one in duties)}" for (_, name), duties in by_units.items())
    return zh, en


class DutyTwice(Refused):
    """Two duties of the plan have the same name, or one has nobody who owes it."""

    row = 9
    zh = "责任清单有误：{duty} 重复，或名录中没有承担单位"
    en = "The list of duties is wrong: {duty} is named twice, or the registry has nobody who owes it"


class DutiesOpen(Refused):
    """Duties that the session waits for are undone; each is an error of its own with who owes it."""

    status = 409
    row = 8
    zh = "{session}尚未就绪：{owed}"
    en = "{session} is not ready: {owed_en}"

    def __init__(self, session: PlannedSession, owed: Sequence[Owed]) -> None:
        """Take what is undone."""
        zh, en = _in_words(owed)
        super().__init__(session=session.name, owed=zh, owed_en=en)
        self._owed = tuple(owed)

    def errors(self) -> list[dict[str, str]]:
        """Name each undone duty and its unit."""
        return [
            {
                "path": "data.session",
                "zh": f"{one.unit.name}：{one.duty.title}（{one.duty.ref}，{one.duty.source}）",
                "en": f"{one.unit.name}: {one.duty.title_en} ({one.duty.ref}, {one.duty.source})",
            }
            for one in self._owed
        ]


def check_duties(plan: CampaignPlanned) -> None:
    """Refuse a list with a duty named twice, or one that nobody owes."""
    registry, seen = Registry(plan), set[str]()
    for index, duty in enumerate(plan.duties):
        owing = any(units_of(registry, duty, session) for session in plan.sessions if session.kind in duty.kinds)
        if duty.duty in seen or not owing:
            raise DutyTwice(path=f"data.duties.{index}", duty=duty.duty)
        seen.add(duty.duty)


def units_of(registry: Registry, duty: Duty, session: PlannedSession) -> list[Unit]:
    """Return the units that owe a duty to a session; a bureau the division does not have owes nothing."""
    division = CITY_DIVISION if duty.level is Level.CITY else session.division
    found = [registry.bureau(duty.level, division, bureau) for bureau in dict.fromkeys(duty.bureaus)]
    return sorted((unit for unit in found if unit is not None), key=lambda unit: unit.precedence)


def owed_to(registry: Registry, session: PlannedSession) -> list[Owed]:
    """List what is owed to a session, what is owed once included, in the order of the list of duties."""
    campaign = registry.plan.campaign
    return [
        Owed(duty, unit, campaign, "" if duty.once else session.session)
        for duty in registry.plan.duties
        if session.kind in duty.kinds
        for unit in units_of(registry, duty, session)
    ]


def all_owed(registry: Registry) -> list[Owed]:
    """List everything owed in a campaign, what is owed once only once."""
    sessions = sorted(registry.plan.sessions, key=lambda one: one.position)
    return [*{one.key: one for session in sessions for one in owed_to(registry, session)}.values()]


def of_unit(owed: Iterable[Owed], unit: str) -> list[Owed]:
    """Return what a unit owes, named by its credit code or, at city level, by its bureau: 水利局 is `water`."""
    name = unit.strip().lower()
    return [
        one
        for one in owed
        if one.unit.code.lower() == name or (one.unit.level is Level.CITY and one.unit.bureau == name)
    ]


def undone(owed: Iterable[Owed], known: Mapping[DutyKey, Fulfilment]) -> list[Owed]:
    """Return what keeps a session from being ready."""
    return [one for one in owed if one.duty.gate and not is_done(known, one.key)]


def is_done(known: Mapping[DutyKey, Fulfilment], key: DutyKey) -> bool:
    """Tell whether a duty is fulfilled."""
    found = known.get(key)
    return found is not None and found.fulfilled_at is not None
