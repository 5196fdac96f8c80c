"""What the forums service does about other services' facts."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.store import Heard, followed
from shared import keyfacts
from shared.consumer import On, on
from shared.envelope import Fact
from shared.events import (
    CampaignPlanned,
    NeedCollected,
    NeedWithdrawn,
    QuestionAnswered,
    QuestionLeftOpen,
    SessionScheduled,
    TeamAssigned,
    TeamChanged,
    TeamComposition,
)


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
    """Learn when a session begins: its forum is on that day."""
    for fact in facts:
        scheduled = SessionScheduled.model_validate(fact.data)
        await Heard(session).announce(scheduled.session, scheduled.starts_at, fact.version)


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
    On(frozenset({SessionScheduled.type}), note_start),
    On(frozenset({TeamAssigned.type, TeamChanged.type}), learn_teams),
    on(NeedCollected, hear_needs),
    on(NeedWithdrawn, forget_needs),
)
