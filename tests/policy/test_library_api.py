"""The library over HTTP: filtered, searched in Chinese, with the file that was handed in; the board names who owes."""

import hashlib
from datetime import date
from typing import Any

import pytest

from tests.builders import BANNER, DRC, session_scheduled, unit
from tests.policy.library import ENERGY, brochure_published, heard, policy_listed, policy_office
from tests.posting import Office
from tests.systems import System

PDF = b"%PDF-1.7\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
POLICIES = [
    policy_listed(
        1, title="鄂尔多斯市源网荷储一体化若干措施（示例）", topics=["energy"], text="一、绿电直供。\n二、储能补贴。"
    ),
    policy_listed(
        2,
        level="region",
        number="内政办发〔2020〕18号",
        issuer="自治区政府办公厅",
        issued_on=date(2020, 3, 1),
        topics=["energy", "tax"],
    ),
    policy_listed(
        3,
        level="national",
        number="国发〔2021〕7号",
        issuer="国务院",
        issued_on=date(2021, 9, 1),
        topics=["tax"],
        valid_until=date(2021, 12, 31),
    ),
]


async def found(office: Office, **asked: str) -> list[str]:
    answer = await office.client.get("/v1/policies", params=asked, headers=office.key(DRC))
    assert answer.status_code == 200, answer.text
    return [one["policy"].removeprefix("city-2021-") for one in answer.json()]


@pytest.mark.row(50)
async def test_the_library_is_filtered_by_level_and_topic_and_searched_in_chinese(system: System) -> None:
    async with policy_office(system, *((one, ENERGY) for one in POLICIES)) as (office, _):
        assert await found(office) == ["3", "1", "2"], "the newest first"
        assert await found(office, level="region") == ["2"]
        assert await found(office, topic="tax") == ["3", "2"]
        assert await found(office, level="national", topic="energy") == []
        assert await found(office, in_force_on="2022-03-16") == ["1", "2"]
        assert await found(office, q="储能 源网荷储") == ["1"], "words of title and text"
        assert await found(office, q="〔２０２０〕18号") == ["2"], "whatever its width and brackets"
        assert await found(office, q="节能降碳") == ["3", "2"]
        assert await found(office, q="没有这样的词") == []
        wrong = await office.client.get("/v1/policies", params={"level": "galaxy"}, headers=office.key(DRC))
        assert wrong.status_code == 422
        assert (await office.client.get("/v1/policies")).status_code == 401


@pytest.mark.row(50)
async def test_a_policys_file_is_handed_in_kept_by_its_hash_and_read_again(system: System) -> None:
    async with policy_office(system) as (office, _):
        by_name = await office.client.post("/v1/files", content=b"MZ, named a.pdf", headers=office.key(ENERGY))
        assert by_name.status_code == 415
        assert (await office.client.post("/v1/files", content=PDF, headers=office.key(BANNER))).status_code == 403
        handed = (await office.client.post("/v1/files", content=PDF, headers=office.key(ENERGY))).json()
        assert handed == {"sha256": hashlib.sha256(PDF).hexdigest(), "bytes": len(PDF)}
        unknown = policy_listed(1, file={"sha256": "0" * 64, "name": "原件.pdf"})
        assert (await office.post(unknown, ENERGY)).status_code == 422
        await office.accepted((policy_listed(1, file={"sha256": handed["sha256"], "name": "原件.pdf"}), ENERGY))
        file = await office.client.get(f"/v1/files/{handed['sha256']}", headers=office.key(DRC))
        assert (file.content, file.headers["content-type"]) == (PDF, "application/pdf")
        cookie = {"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}"}
        assert (await office.client.get("/library/city-2021-1/file.pdf", headers=cookie)).content == PDF


async def board(office: Office) -> dict[str, Any]:
    answer = await office.client.get("/v1/brochures?campaign=spring-2022", headers=office.key(DRC))
    told: dict[str, Any] = answer.json()
    return told


@pytest.mark.row(51, 55)
async def test_the_board_names_who_owes_a_brochure_and_what_has_aged_once_the_session_is_announced(
    system: System,
) -> None:
    old = policy_listed(1, issued_on=date(2019, 3, 15), number="鄂府办发〔2019〕1号")
    async with policy_office(system, (old, ENERGY), (policy_listed(2), ENERGY)) as (office, _):
        empty = await board(office)
        assert (empty["made"], empty["of"], len(empty["missing"])) == (0, 17, 17)
        assert unit("office").name not in empty["missing"]
        await office.accepted((brochure_published(1, 2), ENERGY))
        one = await board(office)
        assert (one["made"], len(one["missing"]), "市能源局" in one["missing"]) == (1, 16, False)
        assert [each["aged"] for bureau in one["departments"] for each in bureau["brochures"]] == [[]]
        await heard(system, (1, session_scheduled()), service="approvals", first=100)
        aged = [each["aged"] for bureau in (await board(office))["departments"] for each in bureau["brochures"]]
        assert aged == [[old.title]], "issued a day before the three years that end with the session"
        refused = await office.post(brochure_published(1, 2, changes="再版"), ENERGY)
        assert (refused.status_code, refused.json()["row"]) == (422, 51)
