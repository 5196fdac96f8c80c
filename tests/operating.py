"""Keys of every role, in a service that knows them as from the stream."""

from datetime import UTC, datetime

from shared import keyfacts, keys
from shared.database import Database
from shared.events import KeyIssued, Unit
from shared.vocabulary import CITY_DIVISION, Role
from tests.builders import PLAN


def unit_for(role: Role, division: str = CITY_DIVISION) -> Unit:
    """Return a unit that may have a key of a role."""
    bureau = {
        Role.OFFICE: "office",
        Role.DEPARTMENT: "ecology",
        Role.BANNER: "government",
        Role.PARK: "park",
        Role.PUBLICITY: "publicity",
    }.get(role, "drc")
    units = [one for one in PLAN.units if one.bureau == bureau]
    return next((one for one in units if one.division == division), units[0])


async def token(database: Database, role: Role, division: str = CITY_DIVISION) -> str:
    """Let a service know a new key of this role; return its token."""
    made, unit = keys.make(), unit_for(role, division)
    issued = KeyIssued(
        key=made.key,
        secret_sha256=made.secret_sha256,
        unit=unit.code,
        unit_name=unit.name,
        role=role,
        level=unit.level,
        division=unit.division,
        issued_at=datetime.now(UTC),
    )
    async with database.transaction() as session:
        await keyfacts.learn([issued], session)
    return made.token
