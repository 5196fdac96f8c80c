"""The web side of every service: the application, its events route, its pages, health, problems, request lines."""

from shared.web.application import Part, service
from shared.web.callers import needs_key
from shared.web.contacts import contact_routes
from shared.web.events import Desk, events_route
from shared.web.feed import feed_route
from shared.web.health import Check, Health, Measure
from shared.web.imports import import_pages, imports_route
from shared.web.lasting import Lasting
from shared.web.outgoing import evidence_route
from shared.web.pages import Pages
from shared.web.quarantine import quarantine_routes
from shared.web.reference import reference_pages
from shared.web.webhooks import webhook_pages, webhooks_route

__all__ = [
    "Check",
    "Desk",
    "Health",
    "Lasting",
    "Measure",
    "Pages",
    "Part",
    "contact_routes",
    "events_route",
    "evidence_route",
    "feed_route",
    "import_pages",
    "imports_route",
    "needs_key",
    "quarantine_routes",
    "reference_pages",
    "service",
    "webhook_pages",
    "webhooks_route",
]
