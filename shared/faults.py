"""Named points at which the chaos harness may kill a process; inert unless a setting names one."""

import os
import signal

_armed: str | None = None


def arm(point: str | None) -> None:
    """Choose the point at which this process kills itself; None disarms."""
    global _armed  # noqa: PLW0603  (process-wide on purpose: it ends the process)
    _armed = point


def crash_at(point: str) -> None:
    """Kill this process here, as a power cut would, if armed for this point."""
    if _armed == point:
        os.kill(os.getpid(), signal.SIGKILL)
