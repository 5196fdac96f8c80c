"""The child process that prints: reads what to print on its standard input, writes PDFs on its standard output.

It dies with its parent, has no network where the system lets it give that up, and works under limits. A service that
prints pages of its own has a worker of its own, which calls `main` with what it prints them by.
"""

import ctypes
import gc
import json
import math
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

from shared.printing import frames, markup
from shared.printing.fonts import Fonts, PrintingUnavailable, find
from shared.printing.glyphs import MissingGlyphs, missing
from shared.printing.press import Press

Print = Callable[[bytes, bool], bytes]
"""Prints what a request's body describes; the flag says whether 〓 may stand for what no typeface has."""

_PR_SET_PDEATHSIG: Final = 1
_CLONE_NEWUSER: Final = 0x10000000
_CLONE_NEWNET: Final = 0x40000000


def die_with_parent(parent: int) -> None:
    """Be killed when the parent goes; elsewhere than on Linux the end of standard input does it."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            sys.exit(1)


def leave_the_network() -> str:
    """Give up the network, as root or as a user who may have a namespace of his own; say what came of it."""
    if sys.platform != "linux":
        return "reachable (not Linux)"
    library = ctypes.CDLL(None, use_errno=True)
    for flags in (_CLONE_NEWNET, _CLONE_NEWUSER | _CLONE_NEWNET):
        if library.unshare(flags) == 0:
            return "none"
    return f"reachable ({os.strerror(ctypes.get_errno())})"


def limit_processor(seconds: int) -> None:
    """Allow so much processor time from now on."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def answer(prints: Print, request: bytes) -> tuple[bytes, bytes]:
    """Print one thing, or say why not."""
    try:
        return frames.PRINTED, prints(request[1:], request[:1] == frames.WITH_SIGNS)
    except MissingGlyphs as error:
        return frames.MISSING, json.dumps(error.places).encode()
    except Exception:  # noqa: BLE001  (told to the parent, which decides)
        return frames.FAILED, traceback.format_exc().encode()


def serve(requests: BinaryIO, answers: BinaryIO, settings: frames.Start, make: Callable[[Fonts], Print]) -> None:
    """Print until standard input ends."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":  # elsewhere the limit is not honoured
        resource.setrlimit(resource.RLIMIT_AS, (settings.memory_bytes, settings.memory_bytes))
    network = leave_the_network()
    try:
        fonts = find(Path(settings.fonts_folder) if settings.fonts_folder else None)
        prints = make(fonts)
    except PrintingUnavailable as error:
        frames.write(answers, frames.UNAVAILABLE, str(error).encode())
        return
    faces = {role: faces[0].family for role, faces in fonts.roles.items()}
    frames.write(answers, frames.READY, json.dumps({"network": network, "faces": faces}).encode())
    # A page is hundreds of thousands of objects that live until it is printed: to look through them again and again
    # meanwhile takes a fifth of the time and frees nothing. It is done once, after each print.
    gc.freeze()
    gc.disable()
    while (request := frames.read(requests)) is not None:
        limit_processor(settings.processor_seconds + frames.allowance(request))
        frames.write(answers, *answer(prints, request))
        gc.collect()


def papers(fonts: Fonts) -> Print:
    """Return the printing of any page of HTML and CSS."""
    press = Press(fonts)

    def print_paper(request: bytes, signs: bool) -> bytes:  # noqa: FBT001  (a Print)
        paper = frames.Paper.read(request)
        lacking = missing(markup.texts(paper.html, paper.css), fonts)
        if lacking and not signs:
            raise MissingGlyphs(lacking)
        html, css = (markup.with_signs(text, lacking) if lacking else text for text in (paper.html, paper.css))
        return press.print(
            html,
            press.style(css),
            identifier=paper.identifier,
            created=paper.created,
            attachments=paper.attachments,
        )

    return print_paper


def main(make: Callable[[Fonts], Print]) -> None:
    """Serve the parent; whatever a library prints goes to standard error."""
    settings = frames.Start.read(sys.argv[1])
    die_with_parent(settings.parent)
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers, settings, make)


if __name__ == "__main__":
    main(papers)
