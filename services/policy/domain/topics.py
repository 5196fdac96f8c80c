"""Which departments cover a topic: the campaign's default, from the departments' published duties."""

from collections.abc import Collection, Iterable, Mapping
from typing import Final

from shared.events import TeamMember, Unit
from shared.vocabulary import Level, PolicyTopic

SENDS_NOBODY: Final = frozenset({"office", "publicity", "government"})
"""City units that are not among the 17 departments of §二(四)4(3): the general office, and whoever is not of the 18."""

_T: Final = PolicyTopic
COVERED_BY: Final[Mapping[PolicyTopic, tuple[str, ...]]] = {
    _T.INVESTMENT: ("drc", "investment-promotion"),
    _T.LAND: ("natural-resources",),
    _T.FOREST_GRASSLAND: ("forestry-grassland",),
    _T.ENVIRONMENT: ("ecology",),
    _T.ENERGY: ("energy", "drc", "industry"),
    _T.WATER: ("water",),
    _T.CONSTRUCTION: ("housing",),
    _T.TRANSPORT: ("transport", "commerce"),
    _T.INDUSTRY: ("industry",),
    _T.AGRICULTURE: ("agriculture",),
    _T.TRADE: ("commerce", "culture-tourism"),
    _T.CULTURE_TOURISM: ("culture-tourism",),
    _T.STATISTICS: ("statistics",),
    _T.FINANCE: ("finance",),
    _T.TAX: ("tax",),
    _T.SERVICES: ("government-services", "drc"),
    _T.ATTRACTION: ("investment-promotion", "commerce"),
    # None of the notice's 17 departments is in charge of labour: what is asked about it becomes an issue.
    _T.TALENT: (),
}


def topics_of(bureau: str) -> frozenset[PolicyTopic]:
    """Return what a department's people can speak about."""
    return frozenset(topic for topic, bureaus in COVERED_BY.items() if bureau in bureaus)


def topic_named(text: str) -> PolicyTopic | None:
    """Return the topic of a word or a label; free text is no topic."""
    return next((topic for topic in PolicyTopic if text in (topic.value, topic.zh, topic.en)), None)


def uncovered(topics: Iterable[str], bureaus: Collection[str]) -> list[PolicyTopic]:
    """List the topics that none of these departments covers."""
    named = [topic for text in topics if (topic := topic_named(text)) is not None]
    return [topic for topic in dict.fromkeys(named) if not set(COVERED_BY[topic]) & set(bureaus)]


def bureaus_of(members: Iterable[TeamMember], units: Mapping[str, Unit]) -> set[str]:
    """Return the city departments of a team's people."""
    found = (units.get(member.unit) for member in members)
    return {unit.bureau for unit in found if unit is not None and unit.level is Level.CITY}


def departments(units: Iterable[Unit]) -> list[Unit]:
    """List the 17 departments that make brochures and send section chiefs, in the notice's order (I7)."""
    city = (unit for unit in units if unit.level is Level.CITY and unit.bureau not in SENDS_NOBODY)
    return sorted(city, key=lambda unit: unit.precedence)
