"""Become another program that ends when the process that started it ends: `tether.py PARENT SIGNAL UID GID PROGRAM …`.

Run as a script by `deploy.children`, never imported: it must start without the project, and an exec of its own is safe
in a parent with threads where `preexec_fn` is not.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def become(parent: int, farewell: int, uid: int, gid: int, command: list[str]) -> None:
    """Change the user if told to, ask the kernel for the farewell signal, and exec."""
    if os.geteuid() == 0 and uid != 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":  # after setuid, which clears it
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, farewell)
    if os.getppid() != parent:  # died before the kernel knew whom to tell
        sys.exit("the process that started this one is gone")
    os.execv(command[0], command)  # noqa: S606 - no shell is the point


if __name__ == "__main__":
    numbers = [int(number) for number in sys.argv[1:5]]
    become(numbers[0], numbers[1], numbers[2], numbers[3], sys.argv[5:])
