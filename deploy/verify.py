"""`chunfeng verify`: every fact and every bulletin held against its independent copies; what was altered is named.

A fact stands in its service's outbox, in the stream and in the bulletin's table; three databases and a file store, so
whoever edits one leaves the others to tell. A bulletin's hash stands in its fact.
"""

import hashlib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import asyncpg
from nats.aio.msg import Msg
from nats.errors import TimeoutError as FetchTimeout
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy
from nats.js.errors import NotFoundError

from deploy import chains
from deploy.connection import connection
from deploy.standing import Standing, dsn
from shared import envelope
from shared.envelope import read_published
from shared.events import BulletinCorrected, BulletinIssued
from shared.evidence import Seal
from shared.outbox import source_of
from shared.stream import STREAM, SUBJECTS

_BATCH: Final = 500
_OUTBOX: Final = "SELECT sequence, event_id, subject, version, envelope FROM outbox ORDER BY sequence"
_STATE: Final = "SELECT last, published FROM outbox_counter"
_FACTS: Final = "SELECT source, sequence, event_id, payload FROM fact ORDER BY source, sequence"
_MENDED: Final = "SELECT mended FROM quarantine WHERE state = 'replayed' AND mended IS NOT NULL"
_EDITIONS: Final = (
    "SELECT session, revision, canonical, sha256, pdf, pdf_sha256 FROM edition ORDER BY session, revision"
)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was recorded: where, and what is wrong with it."""

    place: str
    zh: str
    en: str

    def __str__(self) -> str:
        """Return the fault as a line for people."""
        return f"{self.place}：{self.zh} ({self.en})"


@dataclass
class Verified:
    """What was looked at, and what was found."""

    facts: int = 0
    editions: int = 0
    unpublished: int = 0
    links: int = 0
    faults: list[Fault] = field(default_factory=list)


@dataclass
class Hashes:
    """The SHA-256 of every fact of the stream by source and sequence, and what the bulletin's own facts state."""

    facts: dict[tuple[str, int], str] = field(default_factory=dict)
    issued: dict[tuple[str, int], tuple[str, str]] = field(default_factory=dict)
    """(session, revision) → (SHA-256 of the data, of the PDF)."""
    unreadable: list[Fault] = field(default_factory=list)

    def add(self, message: Msg) -> None:
        """Take one message of the stream."""
        try:
            fact = read_published(message.data)
        except (ValueError, KeyError, TypeError):
            place = f"stream #{message.metadata.sequence.stream}"
            self.unreadable.append(Fault(place, "不是事件", "this message is no fact"))
            return
        self.facts[fact.source, fact.sequence] = sha256(message.data)
        if fact.type in (BulletinIssued.type, BulletinCorrected.type):
            key = (fact.data["session"], fact.data["revision"])
            self.issued[key] = (fact.data["sha256"], fact.data["pdf_sha256"])


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


async def _messages(places: Standing) -> AsyncIterator[Msg]:
    async with connection(places.nats_url, **places.nats_options) as client:
        stream = client.jetstream()
        try:
            state = (await stream.stream_info(STREAM)).state
        except NotFoundError:
            return
        config = ConsumerConfig(
            deliver_policy=DeliverPolicy.ALL, ack_policy=AckPolicy.NONE, inactive_threshold=30, mem_storage=True
        )
        subscription = await stream.pull_subscribe(f"{SUBJECTS}.>", stream=STREAM, config=config)
        reached = state.first_seq - 1
        while reached < state.last_seq:
            try:
                messages = await subscription.fetch(_BATCH, timeout=5)
            except FetchTimeout:
                return
            for message in messages:
                reached = message.metadata.sequence.stream
                yield message


async def verify(places: Standing) -> Verified:
    """Look at everything; what is being recorded meanwhile is left for the next time."""
    found, hashes = Verified(), Hashes()
    connections = {service: await asyncpg.connect(dsn(url), timeout=10) for service, url in places.databases.items()}
    try:
        # The marks are read first: everything up to them is in the stream by then, and stays.
        marks = {service: await connection.fetchrow(_STATE) for service, connection in connections.items()}
        async for message in _messages(places):
            hashes.add(message)
        found.faults += hashes.unreadable
        for service, connection in connections.items():
            last, published = marks[service]
            found.unpublished += last - published
            rows = await connection.fetch(_OUTBOX)
            found.facts += len(rows)
            found.faults += [*_numbering(service, rows, last), *_outbox(service, rows, published, hashes)]
            public = Seal(places.seal_seed).public if places.seal_seed else None
            links = await connection.fetch(chains.LINKS)
            found.links += len(links)
            wrong = chains.with_one_cause([*chains.followed(service, rows, links, public)], links)
            found.faults += [fault for one in wrong if (fault := Fault(*one)) not in found.faults]
        found.faults += [*await _kept(connections["bulletin"], hashes)]
        editions = await connections["bulletin"].fetch(_EDITIONS)
        found.editions = len(editions)
        found.faults += [fault for row in editions for fault in _edition(row, hashes)]
    finally:
        for connection in connections.values():
            await connection.close()
    return found


def _numbering(service: str, rows: list[Any], last: int) -> Iterator[Fault]:
    """Find holes in the sequence of a service and in the versions of each aggregate."""
    versions: dict[str, int] = {}
    for expected, row in enumerate(rows, start=1):
        if row["sequence"] != expected:
            yield Fault(f"{service} outbox #{expected}", "缺这一条", "this fact is missing")
            return
        before = versions.get(row["subject"], 0)
        versions[row["subject"]] = row["version"]
        if row["version"] != before + 1:
            place = f"{service} outbox #{row['sequence']} {row['event_id']}"
            yield Fault(place, f"{row['subject']} 的版本不连续", f"version {row['version']} after {before}")
    if len(rows) < last:
        yield Fault(f"{service} outbox #{len(rows) + 1}", "缺这一条", "this fact is missing")


def _outbox(service: str, rows: list[Any], published: int, hashes: Hashes) -> Iterator[Fault]:
    """Find facts of an outbox that the stream holds otherwise, or not at all."""
    for row in rows:
        place = f"{service} outbox #{row['sequence']} {row['event_id']}"
        in_stream = hashes.facts.get((source_of(service), row["sequence"]))
        if in_stream is None:
            if row["sequence"] <= published:
                yield Fault(place, "事件流中没有", "it is not in the stream")
        elif in_stream != sha256(envelope.with_sequence(row["envelope"], row["sequence"])):
            yield Fault(place, "与事件流中的不一致", "it differs from the stream")


async def _kept(connection: asyncpg.Connection, hashes: Hashes) -> list[Fault]:
    """Find facts the bulletin keeps otherwise than the stream has them; what an operator mended is on record."""
    mended = {sha256(row["mended"].encode()) for row in await connection.fetch(_MENDED)}
    return [
        Fault(f"bulletin fact {row['source']} #{row['sequence']}", "与事件流中的不一致", "it differs from the stream")
        for row in await connection.fetch(_FACTS)
        if (kept := sha256(row["payload"].encode())) not in mended
        and hashes.facts.get((row["source"], row["sequence"])) not in (None, kept)
    ]


def _edition(row: Mapping[str, Any], hashes: Hashes) -> Iterator[Fault]:
    """Find an edition whose contents or page are not those whose hashes were issued."""
    place = f"bulletin {row['session']} r{row['revision']}"
    if sha256(row["canonical"].encode()) != row["sha256"]:
        yield Fault(place, "数据与其哈希不符", "its data are not those it was issued with")
    if sha256(row["pdf"]) != row["pdf_sha256"]:
        yield Fault(place, "PDF 与其哈希不符", "its PDF is not the one that was issued")
    stated = hashes.issued.get((row["session"], row["revision"]))
    if stated is not None and stated != (row["sha256"], row["pdf_sha256"]):
        yield Fault(place, "哈希与印发事件所载不符", "its hashes are not those its fact states")
