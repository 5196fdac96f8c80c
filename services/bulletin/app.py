"""The bulletin service put together."""

from fastapi import FastAPI

from services.bulletin import api
from services.bulletin.deadline import Deadline
from services.bulletin.delivery import Delivery
from services.bulletin.gauges import Gauges
from services.bulletin.handlers import handlers
from services.bulletin.pdf.renderer import EditionRenderer
from services.bulletin.settings import Settings
from services.bulletin.store import keep
from shared.spine import Spine


def build(settings: Settings) -> FastAPI:
    """Build the application."""
    spine = Spine("bulletin", settings, remember=keep)
    spine.react(handlers(spine.clock))
    printer = EditionRenderer(settings.fonts_folder)
    deadline = Deadline(
        database=spine.database, clock=spine.clock, settings=settings, printer=printer, wake=spine.applied
    )
    delivery = Delivery(database=spine.database, clock=spine.clock, settings=settings)
    gauges = Gauges(spine.database, spine.clock, settings)
    return spine.application(
        summary="Facts, editions, deadlines and deliveries",
        routes=[api.routes(spine.database, spine.keys, spine.clock)],
        parts=(printer, deadline, delivery),
        useful={"mail": gauges.mail_answers},
        measures=(gauges.measure,),
    )
