"""Brochures, their editions and prints, and how often their codes were opened."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy import tables
from shared.events import BrochurePublished, BrochureScanned
from shared.problems import Refused


class NoSuchBrochure(Refused):
    """No brochure has this code."""

    status = 404
    row = 53
    zh = "没有编码为 {code} 的宣传册，请核对封面上的编码"
    en = "No brochure has the code {code}; compare it with the one on the cover"


@dataclass(frozen=True, slots=True)
class Unprinted:
    """An edition that has no PDF on file yet."""

    code: str
    edition: int
    fact: BrochurePublished
    before: BrochurePublished | None


class Brochures:
    """Reads of brochures, their prints and scans."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def of(self, campaign: str) -> Sequence[tables.Brochure]:
        """List a campaign's brochures."""
        table = tables.Brochure
        query = select(table).where(col(table.campaign) == campaign)
        return (await self._session.exec(query.order_by(col(table.department), col(table.topic)))).all()

    async def brochure(self, code: str) -> tables.Brochure:
        """Return the brochure of a code."""
        brochure = await self._session.get(tables.Brochure, code)
        if brochure is None:
            raise NoSuchBrochure(code=code)
        return brochure

    async def of_department(self, campaign: str, department: str, topic: str) -> tables.Brochure | None:
        """Return a department's brochure on a topic, if there is one."""
        table = tables.Brochure
        query = select(table).where(col(table.campaign) == campaign)
        chosen = query.where(col(table.department) == department, col(table.topic) == topic)
        return (await self._session.exec(chosen)).first()

    async def editions(self, code: str) -> Sequence[tables.Edition]:
        """List a brochure's editions, the newest first."""
        query = select(tables.Edition).where(col(tables.Edition.code) == code)
        return (await self._session.exec(query.order_by(col(tables.Edition.edition).desc()))).all()

    async def facts(self, campaign: str) -> dict[str, BrochurePublished]:
        """Return the newest edition of each of a campaign's brochures, by code."""
        table, edition = tables.Brochure, tables.Edition
        query = select(edition).join(table, (edition.code == table.code) & (edition.edition == table.edition))  # type: ignore[arg-type]
        rows = await self._session.exec(query.where(col(table.campaign) == campaign))
        return {row.code: BrochurePublished.model_validate(row.fact) for row in rows}

    async def printed(self, code: str, edition: int) -> tables.Printed | None:
        """Return an edition's PDF on file."""
        return await self._session.get(tables.Printed, (code, edition))

    async def prints(self, codes: Sequence[str]) -> dict[tuple[str, int], tuple[str, int]]:
        """Return hash and pages of what is on file, without the PDFs."""
        table = tables.Printed
        query = select(table.code, table.edition, table.sha256, table.pages).where(col(table.code).in_(codes))
        rows = await self._session.exec(query)
        return {(code, edition): (sha256, pages) for code, edition, sha256, pages in rows}

    async def unprinted(self, limit: int = 1) -> list[Unprinted]:
        """List editions without a PDF, in the order in which they were published."""
        edition, printed = tables.Edition, tables.Printed
        on_file = select(printed.code).where(printed.code == edition.code, printed.edition == edition.edition)
        query = select(edition).where(~on_file.exists())
        rows = await self._session.exec(query.order_by(col(edition.published_at), col(edition.code)).limit(limit))
        found = []
        for row in rows.all():
            before = await self._session.get(edition, (row.code, row.edition - 1))
            found.append(
                Unprinted(
                    row.code,
                    row.edition,
                    BrochurePublished.model_validate(row.fact),
                    BrochurePublished.model_validate(before.fact) if before else None,
                )
            )
        return found

    async def keep(self, printed: tables.Printed) -> None:
        """Keep a PDF; one that another instance has printed meanwhile is the same."""
        values = printed.model_dump()
        await (await self._session.connection()).execute(insert(tables.Printed).on_conflict_do_nothing(), [values])

    async def scanned(self, code: str, day: date) -> None:
        """Count one opening of a code."""
        table = tables.Scan
        first = insert(table).values(code=code, day=day, scans=1, told=False)
        again = first.on_conflict_do_update(index_elements=["code", "day"], set_={"scans": table.scans + 1})
        await (await self._session.connection()).execute(again)

    async def scans(self, codes: Sequence[str]) -> dict[str, int]:
        """Return how often each code was opened."""
        query = select(tables.Scan.code, func.sum(tables.Scan.scans)).where(col(tables.Scan.code).in_(codes))
        return {code: int(count) for code, count in await self._session.exec(query.group_by(col(tables.Scan.code)))}

    async def untold_scans(self, before: date, limit: int = 200) -> list[tuple[tables.Scan, BrochureScanned]]:
        """Return the counts of past days that have not been published."""
        scan, brochure = tables.Scan, tables.Brochure
        query = select(scan, brochure).where(scan.code == brochure.code, ~col(scan.told), col(scan.day) < before)
        rows = await self._session.exec(query.order_by(col(scan.day), col(scan.code)).limit(limit))
        return [
            (
                row,
                BrochureScanned.model_validate(
                    {
                        "campaign": of.campaign,
                        "department": of.department,
                        "topic": of.topic,
                        "code": row.code,
                        "day": row.day,
                        "scans": row.scans,
                    }
                ),
            )
            for row, of in rows
        ]
