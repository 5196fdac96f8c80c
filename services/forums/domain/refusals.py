"""Everything the forums service says no to, one class and two sentences each."""

from shared.problems import Refused


class IssueNumberTaken(Refused):
    """The session has an issue of this id."""

    status = 409
    row = 35
    zh = "{session}的问题 {issue} 已由{enterprise}提出；新问题请用新的编号"
    en = "The issue {issue} of {session} was raised by {enterprise}; use a new id for another"


class AlreadyHeld(Refused):
    """The session's forum was held before."""

    status = 409
    row = 7
    zh = "{session}的座谈会已于{at}结束"
    en = "The forum of {session} was held at {at}"
