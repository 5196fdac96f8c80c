"""Editions for tests: a plausible session of the campaign, any field of which a test may change."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.bulletin import formats
from services.bulletin.domain.edition import (
    Addressee,
    Application,
    Cell,
    Change,
    Edition,
    Issue,
    Licence,
    Owed,
    Progress,
    Survey,
    Team,
    Totals,
    Withdrawn,
)
from services.bulletin.tables import EditionRow
from shared.vocabulary import Distribution, Formality, Level, Outcome, SessionKind
from tests.bulletin.stories import CLOSED_AT

PROJECTS = (
    ("达拉特旗100万千瓦光伏治沙示范项目", "内蒙古库布其新能源开发有限公司"),
    ("年产40万吨高端化学品项目", "鄂尔多斯市昊源煤化工有限责任公司"),
    ("达拉特经济开发区污水处理厂提标改造工程", "达拉特旗惠民水务投资有限公司"),
    ("新型建材循环经济产业园（一期）", "内蒙古喆昇建材科技有限公司"),
    ("三垧梁工业园区铁路专用线", "达拉特旗堃镕物流有限责任公司"),
)
BUREAUS = {
    Formality.PROJECT_INITIATION: ("发展和改革委员会", "发改"),
    Formality.LAND_AND_SITE: ("自然资源局", "自然资"),
    Formality.ENERGY_REVIEW: ("能源局", "能"),
    Formality.ENVIRONMENTAL_IMPACT: ("生态环境局", "环审"),
    Formality.FOREST_LAND: ("林业和草原局", "林草"),
    Formality.GRASSLAND: ("林业和草原局", "林草"),
    Formality.WATER_ABSTRACTION: ("水利局", "水"),
    Formality.CONSTRUCTION_PERMIT: ("住房和城乡建设局", "建"),
}
OUTCOMES = (Outcome.APPROVED,) * 6 + (Outcome.DEFERRED, Outcome.DEFERRED, Outcome.FORWARDED)


def application(number: int, **changes: Any) -> Application:  # noqa: ANN401  (any field)
    """Return the docket's application of that number: formalities, levels and outcomes take turns."""
    project, owner = PROJECTS[(number - 1) // 4 % len(PROJECTS)]
    formality = tuple(Formality)[(number - 1) * 3 % 8]
    level = Level.BANNER if number % 5 in (2, 4) else Level.CITY
    outcome = OUTCOMES[(number - 1) % len(OUTCOMES)]
    bureau, letters = BUREAUS[formality]
    values: dict[str, Any] = {
        "number": number,
        "project_code": f"2203-150621-04-01-{number:06d}",
        "project_name": project,
        "owner_name": owner,
        "level": level,
        "formality": formality,
        "unit": ("市" if level is Level.CITY else "达拉特旗") + bureau,
        "outcome": outcome,
        "document_number": f"{'鄂' if level is Level.CITY else '达'}{letters}字〔2022〕{number + 20}号",
    }
    if outcome is Outcome.DEFERRED:
        missing = ("社会稳定风险评估报告", "用地红线图（加盖公章）")
        values |= {"missing": missing, "due": date(2022, 3, 25), "commitment_letter": f"容缺承诺〔2022〕{number}号"}
    if outcome is Outcome.FORWARDED:
        opinion = "经初审，材料齐全，拟同意上报"
        values |= {"target_body": f"自治区{bureau}", "opinion": opinion, "document_number": None}
    if outcome is Outcome.APPROVED and number % 2:
        licence = Licence(licence_type=f"{formality.zh.removesuffix('许可证')}许可证", number=f"1506212022{number:05d}")
        values |= {"licences": (licence,)}
    return Application(**(values | changes))


def totals(applications: tuple[Application, ...], withdrawn: int = 0) -> Totals:
    """Count applications as the edition does."""
    keys = sorted({(row.level, row.formality, row.outcome) for row in applications}, key=str)
    counts = {key: sum((a.level, a.formality, a.outcome) == key for a in applications) for key in keys}
    undecided = sum(row.outcome is None for row in applications)
    return Totals(
        docketed=len(applications) + withdrawn,
        withdrawn=withdrawn,
        decided=len(applications) - undecided,
        undecided=undecided,
        licences=sum(len(row.licences) for row in applications),
        projects=len({row.project_name for row in applications}),
        owners=len({row.owner_name for row in applications}),
        cells=tuple(Cell(level=k[0], formality=k[1], outcome=k[2], applications=n) for k, n in counts.items()),
    )


def edition(applications: int = 18, **changes: Any) -> Edition:  # noqa: ANN401  (any field)
    """Return the edition of a banner session with so many applications; any field may be replaced."""
    rows = changes.pop("rows", tuple(application(number + 1) for number in range(applications)))
    withdrawn = changes.get("withdrawn", ())
    values: dict[str, Any] = {
        "campaign_title": "“服务入园政策暖企”春风行动",
        "notice": "鄂府办发〔2022〕30号",
        "masthead": "春风行动简报",
        "issuer": "鄂尔多斯市发展和改革委员会",
        "demo": False,
        "session": "chunfeng-2022-dalate",
        "session_name": "达拉特旗专场",
        "kind": SessionKind.BANNER,
        "venue": "达拉特经济开发区",
        "opened_at": datetime(2022, 3, 16, 1, 30, tzinfo=UTC),
        "closed_at": datetime(2022, 3, 16, 1, 52, tzinfo=UTC),
        "declared_by": "达拉特旗旗长苏和",
        "leaders": ("副市长王喆",),
        "enterprises": 12,
        "seats": tuple(dict.fromkeys(row.unit for row in rows)),
        "year": 2022,
        "number": 3,
        "revision": 0,
        "issued_at": datetime(2022, 3, 16, 18, 30, tzinfo=UTC),
        "due_at": datetime(2022, 3, 17, 1, 52, tzinfo=UTC),
        "complete": True,
        "cutoff": {"approvals": 143, "forums": 20, "policy": 31},
        "totals": totals(rows, len(withdrawn)),
        "applications": rows,
        "withdrawn": (),
        "issues": (),
        "teams": (),
        "owed": (),
        "changes": (),
        "addressees": ADDRESSEES,
        "print_count": 60,
    }
    return Edition(**(values | changes))


ADDRESSEES = (
    Addressee(name="市委、市人大常委会、市政府、市政协领导", distribution=Distribution.SUPERIORS),
    Addressee(name="自治区发展和改革委员会", distribution=Distribution.SUPERIORS),
    Addressee(name="市人民政府办公室", distribution=Distribution.PEERS),
    Addressee(name="市直各有关部门", distribution=Distribution.PEERS),
    Addressee(name="各旗区人民政府", distribution=Distribution.SUBORDINATES),
    Addressee(name="各旗区发展和改革委员会", distribution=Distribution.SUBORDINATES),
)
WITHDRAWN = (
    Withdrawn(
        project_code="2203-150621-04-01-000077",
        project_name="树林召镇集中供热管网延伸工程",
        level=Level.BANNER,
        formality=Formality.CONSTRUCTION_PERMIT,
        reason="业主单位调整建设规模，申请撤回",
    ),
)
ISSUES = (
    Issue(
        issue="issue-1",
        enterprise="内蒙古库布其新能源开发有限公司",
        topic="用地",
        text="光伏复合用地中草地占用审批周期较长，建议市、旗两级同步受理，压缩前期手续时间，确保项目4月底前开工建设",
    ),
    Issue(issue="issue-2", enterprise="鄂尔多斯市昊源煤化工有限责任公司", topic="能耗指标", text="请求统筹能耗指标。"),
)
TEAMS = (
    Team(
        team="team-1",
        leader="李昊（市发展和改革委员会）",
        liaison="乌云其其格（达拉特旗）",
        members=("张旸（市税务局）", "赵祎（市工业和信息化局）", "孙垚（市人民政府金融工作办公室）"),
        topics=("稳投资政策", "留抵退税政策", "中小企业纾困政策"),
    ),
)
OWED = (
    Owed(unit="市水利局", what="取水许可证1项的审批结论"),
    Owed(unit="达拉特旗林业和草原局", what="草地手续2项的审批结论"),
)
CHANGES = (
    Change(item="第7项（能评）审批结论", old="审批", new="容缺审批，2022年3月25日前补正社会稳定风险评估报告"),
    Change(item="当场制发证照", old="7本", new="6本"),
    Change(item="三垧梁工业园区铁路专用线环评文号", old=None, new="鄂环审字〔2022〕38号"),
)
SURVEYS = (
    Survey(
        project_name="达拉特旗100万千瓦光伏治沙示范项目",
        place="达拉特旗昭君镇",
        owner_name="内蒙古库布其新能源开发有限公司",
        summary="已具备4月集中开工条件",
    ),
)
PROGRESS = (Progress(item="第2期容缺事项（准格尔旗煤矸石综合利用项目）", state="所缺材料已于3月15日补正，办结销号"),)


def full_edition(applications: int = 18, **changes: Any) -> Edition:  # noqa: ANN401  (any field)
    """Return an edition in which every section has something to say."""
    parts = {"withdrawn": WITHDRAWN, "issues": ISSUES, "teams": TEAMS, "surveys": SURVEYS, "progress": PROGRESS}
    return edition(applications, **(parts | changes))


def edition_row(one: Edition, hours: int) -> EditionRow:
    """Return an edition as it is kept, issued some hours after its session's close and without its PDF."""
    return EditionRow(
        session=one.session,
        revision=one.revision,
        series=one.series,
        year=one.year,
        number=one.number,
        issued_at=CLOSED_AT + timedelta(hours=hours),
        due_at=one.due_at,
        complete=one.complete,
        sha256=one.sha256(),
        canonical=one.canonical().decode(),
        words=formats.words(one),
        pdf_sha256="",
        printed_sha256=None,
        pdf=b"",
    )
