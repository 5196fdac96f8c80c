"""What every group of queries stands on."""

from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession


class Queries:
    """Queries within one database session."""

    def __init__(self, session: AsyncSession) -> None:
        """Work within one database session."""
        self._session = session

    async def _execute(self, statement: Any, **values: Any) -> Any:  # noqa: ANN401  (SQLAlchemy's own)
        return await (await self._session.connection()).execute(statement, values)
