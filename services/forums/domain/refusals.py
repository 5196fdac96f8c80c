"""Everything the forums service says no to, one class and two sentences each."""

from shared.problems import Refused


class AlreadyHeld(Refused):
    """The session's forum was held before."""

    status = 409
    row = 7
    zh = "{session}的座谈会已于{at}结束"
    en = "The forum of {session} was held at {at}"


class ClassFull(Refused):
    """Every place of a class is taken: whoever comes now stands on the waitlist."""

    status = 409
    row = 32
    zh = "{session}座谈会{kind.zh}名额{cap}人已满，{names}已列入候补第{number}位；有人退出时依次递补"
    en = "The forum of {session} has {cap} places ({kind.en}), all taken; {names} waits as number {number}"


class AlreadyOnRoster(Refused):
    """The person has a place."""

    status = 409
    row = 32
    zh = "{name}（{unit}）已在{session}座谈会名单上"
    en = "{name} of {unit} has a place at the forum of {session}"


class AlreadyWaiting(Refused):
    """The person is on the waitlist."""

    status = 409
    row = 32
    zh = "{name}（{unit}）已在候补名单第{number}位，有人退出时依次递补"
    en = "{name} of {unit} waits as number {number} and moves up when somebody withdraws"


class ParticipantIdTaken(Refused):
    """The id names somebody else of this forum."""

    status = 409
    row = 32
    zh = "人员编号 {participant} 已用于{name}；请用新的编号，换人请用更换"
    en = "The id {participant} is that of {name}; use a new id, or replace the person"


class NotInvited(Refused):
    """The department was not chosen for this forum."""

    row = 31
    zh = "{unit}不在{session}座谈会邀请的部门之列；请先说明理由并邀请"
    en = "{unit} is not among the departments invited to the forum of {session}; invite it with a reason first"


class NotOfTheClass(Refused):
    """The person's unit does not belong to this class of the roster."""

    row = 32
    zh = "{name}的单位不属于{kind.zh}：{why}"
    en = "The unit of {name} does not fit the class ({kind.en}): {why_en}"


class RosterIsLocked(Refused):
    """The roster was locked: changes are the organisers' and need a reason."""

    status = 409
    row = 32
    zh = "{session}座谈会名单已于{at}锁定；确需变更的，由市发展和改革委员会或市人民政府办公室说明理由后办理"
    en = "The roster of {session} was locked at {at}; the city DRC or the general office may change it with a reason"


class LateNeedsReason(Refused):
    """A change after the lock says why."""

    row = 32
    zh = "名单已于{at}锁定，变更须填写理由"
    en = "The roster was locked at {at}; say why it is changed"


class NotOnRoster(Refused):
    """The person has no place at the forum."""

    status = 409
    row = 38
    zh = "{name}不在座谈会名单上（{place}）"
    en = "{name} has no place at the forum ({place_en})"


class HasWithdrawn(Refused):
    """The person gave the place up before."""

    status = 409
    row = 32
    zh = "{name}已退出：{reason}"
    en = "{name} has withdrawn: {reason}"
