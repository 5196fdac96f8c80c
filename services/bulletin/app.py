"""The bulletin service put together."""

from pathlib import Path

from fastapi import FastAPI

from services.bulletin import api
from services.bulletin.deadline import Deadline
from services.bulletin.delivery import Delivery
from services.bulletin.gauges import Gauges
from services.bulletin.handlers import handlers
from services.bulletin.pages import audit, console, deliveries, desk, reading, way
from services.bulletin.pdf.faces import Faces
from services.bulletin.pdf.renderer import EditionRenderer, seal_of
from services.bulletin.settings import Settings
from services.bulletin.store import Desk, heard, keep
from services.bulletin.watch import Watch
from services.bulletin.wrapup import WrapUp
from shared.clock import clock_of
from shared.spine import Spine
from shared.waiting import Waiting


def build(settings: Settings) -> FastAPI:
    """Build the application."""
    clock = clock_of(rehearsal=settings.rehearsal)
    spine = Spine("bulletin", settings, desk=Desk(clock), remember=keep, clock=clock)
    spine.react(handlers(spine.clock))
    printer = EditionRenderer(settings.fonts_folder, seal_of(settings.signing_certificate, settings.signing_password))
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
    watch = Watch(spine)
    pages = spine.pages(Path(__file__).with_name("templates"))
    return spine.application(
        summary="Facts, editions, deadlines and deliveries",
        routes=[
            api.routes(spine.database, spine.keys, clock),
            reading.files(spine.database, spine.keys, pages),
            reading.routes(spine.database, clock, pages),
            desk.routes(spine, pages, printer, Faces(settings.fonts_folder)),
            deliveries.routes(spine, pages),
            console.routes(watch, pages),
            way.routes(spine.database, pages),
            audit.routes(spine.database, pages),
        ],
        parts=(printer, deadline, wrapup, delivery, Waiting(spine, heard), watch),
        useful={"mail": gauges.mail_answers} if settings.smtp_host is not None else {},
        measures=(gauges.measure,),
        pages=pages,
    )
