"""Suggested teams of a session, from its needs and the people named who are free on its day."""

from collections import defaultdict

from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy.domain.suggestion import Candidate, Proposal, suggest
from services.policy.domain.topics import departments, topics_of
from services.policy.store.visits import Store
from shared.vocabulary import Standing


async def suggested(session: AsyncSession, name: str, teams: int, most: int | None = None) -> list[Proposal]:
    """Suggest teams; whoever is booked for another session on its day, once that is announced, is left out."""
    store = Store(session)
    registry, _ = await store.registry_of(name)
    day = await store.visits_of(name)
    wishes: dict[str, set[str]] = defaultdict(set)
    for need in await store.needs_of(name):
        wishes[need.enterprise_code].add(need.topic)
    chiefs = [
        one for one in await store.officials_of(registry.plan.campaign) if one.standing == Standing.SECTION_CHIEF.value
    ]
    taken: set[tuple[str, str]] = set()
    if day.starts_at is not None:
        booked = await store.booked_on({(one.unit, one.name) for one in chiefs}, day.starts_at)
        taken = {(slot.unit, slot.name) for slot in booked if slot.session != name or slot.booking == "forum"}
    covers = {
        unit.code: frozenset(t.value for t in topics_of(unit.bureau)) for unit in departments(registry.plan.units)
    }
    candidates = [
        Candidate(one.unit, one.name, covers[one.unit])
        for one in chiefs
        if one.unit in covers and (one.unit, one.name) not in taken
    ]
    return suggest(wishes, candidates, teams, most, leader={topic.value for topic in topics_of("drc")})
