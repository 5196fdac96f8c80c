"""Ports that nobody takes while their server is dead."""

import random
import socket
from typing import Final

# Below every system's ephemeral range. From inside it, a client that tries again and again to reach a dead server ends
# up connected to itself, on the server's own port, and the server cannot come back.
_FIRST: Final = 18_000
_LAST: Final = 29_999


def lasting_ports(count: int) -> list[int]:
    """Return ports that are free now and that the kernel gives to no client."""
    found: list[int] = []
    for port in random.SystemRandom().sample(range(_FIRST, _LAST + 1), k=_LAST - _FIRST):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        found.append(port)
        if len(found) == count:
            break
    return found
