"""The offline check: what clients were promised against what outboxes, stream, bulletin and witness hold. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from deploy.chaos.ledger import Answer, Sent
from shared.events import DutyFulfilled, KeyIssued, KeyRevoked, NoticeSent, SessionScheduled

_OF_ITS_OWN: Final = {KeyIssued.type, KeyRevoked.type, NoticeSent.type, DutyFulfilled.type}
"""What the approvals service says without a post: by an operator's hand, or by its clock."""
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Held:
    """A fact as an outbox, the stream or the bulletin holds it."""

    id: str
    source: str
    sequence: int
    type: str
    session: str
    cause: str
    """Its correlation id: the id of the posted event it follows from."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a service's database says was answered."""

    status: str
    facts: tuple[str, ...]


@dataclass
class Evidence:
    """Everything the databases and the stream hold, read when all has come to rest."""

    outboxes: list[Held] = field(default_factory=list)
    stream: list[Held] = field(default_factory=list)
    """Every message, duplicates too."""
    bulletin: list[Held] = field(default_factory=list)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    """By posted event id."""
    effects: dict[str, int] = field(default_factory=dict)
    """How often the witness let each fact take effect."""
    totals: dict[tuple[str, str], int] = field(default_factory=dict)
    """The witness's sums by session and type."""
    applied: dict[str, int] = field(default_factory=dict)
    """Facts in each consumer's inbox."""
    addressed: dict[str, int] = field(default_factory=dict)
    """Different facts in the stream that each consumer asks for."""
    quarantined: dict[str, list[str]] = field(default_factory=dict)
    """Reasons, by consumer."""


@dataclass
class Verdict:
    """What the check found."""

    accepted: int = 0
    lost: dict[str, str] = field(default_factory=dict)
    """Accepted events that are missing somewhere, and where."""
    doubled: dict[str, str] = field(default_factory=dict)
    """Accepted events that took effect more than once, and how."""
    broken: list[str] = field(default_factory=list)
    """Other invariants of reliability.md section 7 that do not hold."""
    stream_duplicates: int = 0

    @property
    def caught(self) -> bool:
        """Tell whether something is lost or doubled."""
        return bool(self.lost or self.doubled)

    @property
    def clean(self) -> bool:
        return not (self.caught or self.broken)


def check(ledger: Iterable[Sent | Answer], evidence: Evidence) -> Verdict:
    """Compare promises with evidence."""
    sent, answers = set(), dict[str, list[Answer]]()
    for line in ledger:
        if isinstance(line, Sent):
            sent.add(line.id)
        else:
            answers.setdefault(line.id, []).append(line)
    taken = {event: mine for event, mine in answers.items() if any(one.taken for one in mine)}
    verdict = Verdict(accepted=len(taken), stream_duplicates=_surplus(evidence.stream))
    in_stream, in_bulletin = {fact.id for fact in evidence.stream}, Counter(fact.id for fact in evidence.bulletin)
    recorded: dict[str, set[str]] = {}
    for fact in evidence.outboxes:
        recorded.setdefault(fact.cause, set()).add(fact.id)
    for event, mine in taken.items():
        facts = _promised(event, mine, evidence)
        if (missing := _missing(facts, in_stream, in_bulletin, evidence.effects)) is not None:
            verdict.lost[event] = missing
        if (surplus := _doubled(facts | recorded.get(event, set()), in_bulletin, evidence.effects)) is not None:
            verdict.doubled[event] = surplus
    verdict.broken += _some("never answered, though all was up again", sorted(sent - answers.keys()))
    verdict.broken += _refused(answers)
    verdict.broken += _unknown(sent, taken, evidence)
    verdict.broken += _sequences(evidence)
    verdict.broken += _accounts(evidence)
    verdict.broken += _told(evidence)
    return verdict


def _surplus(stream: list[Held]) -> int:
    return len(stream) - len({fact.id for fact in stream})


def _promised(event: str, mine: list[Answer], evidence: Evidence) -> set[str]:
    """Return the facts an event was promised to become; what waited was promised them without their ids."""
    facts = {fact for one in mine for fact in one.facts}
    receipt = evidence.receipts.get(event)
    if not facts and receipt is not None and receipt.status == "accepted":
        facts = set(receipt.facts)
    return facts


def _missing(
    facts: set[str], in_stream: set[str], in_bulletin: Mapping[str, int], effects: Mapping[str, int]
) -> str | None:
    if not facts:
        return "it became no fact"
    if facts - in_stream:
        return "not in the stream"
    if facts - in_bulletin.keys():
        return "not in the bulletin"
    return "not seen by the witness" if facts - effects.keys() else None


def _doubled(facts: set[str], in_bulletin: Mapping[str, int], effects: Mapping[str, int]) -> str | None:
    if len(facts) > 1:
        return f"became {len(facts)} facts"
    for fact in facts:
        if in_bulletin.get(fact, 0) > 1:
            return f"{in_bulletin[fact]} times in the bulletin"
        if effects.get(fact, 0) > 1:
            return f"took effect {effects[fact]} times"
    return None


def _refused(answers: Mapping[str, list[Answer]]) -> list[str]:
    """Name refusals: the clients post nothing illegal, so each means that the service forgot what it had accepted."""
    return _some("a legal event was refused", [one.reason for mine in answers.values() for one in mine if one.reason])


def _unknown(sent: set[str], accepted: Mapping[str, object], evidence: Evidence) -> list[str]:
    """I2: nothing in the bulletin that was not accepted; what was, while its answer was lost, has a receipt."""
    recorded = {fact.id for fact in evidence.outboxes}
    aliens = [fact.id for fact in evidence.bulletin if fact.id not in recorded]
    for fact in evidence.bulletin:
        own = fact.source == "/chunfeng/bulletin" or fact.type in _OF_ITS_OWN
        receipt = evidence.receipts.get(fact.cause)
        answer_lost = fact.cause in sent and receipt is not None and fact.id in receipt.facts
        if not (own or fact.cause in accepted or answer_lost):
            aliens.append(fact.id)
    return _some("I2: in the bulletin without having been accepted", aliens)


def _sequences(evidence: Evidence) -> list[str]:
    """I9: every source's sequences are 1 to its outbox's last, each with the same fact everywhere."""
    broken = []
    truth = {(fact.source, fact.sequence): fact.id for fact in evidence.outboxes}
    for source in sorted({source for source, _ in truth}):
        numbers = sorted(sequence for origin, sequence in truth if origin == source)
        if numbers != list(range(1, len(numbers) + 1)):
            broken.append(f"I9: the outbox of {source} has a hole below {numbers[-1]}")
    for name, facts in (("the stream", evidence.stream), ("the bulletin", evidence.bulletin)):
        there = {(fact.source, fact.sequence): fact.id for fact in facts}
        holes = [f"{source} {sequence}" for source, sequence in truth.keys() - there.keys()]
        broken += _some(f"I9: missing in {name}", sorted(holes))
        other = [
            f"{source} {sequence}" for (source, sequence), id_ in there.items() if truth.get((source, sequence)) != id_
        ]
        broken += _some(f"I9: another fact in {name} than in the outbox", other)
    return broken


def _accounts(evidence: Evidence) -> list[str]:
    """I9: received = applied + quarantined, nothing quarantined; and the witness's sums are those of the stream."""
    broken = []
    for consumer, asked in evidence.addressed.items():
        applied, reasons = evidence.applied.get(consumer, 0), evidence.quarantined.get(consumer, [])
        if applied + len(reasons) != asked:
            broken.append(f"I9: {consumer} received {asked}, applied {applied}, quarantined {len(reasons)}")
        broken += _some(f"I9: {consumer} has quarantined", reasons)
    distinct = {fact.id: fact for fact in evidence.stream}.values()
    if Counter((fact.session, fact.type) for fact in distinct) != evidence.totals:
        broken.append("I3: the witness's totals are not those of the stream")
    return broken


def _told(evidence: Evidence) -> list[str]:
    """I2: what a service says by its clock it says once; the clients set each session's date once, and move none."""
    scheduled = Counter(fact.session for fact in evidence.outboxes if fact.type == SessionScheduled.type)
    told = Counter(fact.session for fact in evidence.bulletin if fact.type == NoticeSent.type)
    wrong = [f"{session} {told[session]} times" for session in sorted(scheduled | told) if told[session] != 1]
    return _some("I2: a session's notice was not sent once", wrong)


def _some(what: str, which: list[str]) -> list[str]:
    if not which:
        return []
    rest = f" and {len(which) - _SHOWN} more" if len(which) > _SHOWN else ""
    return [f"{what}: {'; '.join(which[:_SHOWN])}{rest}"]
