"""The evidence chain: each fact is tied to the one before it of its session, so none can be altered unseen (row 80).

    link(n) = SHA-256( link(n-1) ⏎ SHA-256 of the fact as it is published ), the first link(0) being the session's name

Facts of no session form a chain of their own. The links are made right after COMMIT, in the order of the sequence, and
kept beside the facts; the newest link of each session is sealed with the office's signature and the time, so that who
edits facts and recomputes links still lacks the seal. `chunfeng verify` follows every chain and names the edited fact.
"""

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import text

from shared import logs
from shared.background import background
from shared.database import Database, is_away, rows
from shared.envelope import read_published, with_sequence

_BATCH: Final = 500
_LOOK_EVERY_SECONDS: Final = 1.0
_DATA: Final = b'"data":'
_SESSION: Final = b'{"session":"'
# The disk is not waited for: a link that a crash loses is made again from its fact.
_TURN: Final = """
    SELECT pg_try_advisory_xact_lock(hashtext('chunfeng evidence')), set_config('synchronous_commit', 'off', true)
"""
_NEXT: Final = """
    SELECT sequence, envelope FROM outbox WHERE sequence > (SELECT coalesce(max(sequence), 0) FROM link)
    ORDER BY sequence LIMIT $1
"""
# One step down the index for each session: to look through whole chains costs more with every fact there is.
_ENDS: Final = """
    SELECT newest.session, newest.position, newest.link FROM unnest($1::text[]) AS asked(session), LATERAL (
        SELECT session, position, link FROM link WHERE link.session = asked.session ORDER BY sequence DESC LIMIT 1
    ) AS newest
"""
_KEEP: Final = """
    INSERT INTO link (sequence, session, position, link, sealed_at, seal)
    SELECT * FROM unnest($1::bigint[], $2::text[], $3::integer[], $4::text[], $5::timestamptz[], $6::text[])
"""
_OF: Final = text("""
    SELECT link.sequence, outbox.event_id, outbox.type, outbox.envelope, position, link, sealed_at, seal
    FROM link JOIN outbox ON outbox.sequence = link.sequence WHERE session = :session ORDER BY link.sequence
""")


class Linked(NamedTuple):
    """A fact's place in its chain."""

    sequence: int
    session: str
    position: int
    link: str
    sealed_at: datetime | None = None
    seal: str | None = None


def first_link(session: str) -> str:
    """Return what the first link of a session's chain is tied to."""
    return hashlib.sha256(session.encode()).hexdigest()


def next_link(before: str, fact: bytes) -> str:
    """Return the link of a fact after another."""
    return hashlib.sha256(f"{before}\n{hashlib.sha256(fact).hexdigest()}".encode()).hexdigest()


def session_of(fact: bytes) -> str:
    """Return the session whose chain a fact belongs to; of none, the empty name.

    As facts are written, data begin with the session: read by itself it takes a fifteenth of the whole fact's time.
    """
    data = fact.partition(_DATA)[2]
    if data.startswith(_SESSION) and b"\\" not in (name := data[len(_SESSION) :].partition(b'"')[0]):
        return name.decode()
    return read_published(fact).session or ""


class Seal:
    """The office's signature under links."""

    def __init__(self, seed: str) -> None:
        """Take the seed of an Ed25519 key, in hex."""
        self._key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(seed))

    @property
    def public(self) -> str:
        """The public key, in base64: whoever has it can check every seal."""
        return base64.b64encode(self._key.public_key().public_bytes_raw()).decode()

    def on(self, service: str, one: Linked, at: datetime) -> str:
        """Sign a link and the time."""
        return base64.b64encode(self._key.sign(_sealed(service, one, at))).decode()


def _sealed(service: str, one: Linked, at: datetime) -> bytes:
    moment = at.astimezone(UTC).isoformat()
    return f"CHUNFENG1\n{service}\n{one.session}\n{one.position}\n{one.link}\n{moment}".encode()


def is_sealed(public: str, service: str, one: Linked) -> bool:
    """Tell whether a link's seal is the office's."""
    if one.seal is None or one.sealed_at is None:
        return False
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public))
    try:
        key.verify(base64.b64decode(one.seal), _sealed(service, one, one.sealed_at))
    except (InvalidSignature, ValueError):
        return False
    return True


def chained(ends: Mapping[str, tuple[int, str]], facts: Iterable[tuple[int, str, bytes]]) -> list[Linked]:
    """Tie facts, each with its sequence and session, in their order to the ends of their chains."""
    reached, links = dict(ends), []
    for sequence, session, fact in facts:
        position, before = reached.get(session, (0, first_link(session)))
        reached[session] = (position + 1, next_link(before, fact))
        links.append(Linked(sequence, session, *reached[session]))
    return links


class Evidence:
    """The part of a service that keeps its evidence chains."""

    def __init__(self, service: str, database: Database, seed: str | None) -> None:
        """Take the service's facts, and the seed of the seal if there is one."""
        self._service = service
        self._database = database
        self.seal = Seal(seed) if seed else None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Keep the chains as long as the block lasts."""
        async with background(self._keep(), "evidence"):
            yield

    async def _keep(self) -> None:
        while True:
            try:
                while await self.extend() == _BATCH:
                    pass
            except Exception as error:  # noqa: BLE001  (tried again; logged)
                if not is_away(error):
                    logs.get().exception("evidence.failed")
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def extend(self) -> int:
        """Link the facts recorded since the last time; return how many."""
        async with self._database.transaction() as session:
            if not (await rows(session, _TURN))[0][0]:
                return 0  # another instance does it
            written = [
                (number, with_sequence(envelope, number)) for number, envelope in await rows(session, _NEXT, _BATCH)
            ]
            if not written:
                return 0
            facts = [(number, session_of(fact), fact) for number, fact in written]
            found = await rows(session, _ENDS, list({name for _, name, _ in facts}))
            links = self._sealed(chained({name: (position, link) for name, position, link in found}, facts))
            await rows(session, _KEEP, *map(list, zip(*links, strict=True)))
        return len(facts)

    def _sealed(self, links: Sequence[Linked]) -> list[Linked]:
        """Seal the newest link of each chain."""
        if self.seal is None:
            return list(links)
        now, newest = datetime.now(UTC), {one.session: one for one in links}
        sealed = {
            one.sequence: one._replace(sealed_at=now, seal=self.seal.on(self._service, one, now))
            for one in newest.values()
        }
        return [sealed.get(one.sequence, one) for one in links]

    async def of(self, session: str) -> dict[str, Any]:
        """Return a session's chain as anybody can check it: each fact's hash, link and seal."""
        async with self._database.reading() as reading:
            found = (await (await reading.connection()).execute(_OF, {"session": session})).all()
        links = [
            {
                "sequence": row.sequence,
                "id": row.event_id,
                "type": row.type,
                "fact_sha256": hashlib.sha256(with_sequence(row.envelope, row.sequence)).hexdigest(),
                "link": row.link,
                "sealed_at": row.sealed_at.astimezone(UTC).isoformat() if row.sealed_at else None,
                "seal": row.seal,
            }
            for row in found
        ]
        public = self.seal.public if self.seal else None
        return {"service": self._service, "session": session, "first": first_link(session)} | {
            "public_key": public,
            "links": links,
        }
