"""What the approvals service does about facts, its own and other services'."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.approvals.domain.evidence import SHOWING, Shown
from services.approvals.store.evidence import Evidence
from shared.consumer import On, on
from shared.envelope import Fact
from shared.events import BulletinIssued


async def show_duties_done(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Take what facts show done of what units owe: a published brochure, a locked docket, seats that are set."""
    await Evidence(session).take([Shown(fact.event(), fact.id, fact.time, fact.version) for fact in facts])


async def note_bulletin(bulletins: Sequence[BulletinIssued], session: AsyncSession) -> None:
    """Note that a session's bulletin is out: its life ends with it (row 7)."""
    await Evidence(session).issued(bulletins)


HANDLERS = (
    On(frozenset(event.type for event in SHOWING), show_duties_done),
    on(BulletinIssued, note_bulletin),
)
