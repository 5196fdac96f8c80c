"""What the demo shows and checks: the PDFs' text, the bulletin's totals and the approvals service's own must agree."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pypdfium2

from shared.vocabulary import Level, Outcome

_SENTENCE: Final = re.compile(
    r"共办理审批事项(?P<decided>\d+)项，其中审批(?P<approved>\d+)项、容缺审批(?P<deferred>\d+)项、"
    r"转报上报(?P<forwarded>\d+)项；市级(?P<city>\d+)项(?:、旗区级(?P<banner>\d+)项)?；"
    r"(?:当场制发证照(?P<licences>\d+)本|未当场制发证照)"
)
# The extraction order puts what stands outside the running text at each page's end.
_NUMBER: Final = re.compile(r"(演示数据)?—\d+—$")
_HEAD: Final = re.compile(r"“[^“”]*”春风行动简报(?:增刊)?第\d+期.*?\d{4}年\d+月\d+日(?=(演示数据)?—\d+—$)")
_FIGURES: Final = ("decided", "approved", "deferred", "forwarded", "city", "banner", "licences")

Cells = dict[tuple[str, str, str | None], int]


@dataclass
class Session:
    """One session's outcome as three witnesses tell it."""

    session: str
    editions: list[dict[str, Any]] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)
    own: dict[str, Any] = field(default_factory=dict)
    printed: dict[str, int] = field(default_factory=dict)
    deliveries: list[dict[str, Any]] = field(default_factory=list)
    disagreements: list[str] = field(default_factory=list)

    @property
    def is_wrapup(self) -> bool:
        """Tell the campaign's wrap-up from a session's bulletin."""
        return bool(self.editions) and self.editions[0]["series"] == "supplement"


def pdf_text(pdf: bytes) -> str:
    """Return a PDF's running text without white space: masthead, demo mark and page numbers left out."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [re.sub(r"\s", "", page.get_textpage().get_text_bounded()) for page in document]
    finally:
        document.close()
    return "".join(_NUMBER.sub("", _HEAD.sub("", page)) for page in pages)


def printed_figures(pdf: bytes) -> dict[str, int]:
    """Return the figures of the totals sentence as printed; none if the sentence is not there."""
    found = _SENTENCE.search(pdf_text(pdf))
    return {name: int(found[name] or 0) for name in _FIGURES} if found else {}


def cells(rows: list[dict[str, Any]]) -> Cells:
    """Index counts by level, formality and outcome."""
    return {(row["level"], row["formality"], row["outcome"]): row["applications"] for row in rows}


def figures(counts: Cells, licences: int) -> dict[str, int]:
    """Add counts up to the figures of the totals sentence."""

    def decided(part: str | None = None) -> int:
        return sum(n for key, n in counts.items() if key[2] is not None and (part is None or part in key))

    sums = {outcome.value: decided(outcome.value) for outcome in Outcome}
    sums |= {level.value: decided(level.value) for level in Level}
    return {name: {**sums, "decided": decided(), "licences": licences}[name] for name in _FIGURES}


def sums(parts: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Add the sessions' own totals up, as the approvals service states them: what the wrap-up has to say."""
    whole, counts = Counter[str](), Counter[tuple[str, str, str | None]]()
    for part in parts:
        whole.update({name: part[name] for name in ("docketed", "withdrawn", "licences")})
        counts.update(cells(part["counts"]))
    names = ("level", "formality", "outcome")
    rows = [dict(zip(names, key, strict=True)) | {"applications": count} for key, count in counts.items()]
    return {**whole, "counts": rows}


class Reporter:
    """Collects the outcome from the services and writes it down."""

    def __init__(self, client: httpx.AsyncClient, addresses: Mapping[str, str], token: str) -> None:
        """Take where to ask, and a key that may read."""
        self._client = client
        self._addresses = addresses
        self._headers = {"Authorization": f"Bearer {token}"}

    async def _get(self, service: str, path: str) -> httpx.Response:
        answer = await self._client.get(self._addresses[service] + path, headers=self._headers)
        return answer.raise_for_status()

    async def collect(self, folder: Path) -> list[Session]:
        """Fetch every edition into `folder` and every witness's figures; returns sessions by issue number."""
        sessions: dict[str, Session] = {}
        for edition in (await self._get("bulletin", "/v1/bulletins")).json():
            one = sessions.setdefault(edition["session"], Session(edition["session"]))
            one.editions.append(edition)
            pdf = (await self._get("bulletin", edition["pdf"])).content
            correction = f"-correction-{edition['revision']}" if edition["revision"] else ""
            supplement = "supplement-" if edition["series"] == "supplement" else ""
            (folder / f"{supplement}{edition['number']:02d}-{edition['session']}{correction}.pdf").write_bytes(pdf)
            one.data = (await self._get("bulletin", edition["data"])).json()
            one.printed = printed_figures(pdf)
        own = [one for one in sessions.values() if not one.is_wrapup]
        for one in own:
            one.own = (await self._get("approvals", f"/v1/sessions/{one.session}/totals")).json()
        for one in sessions.values():
            if one.is_wrapup:
                one.own = sums(one.own for one in own)
            one.deliveries = (await self._get("bulletin", f"/v1/deliveries?session={one.session}")).json()
            one.disagreements = disagreements(one)
        return list(sessions.values())


def disagreements(one: Session) -> list[str]:
    """Name every figure on which the three witnesses differ."""
    found = []
    bulletin, approvals = cells(one.data["totals"]["cells"]), cells(one.own["counts"])
    if bulletin != approvals:
        found.append(f"{one.session}: bulletin's totals {bulletin} ≠ approvals' totals {approvals}")
    found += [
        f"{one.session}: {name} {one.data['totals'][name]} ≠ {one.own[name]}"
        for name in ("docketed", "withdrawn", "licences")
        if one.data["totals"][name] != one.own[name]
    ]
    expected = figures(approvals, one.own["licences"])
    if one.printed != expected:
        found.append(f"{one.session}: printed {one.printed} ≠ {expected}")
    found += [
        f"{one.session}: {row['recipient']} {row['state']}" for row in one.deliveries if row["state"] != "delivered"
    ]
    return found


def unexpected(sessions: list[Session], path: Path) -> list[str]:
    """Compare with a hand count of the recording, where there is one."""
    if not path.exists():
        return []
    found = []
    expected = json.loads(path.read_text(encoding="utf-8"))["sessions"]
    collected = {one.session: one for one in sessions}
    for session, figures_ in expected.items():
        if (one := collected.get(session)) is None:
            found.append(f"{session}: no bulletin")
            continue
        at_end = figures_["at_end"]
        if cells(at_end["cells"]) != cells(one.data["totals"]["cells"]) or at_end["licences"] != one.own["licences"]:
            found.append(f"{session}: totals differ from the hand count of the recording")
        if len(one.editions) - 1 != figures_["revisions"]:
            found.append(f"{session}: {len(one.editions) - 1} corrections, {figures_['revisions']} expected")
    return found


def summary(sessions: list[Session]) -> dict[str, Any]:
    """Return the content of summary.json."""
    return {
        "sessions": [
            {
                "session": one.session,
                "name": one.data["session_name"],
                "number": one.editions[-1]["number"],
                "year": one.editions[-1]["year"],
                "complete": one.editions[-1]["complete"],
                "counts": one.data["totals"]["cells"],
                "docketed": one.own["docketed"],
                "withdrawn": one.own["withdrawn"],
                "licences": one.own["licences"],
                "sha256": one.editions[-1]["pdf_sha256"],
                "content_sha256": one.editions[-1]["sha256"],
                "issued_at": one.editions[0]["issued_at"],
                "due_at": one.editions[0]["due_at"],
                "editions": [
                    {key: edition[key] for key in ("revision", "issued_at", "complete", "sha256", "pdf_sha256")}
                    for edition in one.editions
                ],
                "deliveries": [
                    {key: row[key] for key in ("revision", "recipient", "channel", "state", "attempts", "delivered_at")}
                    for row in one.deliveries
                ],
            }
            for one in sessions
        ],
        "agree": not any(one.disagreements for one in sessions),
    }
