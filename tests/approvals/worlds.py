"""Worlds of the approvals service at the stages of a session."""

from services.approvals.domain import ApprovalsWorld
from tests.builders import (
    BANNER,
    DRC,
    application_docketed,
    approval_signed,
    owner,
    plan,
    session_closed,
    session_opened,
    session_scheduled,
)
from tests.deciding import Post, given

SCHEDULED: Post = (session_scheduled(), DRC)
OPENED: Post = (session_opened(), BANNER)
CLOSED: Post = (session_closed(), BANNER)
DOCKETED: Post = (application_docketed(), DRC)
SIGNED: Post = (approval_signed(), owner())


def planned(*posts: Post) -> ApprovalsWorld:
    """Return the world of the planned campaign after some posts."""
    return given(ApprovalsWorld(), (plan(), DRC), *posts)


def opened(*posts: Post) -> ApprovalsWorld:
    """Return the world of an open session with one application on its docket."""
    return planned(SCHEDULED, OPENED, DOCKETED, *posts)
