"""Keys of the units' systems."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Event
from shared.identifiers import CreditCode, Division, Line, Moment
from shared.vocabulary import Level, Role

KeyName = Annotated[str, Field(pattern=r"^[a-z0-9]{8}$")]


class KeyEvent(Event):
    """An event of one key."""

    key: KeyName

    @property
    def subject(self) -> str:
        """The key."""
        return self.key


class KeyIssued(KeyEvent, type="chunfeng.key.issued.v1"):
    """A unit's key was issued; carries the secret's hash, never the secret."""

    secret_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    unit: CreditCode
    unit_name: Line
    role: Role
    level: Level
    division: Division
    issued_at: Moment
    label: Line | None = Field(default=None, description="What it is for")
    test: bool = Field(default=False, description="For trying out: its events are never recorded")
    types: tuple[Line, ...] | None = Field(
        default=None, max_length=100, description="The only event types it may post; none of them: it reads only"
    )
    expires_at: Moment | None = None
    replaces: KeyName | None = Field(default=None, description="The key it takes the place of")
    replaced_until: Moment | None = Field(default=None, description="Until then the replaced key works too")


class KeyPaused(KeyEvent, type="chunfeng.key.paused.v1"):
    """A unit's key was paused: it opens nothing until it is resumed."""

    paused_at: Moment
    reason: Line | None = None


class KeyResumed(KeyEvent, type="chunfeng.key.resumed.v1"):
    """A paused key works again."""

    resumed_at: Moment


class KeyRevoked(KeyEvent, type="chunfeng.key.revoked.v1"):
    """A unit's key was revoked."""

    revoked_at: Moment
