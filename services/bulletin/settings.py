"""Settings of the bulletin service."""

from datetime import timedelta
from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Where bulletins go, and how patiently."""

    port: int = 8104
    outbox_folder: Path = Path("out/bulletins")
    """Where editions are delivered as files, one folder per recipient of channel `folder`."""
    smtp_host: str | None = None
    smtp_port: int = 25
    smtp_sender: str = "bulletin@chunfeng.invalid"
    smtp_timeout: timedelta = timedelta(seconds=20)
    """How long the mail server may take to answer; three times this lies below the lease."""
    correction_quiet: timedelta = timedelta(minutes=10)
    """A correction waits until its session has been quiet this long, so that late facts come in one."""
    look_again_before: timedelta = timedelta(hours=2)
    """From this long before the limit, an outstanding session is looked at on every tick."""
    delivery_attempts: int = 12
    delivery_first_wait: timedelta = timedelta(seconds=20)
    """Doubles with every attempt, up to an hour."""
    delivery_lease: timedelta = timedelta(seconds=90)
    """How long a delivery is its sender's alone; after that the sender counts as dead and it is sent again."""
