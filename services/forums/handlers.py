"""What the forums service does about other services' facts."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.store import Heard, followed
from shared import keyfacts
from shared.consumer import On, on
from shared.envelope import Fact
from shared.events import (
    ActionScheduled,
    CampaignPlanned,
    NeedCollected,
    NeedWithdrawn,
    PlannedAction,
    QuestionAnswered,
    QuestionLeftOpen,
    SessionCancelled,
    SessionRescheduled,
    SessionScheduled,
    TeamAssigned,
    TeamChanged,
    TeamComposition,
)
from shared.vocabulary import Action

_PLANS: Final = (SessionScheduled, SessionRescheduled, ActionScheduled, SessionCancelled)
_BEFORE: Final = timedelta(minutes=30)
"""Concentrated approval comes first, where a session's fact is too old to state its plan (notice §二(一)1)."""


async def expect_forums(plans: Sequence[CampaignPlanned], session: AsyncSession) -> None:
    """Every banner session of a planned campaign has a forum."""
    await Heard(session).expect(plans)


async def note_questions(questions: Sequence[QuestionLeftOpen], session: AsyncSession) -> None:
    """Questions that policy visits left open become issues of their session."""
    for question in questions:
        await followed.heard_question(session, question)


async def note_answers(answers: Sequence[QuestionAnswered], session: AsyncSession) -> None:
    """Answers policy teams give later answer the issue, unless a unit has it in hand."""
    for answer in answers:
        await followed.heard_answer(session, answer)


async def note_start(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Learn when and where a session and its forum begin, or that they do not."""
    for fact in facts:
        plan: dict[str, Any] = {}
        forum_at = None
        if fact.type == SessionCancelled.type:
            plan = {"scheduled_at": None, "venue": None}
        elif fact.type == ActionScheduled.type:
            forum_at = _forum_at(ActionScheduled.model_validate(fact.data).actions)
        else:
            moved = SessionScheduled.model_validate(fact.data)
            plan = {"scheduled_at": moved.starts_at, "venue": moved.venue.name}
            forum_at = _forum_at(moved.actions) or moved.starts_at + _BEFORE
        await Heard(session).announce(fact.data["session"], fact.version, forum_at=forum_at, plan=plan)


def _forum_at(actions: Sequence[PlannedAction] | None) -> datetime | None:
    return next((one.starts_at for one in actions or () if one.action is Action.FORUM), None)


async def learn_teams(facts: Sequence[Fact], session: AsyncSession) -> None:
    """Learn who is of the policy teams, and so may sit at the consultation seats."""
    for fact in facts:
        await Heard(session).compose(TeamComposition.model_validate(fact.data), fact.version)


async def hear_needs(needs: Sequence[NeedCollected], session: AsyncSession) -> None:
    """Learn policy needs: they lead to departments too."""
    for need in needs:
        await Heard(session).collect(need)


async def forget_needs(needs: Sequence[NeedWithdrawn], session: AsyncSession) -> None:
    """Forget a need that was taken back."""
    for need in needs:
        await Heard(session).withdraw(need)


HANDLERS = (
    on(CampaignPlanned, expect_forums),
    on(QuestionLeftOpen, note_questions),
    on(QuestionAnswered, note_answers),
    keyfacts.HEARD,
    On(frozenset(event.type for event in _PLANS), note_start),
    On(frozenset({TeamAssigned.type, TeamChanged.type}), learn_teams),
    on(NeedCollected, hear_needs),
    on(NeedWithdrawn, forget_needs),
)
