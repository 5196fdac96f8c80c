"""Runs a service's application under uvicorn; the same three lines in every service's __main__."""

import contextlib
import gc
import socket
import sys
from typing import Final

import uvicorn
from fastapi import FastAPI

from shared import logfiles, logs, tracing
from shared.settings import ServiceSettings
from shared.web.lane import protocol

_GC: Final = (20_000, 20, 50)
_SILENT_SECONDS: Final = 60
_PROBE_SECONDS: Final = 15
_NOT_STARTED: Final = 3
"""As uvicorn's own command ends: whoever started the service sees that it failed."""


def listening(config: uvicorn.Config, *, silent_seconds: int = _SILENT_SECONDS) -> socket.socket:
    """Bind where to listen; every connection accepted there takes over what is set here.

    Who vanishes without a word, his cable cut, would else keep his place for the quarter of an hour that TCP goes on
    sending, and who reads no more would keep it for ever.
    """
    bound = config.bind_socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if sys.platform == "linux":  # a Mac, on which people develop, asks after two hours
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _PROBE_SECONDS)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _PROBE_SECONDS)
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, silent_seconds * 1000)
    return bound


def serve(service: str, app: FastAPI, settings: ServiceSettings) -> None:
    """Serve until told to stop."""
    # What is loaded by now stays; looking through it again and again costs a tenth of the hot path.
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_GC)
    tracing.configure(service, settings.otlp_endpoint)
    lines = logfiles.kept(sys.stdout, settings.log_folder, service, settings.log_days)
    logs.configure(service, form=settings.log_format, level=settings.log_level, to=lines)
    config = uvicorn.Config(
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
    server = uvicorn.Server(config)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listening(config)])
    if not server.started:
        sys.exit(_NOT_STARTED)
