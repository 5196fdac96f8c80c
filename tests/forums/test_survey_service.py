"""Surveys in the running service: pictures lose their position, findings bring issues, totals miss nothing."""

import io
from datetime import datetime
from typing import Any

import pytest
from PIL import Image

from services.forums import photos
from services.forums.domain.survey_refusals import NotAPicture
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE, OTHER_BANNER, at, session_scheduled
from tests.forums.desk import at_desk
from tests.forums.issuing import LAND
from tests.forums.surveying import CHOSEN, CODE, FILED, PRESENT, finding, photograph, survey_held
from tests.posting import Office
from tests.systems import System, fact, until

SURVEY = f"/v1/sessions/{BANNER_SESSION}/survey"


class Later:
    """A clock some days after the session's."""

    def __init__(self, *, days: int) -> None:
        self._days = days

    def now(self) -> datetime:
        return at(10, days=self._days)


async def upload(office: Office, content: bytes, by: Any = BANNER) -> Any:  # noqa: ANN401  (a caller; an answer)
    headers = office.key(by) | {"Content-Type": "image/jpeg"}
    return await office.client.post(f"{SURVEY}/photos", content=content, headers=headers)


@pytest.mark.row(42, 43, 44, 45)
async def test_a_survey_is_filed_chosen_held_and_its_findings_become_issues(system: System) -> None:
    async with at_desk(system, callers=(OTHER_BANNER,)) as (office, _):
        assert (await office.client.get(SURVEY, headers=office.key(DRC))).json()["readiness"] == "red"
        early = await office.post(CHOSEN[0], OFFICE, "choice")
        assert early.json()["status"] == "waiting"
        await office.accepted(FILED)
        assert (await office.client.get(SURVEY, headers=office.key(DRC))).json()["readiness"] == "green"
        await system.publish("approvals", fact("approvals", 1, session_scheduled()), session_scheduled().type)

        async def chosen() -> bool:
            return bool(await system.count("forums", "choice WHERE state = 'chosen'"))

        await until(chosen)
        await office.accepted(*PRESENT)

        kept = await upload(office, photograph())
        assert kept.status_code == 201
        sha256 = kept.json()["sha256"]
        picture = await office.client.get(f"{SURVEY}/photos/{sha256}", headers=office.key(DRC))
        assert picture.headers["content-type"] == "image/jpeg"
        assert not Image.open(io.BytesIO(picture.content)).getexif()

        await upload(office, photograph(size=(320, 200)))
        await office.accepted((finding(photos=[sha256]), BANNER), (survey_held(), BANNER))
        database = await system.database("forums")
        assert await photos.Clearing(database, Later(days=29)).clear() == 0
        assert await photos.Clearing(database, Later(days=31)).clear() == 1
        assert [row["sha256"] for row in await system.rows("forums", "SELECT sha256 FROM photo")] == [sha256]
        now = (await office.client.get(SURVEY, headers=office.key(DRC))).json()
        issues = await office.client.get(
            "/v1/campaigns/spring-2022/issues", params={"source": "survey"}, headers=office.key(DRC)
        )
    assert [one["name"] for one in now["roster"]] == ["市直1（虚构）", "代会人（虚构）", "旗区1（虚构）", "—"]
    assert (now["held"]["city"], now["held"]["findings"], now["held"]["projects"]) == (2, 1, 1)
    (line,) = issues.json()["lines"]
    assert (line["issue"], line["origin"], line["text"]) == ("survey-finding-1", "finding-1", "临时用电不足。")
    assert now["findings"][0]["photos"] == [sha256]
    assert now["choices"][0]["project_code"] == CODE


@pytest.mark.row(45, 88)
async def test_only_pictures_are_kept_and_only_from_those_on_the_survey(system: System) -> None:
    async with at_desk(system, callers=(OTHER_BANNER,)) as (office, _):
        refused = await upload(office, b"%PDF-1.7 not a picture")
        assert (refused.status_code, refused.json()["row"]) == (422, 45)
        assert "JPEG、PNG" in refused.json()["title"]
        assert (await upload(office, b"x" * (photos.MOST_BYTES + 1))).status_code == 413
        assert (await upload(office, photograph(), LAND)).status_code == 403
        assert (await upload(office, photograph(), OTHER_BANNER)).status_code == 403
        missing = await office.client.get(f"{SURVEY}/photos/{'5' * 64}", headers=office.key(DRC))
        assert missing.status_code == 404
        assert await system.count("forums", "photo") == 0


@pytest.mark.row(45)
@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_is_made_anew_upright_bounded_and_without_where_it_was_taken(form: str) -> None:
    taken = photograph(size=(3000, 1500), form=form)
    assert Image.open(io.BytesIO(taken)).getexif().get_ifd(0x8825)
    made = photos.made_anew(taken)
    read = Image.open(io.BytesIO(made.content))
    assert (read.format, read.size, dict(read.getexif())) == ("JPEG", (2048, 1024), {})
    for trace in (b"Exif", b"GPS", b"http://ns.adobe.com/xap"):
        assert trace not in made.content
    assert made == photos.made_anew(taken), "the same picture has the same name"


@pytest.mark.row(45)
@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a\x01\x00\x01\x00", photograph()[:400], b"<svg xmlns='http://www.w3.org/2000/svg'/>"],
    ids=["empty", "gif", "cut off", "svg"],
)
def test_what_is_no_whole_picture_of_the_three_kinds_is_refused(content: bytes) -> None:
    with pytest.raises(NotAPicture):
        photos.made_anew(content)


@pytest.mark.row(45)
def test_a_picture_that_unfolds_beyond_measure_is_refused_before_it_does() -> None:
    written = io.BytesIO()
    Image.new("1", (9_000, 9_000)).save(written, "PNG")
    with pytest.raises(NotAPicture, match="pixels"):
        photos.made_anew(written.getvalue())
