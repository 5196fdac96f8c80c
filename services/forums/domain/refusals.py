"""Everything the forums service says no to, one class and two sentences each."""

from shared.problems import Refused


class AlreadyHeld(Refused):
    """The session's forum was held before."""

    status = 409
    row = 7
    zh = "{session}的座谈会已于{at}结束"
    en = "The forum of {session} was held at {at}"
