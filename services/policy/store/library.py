"""The policy library: search, entries, files."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.policy import tables
from services.policy.domain.library import NotAPdf, search_words
from shared.clock import Clock
from shared.database import Database
from shared.problems import Refused

MOST: int = 500
"""Policies shown of one search."""


class UnknownPolicy(Refused):
    """The library has no such policy."""

    status = 404
    row = 50
    zh = "政策库中没有 {policy}"
    en = "The library has no {policy}"


class NoFile(Refused):
    """No such file was handed in."""

    status = 404
    row = 50
    zh = "没有收到 SHA-256 为 {sha256} 的文件"
    en = "No file of SHA-256 {sha256} was handed in"


class Library:
    """Reads of the library, and the files handed in."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def search(
        self,
        *,
        words: str = "",
        level: str = "",
        topic: str = "",
        since: date | None = None,
        in_force_on: date | None = None,
    ) -> Sequence[tables.Policy]:
        """List policies in which every word occurs, those that have it in their title first, then the newest."""
        table = tables.Policy
        query = select(table)
        terms = [found for word in words.split() if (found := search_words(word))]
        for term in terms:
            query = query.where(func.strpos(table.words, term) > 0)
        if level:
            query = query.where(col(table.level) == level)
        if topic:
            query = query.where(col(table.topics).contains([topic]))
        if since is not None:
            query = query.where(col(table.issued_on) >= since)
        if in_force_on is not None:
            query = query.where(
                or_(col(table.valid_until).is_(None), col(table.valid_until) >= in_force_on),
                or_(col(table.repealed_on).is_(None), col(table.repealed_on) > in_force_on),
            )
        title = func.split_part(table.words, "\n", 1)
        for term in terms:
            query = query.order_by(func.strpos(title, term) == 0)
        return (await self._session.exec(query.order_by(col(table.issued_on).desc(), table.policy).limit(MOST))).all()

    async def policy(self, slug: str) -> tables.Policy:
        """Return one policy."""
        policy = await self._session.get(tables.Policy, slug)
        if policy is None:
            raise UnknownPolicy(policy=slug)
        return policy

    async def several(self, slugs: Sequence[str]) -> Sequence[tables.Policy]:
        """Return these policies, of those the library has."""
        return (await self._session.exec(select(tables.Policy).where(col(tables.Policy.policy).in_(slugs)))).all()

    async def file(self, sha256: str) -> tables.File:
        """Return a file handed in."""
        file = await self._session.get(tables.File, sha256)
        if file is None:
            raise NoFile(sha256=sha256)
        return file

    async def keep_file(self, sha256: str, content: bytes, unit: str, now: datetime) -> None:
        """Keep a file; the same one again is the same file."""
        if await self._session.get(tables.File, sha256) is None:
            self._session.add(
                tables.File(sha256=sha256, media_type="application/pdf", content=content, unit=unit, received_at=now)
            )
            await self._session.flush()


async def keep_pdf(database: Database, clock: Clock, content: bytes, unit: str) -> str:
    """Keep a PDF, told by its content and not by its name, and return its hash."""
    if not content.startswith(b"%PDF-") or b"%%EOF" not in content[-1024:]:
        raise NotAPdf
    digest = hashlib.sha256(content).hexdigest()
    async with database.transaction() as session:
        await Library(session).keep_file(digest, content, unit, clock.now())
    return digest
