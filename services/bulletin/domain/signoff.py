"""Draft, review, sign-off (row 62): who may do what to a session's bulletin before it is issued. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from services.bulletin.domain.edition import Edition
from services.bulletin.domain.refusals import (
    AlreadyDecided,
    AlreadyIssued,
    AnotherDraft,
    NoSuchDelivery,
    NothingToCorrect,
    NotInOrder,
    OnItsWay,
    SamePerson,
    SentBack,
)
from shared.campaign import Registry, allow_city_drc, planned
from shared.clock import shanghai_date
from shared.events import (
    BulletinDrafted,
    BulletinReviewed,
    BulletinSignedOff,
    DeliveryResent,
    Event,
    SessionClosed,
    SignOff,
)
from shared.posted import Posted
from shared.problems import NotYet
from shared.vocabulary import Role

_IMPRINT: Final = {"year", "number", "issued_at", "cutoff", "draft", "sign_off", "unsigned"}
_FAST: Final = timedelta(minutes=5)
"""How far a unit's clock may run ahead of ours."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A draft as it stands: what it rests on, and what became of it."""

    session: str
    draft: int
    revision: int
    drafted_at: datetime
    complete: bool
    cutoff: Mapping[str, int]
    contents_sha256: str
    reviewed: BulletinReviewed | None = None
    signed: BulletinSignedOff | None = None

    @property
    def sign_off(self) -> SignOff | None:
        """What is printed of review and sign-off, once both are there."""
        if self.signed is None or self.reviewed is None:
            return None
        return SignOff(
            signed_by=self.signed.signed_by,
            signed_at=self.signed.signed_at,
            reviewed_by=self.reviewed.reviewed_by,
        )


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a session's bulletin would say now: a draft of it can be put up."""

    revision: int
    complete: bool
    changed: bool
    cutoff: Mapping[str, int]
    contents_sha256: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery as far as sending it again is concerned."""

    state: str
    attempts: int


@dataclass
class BulletinWorld:
    """What bears on a group of events posted to the bulletin service."""

    now: datetime
    registries: dict[str, Registry] = field(default_factory=dict)
    prospects: dict[str, Prospect] = field(default_factory=dict)
    """Closed sessions that a draft is asked for."""
    issued: dict[str, int] = field(default_factory=dict)
    """The newest revision issued of each session."""
    drafts: dict[str, Draft] = field(default_factory=dict)
    """The newest draft of each session."""
    deliveries: dict[tuple[str, int, str], Sent] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    """Sessions whose newest draft the store has to save."""
    resent: list[DeliveryResent] = field(default_factory=list)

    def decide(self, posted: Posted) -> Sequence[Event]:
        """Return the facts that follow from a posted event, or raise Refused."""
        return RULES[type(posted.event)](self, posted, posted.event)

    def put(self, draft: Draft) -> None:
        self.drafts[draft.session] = draft
        self.changed.add(draft.session)


def contents_sha256(edition: Edition) -> str:
    """Return the hash of what an edition says, whatever number, time and cut-off it says it under."""
    bare: dict[str, Any] = {"year": 0, "number": 0, "issued_at": edition.due_at, "cutoff": {}}
    return edition.model_copy(
        update={name: bare.get(name, Edition.model_fields[name].default) for name in _IMPRINT}
    ).sha256()


def stamped(edition: Edition, sign_off: SignOff | None, *, wanted: bool) -> Edition:
    """Return an edition with its signature, or saying that it lacks a wanted one; a first one's year is its date's."""
    unsigned = wanted and sign_off is None
    whole = edition.model_copy(update={"sign_off": sign_off, "unsigned": unsigned})
    return whole if whole.revision else whole.model_copy(update={"year": shanghai_date(whole.dated).year})


def next_draft(session: str, prospect: Prospect, before: Draft | None, now: datetime) -> Draft:
    """Return the draft that follows on the newest one."""
    return Draft(
        session=session,
        draft=before.draft + 1 if before else 1,
        revision=prospect.revision,
        drafted_at=now,
        complete=prospect.complete,
        cutoff=dict(prospect.cutoff),
        contents_sha256=prospect.contents_sha256,
    )


def drafted(draft: Draft) -> BulletinDrafted:
    """Return the fact of a draft."""
    return BulletinDrafted(
        session=draft.session,
        draft=draft.draft,
        revision=draft.revision,
        drafted_at=draft.drafted_at,
        complete=draft.complete,
        cutoff=dict(draft.cutoff),
        contents_sha256=draft.contents_sha256,
    )


def put_up(world: BulletinWorld, posted: Posted, event: BulletinDrafted) -> Sequence[Event]:
    """Put a draft up as things stand, complete or not: the DRC need not wait for the last unit."""
    allow_city_drc(posted)
    _, session = planned(world.registries, event)
    prospect = world.prospects.get(event.session)
    if prospect is None:
        raise NotYet(SessionClosed.type, event.session)
    if prospect.revision and not prospect.changed:
        raise NothingToCorrect(session=session.name)
    before = world.drafts.get(event.session)
    if before and before.revision == prospect.revision and before.signed:
        raise AlreadyDecided(draft=before.draft, what="签发", what_en="signed off")
    draft = next_draft(event.session, prospect, before, world.now)
    world.put(draft)
    return [drafted(draft)]


def _newest(world: BulletinWorld, event: BulletinReviewed | BulletinSignedOff) -> Draft:
    _, session = planned(world.registries, event)
    draft = world.drafts.get(event.session)
    if draft is None or draft.draft < event.draft:
        raise NotYet(BulletinDrafted.type, event.session)
    if draft.draft > event.draft:
        raise AnotherDraft(path="data.draft", draft=event.draft, newest=draft.draft)
    if world.issued.get(event.session, -1) >= draft.revision:
        raise AlreadyIssued(path="data.session", session=session.name)
    return draft


def review(world: BulletinWorld, posted: Posted, event: BulletinReviewed) -> Sequence[Event]:
    """Review a draft: pass it on for sign-off, or send it back with remarks."""
    allow_city_drc(posted)
    draft = _newest(world, event)
    if draft.reviewed is not None:
        raise AlreadyDecided(path="data.draft", draft=event.draft, what="审核", what_en="reviewed")
    if not draft.drafted_at <= event.reviewed_at <= world.now + _FAST:
        raise NotInOrder(path="data.reviewed_at", what="审核", earlier="送审", earlier_en="the draft")
    world.put(replace(draft, reviewed=event))
    return [event]


def sign(world: BulletinWorld, posted: Posted, event: BulletinSignedOff) -> Sequence[Event]:
    """Sign a reviewed draft off: it is issued as it was read, dated the day of the sign-off."""
    allow_city_drc(posted)
    draft = _newest(world, event)
    if draft.signed is not None:
        raise AlreadyDecided(path="data.draft", draft=event.draft, what="签发", what_en="signed off")
    if draft.reviewed is None:
        raise NotYet(BulletinReviewed.type, event.session)
    if not draft.reviewed.passed:
        raise SentBack(path="data.draft", draft=event.draft)
    registry, _ = planned(world.registries, event)
    if registry.plan.switches.two_persons and draft.reviewed.reviewed_by.name == event.signed_by.name:
        raise SamePerson(path="data.signed_by.name", name=event.signed_by.name)
    if not draft.reviewed.reviewed_at <= event.signed_at <= world.now + _FAST:
        raise NotInOrder(path="data.signed_at", what="签发", earlier="审核", earlier_en="the review")
    world.put(replace(draft, signed=event))
    return [event]


def resend(world: BulletinWorld, posted: Posted, event: DeliveryResent) -> Sequence[Event]:
    """Send an edition to a recipient once more: after it failed, or because a person asks (row 66)."""
    if posted.caller.role is not Role.OPERATOR:
        allow_city_drc(posted)
    key = (event.session, event.revision, event.recipient)
    sent = world.deliveries.get(key)
    if sent is None:
        raise NoSuchDelivery(path="data.recipient", recipient=event.recipient)
    if sent.state in ("queued", "sending"):
        raise OnItsWay(path="data.recipient", recipient=event.recipient)
    world.deliveries[key] = replace(sent, state="queued")
    world.resent.append(event)
    return [event]


Rule = Callable[[BulletinWorld, Posted, Any], Sequence[Event]]

RULES: Mapping[type[Event], Rule] = {
    BulletinDrafted: put_up,
    BulletinReviewed: review,
    BulletinSignedOff: sign,
    DeliveryResent: resend,
}

ACCEPTS: Mapping[str, type[Event]] = {event.type: event for event in RULES}
"""Event types the service takes, by wire type."""
