"""Suggests policy teams from the enterprises' needs: every topic covered that anybody can cover, by the fewest people.

Within one team the cover is exact (branch and bound over the departments, at most 17 of them). How enterprises are
parted among several teams is searched: three starting points, then moves and exchanges as long as they help. The same
needs and people always give the same suggestion. It is a proposal: the DRC changes it as it likes before it confirms.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Final

_UNMET: Final = 1_000
"""A wish left without its department weighs more than any number of people."""
_MOST_LOOKS: Final = 2_500
"""Partitions looked at from each starting point, so that a big session is answered in time too."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who may join a team, with what his department covers."""

    unit: str
    name: str
    topics: frozenset[str]


@dataclass(frozen=True, slots=True)
class Proposal:
    """One suggested team: its people, whom it visits about what, and what nobody in it covers."""

    members: tuple[Candidate, ...]
    enterprises: tuple[str, ...]
    topics: tuple[str, ...]
    uncovered: tuple[str, ...]


def suggest(
    wishes: Mapping[str, Collection[str]],
    candidates: Sequence[Candidate],
    teams: int = 1,
    most: int | None = None,
    *,
    leader: Collection[str] = (),
) -> list[Proposal]:
    """Suggest teams for enterprises' wishes (enterprise → topics); `most` visits a team, else as even as possible.

    What the `leader` covers, who comes with every team, needs nobody else.
    """
    wanted = {name: frozenset(topics) for name, topics in sorted(wishes.items()) if topics}
    if not wanted:
        return []
    return _Search(wanted, candidates, frozenset(leader), max(1, min(teams, len(wanted))), most).best()


class _Search:
    """One search: topics become bits, departments their masks with a stock of people each."""

    def __init__(
        self,
        wishes: Mapping[str, frozenset[str]],
        candidates: Sequence[Candidate],
        leader: frozenset[str],
        teams: int,
        most: int | None,
    ) -> None:
        self._wishes = wishes
        self._leader = leader
        self._topics = sorted(set().union(*wishes.values()))
        bits = {topic: 1 << place for place, topic in enumerate(self._topics)}
        self._people: dict[str, list[Candidate]] = {}
        for one in candidates:
            self._people.setdefault(one.unit, []).append(one)
        covers = {
            unit: sum(bits[topic] for topic in people[0].topics if topic in bits and topic not in leader)
            for unit, people in self._people.items()
        }
        self._covers = {unit: mask for unit, mask in covers.items() if mask}
        coverable = 0
        for mask in self._covers.values():
            coverable |= mask
        self._masks = {name: sum(bits[topic] for topic in topics) & coverable for name, topics in wishes.items()}
        self._teams = teams
        even = -(-len(wishes) // teams)
        self._most = max(most or even, even)
        self._known: dict[tuple[int, frozenset[str]], tuple[str, ...]] = {}

    def best(self) -> list[Proposal]:
        """Return the best partition found, as proposals."""
        found = min((self._improved(start) for start in self._starts()), key=self._cost)
        return self._proposals(found)

    def _starts(self) -> list[list[list[str]]]:
        """Return partitions to start from: like beside like, the greediest, and simply in order."""
        alike = sorted(self._wishes, key=lambda name: (self._masks[name], name))
        return [self._dealt(alike), self._greedy(), self._dealt(list(self._wishes))]

    def _dealt(self, names: list[str]) -> list[list[str]]:
        size = -(-len(names) // self._teams)
        return [names[place * size : (place + 1) * size] for place in range(self._teams)]

    def _greedy(self) -> list[list[str]]:
        """Put the enterprise with the most wishes first, each where it costs least."""
        parts: list[list[str]] = [[] for _ in range(self._teams)]
        unions = [0] * self._teams
        for name in sorted(self._wishes, key=lambda one: (-self._masks[one].bit_count(), self._masks[one], one)):
            open_parts = [place for place in range(self._teams) if len(parts[place]) < self._most]
            place = min(open_parts, key=lambda at: ((self._masks[name] & ~unions[at]).bit_count(), len(parts[at]), at))
            parts[place].append(name)
            unions[place] |= self._masks[name]
        return parts

    def _cost(self, parts: Sequence[Sequence[str]]) -> int:
        """Count people, and wishes of enterprises that stay without their department."""
        stock = Counter({unit: len(people) for unit, people in self._people.items()})
        cost = 0
        for part in parts:
            wanted = 0
            for name in part:
                wanted |= self._masks[name]
            team = self._cover(wanted, frozenset(unit for unit in self._covers if stock[unit] > 0))
            stock.subtract(team)
            for unit in team:
                wanted &= ~self._covers[unit]
            unmet = sum((self._masks[name] & wanted).bit_count() for name in part) if wanted else 0
            cost += len(team) + _UNMET * unmet
        return cost

    def _improved(self, parts: list[list[str]]) -> list[list[str]]:
        """Move one enterprise, or exchange two, as long as that makes it cheaper."""
        parts, cost, looks = [list(part) for part in parts], self._cost(parts), 0
        better = True
        while better and looks < _MOST_LOOKS:
            better = False
            for changed in self._neighbours(parts):
                looks += 1
                if (now := self._cost(changed)) < cost:
                    parts, cost, better = changed, now, True
                    break
                if looks >= _MOST_LOOKS:
                    break
        return parts

    def _neighbours(self, parts: list[list[str]]) -> Iterator[list[list[str]]]:
        """Yield the partitions one step away; of enterprises with the same wishes one stands for all."""
        kinds = [{self._masks[name]: name for name in part} for part in parts]
        for here, there in permutations(range(len(parts)), 2):
            for one in kinds[here].values():
                if len(parts[there]) < self._most:
                    yield _moved(parts, one, here, there)
                if here > there:  # an exchange is the same from either side
                    continue
                for other in kinds[there].values():
                    if self._masks[one] != self._masks[other]:
                        yield _moved(_moved(parts, one, here, there), other, there, here)

    def _cover(self, wanted: int, available: frozenset[str]) -> tuple[str, ...]:
        """Return the fewest available departments that cover all that can be covered; the first of the best."""
        key = (wanted, available)
        if key not in self._known:
            coverable = 0
            for unit in available:
                coverable |= self._covers[unit]
            self._known[key] = self._fewest(wanted & coverable, sorted(available), ())
        return self._known[key]

    def _fewest(
        self, wanted: int, units: list[str], chosen: tuple[str, ...], bound: int | None = None
    ) -> tuple[str, ...]:
        if not wanted:
            return chosen
        # The topic with the fewest departments leaves the fewest branches; most topics have one.
        topics = [1 << place for place in range(wanted.bit_length()) if wanted >> place & 1]
        topic = min(topics, key=lambda bit: sum(1 for unit in units if self._covers[unit] & bit))
        best: tuple[str, ...] = ()
        options = [unit for unit in units if self._covers[unit] & topic]
        for unit in sorted(options, key=lambda one: (-(self._covers[one] & wanted).bit_count(), one)):
            if bound is not None and len(chosen) + 1 >= bound and wanted & ~self._covers[unit]:
                continue
            found = self._fewest(wanted & ~self._covers[unit], units, (*chosen, unit), bound)
            if found and (not best or len(found) < len(best)):
                best, bound = found, len(found)
        return best

    def _proposals(self, parts: Sequence[Sequence[str]]) -> list[Proposal]:
        left = {unit: list(people) for unit, people in self._people.items()}
        proposals = []
        for part in parts:
            wanted = 0
            for name in part:
                wanted |= self._masks[name]
            team = self._cover(wanted, frozenset(unit for unit in self._covers if left[unit]))
            members = tuple(left[unit].pop(0) for unit in team) or self._somebody(left, part)
            covered = self._leader.union(*(one.topics for one in members))
            topics = [topic for topic in self._topics if any(topic in self._wishes[name] for name in part)]
            open_topics = tuple(topic for topic in topics if topic not in covered)
            proposals.append(Proposal(members, tuple(sorted(part)), tuple(topics), open_topics))
        return [one for one in proposals if one.enterprises]

    def _somebody(self, left: Mapping[str, list[Candidate]], part: Sequence[str]) -> tuple[Candidate, ...]:
        """Return one person for a team whose leader covers everything: a team has a member all the same."""
        topics = set().union(*(self._wishes[name] for name in part))
        free = [people for _, people in sorted(left.items()) if people]
        for people in sorted(free, key=lambda some: not some[0].topics & topics):
            return (people.pop(0),)
        return ()


def _moved(parts: list[list[str]], name: str, here: int, there: int) -> list[list[str]]:
    changed = list(parts)
    changed[here] = [one for one in parts[here] if one != name]
    changed[there] = [*parts[there], name]
    return changed
