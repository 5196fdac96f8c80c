"""Runs a service's application under uvicorn; the same three lines in every service's __main__."""

import gc
import sys
from typing import Final

import uvicorn
from fastapi import FastAPI

from shared import logfiles, logs, tracing
from shared.settings import ServiceSettings
from shared.web.lane import protocol

_GC: Final = (20_000, 20, 50)


def serve(service: str, app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until told to stop."""
    # What is loaded by now stays; looking through it again and again costs a tenth of the hot path.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC)
    tracing.configure(service, settings.otlp_endpoint)
    lines = logfiles.kept(sys.stdout, settings.log_folder, service, settings.log_days)
    logs.configure(service, form=settings.log_format, level=settings.log_level, to=lines)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        loop="uvloop",
        http=protocol(app),
        backlog=2048,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
