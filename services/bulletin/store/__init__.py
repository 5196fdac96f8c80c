"""Every query of the bulletin service, in a file for each thing that is asked about."""

from services.bulletin.store.desk import Desk
from services.bulletin.store.facts import heard, keep
from services.bulletin.store.queries import Store

__all__ = ["Desk", "Store", "heard", "keep"]
