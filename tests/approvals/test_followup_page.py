"""A department follows up its deferred and forwarded applications with a browser."""

import pytest

from shared.vocabulary import Outcome
from tests.approvals.following import DEFERRED, LIST, SUBJECT, made_good
from tests.approvals.rehearsing import on_the_campaigns_clock, pass_to
from tests.approvals.test_ledger import application
from tests.browsing import PHONE, chromium, picture, reachable, visit
from tests.builders import at, caller, owner
from tests.posting import Office
from tests.systems import System

HTML = {"Accept": "text/html"}


def cookie(office: Office, unit: str) -> dict[str, str]:
    return {**HTML, "Cookie": f"chunfeng_key={office.tokens[unit]}"}


@pytest.mark.row(19, 92)
async def test_a_clerk_records_materials_with_a_phone_and_revokes_only_after_being_asked(system: System) -> None:
    posts = [DEFERRED, *application(2, Outcome.DEFERRED)]
    async with on_the_campaigns_clock(system, *posts) as (office, held):
        await pass_to(office, held, at(12, days=31))
        async with (
            reachable(system, "approvals", rehearsal=True) as address,
            chromium() as browser,
            visit(browser, address, token=office.tokens[owner().unit], size=PHONE) as page,
        ):
            await page.goto(f"{address}/followup")
            item = page.locator("section.card", has_text=LIST[0])
            await item.get_by_text("办理", exact=True).click()
            if path := picture("followup-phone"):
                await page.screenshot(path=path, full_page=True)
            assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
            await item.get_by_label(LIST[1]).uncheck()
            await item.get_by_label("交件人").fill("丙（虚构）")
            await item.get_by_label("收件人").fill("丁（虚构）")
            await item.get_by_role("button", name="登记补正").click()
            await page.get_by_role("heading", name="办理过程").wait_for()
            assert await page.get_by_text("补正材料").first.is_visible()

            await page.goto(f"{address}/followup")
            assert await page.locator("section.card", has_text=LIST[1]).get_by_text(f"尚缺：{LIST[1]}").is_visible()
            other = page.locator("section.card", has_text="环评批复原件")
            await other.get_by_text("办理", exact=True).click()
            await other.get_by_label("撤销原因").fill("经催告仍未提交")
            await other.get_by_label("撤销人").fill("丁（虚构）")
            page.once("dialog", lambda dialog: dialog.dismiss())
            await other.get_by_role("button", name="撤销").click()
            assert await system.count("approvals", "followup WHERE state = 'revoked'") == 0
            page.once("dialog", lambda dialog: dialog.accept())
            await other.get_by_role("button", name="撤销").click()
            await page.get_by_role("heading", name="办理过程").wait_for()
            assert await system.count("approvals", "followup WHERE state = 'revoked'") == 1


@pytest.mark.row(20, 72)
async def test_receipt_and_result_of_a_forwarded_application_are_recorded_once_however_often_sent(
    system: System,
) -> None:
    async with on_the_campaigns_clock(system, *application(3, Outcome.FORWARDED)) as (office, _):
        page = await office.client.get("/followup", headers=cookie(office, owner().unit))
        assert page.status_code == 200
        forwarded = application(3, Outcome.FORWARDED)[0][0]
        key = {name: str(value) for name, value in forwarded.model_dump(exclude={"project"}, mode="json").items()}
        form = {**key, "subject": forwarded.subject, "event_id": "form-1"}
        receipt = form | {"receipt_number": "内环受〔2022〕18号", "received_on": "2022-03-18"}
        for _ in range(2):
            answer = await office.client.post("/followup/received", data=receipt, headers=cookie(office, owner().unit))
            assert (answer.status_code, answer.headers["location"]) == (303, f"/applications/{forwarded.subject}")
        early = form | {"event_id": "form-2", "result": "granted", "document": "内环审〔2022〕7号"}
        early |= {"decided_on": "2022-03-10", "told_at": "2022-03-20T09:00", "told_how": "电话"}
        refused = await office.client.post("/followup/resolved", data=early, headers=cookie(office, owner().unit))
        assert refused.status_code == 422
        assert "早于签批日期2022-03-16" in refused.text
        assert 'value="内环审〔2022〕7号"' in refused.text
        right = early | {"event_id": "form-3", "decided_on": "2022-03-20"}
        assert (
            await office.client.post("/followup/resolved", data=right, headers=cookie(office, owner().unit))
        ).status_code == 303
        assert await system.count("approvals", "outbox WHERE type LIKE 'chunfeng.forward.%'") == 2


@pytest.mark.row(19, 88)
async def test_nobody_elses_items_have_forms_and_a_foreign_form_is_refused(system: System) -> None:
    water = caller("water")
    posts = [DEFERRED, *application(4, None)]
    async with on_the_campaigns_clock(system, *posts, callers=(water,)) as (office, _):
        assert SUBJECT not in (await office.client.get("/followup", headers=cookie(office, water.unit))).text
        form = made_good().model_dump(mode="json") | {"subject": SUBJECT, "event_id": "form-1"}
        answer = await office.client.post("/followup/made-good", data=form, headers=cookie(office, water.unit))
        assert answer.status_code == 403
        assert "由市生态环境局办理" in answer.text
        assert await system.count("approvals", "outbox WHERE type LIKE 'chunfeng.deferral.%'") == 0
        unknown = await office.client.post("/followup/unknown", data=form, headers=cookie(office, water.unit))
        assert unknown.status_code == 404
