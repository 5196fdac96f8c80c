"""The notice's 责任分工 as data: who owes what before and after a session (requirements row 9)."""

from typing import Final

from deploy.demo.units import CITY_UNITS
from shared.events import (
    ApplicationPrereviewed,
    BrochurePublished,
    BulletinIssued,
    ConsultationSeatsStaffed,
    DepartmentsInvited,
    DocketLocked,
    Duty,
    SeatsArranged,
    SurveySiteFiled,
    VehiclesArranged,
)
from shared.vocabulary import Level, SessionKind

_BANNER: Final = (SessionKind.BANNER,)
_CITY: Final = (SessionKind.CITY,)
_BOTH: Final = (SessionKind.BANNER, SessionKind.CITY)
# The notice's order in (一)6(2); in (五)6(2) 市能源局 stands twice, which makes no second unit.
_APPROVING: Final = ("natural-resources", "ecology", "forestry-grassland", "water", "housing", "energy")
_BROCHURES: Final = tuple(bureau for bureau, _ in CITY_UNITS if bureau not in ("office", "publicity"))


def _city(duty: str, ref: str, title: tuple[str, str], source: str, *bureaus: str, **more: object) -> Duty:
    return _duty(duty, ref, title, source, Level.CITY, bureaus, more)


def _banner(duty: str, ref: str, title: tuple[str, str], source: str, **more: object) -> Duty:
    return _duty(duty, ref, title, source, Level.BANNER, ("government",), more)


def _duty(  # noqa: PLR0913, PLR0917  (what the notice says of one)
    duty: str,
    ref: str,
    title: tuple[str, str],
    source: str,
    level: Level,
    bureaus: tuple[str, ...],
    more: dict[str, object],
) -> Duty:
    usual = {"kinds": _BANNER, "level": level, "bureaus": bureaus, "title": title[0], "title_en": title[1]}
    return Duty.model_validate({"duty": duty, "ref": ref, "source": source, **usual, **more})


DUTIES: Final = (
    _city(
        "a11-docket",
        "A11",
        ("组织准备当日集中审批的项目和手续", "organise the projects and formalities of the day"),
        "§二(一)6(1)、(五)6(1)",
        "drc",
        kinds=_BOTH,
        fulfilled_by=(DocketLocked.type,),
    ),
    _city(
        "a12-flow",
        "A12",
        ("通知联络人和项目业主单位负责人现场流程", "tell liaisons and project owners the flow of the day"),
        "§二(一)6(1)、(五)6(1)",
        "drc",
        kinds=_BOTH,
    ),
    _city(
        "a13-bulletin",
        "A13",
        ("活动结束后1日内印制该场简报", "print the session's bulletin within a day"),
        "§二(一)6(1)",
        "drc",
        kinds=_BOTH,
        gate=False,
        days_before=-1,
        fulfilled_by=(BulletinIssued.type,),
    ),
    _city(
        "a14-materials",
        "A14",
        ("预先审核报审材料", "pre-review the materials"),
        "§二(一)6(2)、(五)6(2)",
        *_APPROVING,
        kinds=_BOTH,
        fulfilled_by=(ApplicationPrereviewed.type, DocketLocked.type),
    ),
    _city(
        "a15-city-hall",
        "A15",
        ("市政务服务中心会场布置和会务服务", "prepare the service centre's hall"),
        "§二(五)6(3)",
        "government-services",
        kinds=_CITY,
    ),
    _city(
        "a5-city-signs",
        "A5",
        ("集中审批坐席和桌签", "set seats and desk signs"),
        "§二(五)5",
        "government-services",
        kinds=_CITY,
        fulfilled_by=(SeatsArranged.type,),
    ),
    _banner(
        "a15-data",
        "A15",
        ("按要求报送审批项目有关资料", "hand in the data of the projects"),
        "§二(一)6(3)",
        fulfilled_by=(DocketLocked.type,),
    ),
    _banner(
        "a15-hall",
        "A15",
        ("审批会场布置、流程组织和会务", "prepare the hall and the flow of approvals"),
        "§二(一)6(3)",
    ),
    _banner(
        "a5-signs",
        "A5",
        ("联合审批坐席和桌签", "set seats and desk signs"),
        "§二(一)5",
        fulfilled_by=(SeatsArranged.type,),
    ),
    _banner(
        "f6-hall",
        "F6",
        ("座谈会场布置和会务，通知所属部门和企业并准备汇报", "prepare the forum, invite, prepare the reports"),
        "§二(二)6(1)",
    ),
    _banner(
        "f6-seats",
        "F6",
        ("座谈会现场设置政策咨询席位", "set up the policy consultation seats"),
        "§二(二)6(1)",
        fulfilled_by=(ConsultationSeatsStaffed.type,),
    ),
    _city(
        "f7-departments",
        "F7",
        ("通知市直部门参会", "invite the city's departments"),
        "§二(二)6(2)",
        "office",
        fulfilled_by=(DepartmentsInvited.type,),
    ),
    _city(
        "f7-vehicles",
        "F7",
        ("安排车辆", "arrange the vehicles"),
        "§二(二)6(2)",
        "office",
        fulfilled_by=(VehiclesArranged.type,),
    ),
    _banner(
        "v3-survey",
        "V3",
        ("提供集中开工会场、项目名称和开工情况", "file the spring-start venue and its projects"),
        "§二(三)4(1)",
        fulfilled_by=(SurveySiteFiled.type,),
    ),
    _city(
        "p3-needs",
        "P3",
        ("收集企业政策需求，协调部门组成宣讲小分队", "collect policy needs and compose the teams"),
        "§二(四)4(1)",
        "drc",
    ),
    _banner(
        "p3-enterprises",
        "P3",
        ("通知企业做好准备，确定一名小分队联络员", "tell the enterprises, name the teams' liaison"),
        "§二(四)4(2)",
    ),
    _city(
        "p4-brochures",
        "P4",
        ("制作近3年政策宣传册，封面印二维码", "make the brochure with its QR code"),
        "§二(四)4(3)",
        *_BROCHURES,
        once=True,
        fulfilled_by=(BrochurePublished.type,),
    ),
    _city(
        "s9-press",
        "S9",
        ("组织电视台、报纸、新媒体全程宣传报道", "have press and media cover the whole course"),
        "§四(二)",
        "publicity",
        kinds=_BOTH,
        once=True,
    ),
)
