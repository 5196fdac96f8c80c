"""What enterprises ask during visits; what is left open there becomes an issue and comes back answered (row 49)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from services.policy.domain.state import Question
from services.policy.domain.topics import COVERED_BY
from shared.campaign import Registry, StatedByService, allow_city_drc, planned
from shared.events import EnterpriseVisited, Event, QuestionAnswered, QuestionLeftOpen, VisitQuestion
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import CITY_DIVISION, Level

if TYPE_CHECKING:
    from services.policy.domain.world import PolicyWorld


class QuestionTaken(Refused):
    """The session has a question of this id."""

    status = 409
    row = 49
    zh = "提问编号 {question} 已用于{enterprise}的提问"
    en = "The id {question} was used for a question of {enterprise}"


class AnsweredBefore(Refused):
    """The question has its answer."""

    status = 409
    row = 49
    zh = "提问 {question} 已由{by}答复"
    en = "The question {question} was answered by {by}"


def ask(world: "PolicyWorld", event: EnterpriseVisited, *, late: bool) -> Sequence[QuestionLeftOpen]:
    """Keep what was asked during a visit; return what of it nobody could answer there."""
    for place, asked in enumerate(event.questions):
        if (first := world.questions.get((event.session, asked.question))) is not None:
            path = f"data.questions.{place}.question"
            raise QuestionTaken(path=path, question=asked.question, enterprise=first.enterprise)
    registry, _ = planned(world.registries, event)
    for asked in event.questions:
        world.put_question(_question(event, asked, late=late))
    return [_left_open(registry, event, asked) for asked in event.questions if asked.answer is None]


def _question(event: EnterpriseVisited, asked: VisitQuestion, *, late: bool) -> Question:
    return Question(
        session=event.session,
        question=asked.question,
        team=event.team,
        visit=event.visit,
        enterprise=event.enterprise,
        topic=asked.topic.value,
        text=asked.text,
        asked_at=event.ended_at,
        left_open=asked.answer is None,
        late=late,
        answer=asked.answer,
        answered_by=asked.answered_by,
        answered_at=event.ended_at if asked.answer is not None else None,
    )


def _left_open(registry: Registry, event: EnterpriseVisited, asked: VisitQuestion) -> QuestionLeftOpen:
    covering = (registry.bureau(Level.CITY, CITY_DIVISION, bureau) for bureau in COVERED_BY[asked.topic])
    return QuestionLeftOpen(
        session=event.session,
        question=asked.question,
        team=event.team,
        visit=event.visit,
        enterprise=event.enterprise,
        enterprise_code=event.enterprise_code,
        topic=asked.topic,
        text=asked.text,
        asked_at=event.ended_at,
        departments=tuple(unit.code for unit in covering if unit is not None),
    )


def answer(world: "PolicyWorld", posted: Posted, event: QuestionAnswered) -> Sequence[Event]:
    """Record the answer the team gives later to a question it had left open."""
    allow_city_drc(posted)
    planned(world.registries, event)
    if event.issue is not None:
        raise StatedByService(path="data.issue")
    question = world.questions.get((event.session, event.question))
    if question is None:
        raise NotYet(QuestionLeftOpen.type, event.subject)
    if question.answer is not None:
        raise AnsweredBefore(path="data.question", question=event.question, by=question.answered_by or "小分队")
    answered = replace(
        question, answer=event.answer, answered_by=event.answered_by, answered_at=event.answered_at, told=True
    )
    world.put_question(answered)
    return [event.model_copy(update={"issue": question.issue})]
