"""Every query of the policy service, a file for each part of its work."""

from services.policy.store.brochures import Brochures
from services.policy.store.desk import Desk
from services.policy.store.forum import Forum
from services.policy.store.heard import Heard
from services.policy.store.library import Library
from services.policy.store.visits import Store

__all__ = ["Brochures", "Desk", "Forum", "Heard", "Library", "Store"]
