"""Ten sessions, from departments' posts to delivered bulletins, on the real parts: the main job and its replays."""

import json
import shutil
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from deploy.demo import report, run
from deploy.local import Local
from deploy.rebuild import rebuild_bulletin, rebuild_stream
from deploy.recovery import backup, restore, verify
from services.approvals.sheets import COLUMNS
from shared import sheets
from tests.campaign.outflow import KILLED, Outflow

pytestmark = [pytest.mark.slow, pytest.mark.timeout(480)]
_SOME = 3
"""Bulletins that are out before the campaign is backed up."""


class Campaign:
    """A campaign that was played, with everything it left."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.out, self.archive = folder / "system", folder / "out", folder / "midway.tar"
        self.outflow = Outflow()
        with ThreadPoolExecutor(1) as beside:
            saved = beside.submit(self._saved_midway)
            self.exit_code = run.run(self.out, folder=self.folder, beside=self.outflow.reading)
            self.midway = saved.result()
        self.summary: dict[str, Any] = json.loads((self.out / "summary.json").read_text(encoding="utf-8"))

    def _saved_midway(self) -> int:
        """Back up while the campaign goes on, as soon as some bulletins are out."""
        deadline = time.monotonic() + 300
        while len({path.name for path in (self.out / "deliveries").rglob("*.pdf")}) < _SOME:
            if time.monotonic() > deadline:
                return -1
            time.sleep(0.1)
        return backup(self.folder, self.archive, print)

    def session(self, division: str) -> dict[str, Any]:
        return next(one for one in self.summary["sessions"] if one["session"].endswith(division))

    def text(self, division: str, revision: int = 0) -> str:
        tail = f"-correction-{revision}" if revision else ""
        (path,) = self.out.glob(f"*-spring-2022-{division}{tail}.pdf")
        return report.pdf_text(path.read_bytes())

    def log(self, service: str) -> list[dict[str, Any]]:
        path = self.folder / "logs" / f"{service}.jsonl"
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("{")]


@pytest.fixture(scope="module")
def campaign(servers: Path) -> Iterator[Campaign]:
    folder = Path(mkdtemp(prefix="campaign-", dir=servers))  # its own, should it be played again after a failure
    folder.chmod(0o711)
    yield Campaign(folder)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.row(1, 59, 64, 90, 91)
def test_ten_sessions_become_ten_bulletins_whose_figures_agree(campaign: Campaign) -> None:
    assert campaign.exit_code == 0
    sessions = [one for one in campaign.summary["sessions"] if one["session"] != "spring-2022-wrapup"]
    assert [one["number"] for one in sessions] == list(range(1, 11))
    assert len([path for path in campaign.out.glob("[0-9]*.pdf") if "correction" not in path.name]) == 10
    assert [path.name for path in campaign.out.glob("supplement-01-*wrapup.pdf")]
    for one in campaign.summary["sessions"]:
        assert one["issued_at"] < one["due_at"]
        assert all(row["state"] == "delivered" for row in one["deliveries"])


@pytest.mark.row(65)
def test_every_recipient_has_the_same_bytes_by_folder_and_by_mail(campaign: Campaign) -> None:
    delivered = list((campaign.out / "deliveries").rglob("*.pdf"))
    hashes = {edition["pdf_sha256"] for one in campaign.summary["sessions"] for edition in one["editions"]}
    assert {run.sha256(path) for path in delivered} == hashes
    mails = list((campaign.out / "mail").glob("*.eml"))
    assert len(mails) == sum(
        row["channel"] == "smtp" for one in campaign.summary["sessions"] for row in one["deliveries"]
    )


@pytest.mark.row(57, 58)
def test_a_silent_unit_is_named_in_a_bulletin_issued_before_the_limit(campaign: Campaign) -> None:
    silent = campaign.session("150625")
    assert not silent["complete"]
    assert silent["issued_at"] < silent["due_at"]
    assert "截至" in campaign.text("150625")
    alarms = [
        line["hours"]
        for line in campaign.log("bulletin")
        if line["event"] == "bulletin.outstanding" and line["session"].endswith("150625")
    ]
    assert alarms == [12, 20, 23]


@pytest.mark.row(25, 63)
def test_a_correction_after_issue_shows_old_and_new_and_leaves_the_original(campaign: Campaign) -> None:
    before, after = campaign.text("150621"), campaign.text("150621", revision=1)
    assert "更正" not in before
    assert "更正说明" in after
    assert "原载" in after
    assert [edition["revision"] for edition in campaign.session("150621")["editions"]] == [0, 1]


@pytest.mark.row(19, 27, 90)
def test_a_deferral_falls_overdue_on_the_campaigns_clock_and_shows_red(campaign: Campaign) -> None:
    rows = sheets.read(COLUMNS, (campaign.out / "approvals" / "ledger.csv").read_bytes())
    (overdue,) = [row.cells for row in rows if row.cells["state"] == "overdue"]
    assert (overdue["light"], overdue["deadline"]) == ("red", "2022-03-21")
    (alarm,) = [line for line in campaign.log("approvals") if line["event"] == "deferral.overdue"]
    assert overdue["project_code"] in alarm["subject"]


@pytest.mark.row(17, 23, 24)
def test_the_days_were_pre_reviewed_queued_and_seated(campaign: Campaign) -> None:
    posted = [line.get("event_type") for line in campaign.log("approvals") if line.get("receipt")]
    for kind in ("docket.locked", "application.prereviewed", "application.returned", "enterprise.recalled"):
        assert f"chunfeng.{kind}.v1" in posted
    assert posted.count("chunfeng.enterprise.finished.v1") == 60
    assert len([*(campaign.out / "approvals").glob("desk-signs-*.pdf")]) == 10


@pytest.mark.row(82)
def test_a_decision_that_comes_after_the_bulletin_becomes_a_correction(campaign: Campaign) -> None:
    assert "（未办结）" in campaign.text("150624", revision=1)


@pytest.mark.row(83)
def test_one_grep_follows_an_event_from_its_post_to_the_page(campaign: Campaign) -> None:
    posted = next(
        line
        for line in campaign.log("approvals")
        if line.get("event_type") == "chunfeng.approval.signed.v1" and line.get("receipt") == "accepted"
    )
    name = posted["correlation_id"]

    def lines(service: str) -> set[str]:
        return {line["event"] for line in campaign.log(service) if name in json.dumps(line, ensure_ascii=False)}

    assert lines("approvals") == {"request", "facts.published"}
    assert lines("bulletin") >= {"facts.applied", "bulletin.issued"}


@pytest.mark.row(78)
def test_feed_stream_and_webhooks_each_tell_every_fact_once_though_a_service_was_killed_in_the_middle(
    campaign: Campaign,
) -> None:
    flow = campaign.outflow
    assert 0 < flow.killed_at < flow.last[KILLED]
    for service, last in flow.last.items():
        whole = list(range(1, last + 1))
        assert last > 20
        assert flow.paged[service] == whole, service
        assert flow.streamed[service] == whole, service
        assert flow.hooks[service].sequences == whole, service
        assert flow.hooks[service].forged == 0, service


@pytest.fixture(scope="module")
def restored(campaign: Campaign, servers: Path) -> Iterator[Path]:
    """Restore what was backed up amid the campaign into an empty folder; yield that."""
    archive, folder = campaign.archive, servers / "restored"
    assert campaign.midway == 0
    folder.mkdir()
    shutil.copy(campaign.folder / "seal_seed", folder)  # kept apart from the backups (docs/operate.md)
    assert restore(archive, folder, print) == 0
    assert restore(archive, folder, print) == 1, "only into empty databases"
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.row(86)
def test_a_backup_made_under_load_restored_into_an_empty_folder_has_the_same_hashes_and_verifies(
    campaign: Campaign, restored: Path
) -> None:
    said: list[str] = []
    assert verify(restored, said.append) == 0
    local = Local(restored)
    with local.postgres:
        rows = local.postgres.sql("SELECT pdf_sha256 FROM edition", database="bulletin").split()
    hashes = {edition["pdf_sha256"] for one in campaign.summary["sessions"] for edition in one["editions"]}
    assert _SOME <= len(rows) < len(hashes), "there were bulletins, and more to come"
    assert f"{len(rows)} 期 editions" in said[-1]
    assert set(rows) <= hashes


@pytest.mark.row(80)
def test_an_edited_fact_and_an_edited_page_are_found_and_named(restored: Path) -> None:
    local, said = Local(restored), list[str]()
    with local.postgres:
        edited = local.postgres.sql(
            "UPDATE outbox SET envelope = replace(envelope, '2022', '2023') WHERE sequence = 100 RETURNING event_id",
            database="approvals",
        ).strip()
        session = local.postgres.sql(
            "UPDATE edition SET pdf = pdf || '\\x20' WHERE number = 3 AND revision = 0 RETURNING session",
            database="bulletin",
        ).strip()
    assert verify(restored, said.append) == 1
    assert f"✗ approvals outbox #100 {edited}：与事件流中的不一致 (it differs from the stream)" in said
    assert f"✗ bulletin {session} r0：PDF 与其哈希不符 (its PDF is not the one that was issued)" in said
    assert any(line.startswith(f"✗ approvals outbox #100 {edited}") and "证据链" in line for line in said)
    assert len(said) == 4


@pytest.mark.row(56, 86)
def test_the_bulletin_database_dropped_and_replayed_prints_the_same_bytes(campaign: Campaign) -> None:
    said: list[str] = []
    assert rebuild_bulletin(campaign.folder, said.append) == 0
    editions = sum(len(one["editions"]) for one in campaign.summary["sessions"])
    assert said[-1].startswith(f"{editions} 期")


@pytest.mark.row(56, 86)
def test_a_wiped_stream_is_published_again_from_the_outboxes_and_prints_the_same_bytes(campaign: Campaign) -> None:
    Local(campaign.folder).nats.remove()
    said: list[str] = []
    assert rebuild_stream(campaign.folder, said.append) == 0
    assert rebuild_bulletin(campaign.folder, said.append) == 0
