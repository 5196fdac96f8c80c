"""`python -m deploy.contracts` writes docs/contracts, docs/events.md and missing golden files from the code.

It refuses to publish a schema that breaks the one published before: that is a new type, `….v2`, beside the old one.
`--anew` overrules it and writes the golden files anew: for events that nobody has relied on yet.
"""

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from deploy.contracts import asyncapi, examples, openapi, reference, roles, table
from deploy.contracts.schemas import breaking
from deploy.prepare import SERVICES
from shared.events import EVENTS
from shared.web.openapi import json_schema

ROOT: Final = examples.ROOT
_REFUSED: Final = """已发布的合同不能这样改，请另立新版本（….v2）；尚无人使用的，可加 ARGS=--anew。
This breaks what was published: make it a new type, or ARGS=--anew if nobody relies on it yet."""
SCHEMAS: Final = Path("docs", "contracts", "schemas")


def _json(value: Any) -> str:  # noqa: ANN401  (JSON)
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def documents(goldens: examples.Goldens) -> dict[Path, str]:
    """Return every document by its path below the root."""
    contracts = SCHEMAS.parent
    written = {SCHEMAS / f"{name}.json": _json(json_schema(event)) for name, event in EVENTS.items()}
    written |= {contracts / f"openapi-{service}.json": _json(openapi.document(service)) for service in SERVICES}
    written[contracts / "asyncapi.yaml"] = asyncapi.document(goldens)
    written[contracts / "reference.json"] = _json(reference.document(goldens))
    written[contracts / "roles.md"] = roles.document(goldens)
    written[Path("docs", "events.md")] = table.document()
    return written


def broken(root: Path) -> list[str]:
    """List what the events of today break of the schemas published in a folder."""
    found = []
    for name, event in EVENTS.items():
        published = root / SCHEMAS / f"{name}.json"
        if published.exists():
            old = json.loads(published.read_text(encoding="utf-8"))
            found += [f"{name}: {what}" for what in breaking(old, json_schema(event))]
    return found


def write(root: Path, *, anew: bool = False) -> None:
    """Write the golden files that are missing, or all anew, then the documents; a document of no event goes."""
    write_goldens(root, anew=anew)
    _write_documents(root, documents(examples.goldens(root)))


def write_goldens(root: Path, *, anew: bool = False) -> None:
    """Write the golden files that are missing, or all anew."""
    for event, example in examples.anew().items():
        if anew or not examples.golden_file(event, root).exists():
            _put(examples.golden_file(event, root), _json(example))


def _write_documents(root: Path, written: Mapping[Path, str]) -> None:
    for stale in set((root / SCHEMAS).glob("*.json")) - {root / path for path in written}:
        stale.unlink()
    for path, text in written.items():
        _put(root / path, text)


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Write everything, unless it breaks what was published."""
    anew = sys.argv[1:] == ["--anew"]
    if sys.argv[1:] and not anew:
        sys.exit(__doc__)
    if not anew and (found := broken(ROOT)):
        sys.exit("\n  ".join([_REFUSED, *found]))
    write(ROOT, anew=anew)


if __name__ == "__main__":
    main()
