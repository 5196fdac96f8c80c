"""Delivery: each edition to each recipient, by folder, mail or webhook, with states anyone can see (rows 65, 66)."""

from services.bulletin.delivery.parcel import file_name
from services.bulletin.delivery.worker import Delivery

__all__ = ["Delivery", "file_name"]
