"""Issuing: number, page, edition, fact and deliveries appear together in one transaction, or not at all.

A number is therefore never used up by an attempt that failed, and an edition always has its page.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final, Protocol

from sqlmodel.ext.asyncio.session import AsyncSession

from services.bulletin import formats
from services.bulletin.domain.edition import Edition
from services.bulletin.store import Store
from services.bulletin.tables import DeliveryRow, EditionRow
from shared import faults, outbox, tracing
from shared.envelope import Fact
from shared.events import BulletinCorrected, BulletinIssued, CampaignPlanned, Event, Recipient
from shared.vocabulary import Channel

SERVICE: Final = "bulletin"


class Printer(Protocol):
    """Prints editions."""

    async def render(self, edition: Edition, *, signs: bool = False) -> bytes:
        """Return the edition's PDF, the same bytes every time; with `signs`, 〓 stands for what no typeface has."""
        ...

    async def sign(self, edition: Edition, pdf: bytes) -> bytes | None:
        """Return the PDF with the issuer's electronic signature appended, or None where there is no certificate."""
        ...


async def issue(
    session: AsyncSession, edition: Edition, printer: Printer, plan: CampaignPlanned, told: Sequence[Fact] = ()
) -> None:
    """Give an edition its number if it is a first one, print, keep and publish it, and queue its deliveries.

    `told` are the facts it is the first to tell of, the latest of them last: their traces go on in its own.
    """
    store = Store(session)
    if edition.revision == 0:
        edition = edition.model_copy(update={"number": await store.next_number(edition.series, edition.year)})
    particulars = {"chunfeng.session": edition.session, "chunfeng.revision": str(edition.revision)}
    with tracing.gathering("print", told, particulars) as traceparent:
        row = await printed(edition, printer, plan)
    row.traceparent = traceparent
    store.add(row, *deliveries_of(edition, plan))
    cause = f"edition {edition.revision}"
    await record(session, fact_of(edition, row), cause, edition.issued_at, traceparent=traceparent)
    faults.crash_at("bulletin.before_commit")


def fact_of(edition: Edition, row: EditionRow) -> BulletinIssued:
    """Return the fact of an edition: with it a rebuild prints the same page."""
    kind = BulletinIssued if edition.revision == 0 else BulletinCorrected
    return kind(
        session=edition.session,
        year=edition.year,
        number=edition.number,
        revision=edition.revision,
        issued_at=edition.issued_at,
        due_at=edition.due_at,
        cutoff=edition.cutoff,
        sha256=row.sha256,
        pdf_sha256=row.pdf_sha256,
        series=edition.series,
        sign_off=edition.sign_off,
        printed_sha256=row.printed_sha256,
    )


async def record(
    session: AsyncSession, event: Event, cause: str, now: datetime, *, traceparent: str | None = None
) -> None:
    """Record a fact of the service's own; the same cause can never become a second fact."""
    one = outbox.Record(
        event=event,
        event_id=outbox.derived_id(SERVICE, event.subject, cause),
        time=now,
        version=await outbox.next_version(session, event.subject),
        correlation_id=event.subject,
        traceparent=traceparent,
    )
    await outbox.record(session, SERVICE, [one], now)


async def printed(edition: Edition, printer: Printer, plan: CampaignPlanned) -> EditionRow:
    """Print an edition; return it as it is kept.

    A character that no typeface has holds the bulletin up, loudly, until the limit is near; then 〓 stands for it.
    """
    page = await printer.render(edition, signs=edition.issued_at >= edition.due_at - plan.switches.issue_before)
    signed = await printer.sign(edition, page)
    pdf = page if signed is None else signed
    return EditionRow(
        session=edition.session,
        revision=edition.revision,
        series=edition.series,
        year=edition.year,
        number=edition.number,
        issued_at=edition.issued_at,
        due_at=edition.due_at,
        complete=edition.complete,
        sha256=edition.sha256(),
        canonical=edition.canonical().decode(),
        words=formats.words(edition),
        pdf_sha256=hashlib.sha256(pdf).hexdigest(),
        printed_sha256=None if signed is None else hashlib.sha256(page).hexdigest(),
        pdf=pdf,
    )


def deliveries_of(edition: Edition, plan: CampaignPlanned) -> list[DeliveryRow]:
    """Return a queued delivery of an edition for each of the campaign's recipients (notice I14)."""
    return [
        DeliveryRow(
            session=edition.session,
            revision=edition.revision,
            recipient=recipient.name,
            channel=recipient.channel.value,
            address=recipient.address,
            state="queued",
            attempts=0,
            resent_after=0,
            next_at=edition.issued_at,
            claimed_until=None,
            error=None,
            message_id=_identifier(edition, recipient),
            delivered_at=None,
        )
        for recipient in plan.recipients
    ]


def _identifier(edition: Edition, recipient: Recipient) -> str:
    """Return what a delivery is known by at the other end: the same at every attempt."""
    digest = hashlib.sha256(f"{recipient.name}\n{recipient.address}".encode()).hexdigest()[:12]
    if recipient.channel is Channel.WEBHOOK:  # whose signed text has dots of its own
        return f"msg_{edition.session}_r{edition.revision}_{digest}"
    return f"<{edition.session}.r{edition.revision}.{digest}@chunfeng>"
