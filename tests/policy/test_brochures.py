"""A brochure in somebody's hands: its cover's code, scanned, leads to a page and to the very file that was printed."""

import hashlib
import io
import json
import re
from datetime import date

import pikepdf
import pypdfium2
import pytest
import zxingcpp
from PIL import Image

from tests.browsing import DESK, PHONE, chromium, picture, visit
from tests.builders import DRC, at, unit
from tests.policy.library import ENERGY, brochure_published, policy_listed, policy_office
from tests.posting import Office
from tests.systems import System, until


def rendered(pdf: bytes, page: int = 0, scale: float = 2) -> Image.Image:
    document = pypdfium2.PdfDocument(pdf)
    try:
        image: Image.Image = document[page].render(scale=scale).to_pil()
    finally:
        document.close()
    return image


def scanned(pdf: bytes) -> str:
    """Return what a phone reads from the cover, after it has been saved as a PNG."""
    file = io.BytesIO()
    rendered(pdf).save(file, "PNG")
    (code,) = zxingcpp.read_barcodes(Image.open(file))
    return code.text


def text(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


async def on_file(office: Office, code: str, edition: int = 1) -> dict[str, object]:
    """Wait until an edition has been printed, and return what the service says of it."""
    found: list[dict[str, object]] = []

    async def printed() -> bool:
        editions = (await office.client.get(f"/v1/brochures/{code}", headers=office.key(DRC))).json()
        found[:] = [one for one in editions if one["edition"] == edition and one["pdf_sha256"]]
        return bool(found)

    await until(printed, within=40)
    return found[0]


async def code_of(office: Office) -> str:
    board = (await office.client.get("/v1/brochures?campaign=spring-2022", headers=office.key(DRC))).json()
    (brochure,) = [one for department in board["departments"] for one in department["brochures"]]
    return str(brochure["code"])


async def file_of(office: Office, code: str, edition: int = 1) -> bytes:
    return (await office.client.get(f"/v1/brochures/{code}/{edition}.pdf", headers=office.key(DRC))).content


async def board_scans(office: Office) -> int:
    board = (await office.client.get("/v1/brochures?campaign=spring-2022", headers=office.key(DRC))).json()
    return sum(one["scans"] for department in board["departments"] for one in department["brochures"])


async def opened(office: Office, scan: str) -> tuple[str, str]:
    """Open what was scanned as anybody would; return the page's text and the hash of the PDF it offers first."""
    page = await office.client.get(scan)
    assert page.status_code == 200
    link = re.findall(r'href="(/b/[^"]+\.pdf)"', page.text)[0]
    file = await office.client.get(link)
    assert file.status_code == 200
    digest = hashlib.sha256(file.content).hexdigest()
    assert digest in page.text, "the page tells the hash to compare with"
    return page.text, digest


LEVELS = (("national", "国办发"), ("region", "内政办发"), ("city", "鄂府办发"))
LIBRARY = [
    (policy_listed(nth, level=level, number=f"{sign}〔2021〕9{nth:02d}号", valid_until=date(2024, 12, 31)), ENERGY)
    for nth, (level, sign) in enumerate(LEVELS * 4, start=1)
]


@pytest.mark.row(52, 53, 54)
async def test_a_scan_of_the_cover_opens_the_page_and_the_file_also_after_a_revision(system: System) -> None:
    first = brochure_published(*range(1, 13), foreword="本册供企业查阅。")
    async with policy_office(system, *LIBRARY, (first, ENERGY)) as (office, address):
        code = await code_of(office)
        stated = await on_file(office, code)
        pdf = await file_of(office, code)
        scan = scanned(pdf)
        assert scan == f"{address}/b/{code}"
        page, offered = await opened(office, scan)
        assert offered == hashlib.sha256(pdf).hexdigest() == stated["pdf_sha256"]
        assert "已修订" not in page
        check_pages(pdf, int(str(stated["pages"])))

        revised = brochure_published(*range(2, 13), changes="1号措施另行印发", published_at=at(9, days=1))
        await office.accepted((revised, ENERGY))
        newer = await on_file(office, code, 2)
        page, offered = await opened(office, scan)
        assert offered == newer["pdf_sha256"] != stated["pdf_sha256"]
        for said in ("本册已修订，现为第2版", "1号措施另行印发", "删去：《鄂尔多斯市节能降碳若干措施（示例1）》"):
            assert said in page
        assert f"/b/{code}/1.pdf" in page, "the edition that was printed can still be had"
        newest = await office.client.get(f"/b/{code}.pdf")
        assert newest.headers["cache-control"] == "no-cache", "a phone never keeps what may be revised"
        assert scanned(newest.content) == scan, "a reprint carries the same code"
        assert "替代第1版" in text(newest.content)

        await office.client.get(scan)
        assert await board_scans(office) == 3
        await system.rows("policy", "DELETE FROM printed")
        assert (await on_file(office, code))["pdf_sha256"] == stated["pdf_sha256"], "printed again, the same bytes"


def check_pages(pdf: bytes, pages: int) -> None:
    """See that cover, contents and summaries are there, level by level, and can be leafed through by bookmarks."""
    printed = re.sub(r"\s", "", text(pdf))
    assert printed.index("国家政策") < printed.index("自治区政策") < printed.index("市级政策")
    for part in ("用能与节能降碳政策宣传册", "市能源局", "第1版", "目录", "本册供企业查阅", "有效期至2024年12月31日"):
        assert part in printed
    assert "内政办发〔2021〕902号" in printed
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert len(document.pages) == pages
        with document.open_outline() as outline:
            assert [str(one.title) for one in outline.root][1:] == ["国家政策", "自治区政策", "市级政策"]


@pytest.mark.row(52, 53)
async def test_the_page_is_light_readable_on_a_phone_and_asks_no_other_host(system: System) -> None:
    forty = [
        (policy_listed(number, title=f"{'示例' * 20}{number}", summary="按规定给予支持。" * 80), ENERGY)
        for number in range(1, 41)
    ]
    async with policy_office(system, *forty, (brochure_published(*range(1, 41)), ENERGY)) as (office, address):
        code = await code_of(office)
        await on_file(office, code)
        sizes: list[int] = []
        async with chromium() as browser:
            for size, name in ((PHONE, "phone"), (DESK, "desk")):
                async with visit(browser, address, size=size) as page:
                    page.on("response", lambda one: sizes.append(int(one.headers.get("content-length", 10**6))))
                    await page.goto(f"{address}/b/{code}")
                    await page.get_by_role("heading", name="用能与节能降碳政策宣传册").wait_for()
                    assert await page.get_by_role("link", name="打开 PDF 全册").is_visible()
                    assert await page.evaluate("document.documentElement.scrollWidth") <= size[0]
                    assert float(str(await page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)"))) >= 16
                    await page.locator("details", has_text="市级政策").first.or_(page.locator("details").nth(1)).click()
                    if path := picture(f"brochure-{name}"):
                        await page.screenshot(path=path, full_page=name == "phone")
                    if name == "phone":
                        assert sum(sizes) < 60_000, sizes
                        await page.get_by_role("link", name="English").click()
                        await page.get_by_text("Open the PDF").wait_for()


@pytest.mark.row(54)
async def test_only_openings_by_others_are_counted_as_numbers_and_each_past_day_is_published_once(
    system: System,
) -> None:
    async with policy_office(system, *LIBRARY[:1], (brochure_published(1), ENERGY)) as (office, _):
        code = await code_of(office)
        await office.client.get(f"/b/{code}", headers={"Cookie": f"chunfeng_key={office.tokens[DRC.unit]}"})
        assert (await office.client.get(f"/b/{code}?lang=en")).status_code == 200
        office.client.cookies.clear()
        await office.client.head(f"/b/{code}")
        mistyped = code[:-1] + ("A" if code[-1] != "A" else "C")
        assert (await office.client.get(f"/b/{mistyped}")).status_code == 404
        assert await board_scans(office) == 0, "neither staff, nor a change of language, nor a wrong code"
        for _ in range(3):
            assert (await office.client.get(f"/b/{code.lower()}", follow_redirects=True)).status_code == 200
        assert await board_scans(office) == 3

        kept = "SELECT column_name FROM information_schema.columns WHERE table_name = 'scan'"
        assert {row["column_name"] for row in await system.rows("policy", kept)} == {"code", "day", "scans", "told"}
        past = "INSERT INTO scan (code, day, scans, told) VALUES ($1, $2, 5, false)"
        await system.rows("policy", past, code, date(2022, 3, 14))

        async def told() -> bool:
            return await system.count("policy", "outbox WHERE type = 'chunfeng.brochure.scanned.v1'") == 1

        await until(told)
        (fact,) = await system.rows("policy", "SELECT envelope FROM outbox WHERE type = 'chunfeng.brochure.scanned.v1'")
        data = json.loads(str(fact["envelope"]))["data"]
        assert (data["day"], data["scans"], data["department"]) == ("2022-03-14", 5, unit("energy").code)
