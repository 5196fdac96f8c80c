"""Looking somebody up on a forum's roster."""

from collections.abc import Mapping
from typing import Final

from services.forums.domain.gathering import Participant, Place
from services.forums.domain.refusals import NotOnRoster
from shared.events import ParticipantsConfirmed
from shared.problems import NotYet

_WHERE: Final = {Place.WAITING: ("候补", "on the waitlist"), Place.WITHDRAWN: ("已退出", "withdrawn")}


def with_place(roster: Mapping[str, Participant], session: str, participant: str, path: str) -> Participant:
    """Return somebody who has a place; who is unknown may still be confirmed, who waits or has withdrawn is refused."""
    one = roster.get(participant)
    if one is None:
        raise NotYet(ParticipantsConfirmed.type, f"{session}/roster")
    if not one.confirmed:
        zh, en = _WHERE[Place(one.place)]
        raise NotOnRoster(path=path, name=one.name, place=zh, place_en=en)
    return one
