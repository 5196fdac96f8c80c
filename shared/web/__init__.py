"""The web side of every service: the application, its events route, health, problems, request lines."""

from shared.web.application import Part, service
from shared.web.callers import needs_key
from shared.web.events import Desk, events_route

__all__ = ["Desk", "Part", "events_route", "needs_key", "service"]
