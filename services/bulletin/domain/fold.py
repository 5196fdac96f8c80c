"""The fold: a session's facts become the contents of an edition. Pure, and insensitive to the order of arrival."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.bulletin.domain import around, progress
from services.bulletin.domain.edition import (
    Addressee,
    Application,
    Cell,
    Edition,
    Licence,
    Owed,
    Totals,
    Withdrawn,
)
from services.bulletin.domain.facts import Case, SessionFacts
from shared.clock import SHANGHAI
from shared.events import CampaignPlanned, Official, PlannedSession, Unit
from shared.vocabulary import CITY_DIVISION, Formality, Level, Outcome

_ORDER = {word: place for place, word in enumerate([*Level, *Formality, *Outcome])}


@dataclass(frozen=True)
class Imprint:
    """What makes contents an edition: its number, its times, its cut-off."""

    number: int
    revision: int
    issued_at: datetime
    closed_at: datetime
    due_at: datetime
    cutoff: Mapping[str, int]


def owner_of(known: SessionFacts, division: str, level: Level, formality: Formality) -> Unit | None:
    """Return the unit that decides a formality at a level in a division: as planned, or as assigned since (row 15)."""
    planned_bureau = known.plan.owners.get(level, {}).get(formality)
    _, bureau = known.assigned.get((level, formality), (0, planned_bureau))
    place = CITY_DIVISION if level is Level.CITY else division
    return next((u for u in known.plan.units if (u.level, u.division, u.bureau) == (level, place, bureau)), None)


def planned(known: SessionFacts) -> PlannedSession:
    """Return the session as planned."""
    return next(one for one in known.plan.sessions if one.session == known.session)


def applications(known: SessionFacts) -> tuple[Application, ...]:
    """List the standing applications by project, level and formality."""
    division = planned(known).division
    rows = []
    for subject, case in known.cases.items():
        if case.withdrawn is None and case.postponed is None:
            _, code, formality, level = subject.split("/")
            rows.append(
                (code, _ORDER[Level(level)], _ORDER[Formality(formality)], Level(level), Formality(formality), case)
            )
    rows.sort(key=lambda row: row[:3])
    return tuple(
        _application(number, code, level, formality, case, owner_of(known, division, level, formality))
        for number, (code, _, _, level, formality, case) in enumerate(rows, start=1)
    )


def _application(  # noqa: PLR0913, PLR0917  (a row's columns)
    number: int, code: str, level: Level, formality: Formality, case: Case, owner: Unit | None
) -> Application:
    decision = case.decision
    deferral = decision.deferral if decision else None
    forwarding = decision.forwarding if decision else None
    return Application(
        number=number,
        project_code=code,
        project_name=case.docketed.project.name if case.docketed else code,
        owner_name=case.docketed.project.owner_name if case.docketed else "",
        level=level,
        formality=formality,
        unit=owner.name if owner else "",
        outcome=decision.outcome if decision else None,
        document_number=decision.document_number if decision else None,
        licences=tuple(Licence(licence_type=kind, number=number) for kind, number in case.licences_now()),
        commitment_letter=deferral.commitment_letter if deferral else None,
        missing=deferral.missing if deferral else (),
        due=deferral.due if deferral else None,
        target_body=forwarding.target_body if forwarding else None,
        opinion=forwarding.opinion if forwarding else None,
        amended=case.amended,
        docketed=case.docketed is not None,
    )


def _withdrawn(known: SessionFacts) -> tuple[Withdrawn, ...]:
    rows = []
    for subject, case in known.cases.items():
        gone = case.withdrawn or case.postponed
        if gone is not None:
            name = case.docketed.project.name if case.docketed else gone.project_code
            rows.append(
                (
                    subject,
                    Withdrawn(
                        project_code=gone.project_code,
                        project_name=name,
                        level=gone.level,
                        formality=gone.formality,
                        reason=gone.reason,
                        postponed=case.withdrawn is None,
                    ),
                )
            )
    return tuple(row for _, row in sorted(rows, key=lambda row: row[0]))


def totals(rows: tuple[Application, ...], withdrawn: int, postponed: int = 0) -> Totals:
    """Count rows by level, formality and outcome."""
    cells = Counter((row.level, row.formality, row.outcome) for row in rows)
    ordered = sorted(cells.items(), key=lambda item: tuple(_ORDER.get(word, 99) if word else 99 for word in item[0]))
    undecided = sum(row.outcome is None for row in rows)
    return Totals(
        docketed=len(rows) + withdrawn + postponed,
        withdrawn=withdrawn,
        postponed=postponed,
        decided=len(rows) - undecided,
        undecided=undecided,
        licences=sum(len(row.licences) for row in rows),
        projects=len({row.project_code for row in rows}),
        owners=len({row.owner_name for row in rows}),
        cells=tuple(
            Cell(level=level, formality=formality, outcome=outcome, applications=count)
            for (level, formality, outcome), count in ordered
        ),
    )


def _seats(known: SessionFacts, rows: tuple[Application, ...]) -> tuple[str, ...]:
    present = {row.unit for row in rows if row.outcome is not None}
    units = sorted(known.plan.units, key=lambda unit: (_ORDER[unit.level], unit.precedence, unit.code))
    return tuple(dict.fromkeys(unit.name for unit in units if unit.name in present))


def _official(official: Official) -> str:
    return f"{official.post}{official.name}"


def addressees(plan: CampaignPlanned) -> tuple[Addressee, ...]:
    """Return whom the foot of the last page names, each once."""
    return tuple(
        dict.fromkeys(
            Addressee(name=one.name, distribution=one.distribution, copies=one.copies) for one in plan.recipients
        )
    )


def assemble(known: SessionFacts, imprint: Imprint, owed: tuple[Owed, ...]) -> Edition:
    """Put an edition together; what it changes of an earlier one is added by whoever knows that one."""
    plan, session = known.plan, planned(known)
    rows, withdrawn = applications(known), _withdrawn(known)
    opened = known.opened
    return Edition(
        campaign_title=plan.title,
        notice=plan.notice,
        masthead=plan.masthead.name,
        issuer=plan.masthead.issuer,
        demo=plan.demo,
        session=known.session,
        session_name=session.name,
        kind=session.kind,
        venue=known.scheduled.venue.name if known.scheduled else None,
        opened_at=opened.opened_at if opened else None,
        closed_at=imprint.closed_at,
        declared_by=_official(opened.declared_by) if opened else None,
        leaders=tuple(_official(one) for one in opened.leaders) if opened else (),
        enterprises=opened.enterprises if opened else None,
        seats=_seats(known, rows),
        year=imprint.issued_at.astimezone(SHANGHAI).year,
        number=imprint.number,
        revision=imprint.revision,
        issued_at=imprint.issued_at,
        due_at=imprint.due_at,
        complete=not owed,
        cutoff=dict(imprint.cutoff),
        totals=totals(rows, sum(not one.postponed for one in withdrawn), sum(one.postponed for one in withdrawn)),
        applications=rows,
        withdrawn=withdrawn,
        **around.told(known),
        **progress.told(known),
        owed=owed,
        changes=(),
        addressees=addressees(plan),
        print_count=plan.print_count,
    )
