"""Needs as spreadsheets: a banner downloads, edits and hands in again; what is wrong with a row is said of the row."""

from typing import Any

import pytest

from services.policy.sheets import NEEDS
from shared import sheets
from shared.events import NeedCollected
from tests.builders import BANNER, BANNER_SESSION, DRC
from tests.policy.library import policy_office
from tests.policy.visiting import FIRM, OTHER_FIRM, need
from tests.posting import Office
from tests.systems import System, until


def table(*rows: dict[str, Any]) -> bytes:
    return sheets.write_xlsx("企业政策需求", NEEDS, [{"session": BANNER_SESSION, **row} for row in rows])


async def hand_in(office: Office, content: bytes) -> dict[str, Any]:
    """Hand a table in and wait until all its rows have been posted."""
    answer = await office.client.post("/v1/imports/needs", content=content, headers=office.key(BANNER))
    assert answer.status_code == 202, answer.text
    told: dict[str, Any] = answer.json()

    async def finished() -> bool:
        nonlocal told
        told = (await office.client.get(f"/v1/imports/runs/{told['run']}", headers=office.key(BANNER))).json()
        return bool(told["finished"])

    await until(finished, within=20)
    return told


@pytest.mark.row(46, 77)
async def test_a_need_names_its_topic_and_a_table_goes_round_downloaded_edited_and_handed_in(
    system: System,
) -> None:
    first = {**FIRM, "topic": "tax", "question": "留抵退税如何申请？"}
    async with policy_office(system, (need(), BANNER)) as (office, _):
        body = need().model_dump(mode="json", exclude={"topic"})
        raw = {"specversion": "1.0", "id": "n-1", "source": BANNER.source, "type": NeedCollected.type, "data": body}
        without = await office.send(raw, BANNER)
        assert (without.status_code, without.json()["errors"][0]["path"]) == (422, "data.topic")
        run = await hand_in(
            office, table(first, {**OTHER_FIRM, "topic": "用水与取水", "session": "东胜区专场"}, {**FIRM, "topic": ""})
        )
        assert await system.count("policy", "need") == 3, "two new ones beside the one that was posted"
        assert [one["row"] for one in run["refused"]] == [4]
        assert "政策主题" in run["refused"][0]["zh"]

        cookie = {"Cookie": f"chunfeng_key={office.tokens[BANNER.unit]}"}
        mine = (await office.client.get(f"/sessions/{BANNER_SESSION}/needs.xlsx", headers=cookie)).content
        again = await hand_in(office, mine)
        assert await system.count("policy", "need") == 3, "handed in as it was, nothing changes"
        assert again["refused"] == []
        read = [dict(row.cells) for row in sheets.read(NEEDS, mine)]
        read[0]["withdrawn"] = "企业已自行解决"
        await hand_in(office, table(*read))
        assert await system.count("policy", "need WHERE withdrawn IS NOT NULL") == 1
        listed = (await office.client.get(f"/v1/sessions/{BANNER_SESSION}/needs", headers=office.key(DRC))).json()
        assert len(listed) == 2
