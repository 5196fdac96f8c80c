"""Rebuilds the bulletin's database from facts: same numbers, same contents, byte-identical PDFs (rows 56, 86).

Facts are kept first; then every BulletinIssued and BulletinCorrected found among them is honoured: the edition is
folded again up to the cut-off it names, printed again, and compared with the hashes it carries.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin.domain import completeness, fold, signoff
from services.bulletin.domain.edition import Edition
from services.bulletin.domain.signoff import Draft
from services.bulletin.domain.wrapup import is_wrapup
from services.bulletin.handlers import handlers
from services.bulletin.issuing import Printer, deliveries_of, printed
from services.bulletin.store import Store, keep
from services.bulletin.tables import AttemptRow
from services.bulletin.wrapup import assembled
from shared.clock import SystemClock
from shared.database import Database
from shared.envelope import Fact
from shared.events import (
    BulletinCorrected,
    BulletinDelivered,
    BulletinDrafted,
    BulletinIssued,
    BulletinReviewed,
    BulletinSignedOff,
    CampaignPlanned,
    DeadlineApproaching,
    DeadlineMissed,
    DeliveryFailed,
    DeliveryResent,
    DeliveryUnknown,
)
from shared.outbox import source_of

_OWN = source_of("bulletin")
_RESTORE = text("""
    INSERT INTO outbox (sequence, event_id, type, subject, version, correlation_id, envelope, recorded_at)
    VALUES (:sequence, :event_id, :type, :subject, :version, :correlation_id, :envelope, :recorded_at)
""")
_COUNTER = text("UPDATE outbox_counter SET last = :last, published = :last")


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An edition printed again, and whether it came out the same."""

    session: str
    number: int
    revision: int
    same_content: bool
    same_pdf: bool


async def rebuild(database: Database, batches: AsyncIterator[Sequence[Fact]], printer: Printer) -> list[Rebuilt]:
    """Fill an empty, migrated database from all facts ever published."""
    own: list[Fact] = []
    async for batch in batches:
        async with database.transaction() as session:
            await _keep(session, batch)
        own += [fact for fact in batch if fact.source == _OWN]
    own = list({fact.sequence: fact for fact in sorted(own, key=lambda one: one.sequence)}.values())
    async with database.transaction() as session:
        await _restore_outbox(session, own)
    return await _honour(database, own, printer)


async def _keep(session: AsyncSession, batch: Sequence[Fact]) -> None:
    new = await keep(session, batch, datetime.now(UTC))
    fresh = [fact for fact in batch if fact.id in new]
    for handler in handlers(SystemClock()):
        if mine := [fact for fact in fresh if not handler.types or fact.type in handler.types]:
            await handler.react(mine, session)


async def _restore_outbox(session: AsyncSession, own: Sequence[Fact]) -> None:
    connection = await session.connection()
    for fact in own:
        values = {
            "sequence": fact.sequence,
            "event_id": fact.id,
            "type": fact.type,
            "subject": fact.subject,
            "version": fact.version,
            "correlation_id": fact.correlation_id,
            "envelope": fact.without_sequence(),
            "recorded_at": fact.time,
        }
        await connection.execute(_RESTORE, values)
    await connection.execute(_COUNTER, {"last": own[-1].sequence if own else 0})


async def _honour(database: Database, own: Sequence[Fact], printer: Printer) -> list[Rebuilt]:
    rebuilt = []
    for fact in own:
        async with database.transaction() as session:
            store = Store(session)
            if fact.type in (BulletinIssued.type, BulletinCorrected.type):
                rebuilt.append(await _reissue(store, BulletinIssued.model_validate(fact.data), printer))
            elif fact.type in _HONOURED:
                await _HONOURED[fact.type](store, fact)
    return rebuilt


async def _delivered(store: Store, fact: Fact) -> None:
    told = BulletinDelivered.model_validate(fact.data)
    row = await store.delivery(told.session, told.revision, told.recipient)
    row.state, row.attempts, row.delivered_at = "delivered", told.attempts, told.delivered_at
    await _attempts(store, told)


async def _undelivered(store: Store, fact: Fact) -> None:
    told = DeliveryFailed.model_validate(fact.data)
    row = await store.delivery(told.session, told.revision, told.recipient)
    row.state = "unknown" if fact.type == DeliveryUnknown.type else "failed"
    row.attempts, row.error = told.attempts, told.error
    await _attempts(store, told)


async def _attempts(store: Store, told: BulletinDelivered | DeliveryFailed) -> None:
    edition = await store.edition_of(told.session, told.revision)
    known = {one.number for one in await store.attempts_at((told.session, told.revision, told.recipient))}
    common = {"session": told.session, "revision": told.revision, "recipient": told.recipient}
    common["pdf_sha256"] = edition.pdf_sha256 if edition else ""
    for one in told.log:
        if one.number not in known:
            store.add(AttemptRow.model_validate(common | one.model_dump()))


async def _resent(store: Store, fact: Fact) -> None:
    told = DeliveryResent.model_validate(fact.data)
    await store.queue_again(told.session, told.revision, told.recipient, fact.time)


async def _approaching(store: Store, fact: Fact) -> None:
    near = DeadlineApproaching.model_validate(fact.data)
    await store.note_alarm(near.session, near.hours_since_closing)


async def _missed(store: Store, fact: Fact) -> None:
    await store.note_alarm(DeadlineMissed.model_validate(fact.data).session, 24)


async def _drafted(store: Store, fact: Fact) -> None:
    told = BulletinDrafted.model_validate(fact.data)
    await store.save_draft(Draft(**{name: getattr(told, name) for name in BulletinDrafted.model_fields}))


async def _read(store: Store, fact: Fact) -> None:
    event = fact.event()
    if not isinstance(event, BulletinReviewed | BulletinSignedOff):
        return
    (draft,) = (one for one in await store.drafts_of(event.session) if one.draft == event.draft)
    if isinstance(event, BulletinReviewed):
        await store.save_draft(replace(draft, reviewed=event))
    else:
        await store.save_draft(replace(draft, signed=event))


_HONOURED: Final[Mapping[str, Callable[[Store, Fact], Awaitable[None]]]] = {
    BulletinDelivered.type: _delivered,
    DeliveryFailed.type: _undelivered,
    DeliveryUnknown.type: _undelivered,
    DeliveryResent.type: _resent,
    DeadlineApproaching.type: _approaching,
    DeadlineMissed.type: _missed,
    BulletinDrafted.type: _drafted,
    BulletinReviewed.type: _read,
    BulletinSignedOff.type: _read,
}


async def _reissue(store: Store, told: BulletinIssued, printer: Printer) -> Rebuilt:
    plan = await store.plan_of(told.session.rpartition("-")[0])
    if plan is None:
        message = f"{told.session} was issued, but its campaign's plan is not among the facts"
        raise RuntimeError(message)
    if is_wrapup(told.session):
        edition = (await assembled(store, plan, told.issued_at, told.cutoff)).model_copy(
            update={"number": told.number, "due_at": told.due_at}
        )
    else:
        edition = await _session_edition(store, plan, told)
    row = await printed(edition, printer, plan)
    store.add(row, *deliveries_of(edition, plan))
    await store.raise_number(told.series, told.year, told.number)
    # A signature is its certificate's and its day's; what must come out the same is the page it was appended to.
    same_page = (row.printed_sha256 or row.pdf_sha256) == (told.printed_sha256 or told.pdf_sha256)
    return Rebuilt(told.session, told.number, told.revision, row.sha256 == told.sha256, same_page)


async def _session_edition(store: Store, plan: CampaignPlanned, told: BulletinIssued) -> Edition:
    known = await store.known(plan, told.session, told.cutoff)
    newest = await store.newest_edition_of(told.session)
    imprint = fold.Imprint(
        number=told.number,
        revision=told.revision,
        issued_at=told.issued_at,
        closed_at=told.due_at - known.within,
        due_at=told.due_at,
        cutoff=told.cutoff,
    )
    before = Edition.model_validate_json(newest.canonical) if newest else None
    drafted = completeness.edition(known, imprint, before)
    return signoff.stamped(drafted, told.sign_off, wanted=drafted.kind in plan.switches.sign_off)
