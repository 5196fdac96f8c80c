"""The demo's look at the brochures: every department has made one, and its code opens the very file on record."""

import asyncio
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import httpx

DEPARTMENTS: Final = 17
_PATIENCE_SECONDS: Final = 60.0


class Brochures:
    """Asks the policy service for its brochures and fetches them as anybody with a phone would."""

    def __init__(self, client: httpx.AsyncClient, address: str, token: str) -> None:
        """Take the policy service's address, and a key that may read."""
        self._client = client
        self._address = address
        self._headers = {"Authorization": f"Bearer {token}"}

    async def collect(self, campaign: str, folder: Path) -> list[str]:
        """Fetch every brochure into `folder`; return what is wrong with them."""
        board = await self._board(campaign)
        await asyncio.to_thread(folder.mkdir, parents=True, exist_ok=True)
        wrong = [f"{name}未制作宣传册 has made no brochure" for name in board["missing"]]
        if board["of"] != DEPARTMENTS:
            wrong.append(f"{board['of']} departments on the board, {DEPARTMENTS} expected")
        for place, department in enumerate(board["departments"], start=1):
            for brochure in department["brochures"]:
                pdf = await self._scanned(brochure["code"])
                if hashlib.sha256(pdf).hexdigest() != brochure["pdf_sha256"]:
                    wrong.append(f"{department['name']}: the file behind {brochure['code']} is not the one on record")
                (folder / f"{place:02d}-{department['name']}-第{brochure['edition']}版.pdf").write_bytes(pdf)
        return wrong

    async def _board(self, campaign: str) -> dict[str, Any]:
        """Return the board once every edition has been printed; printing goes on beside everything else."""
        asked: Mapping[str, str] = {"campaign": campaign}
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while True:
                answer = await self._client.get(f"{self._address}/v1/brochures", params=asked, headers=self._headers)
                board: dict[str, Any] = answer.raise_for_status().json()
                if all(one["pdf_sha256"] for unit in board["departments"] for one in unit["brochures"]):
                    return board
                await asyncio.sleep(0.5)

    async def _scanned(self, code: str) -> bytes:
        (await self._client.get(f"{self._address}/b/{code}")).raise_for_status()
        return (await self._client.get(f"{self._address}/b/{code}.pdf")).raise_for_status().content
