"""The bulletin service put together."""

from fastapi import FastAPI

from services.bulletin import api
from services.bulletin.deadline import Deadline
from services.bulletin.delivery import Delivery
from services.bulletin.gauges import Gauges
from services.bulletin.handlers import handlers
from services.bulletin.pdf.renderer import EditionRenderer
from services.bulletin.settings import Settings
from services.bulletin.store import Desk, heard, keep
from services.bulletin.wrapup import WrapUp
from shared.clock import clock_of
from shared.spine import Spine
from shared.waiting import Waiting


def build(settings: Settings) -> FastAPI:
    """Build the application."""
    clock = clock_of(rehearsal=settings.rehearsal)
    spine = Spine("bulletin", settings, desk=Desk(clock), remember=keep, clock=clock)
    spine.react(handlers(spine.clock))
    printer = EditionRenderer(settings.fonts_folder)
    deadline = Deadline(
        database=spine.database,
        clock=clock,
        settings=settings,
        printer=printer,
        wake=spine.applied,
        intake=spine.intake,
    )
    delivery = Delivery(database=spine.database, clock=clock, settings=settings)
    wrapup = WrapUp(database=spine.database, clock=clock, settings=settings, printer=printer)
    gauges = Gauges(spine.database, clock, settings)
    return spine.application(
        summary="Facts, editions, deadlines and deliveries",
        routes=[api.routes(spine.database, spine.keys, clock)],
        parts=(printer, deadline, wrapup, delivery, Waiting(spine, heard)),
        useful={"mail": gauges.mail_answers},
        measures=(gauges.measure,),
    )
