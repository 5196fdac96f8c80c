"""What a caller may do about a forum: forms are shown to whom the rules let post them."""

from shared.posted import Caller
from shared.vocabulary import Level, Role


class Rights:
    """A caller's rights in one session; the rules decide, this only spares people forms that would be refused."""

    def __init__(self, caller: Caller, division: str) -> None:
        """Take who is calling, and whose session it is about."""
        here = caller.division == division
        self.unit = caller.unit
        self.drc = caller.role is Role.DRC and caller.level is Level.CITY
        self.office = caller.role is Role.OFFICE and caller.level is Level.CITY
        self.organise = self.drc or self.office
        self.banner = self.drc or (here and caller.role in (Role.BANNER, Role.PARK, Role.LIAISON))
        self.host = self.drc or (here and caller.role is Role.BANNER)
        self.hold = here and caller.role is Role.BANNER
        self.attend = self.organise or self.banner
        self.department = caller.role is Role.DEPARTMENT and caller.level is Level.CITY
        self.consult = self.attend or caller.role is Role.DEPARTMENT
