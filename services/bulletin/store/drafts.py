"""Drafts and what became of them."""

import json
from collections.abc import Collection
from typing import Any

from sqlalchemy import text

from services.bulletin.domain.signoff import Draft
from services.bulletin.store.base import Queries
from shared.events import BulletinReviewed, BulletinSignedOff

_NEWEST = text("""
    SELECT DISTINCT ON (session) * FROM draft WHERE session = ANY(CAST(:sessions AS text[]))
    ORDER BY session, draft DESC
""")
_ALL = text("SELECT * FROM draft WHERE session = :session ORDER BY draft")
_SAVE = text("""
    INSERT INTO draft (session, draft, revision, drafted_at, complete, cutoff, contents_sha256, reviewed, signed)
    VALUES (:session, :draft, :revision, :drafted_at, :complete, :cutoff, :contents_sha256, :reviewed, :signed)
    ON CONFLICT (session, draft) DO UPDATE SET reviewed = excluded.reviewed, signed = excluded.signed
""")


def _draft(row: Any) -> Draft:  # noqa: ANN401  (a row)
    return Draft(
        session=row.session,
        draft=row.draft,
        revision=row.revision,
        drafted_at=row.drafted_at,
        complete=row.complete,
        cutoff=json.loads(row.cutoff),
        contents_sha256=row.contents_sha256,
        reviewed=BulletinReviewed.model_validate_json(row.reviewed) if row.reviewed else None,
        signed=BulletinSignedOff.model_validate_json(row.signed) if row.signed else None,
    )


class Drafts(Queries):
    """What waits for a leader's signature."""

    async def newest_drafts(self, sessions: Collection[str]) -> dict[str, Draft]:
        """Return the newest draft of each of some sessions."""
        return {row.session: _draft(row) for row in await self._execute(_NEWEST, sessions=list(sessions))}

    async def drafts_of(self, session: str) -> list[Draft]:
        """List a session's drafts, the newest last."""
        return [_draft(row) for row in await self._execute(_ALL, session=session)]

    async def save_draft(self, draft: Draft) -> None:
        """Keep a draft as it stands."""
        await self._execute(
            _SAVE,
            session=draft.session,
            draft=draft.draft,
            revision=draft.revision,
            drafted_at=draft.drafted_at,
            complete=draft.complete,
            cutoff=json.dumps(dict(draft.cutoff), sort_keys=True),
            contents_sha256=draft.contents_sha256,
            reviewed=draft.reviewed.model_dump_json() if draft.reviewed else None,
            signed=draft.signed.model_dump_json() if draft.signed else None,
        )
