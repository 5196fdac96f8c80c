"""What a bulletin says beside the approvals: forum, survey, visits (row 64), and what earlier sessions left open."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.bulletin import formats
from services.bulletin.domain import completeness, facts, fold
from services.bulletin.domain.changes import changes as changed
from services.bulletin.domain.edition import Edition
from shared.envelope import Fact
from shared.events import Event, IssueCorrected, IssueWithdrawn
from tests.approvals.following import made_good, received, resolved
from tests.builders import (
    BANNER_SESSION,
    CITY_SESSION,
    DRC,
    OTHER_SESSION,
    PLAN,
    at,
    forum_held,
    owner,
    plan,
    project_code,
    session_closed,
    visits_concluded,
)
from tests.bulletin import days
from tests.bulletin.stories import CLOSED_AT, Teller, decided, held, imprint
from tests.deciding import Post

THIRD = f"{PLAN.campaign}-150621"


def edition(told: Sequence[Fact], session: str = BANNER_SESSION) -> Edition:
    known = facts.read(PLAN, session, told)
    return fold.assemble(known, imprint(), completeness.lacking(known))


def around(*events: Event) -> Edition:
    return edition(Teller().tell(*decided((plan(), DRC), *held()), *events))


DAY = (*days.forum(), *days.survey(), *days.visits())


@pytest.mark.row(64)
def test_forum_survey_and_visits_are_told_with_the_services_own_figures() -> None:
    made = around(*DAY)
    assert made.complete
    said = formats.words(made)
    assert "1家企业提出困难问题和意见建议3条，其中当场答复1条、交办1条、待交办1条。" in said
    assert "市自然资源局答复：指标已安排，可先行开工。" in said
    assert "交由市水利局主办、市自然资源局协办，2022年3月30日前办结。" in said
    assert (
        "现场调研春季集中开工项目1个，市直部门12人、旗区9人、项目业主1人参加，示例企业总经理丁（虚构）现场介绍" in said
    )
    assert "位于东胜区罕台镇，总投资3.2亿元，业主单位示例企业。现场发现：施工用水管线未接通。" in said
    assert "走访企业2家；企业提问3个，当场答复2个、转为问题交办1个。企业评价满意2次。" in said


@pytest.mark.row(64)
def test_a_forum_at_which_nobody_raised_anything_was_held_all_the_same() -> None:
    held = forum_held(issues=0, speakers=2, consultations=3)
    said = formats.words(around(held, *days.survey(), *days.visits()))
    assert (
        "2022年3月16日召开政企座谈会，企业代表2人发言，会场政策咨询席接受咨询3次。"
        "会上，企业未提出困难问题和意见建议。" in said
    )
    assert "政企座谈会" not in formats.words(around())


@pytest.mark.row(56, 64)
@given(seed=st.randoms(use_true_random=False))
def test_their_order_of_arrival_does_not_matter(seed: Random) -> None:
    told = Teller().tell(*decided((plan(), DRC), *held()), *DAY)
    mixed = [*told, *told[::3]]
    seed.shuffle(mixed)
    assert edition(mixed).sha256() == edition(told).sha256()


@pytest.mark.row(58, 64)
@pytest.mark.parametrize(
    ("events", "unit", "what"),
    [
        ([*days.forum()[1:], *days.survey(), *days.visits()], "东胜区人民政府", "政企座谈交流情况"),
        ([*days.forum(), *days.survey(findings=2), *days.visits()], "东胜区人民政府", "春季集中开工项目现场调研情况"),
        ([*days.forum(), *days.survey(), *days.visits(questions=4)], "市发展和改革委员会", "政策宣讲入企情况"),
        ([*days.forum(), *days.survey(), *days.visits(left_open=0)], "市发展和改革委员会", "政策宣讲入企情况"),
    ],
)
def test_figures_that_do_not_add_up_are_owed_by_name(events: list[Event], unit: str, what: str) -> None:
    made = around(*events)
    assert [(one.unit, one.what) for one in made.owed] == [(unit, f"{what}（合计数核对未完成）")]


@pytest.mark.row(58, 64)
@pytest.mark.parametrize("told", [0, 2])
def test_a_survey_is_waited_for_until_it_was_held_or_called_off(told: int) -> None:
    made = around(*days.forum(), *days.survey()[:told], *days.visits())
    assert [(one.unit, one.what) for one in made.owed] == [("东胜区人民政府", "春季集中开工项目现场调研情况")]
    made = around(*days.forum(), *days.survey()[:told], *days.visits(), days.called_off())
    assert made.complete
    assert "春季集中开工项目现场调研未进行：当日大风，工地停工。" in formats.words(made)
    assert not made.surveys


@pytest.mark.row(63, 64)
def test_the_last_word_on_a_survey_counts_and_what_it_replaces_is_shown() -> None:
    off = around(*DAY[: -len(days.visits())], *days.visits(), days.called_off())
    (change,) = (one for one in changed(around(*DAY), off) if one.item == "现场调研")
    people = "市直部门12人、旗区9人、项目业主1人参加，示例企业总经理丁（虚构）现场介绍"
    assert change.old == f"2022年3月16日14:30—16:00，{people}，当日全区集中开工项目12个"
    assert change.new == "未进行（当日大风，工地停工）"
    again = around(*DAY, days.called_off(), days.survey()[-1])
    assert "现场调研春季集中开工项目1个" in formats.words(again)
    put_right = around(*DAY, days.survey_corrected(situation="当日全区集中开工项目13个"))
    (change,) = changed(around(*DAY), put_right)
    assert (change.item, change.new) == ("现场调研", str(change.old).replace("12个", "13个"))


@pytest.mark.row(63)
def test_what_is_put_right_of_an_issue_is_a_correction_and_what_becomes_of_it_is_not() -> None:
    before = around(*DAY)
    of = {"session": BANNER_SESSION, "reason": "登记有误"}
    wrong = days.standing("i-2", state="dispatched", topic="用水", lead=days.WATER.code, lead_name=days.WATER.name)
    right = IssueCorrected.model_validate({**of, "issue": "i-2", "topic": "用水", "standing": wrong})
    gone = days.standing("i-3", state="withdrawn", owner=None, owner_name=None, due=None)
    withdrawn = {**of, "issue": "i-3", "withdrawn_at": at(18), "standing": gone}
    assert not changed(before, around(*DAY, days.resolved("i-2")))
    (change,) = changed(before, around(*DAY, right))
    assert (str(change.old)[:8], str(change.new)[:8]) == ("示例企业（用地）", "示例企业（用水）")
    (change,) = changed(before, around(*DAY, IssueWithdrawn.model_validate(withdrawn)))
    assert (change.item[:3], change.new) == ("问题：", None)


def of_case(number: int) -> dict[str, str]:
    return {"project_code": project_code(number)}


def campaign(*between: Post, then: Sequence[Post] = ()) -> list[Event]:
    """Return three sessions: the first leaves something open, `between` comes before the second's end, `then` after."""
    return decided((plan(), DRC), *held(), *between, *held(OTHER_SESSION), *then, *held(THIRD))


GOOD: Post = (made_good("环评批复原件", **of_case(2)), owner())
RECEIVED: Post = (received(**of_case(3)), owner())
GRANTED: Post = (resolved(**of_case(3)), owner())


@pytest.mark.row(19, 20, 64)
def test_the_next_bulletin_tells_what_has_become_of_what_was_left_open_and_no_later_one_repeats_it() -> None:
    told = Teller().tell(*campaign(GOOD, RECEIVED, then=[GRANTED]))
    first, second, third = (edition(told, session) for session in (BANNER_SESSION, OTHER_SESSION, THIRD))
    assert (first.progress, first.followed_up) == ((), ())
    assert [(one.session_name, one.unit, one.state) for one in second.progress] == [
        ("东胜区专场", "市生态环境局", "已于3月21日补正，办结销号"),
        ("东胜区专场", "市生态环境局", "自治区生态环境厅已受理（内环受〔2022〕18号）"),
    ]
    assert "前期各专场容缺审批事项1项，已补正1项；转报上报事项1项，上级尚在办理1项。" in formats.words(second)
    assert [one.state for one in third.progress] == ["自治区生态环境厅已批准（内环审〔2022〕7号），结果已告知申请人"]
    figures = [(one.kind, one.total, one.done, one.pending) for one in third.followed_up]
    assert figures == [("deferred", 2, 1, 1), ("forwarded", 2, 1, 1)]


@pytest.mark.row(63)
def test_what_follows_later_never_corrects_a_bulletin() -> None:
    before = edition(Teller().tell(*campaign(GOOD)), OTHER_SESSION)
    after = edition(Teller().tell(*campaign(GOOD, then=[RECEIVED, GRANTED])), OTHER_SESSION)
    assert not changed(before, after)


@pytest.mark.row(35, 64)
def test_the_next_forums_bulletin_tells_how_issues_went_on() -> None:
    second = [forum_held(session=OTHER_SESSION, issues=0), visits_concluded(session=OTHER_SESSION, teams=0)]
    late = days.resolved("i-3")
    told = Teller().tell(*campaign(), *DAY, days.resolved("i-2"), *second, late)
    made = edition(told, OTHER_SESSION)
    assert [(one.item, one.unit, one.state) for one in made.progress] == [
        ("示例企业反映的用地问题", "市水利局", "已解决")
    ]
    assert "企业反映的困难问题3条，已答复办结2条、正在办理1条" in formats.words(made)
    city = session_closed(session=CITY_SESSION, closed_at=CLOSED_AT)
    told = Teller().tell(*campaign(), *DAY, days.resolved("i-2"), *second, city)
    assert [one.kind for one in edition(told, CITY_SESSION).followed_up if one.kind == "issues"] == ["issues"]
