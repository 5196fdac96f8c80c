"""The policy library and its three-year window (rows 50, 51)."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from services.policy.domain.state import Policy
from shared.campaign import NotAllowed
from shared.events import Event, PolicyAmended, PolicyEntry, PolicyListed, PolicyRepealed
from shared.posted import Caller, Posted
from shared.problems import NotYet, Refused
from shared.vocabulary import Level, PolicyLevel, Role

if TYPE_CHECKING:
    from services.policy.domain.world import PolicyWorld

_NOTHING: Final = re.compile(r"[\W_]+")
MOST_FILE_BYTES: Final = 20 * 1024 * 1024
_HEADS: Final = {PolicyLevel.REGION: "内", PolicyLevel.CITY: "鄂"}
"""How the number of a policy of the autonomous region or of Ordos begins; a national one begins with neither."""


class PolicyTaken(Refused):
    """The library has a policy of this id, or of this number."""

    status = 409
    row = 50
    zh = "政策库中已有{number}《{title}》（编号 {policy}）；更正请用“更正条目”"
    en = "The library has {number} '{title}' as {policy}; amend that entry instead"


class LevelAgainstNumber(Refused):
    """Level and number contradict each other."""

    row = 50
    zh = "文号{number}与层级“{level.zh}”不符：自治区文号以“内”开头，市级以“鄂”开头，国家级都不是"
    en = "The number {number} does not fit the level ({level.en}): the region's begin with Nei, the city's with E"


class EndsBeforeItBegins(Refused):
    """The last day of validity lies before the first."""

    row = 50
    zh = "有效期截止日{until}早于起始日{since}"
    en = "The last day in force, {until}, is before the first, {since}"


class UnknownFile(Refused):
    """The file was not handed in before."""

    row = 50
    zh = "没有收到 SHA-256 为 {sha256} 的文件，请先上传"
    en = "No file of SHA-256 {sha256} was handed in; upload it first"


class RepealedBefore(Refused):
    """The policy was repealed before."""

    status = 409
    row = 50
    zh = "《{title}》已于{on}废止"
    en = "'{title}' was repealed on {on}"


class NotAPdf(Refused):
    """The file is no PDF, whatever its name says."""

    status = 415
    row = 50
    zh = "文件内容不是 PDF"
    en = "The file is no PDF"


@dataclass(frozen=True, slots=True)
class Window:
    """The campaign's last three years, counted back from its reference day."""

    first: date
    last: date

    @classmethod
    def before(cls, day: date, years: int = 3) -> "Window":
        """Return the window that ends on a day."""
        try:
            first = day.replace(year=day.year - years)
        except ValueError:  # 29 February
            first = day.replace(year=day.year - years, day=28)
        return cls(first, day)

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


def in_force(policy: Policy, day: date) -> bool:
    """Tell whether a policy holds on a day: issued, though it may take effect later, and neither ended nor repealed."""
    begun = policy.issued_on <= day
    ended = policy.valid_until is not None and policy.valid_until < day
    repealed = policy.repealed_on is not None and policy.repealed_on <= day
    return begun and not ended and not repealed


def search_words(*texts: str) -> str:
    """Return texts as they are searched: one width, one case, without spaces and signs, each text a line."""
    return "\n".join(_NOTHING.sub("", unicodedata.normalize("NFKC", text).casefold()) for text in texts)


def allow_compilers(caller: Caller) -> None:
    """Refuse everybody but the city's departments and its DRC (notice §二(四)4(3))."""
    if caller.level is not Level.CITY or caller.role not in (Role.DRC, Role.DEPARTMENT):
        raise NotAllowed(unit=caller.unit_name, role=caller.role, who="17个市直部门", who_en="the 17 city departments")


def _check(world: "PolicyWorld", event: PolicyEntry) -> None:
    head = next((level for level, sign in _HEADS.items() if event.number.startswith(sign)), PolicyLevel.NATIONAL)
    if head is not event.level:
        raise LevelAgainstNumber(path="data.number", number=event.number, level=event.level)
    since = event.effective_on or event.issued_on
    if event.valid_until is not None and event.valid_until < since:
        raise EndsBeforeItBegins(path="data.valid_until", until=event.valid_until, since=since)
    if event.file is not None and event.file.sha256 not in world.files:
        raise UnknownFile(path="data.file.sha256", sha256=event.file.sha256)
    for other in world.policies.values():
        if (other.number, other.issuer) == (event.number, event.issuer) and other.policy != event.policy:
            raise PolicyTaken(path="data.number", number=other.number, title=other.title, policy=other.policy)


def _entry(event: PolicyEntry, posted: Posted) -> Policy:
    values = event.model_dump(exclude={"file", "reason"}) | {"topics": [topic.value for topic in event.topics]}
    file = event.file
    return Policy(
        **values | {"level": event.level.value},
        file_sha256=file.sha256 if file else None,
        file_name=file.name if file else None,
        unit=posted.caller.unit,
        unit_name=posted.caller.unit_name,
    )


def list_policy(world: "PolicyWorld", posted: Posted, event: PolicyListed) -> Sequence[Event]:
    """Put a policy into the library."""
    allow_compilers(posted.caller)
    if (first := world.policies.get(event.policy)) is not None:
        raise PolicyTaken(path="data.policy", number=first.number, title=first.title, policy=first.policy)
    _check(world, event)
    world.put_policy(_entry(event, posted))
    return [event]


def amend(world: "PolicyWorld", posted: Posted, event: PolicyAmended) -> Sequence[Event]:
    """Replace a policy's entry; what was printed of it stays as it was printed."""
    allow_compilers(posted.caller)
    before = _known(world, event.policy)
    _check(world, event)
    after = _entry(event, posted)
    world.put_policy(replace(after, repealed_on=before.repealed_on, repealed_why=before.repealed_why))
    return [event]


def repeal(world: "PolicyWorld", posted: Posted, event: PolicyRepealed) -> Sequence[Event]:
    """End a policy's force."""
    allow_compilers(posted.caller)
    policy = _known(world, event.policy)
    if policy.repealed_on is not None:
        raise RepealedBefore(path="data.policy", title=policy.title, on=policy.repealed_on)
    world.put_policy(replace(policy, repealed_on=event.repealed_on, repealed_why=event.reason))
    return [event]


def _known(world: "PolicyWorld", slug: str) -> Policy:
    policy = world.policies.get(slug)
    if policy is None:
        raise NotYet(PolicyListed.type, f"policies/{slug}")
    return policy
