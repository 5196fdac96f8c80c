"""What the forums service does about other services' facts."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums.store import Heard, followed
from shared import keyfacts
from shared.consumer import on
from shared.events import CampaignPlanned, QuestionAnswered, QuestionLeftOpen


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


HANDLERS = (
    on(CampaignPlanned, expect_forums),
    on(QuestionLeftOpen, note_questions),
    on(QuestionAnswered, note_answers),
    keyfacts.HEARD,
)
