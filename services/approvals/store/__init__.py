"""Every query of the approvals service, a file for each part of its work."""

from services.approvals.store.desk import Desk
from services.approvals.store.reads import Store

__all__ = ["Desk", "Store"]
