"""What becomes of issues without anybody's post: escalated by the clock, made of questions policy visits left open."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.forums import tables
from services.forums.domain.issue import Issue, standing_of
from services.forums.domain.notices import told_of
from services.forums.domain.questions import become_issue, issue_id, take_over
from services.forums.store.rows import save, state_of
from shared.campaign import Registry
from shared.events import IssueAnswered, IssueEscalated, IssueEvent, IssueRaised, QuestionAnswered, QuestionLeftOpen
from shared.plans import Plans

_DUE: Final = text("SELECT EXISTS (SELECT FROM issue WHERE next_at <= :now)")
# A question whose campaign is not known here yet waits for it.
_ASKED: Final = text("""
    SELECT session, question FROM question
    WHERE data IS NOT NULL AND (issue IS NULL OR (answer IS NOT NULL AND NOT done))
        AND EXISTS (SELECT FROM campaign WHERE question.session LIKE campaign || '-%')
        AND EXISTS (SELECT FROM forum WHERE forum.session = question.session)
    ORDER BY session, question
""")
# A step that overtook an answer waits for the one of its two kinds that it guessed; either will do.
_SETTLED: Final = text("""
    SELECT needs FROM waiting JOIN issue ON split_part(needs, ' ', 2) = session || '/' || issue
    WHERE split_part(needs, ' ', 1) IN ('chunfeng.issue.answered.v1', 'chunfeng.issue.resolved.v1')
        AND issue.answered_at IS NOT NULL
""")


async def heard_question(session: AsyncSession, left_open: QuestionLeftOpen) -> None:
    """Keep a question that was left open."""
    await _keep(session, left_open.session, left_open.question, data=left_open.model_dump_json())


async def heard_answer(session: AsyncSession, answered: QuestionAnswered) -> None:
    """Keep the answer a question got at the policy service."""
    await _keep(session, answered.session, answered.question, answer=answered.model_dump_json())


async def _keep(session: AsyncSession, name: str, question: str, **values: str) -> None:
    new = insert(tables.Question).values(session=name, question=question, done=False, **values)
    kept = new.on_conflict_do_update(index_elements=["session", "question"], set_=values)
    await (await session.connection()).execute(kept)


async def settled(session: AsyncSession) -> set[str]:
    """Name the answers that have come, in the words of what waits for them."""
    return {*(await (await session.connection()).execute(_SETTLED)).scalars()}


async def is_due(session: AsyncSession, now: datetime) -> bool:
    """Tell whether an issue is overdue, or a question waits to become one."""
    connection = await session.connection()
    overdue = (await connection.execute(_DUE, {"now": now})).scalar_one()
    return bool(overdue) or (await connection.execute(_ASKED)).first() is not None


async def escalate(session: AsyncSession, plans: Plans, now: datetime) -> list[tuple[IssueEscalated, datetime, int]]:
    """Put what is overdue under supervision; return the facts, when each fell due and which time it is."""
    query = select(tables.Issue).where(col(tables.Issue.next_at) <= now).order_by(col(tables.Issue.next_at))
    issues = [state_of(Issue, row) for row in await session.exec(query.with_for_update())]
    registries = await plans.named(session, {one.session.rpartition("-")[0] for one in issues})
    fallen = []
    for issue in issues:
        after, event = issue.at_its_hour()
        registry = registries[issue.session.rpartition("-")[0]]
        await _keep_issue(session, registry, issue, after, event)
        stated = event.model_copy(update={"standing": standing_of(after, registry)})
        fallen.append((stated, issue.next_at or now, after.escalations))
    await session.flush()
    return fallen


async def take_questions(session: AsyncSession, plans: Plans) -> list[IssueRaised | IssueAnswered]:
    """Make issues of the questions heard, and take over the answers the policy teams have given; return the facts."""
    facts: list[IssueRaised | IssueAnswered] = []
    for name, question in (await (await session.connection()).execute(_ASKED)).all():
        row = await session.get_one(tables.Question, (name, question))
        campaign = name.rpartition("-")[0]
        registry = (await plans.named(session, {campaign}))[campaign]
        if row.issue is None:
            left_open = QuestionLeftOpen.model_validate_json(row.data or "")
            taken = await _ids(session, name)
            made, raised = become_issue(registry, left_open, issue_id("policy", question, taken))
            await _keep_issue(session, registry, None, made, raised)
            row.issue = made.issue
            facts.append(raised)
        if row.answer is not None:
            told = QuestionAnswered.model_validate_json(row.answer)
            issue = state_of(Issue, await session.get_one(tables.Issue, (name, row.issue)))
            if (taken_over := take_over(registry, issue, told)) is not None:
                await _keep_issue(session, registry, issue, *taken_over)
                facts.append(taken_over[1])
            row.done = True
        session.add(row)
        await session.flush()
    return facts


async def _keep_issue(
    session: AsyncSession, registry: Registry, before: Issue | None, after: Issue, event: IssueEvent
) -> None:
    counted, notices = told_of(before, after, event, registry)
    await save(session, counted)
    for one in notices:
        await save(session, one)


async def _ids(session: AsyncSession, name: str) -> Sequence[str]:
    query = select(tables.Issue.issue).where(col(tables.Issue.session) == name)
    return (await session.exec(query)).all()
