"""Where a system's databases and stream are: of one that runs, of one started for the work alone, or of compose's."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import URL, make_url

from deploy.administration import PrepareSettings, running_in
from deploy.local import Local, seal_seed
from deploy.prepare import SERVICES


@dataclass(frozen=True)
class Standing:
    """The addresses of one system's parts."""

    databases: Mapping[str, URL]
    nats_url: str
    nats_user: str | None = None
    nats_password: str | None = None
    seal_seed: str | None = None
    replicas: int = 1
    local: Local | None = None
    """The system's own servers, where they were started for this work alone."""

    @property
    def nats_options(self) -> dict[str, str]:
        """Return who we are to NATS, where its address does not say it."""
        if self.nats_user is None or self.nats_password is None:
            return {}
        return {"user": self.nats_user, "password": self.nats_password}


def dsn(url: URL) -> str:
    """Return a database's address as asyncpg takes it."""
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


@contextmanager
def standing(folder: Path) -> Iterator[Standing]:
    """Yield the system of compose's settings, else the one that runs in `folder`, else start its servers meanwhile."""
    if "CHUNFENG_APPROVALS_DATABASE_URL" in os.environ:
        settings = PrepareSettings()
        password = settings.nats_password.get_secret_value() if settings.nats_password else None
        seed = settings.seal_seed.get_secret_value() if settings.seal_seed else None
        yield Standing(settings.databases(), settings.nats_url, settings.nats_user, password, seed, settings.replicas)
        return
    if (told := running_in(folder)) is not None:
        yield Standing(
            {name: make_url(url) for name, url in told["databases"].items()}, told["nats"], seal_seed=seal_seed(folder)
        )
        return
    local = Local(folder)
    local.postgres.start()
    local.nats.start()
    try:
        databases = {service: local.database(service) for service in SERVICES}
        yield Standing(databases, local.nats.url("operator"), local=local, seal_seed=seal_seed(folder))
    finally:
        local.nats.stop()
        local.postgres.stop()
