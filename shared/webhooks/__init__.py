"""Webhooks: a unit has its facts sent to an address of its own, signed, in order, again until taken (row 78)."""

from shared.webhooks.addresses import BadAddress, reachable
from shared.webhooks.book import Webhooks
from shared.webhooks.sending import Sender

__all__ = ["BadAddress", "Sender", "Webhooks", "reachable"]
