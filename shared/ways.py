"""The ways into a service and out of it, the same in all four: routes, pages, and what runs for them."""

from collections.abc import Sequence
from typing import Protocol

from fastapi import APIRouter

from shared import web
from shared.clock import Clock
from shared.database import Database
from shared.evidence import Evidence
from shared.feeding import Feed
from shared.imports import Imports, Kind, kinds_of
from shared.intake import Intake
from shared.keys import Keys
from shared.natspost import NatsPost
from shared.settings import ServiceSettings
from shared.webhooks import Sender, Webhooks

Ways = tuple[list[APIRouter], list[web.Part]]


class Service(Protocol):
    """What the ways need of a service."""

    service: str
    settings: ServiceSettings
    clock: Clock
    database: Database
    keys: Keys
    intake: Intake | None
    front: web.Desk | None
    imports: Imports | None


def ways_in(service: Service, pages: web.Pages, tables: Sequence[Kind]) -> Ways:
    """Return how events come in: over HTTP, NATS and as tables; by no way if the service takes none."""
    if service.intake is None or service.front is None:
        return [], []
    kinds = {kind.name: kind for kind in tables} | kinds_of(service.intake.desk.accepts)
    imports = Imports(kinds, database=service.database, desk=service.front, keys=service.keys, clock=service.clock)
    service.imports = imports
    routers = [
        web.events_route(service.intake, service.keys, service.front),
        web.imports_route(imports, service.keys),
        web.import_pages(imports, pages),
    ]
    return routers, [imports, NatsPost(service.service, service.settings, service.keys, service.front)]


def ways_out(service: Service, pages: web.Pages) -> Ways:
    """Return how facts go out: the feed, webhooks, the evidence of them; and the reference of them all."""
    settings, keys = service.settings, service.keys
    feed = Feed(service.database, service.front.trial if service.front else None)
    here = settings.webhooks_here
    webhooks = Webhooks(service.service, service.database, service.clock, here=here)
    sender = Sender(service.service, feed, book=webhooks, database=service.database, keys=keys, here=here)
    readers = web.Lasting(service.service, "readers", of_a_key=settings.readers_of_a_key, of_all=settings.readers)
    seed = settings.seal_seed.get_secret_value() if settings.seal_seed else None
    evidence = Evidence(service.service, service.database, seed)
    routers = [
        web.feed_route(feed, keys, readers),
        web.webhooks_route(webhooks, sender, keys),
        web.webhook_pages(webhooks, sender, pages),
        web.evidence_route(evidence, keys),
        web.reference_pages(service.service, pages),
    ]
    return routers, [sender, evidence]
