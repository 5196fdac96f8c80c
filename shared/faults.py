"""Named points at which the chaos harness may kill a process or seed a bug; inert unless a setting names one."""

import os
import signal

_armed: str | None = None
_bug: str | None = None


def arm(point: str | None) -> None:
    """Choose the point at which this process kills itself, or the seeded bug `bug:<name>`; None disarms."""
    global _armed, _bug  # noqa: PLW0603  (process-wide on purpose: it ends the process)
    _armed, _bug = point, None
    if point and point.startswith("bug:"):
        _armed, _bug = None, point.removeprefix("bug:")


def crash_at(point: str) -> None:
    """Kill this process here, as a power cut would, if armed for this point."""
    if _armed == point:
        os.kill(os.getpid(), signal.SIGKILL)


def bug(name: str) -> bool:
    """Tell whether a seeded bug is on: the harness's negative controls (reliability, E14)."""
    return _bug == name
