"""What is said of a session's approvals: when and where, who took part, the totals, who owes what."""

from collections.abc import Iterable

from services.bulletin.domain.edition import Application, Edition, Withdrawn
from services.bulletin.wording.words import day, hour, sentence
from shared.vocabulary import Distribution, Formality, Level, Outcome, Series, SessionKind


def issue_number(edition: Edition) -> str:
    """Return 第3期, 增刊第1期, 第3期（第1次更正）; a draft has no number until it is issued."""
    series = "增刊" if edition.series is Series.SUPPLEMENT else ""
    correction = f"（第{edition.revision}次更正）" if edition.revision else ""
    draft = f"（送审稿第{edition.draft}稿）" if edition.draft else ""
    return f"{series}第{edition.number or '  '}期{correction}{draft}"


def masthead(edition: Edition) -> tuple[str, str]:
    """Return the line above the bulletin's name, and the name: 简报 stands alone below a long activity's name."""
    if edition.campaign_title in edition.masthead:
        activity = edition.masthead.removesuffix("简报")
        return (activity, "简报") if activity and activity != edition.masthead else ("", edition.masthead)
    return edition.campaign_title, edition.masthead


def title(edition: Edition) -> tuple[str, str]:
    """Return the title in its two sense groups, between which it may break."""
    if edition.compared:
        return edition.campaign_title, "情况总结" + ("（更正）" if edition.revision else "")
    return edition.session_name, "集中审批活动情况" + ("（更正）" if edition.revision else "")


def correction(edition: Edition) -> str:
    """Say what a correction replaces."""
    series = "增刊" if edition.series is Series.SUPPLEMENT else ""
    return f"本期为{series}第{edition.number}期第{edition.revision}次更正，原载内容与本次不一致的，以本次为准。" + (
        f"更正事项{len(edition.changes)}项如下。" if edition.changes else ""
    )


def basics(edition: Edition) -> tuple[str, ...]:
    """Say when and where the session was held, who led it, who sat and who came (notice §二(一)1-5)."""
    return tuple(filter(None, (_occasion(edition) + _leading(edition), _taking_part(edition))))


def _occasion(edition: Edition) -> str:
    place = f"在{edition.venue}" if edition.venue else ""
    event = f"{edition.campaign_title}{edition.session_name}集中审批活动"
    basis = f"根据{edition.notice}安排，"
    if edition.opened_at is None:
        return f"{basis}{event}{place}举行，于{day(edition.closed_at)}{hour(edition.closed_at)}结束。"
    same_day = day(edition.opened_at) == day(edition.closed_at)
    closing = ("" if same_day else day(edition.closed_at)) + hour(edition.closed_at)
    opening = day(edition.opened_at) + hour(edition.opened_at)
    return f"{basis}{event}于{opening}{place}举行，{closing}结束。"


def _leading(edition: Edition) -> str:
    if edition.declared_by and edition.leaders == (edition.declared_by,):
        return f"{edition.declared_by}宣布活动开始，并现场了解、查看手续审批办理情况。"
    parts = []
    if edition.declared_by:
        parts.append(f"{edition.declared_by}宣布活动开始")
    if edition.leaders:
        parts.append(f"{'、'.join(edition.leaders)}现场了解、查看手续审批办理情况")
    return f"{'，'.join(parts)}。" if parts else ""


def _taking_part(edition: Edition) -> str:
    parts = []
    if edition.seats:
        seats = "集中审批坐席" if edition.kind is SessionKind.CITY else "联合审批坐席"
        number = f"等{len(edition.seats)}个单位" if len(edition.seats) > 1 else ""
        parts.append(f"{'、'.join(edition.seats)}{number}设{seats}")
    if edition.enterprises is not None:
        parts.append(f"参加企业{edition.enterprises}家")
    if edition.totals.projects:
        parts.append(f"涉及项目{edition.totals.projects}个、项目业主单位{edition.totals.owners}家")
    return f"{'，'.join(parts)}。" if parts else ""


def unsigned(edition: Edition) -> str:
    """Say that the limit came before the signature."""
    return f"本期按一日内印发的时限要求于{day(edition.issued_at)}{hour(edition.issued_at)}先行印发，尚未经签发。"


def cutoff(edition: Edition) -> str:
    """Say up to when the edition knows, when it was issued with something owed."""
    opening = f"本期简报所载情况截至{day(edition.issued_at)}{hour(edition.issued_at)}。"
    owed = "截至该时，下列单位尚有情况未报送" if edition.owed else "截至该时，尚有情况未报齐"
    return f"{opening}{owed}，报送后另行更正。"


def owed(edition: Edition) -> tuple[tuple[str, str], ...]:
    """Name each unit that owes something, and what."""
    units = dict.fromkeys(item.unit for item in edition.owed)
    return tuple(
        (f"{unit}：", sentence("；".join(item.what for item in edition.owed if item.unit == unit))) for unit in units
    )


def totals(edition: Edition) -> str:
    """State the outcome of approvals: by outcome, by level, licences issued (notice §二(一)6(1))."""
    figures = edition.totals
    if not figures.decided:
        opening = "本场活动未办理审批事项。" if figures.docketed else "本场活动审批清单无事项，未办理审批事项。"
        return opening + _docket(edition)
    by_outcome = "、".join(f"{outcome.zh}{figures.of(outcome=outcome)}项" for outcome in Outcome)
    one_level = edition.kind is SessionKind.CITY and not edition.compared
    levels = (Level.CITY,) if one_level else (Level.CITY, Level.BANNER)
    by_level = "、".join(f"{level.zh}{figures.of(level=level)}项" for level in levels)
    licences = f"当场制发证照{figures.licences}本" if figures.licences else "未当场制发证照"
    event = "本次行动" if edition.compared else "本场活动"
    sentence = f"{event}共办理审批事项{figures.decided}项，其中{by_outcome}；{by_level}；{licences}。"
    return sentence + _docket(edition)


def _docket(edition: Edition) -> str:
    figures = edition.totals
    if not figures.withdrawn and not figures.postponed and not figures.undecided:
        return ""
    rest = [f"撤回{figures.withdrawn}项"] if figures.withdrawn else []
    rest += [f"延期{figures.postponed}项"] if figures.postponed else []
    rest += [f"尚未作出结论{figures.undecided}项"] if figures.undecided else []
    return f"列入审批清单事项{figures.docketed}项，{'、'.join(rest)}。"


def by_formality(edition: Edition) -> str:
    """Say how many applications of each formality were decided, in the notice's order."""
    decided = [cell for cell in edition.totals.cells if cell.outcome is not None]
    counts = {kind: sum(cell.applications for cell in decided if cell.formality is kind) for kind in Formality}
    listed = "、".join(f"{kind.zh}{count}项" for kind, count in counts.items() if count)
    return f"按手续分：{listed}。" if listed else ""


def table(edition: Edition) -> str:
    """Introduce the table of applications."""
    return f"审批清单各事项（{len(edition.applications)}项）办理结论如下。"


def conclusion(application: Application) -> str:
    """State an application's outcome with what an official must know about it."""
    outcome = application.outcome.zh if application.outcome else "尚未作出结论"
    remarks = ("" if application.docketed else "（清单外）") + ("（经更正）" if application.amended else "")
    return outcome + remarks


def withdrawn(item: Withdrawn) -> str:
    put_off = "延期办理，" if item.postponed else ""
    return f"{item.project_name}（{item.level.zh}{item.formality.zh}）：{put_off}{sentence(item.reason)}"


def deferred(edition: Edition) -> str:
    count = edition.totals.of(outcome=Outcome.DEFERRED)
    return f"容缺审批{count}项，企业已书面承诺按期补正，所缺材料及补正时限如下。"


def forwarded(edition: Edition) -> str:
    count = edition.totals.of(outcome=Outcome.FORWARDED)
    return f"转报上报{count}项，去向及初审意见如下。"


def distribution(edition: Edition, kind: Distribution) -> str:
    """Name one class of recipients as the foot of the last page does."""
    return _listed(addressee.name for addressee in edition.addressees if addressee.distribution is kind)


def _listed(names: Iterable[str]) -> str:
    joined = "，".join(names)
    return f"{joined}。" if joined else ""
