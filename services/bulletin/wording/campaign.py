"""What the wrap-up says of the whole campaign."""

from services.bulletin.domain import wrapup
from services.bulletin.domain.edition import Edition
from services.bulletin.wording.around import followed
from services.bulletin.wording.words import day
from shared.vocabulary import Outcome, SessionKind


def course(edition: Edition) -> str:
    """Say when the campaign took its course, and in how many sessions (notice §二)."""
    days = [one.held_on for one in edition.compared]
    banners = sum(one.kind is SessionKind.BANNER for one in edition.compared)
    cities = len(edition.compared) - banners
    kinds = "和".join(
        filter(None, (f"{banners}个旗区专场" if banners else "", f"{cities}个市直专场" if cities else ""))
    )
    span = f"自{day(min(days))}至{day(max(days))}" if min(days) != max(days) else f"于{day(min(days))}"
    projects = f"，涉及项目{edition.totals.projects}个、项目业主单位{edition.totals.owners}家（跨专场的只计一次）"
    gone = "；".join(f"{one.session_name}取消（{one.reason.rstrip('。')}）" for one in edition.cancelled)
    rest = f"{gone}。" if gone else ""
    return f"根据{edition.notice}安排，{edition.campaign_title}{span}举行，共举办{kinds}{projects}。{rest}"


def compared(edition: Edition) -> str:
    """Say what the figures of the comparison are from."""
    years = wrapup.years(edition)
    corrected = [wrapup.label(one, years) for one in edition.compared if one.revision]
    rest = f"其中{'、'.join(corrected)}以更正后的数字为准。" if corrected else ""
    whose = "、".join(f"{year}年" for year in years)
    return f"各专场数字均取自已印发的{whose}各期简报，合计数为各期之和。{rest}"


def actions(edition: Edition) -> str:
    """Say what was raised, visited and explained beside the approvals, in sums."""
    banners = [one for one in edition.compared if one.kind is SessionKind.BANNER]
    issues, sites = sum(one.issues for one in banners), sum(one.surveys for one in banners)
    teams = sum(one.teams for one in banners)
    return (
        f"各旗区专场座谈会上企业共提出困难问题和意见建议{issues}条，现场调研集中开工项目{sites}个，"
        f"组成政策宣讲小分队{teams}支。"
    )


def outstanding(edition: Edition) -> tuple[str, ...]:
    """Say what is still to be followed up when the campaign ends."""
    figures = edition.totals
    parts = [followed(one) for one in edition.followed_up] or [
        f"容缺审批{figures.of(outcome=Outcome.DEFERRED)}项，由审批单位按承诺时限督促补正",
        f"转报上报{figures.of(outcome=Outcome.FORWARDED)}项，由转报单位跟踪上级办理结果",
    ]
    if figures.undecided:
        owing = "、".join(
            f"{one.session_name}{one.totals.undecided}项" for one in edition.compared if one.totals.undecided
        )
        parts.append(f"尚未作出结论{figures.undecided}项（{owing}），由主办单位抓紧办结")
    rest = "未办结的由各主办单位继续跟踪办理。" if edition.followed_up else ""
    return (f"{'；'.join(parts)}。{rest}",)
