"""What the demo takes along from the approvals service: the ledger, the desk signs, and whether the queues are done."""

import asyncio
from pathlib import Path
from typing import Any, Final

import httpx

from shared.events import CampaignPlanned
from shared.vocabulary import Outcome

_FORMS: Final = ("csv", "xlsx")


class Ledger:
    """The ledger as the approvals service shows it at the end."""

    def __init__(self, client: httpx.AsyncClient, address: str, token: str) -> None:
        """Take a client, where the service is, and a key that may read."""
        self._client = client
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}
        self.lights: dict[str, int] = {}

    async def collect(self, plan: CampaignPlanned, folder: Path) -> list[str]:
        """Save ledger and desk signs into a folder; return where the service's own figures disagree."""
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        wrong, lines = [], await self._lines(plan.campaign)
        for form in _FORMS:
            content = (await self._get(f"/v1/campaigns/{plan.campaign}/ledger.{form}")).content
            (folder / f"ledger.{form}").write_bytes(content)
        for one in plan.sessions:
            signs = (await self._get(f"/v1/sessions/{one.session}/desk-signs.pdf")).content
            (folder / f"desk-signs-{one.session}.pdf").write_bytes(signs)
            left = [
                t for t in (await self._get(f"/v1/sessions/{one.session}/queue")).json() if t["stage"] != "finished"
            ]
            wrong += [f"{one.name}: {turn['owner_name']} is still {turn['stage']}" for turn in left]
            totals = (await self._get(f"/v1/sessions/{one.session}/totals")).json()
            wrong += self._disagreements(one.name, [line for line in lines if line["session"] == one.session], totals)
        return wrong

    async def _lines(self, campaign: str) -> list[dict[str, Any]]:
        page = (await self._get(f"/v1/campaigns/{campaign}/ledger?size=500")).json()
        self.lights = page["lights"]
        lines: list[dict[str, Any]] = page["lines"]
        return lines

    def _disagreements(self, name: str, lines: list[dict[str, Any]], totals: dict[str, Any]) -> list[str]:
        """Compare the ledger's lines with the session's totals by outcome."""
        wrong = []
        for outcome in Outcome:
            counted = sum(one["applications"] for one in totals["counts"] if one["outcome"] == outcome)
            shown = sum(line["outcome"] == outcome for line in lines)
            if counted != shown:
                wrong.append(f"{name}: the ledger shows {shown} {outcome}, the totals {counted}")
        return wrong

    async def _get(self, path: str) -> httpx.Response:
        answer = await self._client.get(f"{self._address}{path}", headers=self._headers)
        return answer.raise_for_status()
