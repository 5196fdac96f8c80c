"""What is said beside the approvals: of the forum, the survey, the policy visits, and of what was left open before."""

from collections.abc import Mapping
from typing import Final

from services.bulletin.domain.edition import (
    Attendance,
    Edition,
    FollowedUp,
    Forum,
    Issue,
    Progress,
    Survey,
    SurveyDay,
    Team,
    Visits,
)
from services.bulletin.wording.words import day, hour, sentence

_CLASSES: Final[Mapping[str, str]] = {
    "leader": "市领导",
    "city": "市直部门负责人",
    "banner": "旗区及旗区部门负责人",
    "enterprise": "企业负责人",
}
_KINDS: Final[Mapping[str, str]] = {
    "deferred": "容缺审批事项",
    "forwarded": "转报上报事项",
    "issues": "企业反映的困难问题",
}


def issues(edition: Edition) -> str:
    """Say when people met, who came, how much was raised, how much of it answered or handed on (notice §二(二))."""
    present = {one.kind: one for one in edition.attendance if one.present}
    came = "、".join(_came(present[kind]) for kind in _CLASSES if kind in present)
    opening = _gathered(edition.forum, came)
    there = "会上" if edition.forum else "座谈会上"
    if not edition.issues:
        return f"{opening}{there}，企业未提出困难问题和意见建议。"
    enterprises = len({issue.enterprise for issue in edition.issues})
    raised = f"{there}，{enterprises}家企业提出困难问题和意见建议{len(edition.issues)}条"
    answered = sum(one.answer is not None for one in edition.issues)
    handed = sum(one.answer is None and one.lead is not None for one in edition.issues)
    rest = len(edition.issues) - answered - handed
    parts = [f"当场答复{answered}条"] if answered else []
    parts += [f"交办{handed}条"] if handed else []
    if not parts:
        return f"{opening}{raised}。"
    parts += [f"待交办{rest}条"] if rest else []
    return f"{opening}{raised}，其中{'、'.join(parts)}。"


def _gathered(forum: Forum | None, came: str) -> str:
    """Say on which day the forum was held, who came, and what was asked at the policy seats."""
    held = f"{day(forum.held_at)}召开政企座谈会" if forum else ""
    joined = f"{came}参加座谈交流" if came else ""
    spoke = f"企业代表{forum.speakers}人发言" if forum and forum.speakers else ""
    asked = f"会场政策咨询席接受咨询{forum.consultations}次" if forum and forum.consultations else ""
    told = "，".join(filter(None, (held, joined, spoke, asked)))
    return f"{told}。" if told else ""


def _came(one: Attendance) -> str:
    """Say how many came, and how many should have where that is another number (row 38)."""
    expected = f"（应到{one.planned}人）" if one.planned != one.present else ""
    return f"{_CLASSES[one.kind]}{one.present}人{expected}"


def issue(item: Issue) -> tuple[str, str]:
    """Return an issue's heading, and its text with the answer or with who has been given it until when."""
    return f"{item.enterprise}（{item.topic}）。", sentence(item.text) + _handling(item)


def _handling(item: Issue) -> str:
    if item.answer is not None:
        return f"{item.answered_by or '有关部门'}答复：{sentence(item.answer)}"
    if item.lead is None:
        return ""
    assisting = f"、{'、'.join(item.assisting)}协办" if item.assisting else ""
    due = f"，{day(item.due)}前办结" if item.due else ""
    return f"交由{item.lead}主办{assisting}{due}。"


def surveys(edition: Edition) -> str:
    """Say when how many projects were looked at, and with whom (notice §二(三))."""
    if edition.no_survey is not None:
        return sentence(f"春季集中开工项目现场调研未进行：{edition.no_survey}")
    count = f"现场调研春季集中开工项目{len(edition.surveys)}个" if edition.surveys else "进行了春季集中开工项目现场调研"
    held = edition.survey_day
    if held is None:
        return f"{count}。"
    start = held.started_at or held.held_at
    people = [
        f"{who}{number}人"
        for who, number in (("市直部门", held.city), ("旗区", held.banner), ("项目业主", held.owners))
        if number
    ]
    joined = f"，{'、'.join(people)}参加" if people else ""
    shown = f"，{'、'.join(held.presented_by)}现场介绍情况" if held.presented_by else ""
    findings = sum(len(one.findings) for one in edition.surveys)
    found = f"现场发现问题{findings}条，一并纳入问题交办。" if findings else ""
    return f"{day(start)}{hour(start)}，{count}{joined}{shown}。{_situation(held)}{found}"


def _situation(held: SurveyDay) -> str:
    return sentence(held.situation) if held.situation else ""


def survey(item: Survey) -> tuple[str, str]:
    """Return a project's heading and what is said of it."""
    facts = [
        f"位于{item.place}" if item.place else "",
        item.investment or "",
        f"业主单位{item.owner_name}" if item.owner_name else "",
    ]
    told = "，".join(filter(None, facts))
    summary = sentence(item.summary) if item.summary else ""
    found = f"现场发现：{sentence('；'.join(one.rstrip('。') for one in item.findings))}" if item.findings else ""
    return f"{item.project_name}。", (f"{told}。" if told else "") + summary + found


def teams(edition: Edition) -> str:
    """Say how many teams visited whom, what was asked there and how it was received (notice §二(四))."""
    opening = f"组成政策宣讲小分队{len(edition.teams)}支"
    if edition.visits is None:
        return f"{opening}，深入企业宣讲政策。"
    return f"{opening}，深入企业宣讲政策，{_visited(edition.visits)}"


def _visited(visits: Visits) -> str:
    times = f"（{visits.visits}次）" if visits.visits != visits.enterprises else ""
    parts = [f"走访企业{visits.enterprises}家{times}"]
    parts += [f"发放宣传册{visits.brochures}种"] if visits.brochures else []
    asked = "。"
    if visits.questions:
        answered = visits.questions - visits.left_open
        rest = f"、转为问题交办{visits.left_open}个" if visits.left_open else ""
        asked = f"；企业提问{visits.questions}个，当场答复{answered}个{rest}。"
    said = "、".join(
        f"{word}{number}次"
        for word, number in (
            ("满意", visits.satisfied),
            ("基本满意", visits.fair),
            ("不满意", visits.dissatisfied),
        )
        if number
    )
    return "，".join(parts) + asked + (f"企业评价{said}。" if said else "")


def team(number: str, item: Team) -> tuple[str, str]:
    """Return a team's heading, and who it is, what it speaks about and whom it visited."""
    members = f"，成员{'、'.join(item.members)}" if item.members else ""
    topics = f"宣讲内容：{'、'.join(item.topics)}。" if item.topics else ""
    seen = f"走访企业：{'、'.join(item.enterprises)}。" if item.enterprises else ""
    return f"第{number}小分队。", f"队长{item.leader}，联络员{item.liaison}{members}。{topics}{seen}"


def followed_up(edition: Edition) -> str:
    """Add up what earlier sessions left open and what has become of it."""
    if not edition.followed_up:
        return ""
    told = "；".join(followed(one) for one in edition.followed_up)
    news = "新进展及逾期情况如下。" if edition.progress else "自上期以来无新的进展。"
    return f"截至本场活动结束，前期各专场{told}。{news}"


def followed(one: FollowedUp) -> str:
    """Say how one kind of what was left open stands, in figures."""
    counter = "条" if one.kind == "issues" else "项"
    labels = {
        "deferred": ("已补正", "已撤销", "逾期未补正", "尚在补正时限内"),
        "forwarded": ("上级已批准", "上级不予批准", "逾期", "上级尚在办理"),
        "issues": ("已答复办结", "", "逾期督办", "正在办理"),
    }[one.kind]
    numbers = (one.done, one.ended, one.overdue, one.pending)
    parts = [f"{label}{number}{counter}" for label, number in zip(labels, numbers, strict=True) if number]
    return f"{_KINDS[one.kind]}{one.total}{counter}，{'、'.join(parts)}"


def progress(item: Progress) -> tuple[str, str]:
    """Return an item's heading and how it stands, where it is told in a paragraph."""
    return f"{item.item}。", sentence(item.state)
