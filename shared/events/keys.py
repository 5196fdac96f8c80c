"""Keys of the units' systems."""

from typing import Annotated

from pydantic import Field

from shared.events.base import Event
from shared.identifiers import CreditCode, Division, Line, Moment
from shared.vocabulary import Level, Role


class KeyIssued(Event, type="chunfeng.key.issued.v1"):
    """A unit's key was issued; carries the secret's hash, never the secret."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9]{8}$")]
    secret_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    unit: CreditCode
    unit_name: Line
    role: Role
    level: Level
    division: Division
    issued_at: Moment

    @property
    def subject(self) -> str:
        """The key."""
        return self.key


class KeyRevoked(Event, type="chunfeng.key.revoked.v1"):
    """A unit's key was revoked."""

    key: Annotated[str, Field(pattern=r"^[a-z0-9]{8}$")]
    revoked_at: Moment

    @property
    def subject(self) -> str:
        """The key."""
        return self.key
