"""Fetch the uv that uv.lock names with nothing but a distribution's Python: no pip, no venv, no curl.

python3 -m deploy.uv_wheel .chunfeng/bin/uv
"""

import hashlib
import io
import os
import platform
import re
import sys
import tomllib
import zipfile
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urljoin
from urllib.request import urlopen

MIRRORS = ("UV_DEFAULT_INDEX", "UV_INDEX_URL", "PIP_INDEX_URL")
SYSTEMS = {"Linux": "manylinux", "Darwin": "macosx"}
ATTEMPTS = 3
TIMEOUT = 60


class NoUvError(Exception):
    """The locked uv cannot be had on this machine."""


def wheel_for(lock: str, system: str, machine: str) -> tuple[str, str]:
    """Look up the address and the SHA-256 of the wheel for one kind of machine."""
    uv = next(package for package in tomllib.loads(lock)["package"] if package["name"] == "uv")
    for wheel in uv["wheels"]:
        name = wheel["url"].rsplit("/", 1)[1]
        if SYSTEMS.get(system, "no wheel") in name and name.endswith(f"_{machine}.whl"):
            return str(wheel["url"]), wheel["hash"].removeprefix("sha256:")
    message = f"uv {uv['version']} has no wheel for {system} {machine}"
    raise NoUvError(message)


def address(url: str, environment: dict[str, str]) -> str:
    """Where to ask: the index this machine is told to use, else the file the lock names."""
    mirror = next((environment[name] for name in MIRRORS if environment.get(name)), None)
    if mirror is None:
        return url
    page = f"{mirror.rstrip('/')}/uv/"
    name = re.escape(url.rsplit("/", 1)[1])
    link = re.search(rf'href="([^"#]*{name})', download(page).decode())
    if link is None:
        message = f"{page} does not offer {name}"
        raise NoUvError(message)
    return urljoin(page, str(link[1]))


def download(url: str) -> bytes:
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urlopen(url, timeout=TIMEOUT) as answer:  # noqa: S310 - the lock's address or the configured index
                return bytes(answer.read())
        except (URLError, TimeoutError, ConnectionError) as problem:
            if attempt == ATTEMPTS:
                message = f"{url}: {problem}"
                raise NoUvError(message) from problem
    raise AssertionError


def unpack(wheel: bytes, target: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(wheel)) as content:
        binary = next(name for name in content.namelist() if name.endswith("/scripts/uv"))
        partial = target.with_name("uv.partial")
        target.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(content.read(binary))
    partial.chmod(0o755)
    partial.replace(target)


def fetch(lock: Path, target: Path, environment: dict[str, str]) -> None:
    url, sha256 = wheel_for(lock.read_text(), platform.system(), platform.machine())
    label = target.with_name("uv.sha256")
    if target.exists() and label.exists() and label.read_text() == sha256:
        return
    wheel = download(address(url, environment))
    if hashlib.sha256(wheel).hexdigest() != sha256:
        message = "the file is not the one uv.lock names (SHA-256 differs)"
        raise NoUvError(message)
    unpack(wheel, target)
    label.write_text(sha256)


if __name__ == "__main__":
    try:
        fetch(Path("uv.lock"), Path(sys.argv[1]), dict(os.environ))
    except NoUvError as reason:
        sys.exit(f"uv: {reason}")
