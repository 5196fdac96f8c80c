# ruff: noqa: ANN401  (a change may be of any field)
"""Builders and worlds of site surveys."""

import io
from dataclasses import replace
from typing import Any, Final, TypeVar

from PIL import Image

from services.forums.domain import ForumsWorld
from shared.events import (
    SessionEvent,
    SurveyCalledOff,
    SurveyCorrected,
    SurveyFindingRecorded,
    SurveyHeld,
    SurveySiteChosen,
    SurveySiteDropped,
    SurveySiteFiled,
    SurveySiteProposed,
)
from tests.builders import BANNER, BANNER_SESSION, DRC, OFFICE, at, forum_held, project_code
from tests.deciding import Post, given
from tests.forums.gatherings import INVITED, attended, confirmed, heard, local, official

E = TypeVar("E", bound=SessionEvent)
PROJECT: Final = {
    "project_code": project_code(),
    "name": "示例铝基新材料项目",
    "owner_code": "91150602MA0XX01113",
    "owner_name": "东胜区示例新材料有限公司",
}
OTHER: Final = PROJECT | {"project_code": project_code(2), "name": "示例光伏项目"}
CODE: Final = PROJECT["project_code"]


def _made(kind: type[E], usual: dict[str, Any], changes: dict[str, Any]) -> E:
    return kind.model_validate({"session": BANNER_SESSION} | usual | changes)


def filed(**changes: Any) -> SurveySiteFiled:
    usual = {
        "site": "main-venue",
        "kind": "main",
        "place": "东胜经济开发区示例地块",
        "starts_on": "2022-04-08",
        "preparation": "主会场已平整，水电到位。",
        "projects": [PROJECT, OTHER],
    }
    return _made(SurveySiteFiled, usual, changes)


def proposed(**changes: Any) -> SurveySiteProposed:
    usual = {"site": "main-venue", "project_code": CODE, "proposed_at": at(10, days=-1)}
    return _made(SurveySiteProposed, usual, changes)


def chosen(**changes: Any) -> SurveySiteChosen:
    by = {"name": "斯琴（虚构）", "post": "市人民政府副市长"}
    usual = {"site": "main-venue", "project_code": CODE, "chosen_at": at(11, 40), "chosen_by": by}
    return _made(SurveySiteChosen, usual, changes)


def dropped(**changes: Any) -> SurveySiteDropped:
    return _made(SurveySiteDropped, {"site": "main-venue", "project_code": CODE, "reason": "道路管制"} | _AT, changes)


_AT: Final = {"dropped_at": at(12)}


def finding(**changes: Any) -> SurveyFindingRecorded:
    usual = {"finding": "finding-1", "project_code": CODE, "topic": "要素保障", "text": "临时用电不足。"}
    return _made(SurveyFindingRecorded, usual | {"found_at": at(14)}, changes)


def survey_held(**changes: Any) -> SurveyHeld:
    usual = {
        "started_at": at(13, 30),
        "held_at": at(15),
        "presented_by": [{"name": "李堃（虚构）", "post": "董事长"}],
        "situation": "当日全区集中开工2个项目。",
    }
    return _made(SurveyHeld, usual, changes)


def corrected(**changes: Any) -> SurveyCorrected:
    usual = survey_held().model_dump(exclude={"totals"}) | {"reason": "登记有误", "corrected_at": at(17)}
    return _made(SurveyCorrected, usual, changes)


def called_off(**changes: Any) -> SurveyCalledOff:
    return _made(SurveyCalledOff, {"reason": "沙尘天气", "called_off_at": at(12)}, changes)


FILED: Final[Post] = (filed(), BANNER)
CHOSEN: Final[Post] = (chosen(), OFFICE)
PRESENT: Final[tuple[Post, ...]] = (
    INVITED,
    (confirmed(official(1), official(2), official(3)), OFFICE),
    (confirmed(local(1), local(2), kind="banner"), BANNER),
    (
        attended(
            ("city-1", "present"),
            ("city-2", "absent"),
            {
                "participant": "city-3",
                "presence": "substitute",
                "substitute": "代会人（虚构）",
                "substitute_post": "科长",
            },
            ("banner-1", "present"),
            ("banner-2", "excused"),
        ),
        DRC,
    ),
    (forum_held(), BANNER),
)
"""A forum at which one of three city persons was absent, one sent a substitute, and one banner person was excused."""


def announced(*posts: Post) -> ForumsWorld:
    """Return the world of a session whose day is announced, after some posts."""
    world = heard()
    forum = world.forums[BANNER_SESSION]
    world.forums[BANNER_SESSION] = replace(forum, scheduled_at=at(9))
    return given(world, *posts)


def photograph(*, size: tuple[int, int] = (640, 480), form: str = "JPEG", position: bool = True) -> bytes:
    """Return a picture as a phone takes it: with where it was taken in its EXIF data."""
    image = Image.linear_gradient("L").resize(size).convert("RGB")
    exif = Image.Exif()
    exif[0x010F], exif[0x0110] = "示例手机".encode().decode("latin-1"), "X1"
    if position:
        exif.get_ifd(0x8825).update({1: "N", 2: (39.0, 36.0, 30.0), 3: "E", 4: (109.0, 46.0, 50.0)})
    written = io.BytesIO()
    image.save(written, form, exif=exif)
    return written.getvalue()
