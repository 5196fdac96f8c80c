"""What an administrator does beside the services: prepare, keys. Works on `chunfeng up` and inside a container."""

import asyncio
import getpass
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr, ValidationError
from sqlalchemy import URL, make_url

from deploy.children import left_behind
from deploy.prepare import prepare_databases, prepare_stream
from services.approvals import keyring
from shared.database import Database
from shared.events import CampaignPlanned, Unit
from shared.settings import FromEnvironment, ServiceSettings
from shared.vocabulary import Role


def who() -> str:
    """Name who works on this host, for the audit trail."""
    try:
        return f"/operators/{getpass.getuser()}"
    except (KeyError, OSError):  # a container's user has no name
        return f"/operators/{os.getuid()}"


class NothingRunsError(SystemExit):
    """There is no running system to work on."""

    def __init__(self, folder: Path) -> None:
        """Say what to do."""
        super().__init__(f"{folder} 没有运行中的系统，请先运行 chunfeng up (nothing runs there; start `chunfeng up`)")


class PrepareSettings(FromEnvironment):
    """Addresses of everything, as compose gives them to its one-shot `prepare`."""

    nats_url: str
    nats_user: str | None = None
    nats_password: SecretStr | None = None
    approvals_database_url: str
    approvals_database_password: SecretStr | None = None
    forums_database_url: str
    forums_database_password: SecretStr | None = None
    policy_database_url: str
    policy_database_password: SecretStr | None = None
    bulletin_database_url: str
    bulletin_database_password: SecretStr | None = None
    replicas: int = 1
    seal_seed: SecretStr | None = None

    def databases(self) -> dict[str, URL]:
        """Return each service's database with its password."""
        pairs = {
            "approvals": (self.approvals_database_url, self.approvals_database_password),
            "forums": (self.forums_database_url, self.forums_database_password),
            "policy": (self.policy_database_url, self.policy_database_password),
            "bulletin": (self.bulletin_database_url, self.bulletin_database_password),
        }
        return {
            service: make_url(url).set(password=password.get_secret_value()) if password else make_url(url)
            for service, (url, password) in pairs.items()
        }


def prepare_all() -> None:
    """Prepare the databases and the stream by settings; without them, say which are missing."""
    try:
        settings = PrepareSettings()  # from the environment
    except ValidationError as failure:
        lacking = ", ".join(f"CHUNFENG_{error['loc'][0]}".upper() for error in failure.errors())
        en = "missing or wrong; `chunfeng up` prepares by itself"
        raise SystemExit(f"缺少或有误的设置：{lacking}；chunfeng up 自行准备，不需此命令 ({en})") from None
    password = settings.nats_password.get_secret_value() if settings.nats_password else None

    async def work() -> None:
        await prepare_databases(settings.databases())
        await prepare_stream(settings.nats_url, user=settings.nats_user, password=password, replicas=settings.replicas)

    asyncio.run(work())


def running_in(folder: Path) -> dict[str, Any] | None:
    """Return the addresses of the system that runs in a folder; None if none does, whatever a dead one left there."""
    path = folder / "addresses.json"
    if not path.exists() or left_behind(folder / "postgres"):
        return None
    addresses: dict[str, Any] = json.loads(path.read_text())
    return addresses


def addresses_in(folder: Path) -> dict[str, Any]:
    """Return the addresses of the system that runs in a folder, or say that none does."""
    if (addresses := running_in(folder)) is None:
        raise NothingRunsError(folder)
    return addresses


def approvals_database(folder: Path) -> Database:
    """Return the approvals service's database: by this container's settings, or that of the system in `folder`."""
    if "CHUNFENG_DATABASE_URL" in os.environ:
        return Database(ServiceSettings().database)  # from the environment
    return Database(make_url(addresses_in(folder)["databases"]["approvals"]))


def units_in(plan: Path) -> Sequence[Unit]:
    """Return the units of a plan."""
    return CampaignPlanned.model_validate_json(plan.read_bytes()).units


async def issue(
    database: Database, units: Sequence[Unit], codes: Sequence[str] | None, now: datetime, role: Role | None = None
) -> dict[str, str]:
    """Issue keys to units, those with these codes or all: for their own role, or the one named."""
    chosen = [unit for unit in units if codes is None or unit.code in codes]
    if codes and (unknown := set(codes) - {unit.code for unit in chosen}):
        raise SystemExit(f"计划中没有这些单位 the plan has no such units: {', '.join(sorted(unknown))}")
    try:
        return await keyring.issue(database, chosen, now, role=role, by=who())
    finally:
        await database.close()
