"""What a correction changes: every statement of an edition, old and new (row 63). Pure.

Whatever the page says is among the statements, so that nothing on it ever changes without a numbered correction.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Final

from services.bulletin.domain.edition import (
    Application,
    Change,
    Edition,
    FollowedUp,
    Issue,
    Survey,
    Team,
    Withdrawn,
)
from shared.clock import SHANGHAI
from shared.vocabulary import ForumClass

RESULT: Final = "办理结果"
_PARTICULARS: Final = "particulars"
Key = tuple[str, ...]
"""What a statement is about, whatever it is called."""
Statement = tuple[Key, str, str]
"""A statement with what it is called and what it says."""


def changes(before: Edition, after: Edition) -> tuple[Change, ...]:
    """List what differs between two editions of a session, old and new."""
    return between(_statements(before), _statements(after))


def between(before: Iterable[Statement], after: Iterable[Statement]) -> tuple[Change, ...]:
    """List which statements differ, old and new, in their order; of a key said twice the last counts."""
    old, new = ({key: (name, text) for key, name, text in one} for one in (before, after))
    found = []
    for key in [*old, *(key for key in new if key not in old)]:
        was, becomes = old.get(key), new.get(key)
        named = becomes or was
        # The particulars of what is new, or gone as a whole, are no change of their own.
        alone = key[0] == _PARTICULARS and (was is None or becomes is None)
        texts = (was[1] if was else None, becomes[1] if becomes else None)
        if named is not None and not alone and texts[0] != texts[1]:
            found.append(Change(item=named[0], old=texts[0], new=texts[1]))
    return tuple(found)


def item(row: Application | Withdrawn) -> str:
    """Name an application as people find it."""
    return f"{row.project_name}（{row.project_code}）{row.level.zh}{row.formality.zh}"


def _statements(edition: Edition) -> Iterator[Statement]:
    yield from _applications(edition)
    yield from _forum(edition)
    yield from _survey(edition)
    yield from _policy(edition)
    for one in edition.progress:
        name = f"{one.session_name}：{one.item}"
        yield ("progress", name), name, _joined(one.state, one.unit and f"办理单位{one.unit}")
    for kind in edition.followed_up:
        yield ("followed", kind.kind), f"前期{_KINDS[kind.kind]}", _followed(kind)
    yield from _owed(edition)
    yield ("venue",), "活动地点", edition.venue or ""
    yield ("declared",), "宣布开始", edition.declared_by or ""
    yield ("opened",), "活动开始", _clock(edition.opened_at) if edition.opened_at else ""
    yield ("leaders",), "现场了解审批情况的领导", "、".join(edition.leaders)
    yield ("enterprises",), "参加企业", f"{edition.enterprises}家" if edition.enterprises is not None else ""


_KINDS: Final = {"deferred": "容缺审批事项", "forwarded": "转报上报事项", "issues": "企业反映的困难问题"}


def _applications(edition: Edition) -> Iterator[Statement]:
    for row in edition.applications:
        key = (row.project_code, row.level, row.formality)
        yield ("application", *key), item(row), _row(row)
        named = f"{row.project_name}，业主单位{row.owner_name}，办理单位{row.unit}"
        yield (_PARTICULARS, *key), f"项目{row.project_code}（{row.level.zh}{row.formality.zh}）名称和单位", named
    for gone in edition.withdrawn:
        text = f"{'延期' if gone.postponed else '撤回'}：{gone.reason}"
        key = (gone.project_code, gone.level, gone.formality)
        yield ("application", *key), item(gone), text
        yield (_PARTICULARS, "gone", *key), f"项目{gone.project_code}名称", gone.project_name


def _row(row: Application) -> str:
    parts = [(row.outcome.zh if row.outcome else "（未办结）") + ("" if row.docketed else "（清单外）")]
    parts += [row.document_number] if row.document_number else []
    parts += [f"{licence.licence_type}{licence.number}" for licence in row.licences]
    if row.missing:
        parts.append(f"待补：{'、'.join(row.missing)}，{_day(row.due)}前")
    parts += [row.commitment_letter] if row.commitment_letter else []
    parts += [f"转报{row.target_body}"] if row.target_body else []
    parts += [f"初审意见：{row.opinion}"] if row.opinion else []
    return "；".join(parts)


def _forum(edition: Edition) -> Iterator[Statement]:
    if (held := edition.forum) is not None:
        people = (f"{ForumClass(one.kind).zh}{one.present}人（应到{one.planned}人）" for one in edition.attendance)
        spoke = held.speakers and f"企业代表{held.speakers}人发言"
        asked = held.consultations and f"咨询{held.consultations}次"
        yield ("forum",), "政企座谈会", _joined(_day(held.held_at.astimezone(SHANGHAI).date()), *people, spoke, asked)
    for one in edition.issues:
        yield ("issue", one.issue), f"问题：{one.enterprise}（{one.topic}）", _issue(one)


def _issue(one: Issue) -> str:
    said = f"{one.enterprise}（{one.topic}）：{one.text}"
    if one.answer:
        return f"{said}（{one.answered_by or ''}答复：{one.answer}）"
    if not one.lead:
        return said
    assisting = f"，{'、'.join(one.assisting)}协办" if one.assisting else ""
    due = f"，{_day(one.due)}前办结" if one.due else ""
    return f"{said}（交办{one.lead}{assisting}{due}）"


def _survey(edition: Edition) -> Iterator[Statement]:
    for one in edition.surveys:
        yield ("survey", one.project_name), f"现场调研：{one.project_name}", _project(one)
    if edition.no_survey is not None:
        yield ("survey",), "现场调研", f"未进行（{edition.no_survey}）"
    elif (day := edition.survey_day) is not None:
        people = f"市直部门{day.city}人、旗区{day.banner}人、项目业主{day.owners}人参加"
        shown = f"{'、'.join(day.presented_by)}现场介绍" if day.presented_by else ""
        start, end = (clock.astimezone(SHANGHAI) for clock in (day.started_at or day.held_at, day.held_at))
        times = f"{start:%H:%M}—{end:%H:%M}" if day.started_at else f"{end:%H:%M}结束"
        times = f"{_day(start.date())}{times}"
        yield ("survey",), "现场调研", _joined(times, people, shown, day.situation)


def _project(one: Survey) -> str:
    findings = f"现场发现：{'；'.join(one.findings)}" if one.findings else ""
    where = one.place and f"位于{one.place}"
    whose = one.owner_name and f"业主单位{one.owner_name}"
    return _joined(where, one.investment, whose, one.summary, findings) or "已调研"


def _policy(edition: Edition) -> Iterator[Statement]:
    for one in edition.teams:
        yield ("team", one.team), f"政策宣讲小分队（队长{one.leader}）", _team(one)
    if (seen := edition.visits) is not None:
        figures = (
            f"走访企业{seen.enterprises}家{seen.visits}次",
            f"提问{seen.questions}个",
            f"未当场答复{seen.left_open}个",
            f"发放宣传册{seen.brochures}种",
            f"满意{seen.satisfied}次、基本满意{seen.fair}次、不满意{seen.dissatisfied}次",
        )
        yield ("visits",), "政策宣讲", _joined(*figures)


def _team(one: Team) -> str:
    topics = one.topics and f"宣讲{'、'.join(one.topics)}"
    seen = one.enterprises and f"走访{'、'.join(one.enterprises)}"
    return _joined(f"队长{one.leader}", f"联络员{one.liaison}", f"成员{'、'.join(one.members)}", topics, seen)


def _followed(one: FollowedUp) -> str:
    return f"{one.total}件，办结{one.done}件、终止{one.ended}件、逾期{one.overdue}件、在办{one.pending}件"


def _owed(edition: Edition) -> Iterator[Statement]:
    # What a unit owes of a single application is said in that application's own line already.
    rows = {item(row) for row in edition.applications}
    owed = [one for one in edition.owed if one.what.removesuffix(RESULT) not in rows]
    for unit in dict.fromkeys(one.unit for one in owed):
        yield ("owed", unit), f"待报：{unit}", "；".join(one.what for one in owed if one.unit == unit)


def _joined(*parts: object) -> str:
    return "，".join(str(part) for part in parts if part)


def _day(due: date | None) -> str:
    return f"{due.year}年{due.month}月{due.day}日" if due else "未定"


def _clock(moment: datetime) -> str:
    local = moment.astimezone(SHANGHAI)
    return f"{_day(local.date())}{local:%H:%M}"
