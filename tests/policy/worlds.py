"""The policy service's world for tests of its rules: it has heard of the campaign, and of some posts."""

from datetime import datetime

from services.policy.domain import PolicyWorld
from services.policy.domain.state import Visits
from shared.campaign import Registry
from shared.events import CampaignPlanned
from shared.vocabulary import SessionKind
from tests.builders import PLAN, plan
from tests.deciding import Post, given


def heard(
    *posts: Post, starts_at: datetime | None = None, seats_until: datetime | None = None, **switches: object
) -> PolicyWorld:
    """Return the world of a service that has heard of the campaign, after some posts."""
    campaign: CampaignPlanned = plan(switches=PLAN.switches.model_copy(update=switches))
    banner = [session.session for session in campaign.sessions if session.kind is SessionKind.BANNER]
    days = {name: Visits(name, starts_at=starts_at, seats_until=seats_until) for name in banner}
    return given(PolicyWorld(registries={campaign.campaign: Registry(campaign)}, visits=days), *posts)
