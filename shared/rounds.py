"""One pass of deciding: events in turn, each by its rule, with what was answered before and what is known by now."""

from dataclasses import dataclass, field
from datetime import datetime

from shared import outbox, receipts
from shared.envelope import quoted
from shared.events import Event
from shared.posted import Posted, World
from shared.problems import NotYet, Refused
from shared.receipts import Receipt
from shared.timemarks import marked

Answer = Receipt | Refused


class SameIdOtherBody(Refused):
    """The id was used before for something else."""

    status = 409
    row = 72
    zh = "编号 {id} 已用于另一内容的事件；更正请用新的编号"
    en = "The id {id} was used before with another body; use a new id"


@dataclass
class Round:
    """One pass of deciding within a transaction: the group itself, then whatever it released from waiting."""

    service: str
    world: World
    known: receipts.Known
    now: datetime
    facts: list[outbox.Record] = field(default_factory=list)
    given: list[receipts.New] = field(default_factory=list)
    waiting: list[tuple[Posted, str]] = field(default_factory=list)
    unrecorded: list[Posted] = field(default_factory=list)
    """What was refused or made to wait, for a reason that was not known before."""

    def __post_init__(self) -> None:
        """Write the time once for the group."""
        self._received_at = self.now.isoformat()

    def take(self, posted: Posted) -> Answer:
        """Decide one event; the answer is a receipt or a refusal."""
        if (answered := self.known.receipt_of(posted)) is not None:
            first, body = answered
            return first.again() if body == posted.body_sha256 else SameIdOtherBody(path="id", id=posted.id)
        try:
            events = self.world.decide(posted)
        except NotYet as lacking:
            self.unrecorded.append(posted)
            self.waiting.append((posted, lacking.needs))
            return self._receipt(posted, "waiting", f',"waits_for":{quoted(lacking.needs)}')
        except Refused as refusal:
            self.unrecorded.append(posted)
            for index, event in enumerate(refusal.consequences):
                self._record(posted, event, index)
            return refusal
        facts = ",".join([self._record(posted, event, index) for index, event in enumerate(events)])
        return self._receipt(posted, "accepted", f',"facts":[{facts}]')

    @property
    def unlocked(self) -> set[str]:
        """What may have waited for these facts, in the words of NotYet.needs."""
        return {f"{fact.event.type} {fact.event.subject}" for fact in self.facts}

    def _record(self, posted: Posted, event: Event, index: int) -> str:
        record = outbox.Record(
            event=event,
            # Consumers know facts by their ids alone: the service is part of it, for a unit may use an id at each.
            event_id=f"{self.service}/{posted.caller.unit}/{index}/{posted.id}",
            time=posted.time,
            version=self.known.next_version(event.subject),
            correlation_id=posted.correlation_id,
            traceparent=posted.traceparent,
            payload=posted.payload if event is posted.event else None,
            actor=posted.caller.actor,
        )
        self.facts.append(record)
        return f'{{"type":"{event.type}","id":{quoted(record.event_id)}}}'

    def _receipt(self, posted: Posted, status: str, particulars: str) -> Receipt:
        particulars += marked(posted.time, self.now)
        text = (
            f'{{"source":{quoted(posted.source)},"id":{quoted(posted.id)},"type":"{posted.event.type}",'
            f'"received_at":"{self._received_at}","status":"{status}"{particulars}}}'
        )
        receipt = Receipt(text, status)
        new = receipts.New(posted, receipt)
        self.given.append(new)
        self.known.add(new)
        return receipt
