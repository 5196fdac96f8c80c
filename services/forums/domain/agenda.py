"""The forum's four items, its host, and who speaks when (rows 33, 34; notice §二(二)3, 4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from services.forums.domain.gathering import Participant, Speech, of_class
from services.forums.domain.places import with_place
from services.forums.domain.scope import by_anyone_on_site, by_banner_or_city_drc, by_banner_side, with_forum
from shared.events import AgendaSet, Event, Speaker, SpeakersListed, SpeechStarted
from shared.posted import Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import ForumClass, ForumItem, Rank

if TYPE_CHECKING:
    from services.forums.domain.world import ForumsWorld

MINUTES: Final = {ForumItem.REPORT: 20, ForumItem.ENTERPRISES: 45, ForumItem.EXCHANGE: 35, ForumItem.LEADER: 20}
"""A proposal that fills the notice's two hours (§二(二)2: 120分钟左右)."""
LONGEST: Final = 150


class ItemsNotAsPrinted(Refused):
    """The agenda is the notice's four items in its order."""

    row = 33
    zh = "座谈会议程应依次为：{items}"
    en = "The agenda consists of, in this order: {items_en}"


class TooLong(Refused):
    """A forum takes about two hours."""

    row = 33
    zh = "议程共{minutes}分钟，通知要求120分钟左右，不应超过{most}分钟"
    en = "The agenda takes {minutes} minutes; the notice says about 120, and it may not exceed {most}"


class HostNotPrincipal(Refused):
    """The banner's principal hosts its forum."""

    row = 33
    zh = "座谈会应由旗区主要负责人主持，{name}（{post}）是{rank}"
    en = "The banner's principal hosts the forum, not {name} ({post}), {rank_en}"


class HostNotOnRoster(Refused):
    """The host is the principal who stands on the banner's roster."""

    row = 33
    zh = "主持人{name}与旗区参会名单不符：{why}"
    en = "The host {name} does not agree with the banner's roster: {why_en}"


class SpeakersTooLong(Refused):
    """The enterprises' speeches fit their item of the agenda."""

    row = 34
    zh = "企业发言共{minutes}分钟，超过议程第二项的{most}分钟"
    en = "The speeches take {minutes} minutes, more than the {most} of the agenda's second item"


class NotAnEnterprise(Refused):
    """The speaking list is of enterprises."""

    row = 34
    zh = "{name}不是参会企业人员；发言名单只列企业"
    en = "{name} is not of an enterprise; the speaking list is theirs"


class HaveSpoken(Refused):
    """Who has spoken stays where he was on the list."""

    status = 409
    row = 34
    zh = "{names}已发言，新的发言名单应以其为先、次序不变"
    en = "Who has spoken ({names}) comes first on a new list, in that order"


class OutOfTurn(Refused):
    """The order printed is the order spoken."""

    status = 409
    row = 34
    zh = "按发言名单应由{name}发言；确需调整的，请先调整发言名单"
    en = "By the speaking list it is the turn of {name}; change the list first if the order is to change"


class NobodyLeft(Refused):
    """Everybody on the list has spoken."""

    status = 409
    row = 34
    zh = "发言名单上的企业均已发言"
    en = "Everybody on the speaking list has spoken"


@dataclass(frozen=True, slots=True)
class Timed:
    """An item of the agenda with its times."""

    item: ForumItem
    minutes: int
    starts_at: datetime
    ends_at: datetime


def set_agenda(world: "ForumsWorld", posted: Posted, event: AgendaSet) -> Sequence[Event]:
    """Set the agenda: the four items in order, hosted by the banner's principal."""
    registry, session = with_forum(world, event)
    by_banner_or_city_drc(posted, session)
    if tuple(one.item for one in event.items) != tuple(ForumItem):
        items, items_en = "、".join(item.zh for item in ForumItem), ", ".join(item.en for item in ForumItem)
        raise ItemsNotAsPrinted(path="data.items", items=items, items_en=items_en)
    if (minutes := sum(one.minutes for one in event.items)) > LONGEST:
        raise TooLong(path="data.items", minutes=minutes, most=LONGEST)
    unit, host = registry.unit(event.host.unit), event.host
    if unit is None or (unit.bureau, unit.division) != ("government", session.division):
        rank, rank_en = (unit.name if unit else host.unit) + "人员", f"of {unit.name if unit else host.unit}"
        raise HostNotPrincipal(path="data.host.unit", name=host.name, post=host.post, rank=rank, rank_en=rank_en)
    if host.rank is not Rank.PRINCIPAL:
        rank, rank_en = host.rank.zh, host.rank.en
        raise HostNotPrincipal(path="data.host.rank", name=host.name, post=host.post, rank=rank, rank_en=rank_en)
    _check_roster(world, event)
    speakers = world.arranged(event.session, SpeakersListed)
    if speakers is not None:
        _fits(event, speakers.speakers, "data.items.1.minutes")
    world.arrange(event.session, event)
    return [event]


def _check_roster(world: "ForumsWorld", event: AgendaSet) -> None:
    """Refuse a host whom the roster contradicts; whom it does not name yet, it may name later, until it is locked."""
    host = event.host
    banner = of_class(world.roster_of(event.session).values(), ForumClass.BANNER)
    same = next((one for one in banner if (one.unit, one.name) == (host.unit, host.name)), None)
    other = next((one for one in banner if one.rank == Rank.PRINCIPAL and one.unit == host.unit), None)
    if same is not None and same.rank == Rank.PRINCIPAL:
        return
    if same is not None:
        rank = Rank(same.rank)
        why, why_en = f"名单上登记为{rank.zh}", f"it has {host.name} as {rank.en}"
    elif other is not None:
        why, why_en = f"名单上的主要负责人是{other.name}", f"the principal on it is {other.name}"
    elif world.forums[event.session].locked_at is not None:
        why, why_en = "名单已锁定，没有此人", "it is locked and does not name that person"
    else:
        return
    raise HostNotOnRoster(path="data.host.name", name=host.name, why=why, why_en=why_en)


def timetable(agenda: AgendaSet) -> list[Timed]:
    """Return the items with their times, one after the other."""
    starts_at, timed = agenda.starts_at, []
    for one in agenda.items:
        ends_at = starts_at + timedelta(minutes=one.minutes)
        timed.append(Timed(one.item, one.minutes, starts_at, ends_at))
        starts_at = ends_at
    return timed


def ends_at(agenda: AgendaSet) -> datetime:
    """Return when the forum is to end."""
    return timetable(agenda)[-1].ends_at


def _fits(agenda: AgendaSet, speakers: Sequence[Speaker], path: str) -> None:
    most = next(one.minutes for one in agenda.items if one.item is ForumItem.ENTERPRISES)
    if (minutes := sum(one.minutes for one in speakers)) > most:
        raise SpeakersTooLong(path=path, minutes=minutes, most=most)


def list_speakers(world: "ForumsWorld", posted: Posted, event: SpeakersListed) -> Sequence[Event]:
    """Put enterprises in the order in which they speak; who has spoken keeps his place (row 34)."""
    _, session = with_forum(world, event)
    by_banner_side(posted, session)
    listed = []
    for place, speaker in enumerate(event.speakers):
        one = with_place(
            world.roster_of(event.session), event.session, speaker.participant, f"data.speakers.{place}.participant"
        )
        if one.kind != ForumClass.ENTERPRISE:
            raise NotAnEnterprise(path=f"data.speakers.{place}.participant", name=one.name)
        listed.append(speaker.model_copy(update={"name": one.name, "organisation": one.organisation}))
    spoken = world.speeches_of(event.session)
    if [one.participant for one in spoken] != [one.participant for one in event.speakers[: len(spoken)]]:
        roster = world.roster_of(event.session)
        raise HaveSpoken(path="data.speakers", names="、".join(roster[one.participant].name for one in spoken))
    agenda = world.arranged(event.session, AgendaSet)
    if agenda is not None:
        _fits(agenda, event.speakers, "data.speakers")
    fact = event.model_copy(update={"speakers": tuple(listed)})
    world.arrange(event.session, fact)
    return [fact]


def order_of(listed: SpeakersListed | None, roster: dict[str, Participant]) -> list[Speaker]:
    """Return the speaking list as it is printed and spoken: without who has withdrawn since."""
    speakers = listed.speakers if listed is not None else ()
    return [one for one in speakers if one.participant in roster and roster[one.participant].confirmed]


def speak(world: "ForumsWorld", posted: Posted, event: SpeechStarted) -> Sequence[Event]:
    """Note that the next of the list speaks; nobody else can (row 34: printed as spoken)."""
    _, session = with_forum(world, event)
    by_anyone_on_site(posted, session)
    listed = world.arranged(event.session, SpeakersListed)
    if listed is None:
        raise NotYet(SpeakersListed.type, event.subject)
    spoken = world.speeches_of(event.session)
    done = {one.participant for one in spoken}
    left = [one for one in order_of(listed, world.roster_of(event.session)) if one.participant not in done]
    if not left:
        raise NobodyLeft(path="data.participant")
    if left[0].participant != event.participant:
        raise OutOfTurn(path="data.participant", name=f"{left[0].organisation or ''}{left[0].name}")
    world.put_speech(Speech(event.session, event.participant, len(spoken) + 1, event.started_at))
    return [event]
