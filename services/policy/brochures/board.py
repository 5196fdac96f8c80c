"""The completeness board: what each of the 17 departments has published, and what of it has aged (row 55)."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy.domain.brochures import reference_day
from services.policy.domain.library import Window
from services.policy.domain.topics import departments
from services.policy.store import Brochures, Store
from shared.clock import shanghai_date
from shared.vocabulary import PolicyTopic


class OnBoard(BaseModel):
    """A brochure as the board shows it."""

    code: str
    topic: PolicyTopic
    title: str
    edition: int
    published_at: AwareDatetime
    policies: int
    aged: list[str]
    """Titles that no longer belong into it: out of the three years, or out of force."""
    pdf_sha256: str | None
    pages: int | None
    scans: int


class Department(BaseModel):
    """One of the 17 departments with its brochures; none means it is owed."""

    code: str
    name: str
    bureau: str
    brochures: Sequence[OnBoard]


async def board(session: AsyncSession, campaign: str, now: datetime) -> list[Department]:
    """Return the 17 departments in the notice's order; nothing when there is no such campaign."""
    registry = await Store(session).registry(campaign)
    if registry is None:
        return []
    brochures = Brochures(session)
    rows, facts = await brochures.of(campaign), await brochures.facts(campaign)
    codes = [row.code for row in rows]
    prints, scans = await brochures.prints(codes), await brochures.scans(codes)
    days = [shanghai_date(day.starts_at) for day in await Store(session).days() if day.starts_at is not None]
    today = shanghai_date(now)
    window = Window.before(reference_day(days, today), registry.plan.switches.policy_years)
    found = []
    for unit in departments(registry.plan.units):
        own = []
        for row in rows:
            if row.department != unit.code:
                continue
            sha256, pages = prints.get((row.code, row.edition), (None, None))
            contents = facts[row.code].contents
            own.append(
                OnBoard(
                    code=row.code,
                    topic=PolicyTopic(row.topic),
                    title=row.title,
                    edition=row.edition,
                    published_at=row.published_at,
                    policies=len(contents),
                    aged=[
                        one.title
                        for one in contents
                        if one.issued_on < window.first or (one.valid_until is not None and one.valid_until < today)
                    ],
                    pdf_sha256=sha256,
                    pages=pages,
                    scans=scans.get(row.code, 0),
                )
            )
        found.append(Department(code=unit.code, name=unit.name, bureau=unit.bureau, brochures=own))
    return found
