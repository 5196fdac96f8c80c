"""Every query of the forums service, a file for each part of its work."""

from services.forums.store.desk import Desk
from services.forums.store.gathering import Gathering, Gatherings
from services.forums.store.heard import Heard
from services.forums.store.reads import Store

__all__ = ["Desk", "Gathering", "Gatherings", "Heard", "Store"]
