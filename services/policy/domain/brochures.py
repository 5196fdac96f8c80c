"""Brochures: one per department and topic, of policies of the last three years, with one code for all its editions."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from services.policy.domain.codes import code_of
from services.policy.domain.library import Window, in_force
from services.policy.domain.state import Brochure, Edition, Policy
from services.policy.domain.topics import departments
from shared.campaign import NotAllowed, Registry, StatedByService, is_city_drc
from shared.clock import SHANGHAI
from shared.events import (
    BrochurePublished,
    BrochureSuperseded,
    CampaignPlanned,
    Event,
    PolicyListed,
    PrintedPolicy,
    Unit,
)
from shared.posted import Posted
from shared.problems import NotYet, Refused

if TYPE_CHECKING:
    from services.policy.domain.world import PolicyWorld


class NotOfTheSeventeen(Refused):
    """The notice asks the 17 departments for brochures, and not the general office (I7)."""

    row = 55
    zh = "宣传册由通知所列17个市直部门制作，{unit}不在其中"
    en = "The notice's 17 city departments make brochures; {unit} is none of them"


class PolicyTooOld(Refused):
    """A policy lies outside the last three years."""

    row = 51
    zh = "《{title}》{issued}印发，不在近{years}年（{first}至{last}）之内，不能编入宣传册"
    en = "'{title}' of {issued} is not of the last {years} year(s), {first} to {last}"


class PolicyNotInForce(Refused):
    """A policy is not in force."""

    row = 50
    zh = "《{title}》在{day}不在有效期内，不能编入宣传册"
    en = "'{title}' is not in force on {day}"


class PolicyTwice(Refused):
    """A brochure names a policy twice."""

    row = 52
    zh = "《{title}》重复编入"
    en = "'{title}' is in it twice"


class ChangesMissing(Refused):
    """A new edition says what it changes."""

    row = 53
    zh = "第{edition}版应说明修订内容"
    en = "Edition {edition} must say what it changes"


class NothingChanged(Refused):
    """The new edition would be the old one."""

    status = 409
    row = 53
    zh = "内容与第{edition}版相同，不必修订"
    en = "Edition {edition} says the same already"


def reference_day(starts: Sequence[date], today: date) -> date:
    """Return the day from which three years are counted back: the first announced session's, else today."""
    return min(starts, default=today)


def _department(registry: Registry, posted: Posted, event: BrochurePublished) -> Unit:
    unit = next((one for one in departments(registry.plan.units) if one.code == event.department), None)
    if unit is None:
        other = registry.unit(event.department)
        raise NotOfTheSeventeen(path="data.department", unit=other.name if other else event.department)
    if not is_city_drc(posted) and posted.caller.unit != unit.code:
        caller = posted.caller
        raise NotAllowed(unit=caller.unit_name, role=caller.role, who=unit.name, who_en=unit.name)
    return unit


def _printed(policy: Policy) -> PrintedPolicy:
    shown = {name: getattr(policy, name) for name in PrintedPolicy.model_fields}
    return PrintedPolicy.model_validate(shown)


def _contents(world: "PolicyWorld", event: BrochurePublished, window: Window, years: int) -> tuple[PrintedPolicy, ...]:
    """Return what the edition prints of each policy, in the order of its levels' rank and the poster's own."""
    chosen = []
    for place, slug in enumerate(event.policies):
        path = f"data.policies.{place}"
        policy = world.policies.get(slug)
        if policy is None:
            raise NotYet(PolicyListed.type, f"policies/{slug}")
        if policy in chosen:
            raise PolicyTwice(path=path, title=policy.title)
        if policy.issued_on < window.first:
            raise PolicyTooOld(
                path=path,
                title=policy.title,
                issued=policy.issued_on,
                years=years,
                first=window.first,
                last=window.last,
            )
        if not in_force(policy, event.published_at.astimezone(SHANGHAI).date()):
            raise PolicyNotInForce(path=path, title=policy.title, day=event.published_at.astimezone(SHANGHAI).date())
        chosen.append(policy)
    return tuple(_printed(policy) for policy in chosen)


def _refuse_stated(event: BrochurePublished) -> None:
    for name in ("code", "edition", "department_name"):
        if getattr(event, name) is not None:
            raise StatedByService(path=f"data.{name}")
    if event.contents:
        raise StatedByService(path="data.contents")


def publish(world: "PolicyWorld", posted: Posted, event: BrochurePublished) -> Sequence[Event]:
    """Publish an edition: it gets the brochure's code, and its fact carries all that it prints."""
    registry = world.registries.get(event.campaign)
    if registry is None:
        raise NotYet(CampaignPlanned.type, event.campaign)
    unit = _department(registry, posted, event)
    _refuse_stated(event)
    before = world.brochures.get(event.subject)
    years = registry.plan.switches.policy_years
    today = event.published_at.astimezone(SHANGHAI).date()
    window = Window.before(reference_day(world.starts.get(event.campaign, []), today), years)
    stated = {
        "code": before.code if before else code_of(event.subject, world.codes),
        "edition": before.edition + 1 if before else 1,
        "department_name": unit.name,
        "contents": _contents(world, event, window, years),
    }
    fact = event.model_copy(update=stated)
    _check_revision(world, before, fact)
    superseded = _superseded(before, fact)
    _put(world, fact)
    return [fact, *superseded]


def _check_revision(world: "PolicyWorld", before: Brochure | None, fact: BrochurePublished) -> None:
    if before is None:
        return
    if fact.changes is None:
        raise ChangesMissing(path="data.changes", edition=fact.edition)
    shown = {"title", "foreword", "contents"}
    last = BrochurePublished.model_validate(world.editions[before.code].fact)
    if last.model_dump(include=shown) == fact.model_dump(include=shown):
        raise NothingChanged(path="data.policies", edition=before.edition)


def _superseded(before: Brochure | None, fact: BrochurePublished) -> list[BrochureSuperseded]:
    if before is None:
        return []
    return [
        BrochureSuperseded(
            campaign=fact.campaign,
            department=fact.department,
            topic=fact.topic,
            code=before.code,
            edition=before.edition,
            superseded_by=before.edition + 1,
            superseded_at=fact.published_at,
            changes=fact.changes or "",
        )
    ]


def _put(world: "PolicyWorld", fact: BrochurePublished) -> None:
    code, number = str(fact.code), fact.edition or 1
    brochure = Brochure(
        code=code,
        campaign=fact.campaign,
        department=fact.department,
        department_name=str(fact.department_name),
        topic=fact.topic.value,
        edition=number,
        published_at=fact.published_at,
        title=fact.title,
    )
    edition = Edition(code, number, fact.published_at, fact.model_dump(mode="json"))
    world.put_brochure(fact.subject, brochure, edition)
