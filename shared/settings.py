"""Settings every service has: read once from CHUNFENG_* variables or from secret files, then passed as arguments."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy import URL, make_url

SECRETS = Path("/run/secrets")
_TOO_WELL_KNOWN = {"changeme", "password", "postgres", "secret", "admin", "chunfeng"}


def _not_well_known(secret: SecretStr) -> SecretStr:
    if secret.get_secret_value().lower() in _TOO_WELL_KNOWN:
        message = "this password is known to everybody; generate one (deploy/secrets.sh)"
        raise ValueError(message)
    return secret


Password = Annotated[SecretStr, AfterValidator(_not_well_known)]


class FromEnvironment(BaseSettings):
    """Whatever is read from CHUNFENG_* variables and secret files."""

    model_config = SettingsConfigDict(env_prefix="CHUNFENG_", secrets_dir=SECRETS if SECRETS.is_dir() else None)


class ServiceSettings(FromEnvironment):
    """What every service needs to run."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    host: str = "127.0.0.1"
    port: int = Field(ge=0, le=65535)
    database_url: str
    database_password: Password | None = None
    nats_url: str
    nats_user: str | None = None
    nats_password: Password | None = None
    nats_issuer_seed: SecretStr | None = None
    """With it the service answers NATS' question whether to let a unit in; the one that keeps the keys has it."""
    seal_seed: SecretStr | None = None
    """Seed of the Ed25519 key that seals the evidence chains, in hex; without it they are not sealed."""
    webhooks_here: bool = False
    """Whether units may have facts sent to addresses of this very host."""
    log_format: Literal["json", "console"] = "json"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    rehearsal: bool = False
    """Follow the conductor's clock; outside rehearsal nobody can move time."""
    relay: bool = True
    """False on an instance that only takes events while another one of its service relays."""
    addresses: dict[str, str] = {}
    """Where people find each service, for links: {"approvals": "https://…"}; else by port on the same host."""
    fonts_folder: Path | None = None
    """Fonts beside those the system has, for whatever is printed."""
    max_body_bytes: int = 1024 * 1024
    readers: int = Field(default=250, ge=1)
    """Streams of the feed and requests that wait for it, at a time in this process."""
    readers_of_a_key: int = Field(default=20, ge=1)
    """A unit has a few systems with a few processes."""
    live_pages: int = Field(default=250, ge=1)
    """Pages that are live at a time in this process."""
    live_pages_of_a_key: int = Field(default=100, ge=1)
    """A whole unit looks with its one key."""
    retention_days: int = Field(default=180, ge=1, le=3660)
    """How long a contact's name and number are kept (row 89)."""
    otlp_endpoint: str | None = None
    """An OpenTelemetry collector to send traces to, such as http://collector:4318; without it none are made."""
    log_folder: Path | None = None
    """Where log lines are kept beside stdout, a file a day, for the six months the law asks for."""
    log_days: int = Field(default=190, ge=183)
    """Days a log file is kept (Cybersecurity Law art. 21: at least six months)."""
    crash_at: str | None = None
    """Name of a point at which the process kills itself; the chaos harness sets it, nothing else should."""

    @property
    def nats_urls(self) -> list[str]:
        """The servers to connect to, any of which will do."""
        return self.nats_url.split(",")

    @property
    def database(self) -> URL:
        """The database's address with its password."""
        url = make_url(self.database_url)
        if self.database_password is not None:
            url = url.set(password=self.database_password.get_secret_value())
        return url
