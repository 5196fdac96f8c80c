"""Personal data goes when its time is over, the counts remain; what is kept for ever never holds a number."""

import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from shared import contacts, logfiles
from shared.clock import SHANGHAI
from shared.personal import MOBILE
from shared.vocabulary import Role
from tests.builders import BANNER, DRC, ROOT, application_docketed
from tests.operating import token
from tests.posting import OPENED, approvals
from tests.systems import System

HTML = {"Accept": "text/html"}


@pytest.mark.row(89)
async def test_after_its_days_a_number_is_gone_and_the_count_stays(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        mine, foreign = ({**HTML, "Cookie": f"chunfeng_key={office.tokens[one.unit]}"} for one in (BANNER, DRC))
        form = {"purpose": "东胜区专场联络员", "name": "李四（虚构）", "phone": "138 1234 5678"}
        assert (await office.client.post("/contacts", data=form, headers=mine)).status_code == 303
        bad = await office.client.post("/contacts", data=form | {"phone": "见名片"}, headers=mine)
        assert (bad.status_code, "phone" in bad.text, 'value="见名片"' in bad.text) == (422, True, True)
        assert "138 1234 5678" in (await office.client.get("/contacts", headers=foreign)).text
        assert (await office.client.post("/contacts/1/forget", headers=foreign)).status_code == 404
        database = await system.database("approvals")
        assert await contacts.forget(database, datetime.now(UTC) + timedelta(days=179)) == 0
        assert await contacts.forget(database, datetime.now(UTC) + timedelta(days=181)) == 1
        page = (await office.client.get("/contacts", headers=mine)).text
        assert "李四" not in page
        assert "没有联系人" in page
        async with database.reading() as session:
            assert await contacts.counts(session) == [(BANNER.unit_name, 1, 0)]
        rows = await system.rows("approvals", "SELECT contact::text AS all FROM contact")
        assert "138" not in rows[0]["all"]
        assert await system.count("approvals", "outbox WHERE envelope LIKE '%138%5678%' OR envelope LIKE '%李四%'") == 0


@pytest.mark.row(89)
async def test_no_fact_takes_a_mobile_number_and_the_refusal_says_where_it_belongs(system: System) -> None:
    async with approvals(system, *OPENED) as office:
        event = application_docketed()
        project = event.project.model_copy(update={"name": "风电项目，联系 13812345678"})
        answer = await office.post(event.model_copy(update={"project": project}), DRC)
        assert (answer.status_code, answer.json()["row"]) == (422, 89)
        assert "/contacts" in answer.json()["title"]
        assert answer.json()["errors"][0]["path"] == "data.project.name"
        await office.accepted((event, DRC))


@pytest.mark.row(89)
@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("电话13812345678。", True),
        ("+86 13812345678", True),
        ("用字第15060020221号", False),
        ("150621202203169001", False),
        ("2203-150602-04-01-990159", False),
        ("91150600MA0N13812345678X", False),
    ],
)
def test_a_mobile_number_is_told_from_a_documents(text: str, holds: bool) -> None:  # noqa: FBT001
    assert bool(MOBILE.search(text)) is holds


@pytest.mark.row(83, 89)
def test_log_lines_are_kept_for_more_than_half_a_year_and_no_longer(tmp_path: Path) -> None:
    today = datetime.now(UTC)
    for days in (10, 184, 300):
        (tmp_path / f"forums-{(today - timedelta(days=days)).date().isoformat()}.jsonl").write_text("{}\n")
    (tmp_path / "policy-2001-01-01.jsonl").write_text("{}\n")
    out = io.StringIO()
    kept = logfiles.Kept(out, tmp_path, "forums", 190)
    kept.write('{"event": "one"}\n')
    kept.write('{"event": "two"}\n')
    kept.flush()
    kept.close()
    names = sorted(path.name for path in tmp_path.glob("forums-*.jsonl"))
    assert len(names) == 3
    assert not any((today - timedelta(days=300)).date().isoformat() in name for name in names)
    assert (tmp_path / names[-1]).read_text() == out.getvalue() == '{"event": "one"}\n{"event": "two"}\n'
    assert (tmp_path / "policy-2001-01-01.jsonl").exists()


WRITER = """
import sys
from pathlib import Path
from shared import logfiles
kept = logfiles.kept(sys.stdout, Path(sys.argv[1]), "forums", 190)
kept.write("told by the service\\n")
kept.flush()
print("a library's complaint", file=sys.stderr, flush=True)
"""


@pytest.mark.row(83, 89)
def test_a_service_of_this_machine_begins_its_own_file_anew_each_day(tmp_path: Path) -> None:
    """As `chunfeng up` starts it: both stdout and stderr are the file, which yesterday's lines are in."""
    now, log = datetime.now(SHANGHAI), tmp_path / "forums.jsonl"
    yesterday, long_ago = ((now - timedelta(days=days)).date().isoformat() for days in (1, 300))
    (tmp_path / f"forums-{long_ago}.jsonl").write_text("{}\n")
    log.write_text("yesterday's\n")
    os.utime(log, ((now - timedelta(days=1)).timestamp(),) * 2)
    with log.open("a") as file:
        subprocess.run([sys.executable, "-c", WRITER, str(tmp_path)], stdout=file, stderr=file, check=True, cwd=ROOT)  # noqa: S603
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "forums.jsonl": "told by the service\na library's complaint\n",
        f"forums-{yesterday}.jsonl": "yesterday's\n",
    }


@pytest.mark.row(88)
async def test_a_viewer_adds_no_contact(system: System) -> None:
    async with system.serving("forums") as client:
        cookie = {**HTML, "Cookie": f"chunfeng_key={await token(await system.database('forums'), Role.VIEWER)}"}
        form = {"purpose": "x", "name": "y", "phone": "0477-1234567"}
        assert (await client.post("/contacts", data=form, headers=cookie)).status_code == 403
