"""The operators' board: how each session, source and delivery stands, and what somebody must act on. Pure (row 84)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import Final

from shared.beat import SILENT_SECONDS, Beat
from shared.vocabulary import Word

SERVICES: Final = ("approvals", "forums", "policy", "bulletin")
NEAR: Final = timedelta(hours=2)
STUCK_SECONDS: Final = 30


class Stage(Word):
    """How far a session is."""

    PLANNED = "planned", "时间待定", "date to be announced"
    SCHEDULED = "scheduled", "已通知", "scheduled"
    CANCELLED = "cancelled", "已取消", "cancelled"
    OPEN = "open", "进行中", "in progress"
    CLOSED = "closed", "待印发", "bulletin due"
    ISSUED = "issued", "已印发", "bulletin issued"


class Service(Word):
    """The services, as people call them."""

    APPROVALS = "approvals", "集中审批", "approvals"
    FORUMS = "forums", "座谈调研", "forums"
    POLICY = "policy", "政策入企", "policy"
    BULLETIN = "bulletin", "简报", "bulletin"


class PartOf(Word):
    """What a service stands on."""

    DATABASE = "database", "数据库 PostgreSQL", "the database PostgreSQL"
    NATS = "nats", "事件流 NATS", "the event stream NATS"
    MAIL = "mail", "邮件服务器", "the mail server"


def part(name: str) -> Word:
    """Return what a part is called."""
    return PartOf(name) if name in set(PartOf) else PartOf.DATABASE


@dataclass(frozen=True, slots=True)
class Sent:
    """How many recipients have an edition."""

    delivered: int = 0
    failed: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Standing:
    """One session."""

    session: str
    name: str
    position: int
    stage: Stage
    starts_at: datetime | None = None
    closed_at: datetime | None = None
    due_at: datetime | None = None
    issued_at: datetime | None = None
    number: int | None = None
    revision: int | None = None
    complete: bool = True
    owed: tuple[tuple[str, str], ...] = ()
    """(unit, what) still missing of the next edition, or of the newest one."""
    facts: int = 0
    sent: Sent = Sent()

    def light(self, now: datetime) -> str:
        """Return green, yellow, red or nothing."""
        if self.stage is Stage.CLOSED and self.due_at is not None:
            return "red" if now >= self.due_at else "yellow" if now >= self.due_at - NEAR else ""
        if self.stage is Stage.ISSUED:
            return "green"
        return ""


@dataclass(frozen=True, slots=True)
class Source:
    """How much of a service's facts has arrived here."""

    service: str
    known: int
    missing: tuple[int, ...]
    recorded: int | None
    """As its heartbeat tells."""


@dataclass(frozen=True, slots=True)
class Process:
    """A service as its heartbeats tell."""

    service: str
    beat: Beat | None
    age: float = 0.0
    """Seconds since it was heard."""
    instances: int = 0
    unknown: bool = False
    """Nothing can be heard, because NATS itself is away."""
    listened: float = inf
    """Seconds for which we have listened."""

    @property
    def awaited(self) -> bool:
        """Tell whether it has not been heard because we have only begun to listen."""
        return self.beat is None and self.listened < SILENT_SECONDS

    @property
    def silent(self) -> bool:
        """Tell whether it does not answer though it could be heard."""
        return not self.unknown and not self.awaited and (self.beat is None or self.age >= SILENT_SECONDS)

    @property
    def state(self) -> str:
        """Return unknown, awaited, silent, unready, degraded or ready."""
        if self.unknown:
            return "unknown"
        if self.awaited:
            return "awaited"
        if self.silent or self.beat is None:
            return "silent"
        if not self.beat.ready:
            return "unready"
        return "degraded" if self.beat.away else "ready"


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something somebody must act on; `severe` cannot wait until tomorrow. `rule` is its alert's name."""

    rule: str
    zh: str
    en: str
    severe: bool = True
    of: str = ""
    """The service or the session that it is about."""


@dataclass(frozen=True)
class Board:
    """Everything at one moment."""

    now: datetime
    campaign: str = ""
    standings: tuple[Standing, ...] = ()
    processes: tuple[Process, ...] = ()
    sources: tuple[Source, ...] = ()
    deliveries: Mapping[str, int] = field(default_factory=dict)
    stale: bool = False
    """The sessions are as they were when the database last answered."""

    @property
    def alarms(self) -> tuple[Alarm, ...]:
        """List what somebody must act on, the worst first."""
        found = [*_of_processes(self.processes), *_of_sessions(self.standings, self.now), *_of_deliveries(self)]
        return tuple(sorted(found, key=lambda one: not one.severe))


def _of_processes(processes: Sequence[Process]) -> list[Alarm]:
    found = []
    away = {name for one in processes if one.beat and not one.silent and not one.unknown for name in one.beat.away}
    for name in sorted(away):
        who = [Service(one.service) for one in processes if one.beat and not one.silent and name in one.beat.away]
        what, zh, en = part(name), "、".join(one.zh for one in who), ", ".join(one.en for one in who)
        found.append(Alarm("PartAway", f"{what.zh}没有应答（{zh}）", f"{what.en} does not answer ({en})"))
    for one in processes:
        service = Service(one.service)
        if one.silent:
            found.append(Alarm("ServiceDown", f"{service.zh}服务没有应答", f"{service.en} does not answer"))
        if one.beat is None:
            continue
        if (one.beat.oldest_seconds or 0) > STUCK_SECONDS and one.beat.lag:
            zh, en = f"{service.zh}有{one.beat.lag}条事件未能发布", f"{service.en}: {one.beat.lag} facts not published"
            found.append(Alarm("OutboxStuck", zh, en))
        if one.beat.quarantined:
            zh = f"{service.zh}隔离了{one.beat.quarantined}条消息"
            en = f"{service.en}: messages in quarantine: {one.beat.quarantined}"
            found.append(Alarm("Quarantined", zh, en, severe=False, of=one.service))
    return found


def _of_sessions(standings: Sequence[Standing], now: datetime) -> list[Alarm]:
    found = []
    for one in standings:
        if one.stage is not Stage.CLOSED or one.due_at is None:
            continue
        if now >= one.due_at:
            zh, en = f"{one.name}的简报已逾期", f"the bulletin of {one.session} is overdue"
            found.append(Alarm("BulletinMissed", zh, en, of=one.session))
        elif now >= one.due_at - NEAR:
            zh, en = f"{one.name}的简报不足两小时到期", f"the bulletin of {one.session} is due within two hours"
            found.append(Alarm("BulletinNear", zh, en, of=one.session))
    return found


def _of_deliveries(board: Board) -> list[Alarm]:
    failed = board.deliveries.get("failed", 0)
    if not failed:
        return []
    return [Alarm("DeliveryFailed", f"{failed}份简报送达失败", f"deliveries that failed: {failed}", severe=False)]
