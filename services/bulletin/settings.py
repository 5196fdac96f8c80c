"""Settings of the bulletin service."""

import socket
from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from shared.settings import Password, ServiceSettings


def _own_name() -> str:
    """Return the host's name if it is a full one, else the literal that RFC 5321 (4.1.3) has for hosts without.

    Never asks DNS: where that is slow, every letter would wait for it.
    """
    name = socket.gethostname()
    return name if "." in name else "[127.0.0.1]"


class Settings(ServiceSettings):
    """Where bulletins go, and how patiently."""

    port: int = 8104
    outbox_folder: Path = Path("out/bulletins")
    """Where editions are delivered as files, one folder per recipient of channel `folder`."""
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_sender: str = "bulletin@chunfeng.invalid"
    smtp_security: Literal["none", "starttls", "tls"] = "none"
    smtp_user: str | None = None
    smtp_password: Password | None = None
    smtp_name: str = Field(default_factory=_own_name)
    """How this host greets the mail server (EHLO)."""
    smtp_timeout: timedelta = timedelta(seconds=20)
    """How long the mail server may take for one answer; for a letter it has twice that."""
    webhook_timeout: timedelta = timedelta(seconds=20)
    """How long a recipient's system may be silent."""
    webhook_secrets: dict[str, SecretStr] = Field(default_factory=dict)
    """Each webhook recipient's secret (whsec_…) by his name: {"市大数据中心": "whsec_…"}."""
    signing_certificate: Path | None = None
    """The issuer's certificate and key (PKCS #12): every edition is then signed electronically (PAdES)."""
    signing_password: Password | None = None
    correction_quiet: timedelta = timedelta(minutes=10)
    """A correction waits until its session has been quiet this long, so that late facts come in one."""
    look_again_before: timedelta = timedelta(hours=2)
    """From this long before the limit, an outstanding session is looked at on every tick."""
    delivery_attempts: int = 12
    delivery_first_wait: timedelta = timedelta(seconds=20)
    """Doubles with every attempt, up to an hour."""
    delivery_lease: timedelta = timedelta(seconds=90)
    """How long a delivery is its sender's alone; after that the sender counts as dead and it is sent again."""

    @model_validator(mode="after")
    def _a_lease_outlasts_its_attempt(self) -> Self:
        """Refuse a lease that a living sender can outlast: two would send the same, each right in his own eyes."""
        longest = 2 * max(self.smtp_timeout, self.webhook_timeout)
        if self.delivery_lease < longest + timedelta(seconds=10):
            message = f"CHUNFENG_DELIVERY_LEASE must exceed the longest attempt, {longest}, by ten seconds"
            raise ValueError(message)
        return self
