"""docs/operate.md names every setting with its default, and every log line, path and message it names is there."""

import importlib
import re
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from pydantic_settings import BaseSettings

from deploy.prepare import SERVICES
from shared.settings import ServiceSettings

ROOT: Final = Path(__file__).parents[1]
GUIDES: Final = {name: (ROOT / "docs" / name).read_text("utf-8") for name in ("operate.md", "operate.zh-CN.md")}
UNTOLD: Final = {"CRASH_AT"}
"""For the chaos harness alone."""
OTHERWISE: Final = {"PORT": "8101–8104", "PUBLIC_ADDRESS": "`http://127.0.0.1:8103`", "WEBHOOK_SECRETS": "`{}`"}
"""What each service has for itself or makes out, and the empty JSON object."""
BY_HOST: Final = ("SMTP_NAME",)
"""Of these the guide says how they are found."""
COMMA: Final = re.compile(r"[,、]\s*")

each_guide = pytest.mark.parametrize("guide", GUIDES)
pytestmark = pytest.mark.row(92)


def settings() -> dict[str, Any]:
    """Return every service's settings by name, with their defaults."""
    kinds: list[type[BaseSettings]] = [ServiceSettings]
    kinds += [importlib.import_module(f"services.{service}.settings").Settings for service in SERVICES]
    return {name.upper(): field for kind in kinds for name, field in kind.model_fields.items()}


@lru_cache(maxsize=1)
def sources() -> str:
    folders = (ROOT / "shared", ROOT / "services")
    return "".join(path.read_text("utf-8") for folder in folders for path in folder.rglob("*.py"))


def table(guide: str) -> dict[str, str]:
    """Return the guide's settings with the defaults it states, in its order."""
    _, _, rows = GUIDES[guide].partition("| `CHUNFENG_…` |")
    told: dict[str, str] = {}
    for row in rows.partition("\n\n")[0].splitlines()[2:]:
        _, named, default, *_ = row.split("|")
        names = re.findall(r"`([A-Z_]+)`", named)
        defaults = COMMA.split(default.strip()) if len(names) > 1 else [default.strip()]
        told |= dict(zip(names, defaults * (len(names) if len(defaults) == 1 else 1), strict=True))
    return told


def written(value: Any) -> str:  # noqa: ANN401  (any setting's)
    """Return a default as the guide writes it."""
    if isinstance(value, timedelta):
        seconds = int(value.total_seconds())
        size, unit = next(one for one in ((3600, "H"), (60, "M"), (1, "S")) if seconds % one[0] == 0)
        return f"`PT{seconds // size}{unit}`"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int) else f"`{value}`" if isinstance(value, (str, Path)) else "—"


@each_guide
def test_every_setting_is_told_with_its_default_and_every_one_told_exists(guide: str) -> None:
    told, known = table(guide), settings()
    expected = {name: written(field.get_default()) for name, field in known.items() if name not in UNTOLD}
    assert told == expected | {name: told.get(name, "") for name in BY_HOST} | OTHERWISE


@each_guide
def test_what_the_office_writes_into_its_file_of_settings_is_what_compose_hands_on(guide: str) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))
    handed = {
        name
        for service in SERVICES
        for name, value in compose["services"][service]["environment"].items()
        if value is None or str(value).startswith("${")
    }
    told = re.search(r"`ADDRESSES`.*?`PUBLIC_ADDRESS`", GUIDES[guide], re.DOTALL)
    assert told is not None
    assert {f"CHUNFENG_{name}" for name in re.findall(r"`([A-Z_]+)`", told[0])} == handed - {"CHUNFENG_NATS_URL"}


@each_guide
def test_every_log_line_it_names_is_written_somewhere(guide: str) -> None:
    named = set(re.findall(r"`([a-z]+\.(?!log`|json`)[a-z_]+)`", GUIDES[guide]))
    assert len(named) > 7
    assert [name for name in sorted(named) if f'"{name}"' not in sources()] == []


def test_both_languages_tell_of_the_same_things() -> None:
    """Commands, settings, log lines, addresses: all that stands as code outside of blocks."""
    english, chinese = (set(re.findall(r"`([!-~]+)`", re.sub("<.*?>", "<>", text))) for text in GUIDES.values())
    assert english == chinese
