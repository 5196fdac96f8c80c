"""How every closed session's bulletin stands: issued, drafted, or waiting for whom."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.bulletin.domain.edition import Edition
from services.bulletin.domain.signoff import Draft, contents_sha256
from services.bulletin.domain.timing import Closing
from services.bulletin.store import Store
from shared.events import CampaignPlanned


@dataclass(frozen=True, slots=True)
class Outstanding:
    """A closed session and what its next edition would say now."""

    closing: Closing
    plan: CampaignPlanned
    edition: Edition
    draft: Draft | None
    """The newest draft of the next edition, if there is one."""
    now: datetime

    @property
    def left(self) -> timedelta:
        """The time left to the limit; negative once it has passed."""
        return self.closing.due_at - self.now

    @property
    def hours_left(self) -> int:
        return int(self.left.total_seconds() // 3600)

    @property
    def minutes_left(self) -> int:
        return int(self.left.total_seconds() % 3600 // 60)

    @property
    def colour(self) -> str:
        """The light: red once overdue or within an hour, yellow within four."""
        if self.left <= timedelta(hours=1):
            return "red"
        return "yellow" if self.left <= timedelta(hours=4) else "green"

    @property
    def is_signed_by_hand(self) -> bool:
        return self.edition.kind in self.plan.switches.sign_off

    @property
    def changed(self) -> bool:
        """Tell whether there is something to draft: a first edition, or a correction with changes."""
        return self.closing.revision is None or bool(self.edition.changes)

    @property
    def says_something(self) -> bool:
        """Tell whether there is anything to read: a draft that was put up, or what one would say."""
        return self.changed or self.draft is not None

    @property
    def stale(self) -> bool:
        """Tell whether more is known than the newest draft says."""
        return self.draft is not None and contents_sha256(self.edition) != self.draft.contents_sha256


async def outlook(store: Store, closing: Closing, plan: CampaignPlanned, now: datetime) -> Outstanding:
    """Return how one closed session stands."""
    edition = (await store.outlook(closing, plan, now)).edition
    draft = (await store.newest_drafts([closing.session])).get(closing.session)
    if draft is not None and draft.revision != edition.revision:
        draft = None
    return Outstanding(closing, plan, edition, draft, now)


async def _settled(store: Store, closing: Closing, plan: CampaignPlanned, now: datetime) -> Outstanding | None:
    """Return how a session stands of which all is issued that is known: its edition need not be put together again."""
    if closing.revision is None or not closing.settled or closing.drafted_at is not None:
        return None
    *_, newest = await store.editions(sessions=[closing.session])
    edition = Edition.model_validate_json(newest.canonical).model_copy(update={"changes": ()})
    return Outstanding(closing, plan, edition, None, now)


async def outstanding(store: Store, now: datetime, *, unissued: bool = False) -> list[Outstanding]:
    """List closed sessions, those without a bulletin first, by their limit; or only those without one."""
    plans = {plan.campaign: plan for plan in await store.plans()}
    closings = [one for one in await store.closings() if one.revision is None or not unissued]
    known = [(one, plans.get(one.session.rpartition("-")[0])) for one in closings]
    found = [
        await _settled(store, closing, plan, now) or await outlook(store, closing, plan, now)
        for closing, plan in known
        if plan is not None
    ]
    return sorted(found, key=lambda one: (one.closing.revision is not None, one.closing.due_at))
