"""Write the recorded sample campaign and its expected figures: `python -m deploy.demo.record`."""

import csv
import io
import json
from pathlib import Path
from typing import Final

from deploy.demo.approvals import Table
from deploy.demo.day import Day
from deploy.demo.followed import Issues
from deploy.demo.gathering import gathering_posts
from deploy.demo.library import library_posts
from deploy.demo.make_campaign import campaign
from deploy.demo.meetings import closes_at, forum_posts, session_posts
from deploy.demo.particulars import Registers
from deploy.demo.posts import Post, lines
from deploy.demo.preparing import once_posts, ready_posts
from deploy.demo.surveyed import survey_posts
from deploy.demo.tally import expected
from deploy.demo.timetable import NOTICE_DAY, at
from deploy.demo.units import unit_of
from deploy.demo.visits import left_open, need_posts, visit_posts
from shared.vocabulary import CITY_DIVISION, SessionKind

HERE: Final = Path(__file__).parent
# The seven names of the notice's (五)6(2), 市能源局 twice as printed there: an import must make six units of them.
IMPORTED: Final = ("natural-resources", "ecology", "energy", "forestry-grassland", "water", "housing", "energy")


def posts() -> list[Post]:
    """Return everything the units' systems post during the sample campaign."""
    planned, registers = campaign(demo=True), Registers()
    recorded = [Post(unit_of("drc", CITY_DIVISION), planned, at(NOTICE_DAY, "09:00"))]
    recorded += library_posts()
    recorded += need_posts([one for one in planned.sessions if one.kind is SessionKind.BANNER])
    for session in planned.sessions:
        recorded += session_posts(session)
        table = Table(session, registers, closes_at(session))
        recorded += table.posts()
        recorded += Day(session, table).posts()
        if session.kind is SessionKind.BANNER:
            visits = visit_posts(session)
            recorded += Issues(session).posts(left_open(visits))
            recorded += forum_posts(session)
            recorded += gathering_posts(session)
            recorded += survey_posts(session)
            recorded += visits
        recorded += ready_posts(planned, session, recorded)
    return recorded + once_posts(planned)


def _units_csv() -> str:
    text = io.StringIO()
    units = [unit_of(bureau, CITY_DIVISION).model_dump(mode="json") for bureau in IMPORTED]
    writer = csv.DictWriter(text, fieldnames=list(units[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(units)
    return text.getvalue()


def files() -> dict[Path, str]:
    """Return what the demo's generated files should say, by path."""
    recorded, planned = posts(), campaign(demo=True)
    figures = expected(recorded, planned.sessions, planned.switches)
    return {
        HERE / "campaign.jsonl": "".join(f"{line}\n" for line in lines(recorded)),
        HERE / "expected.json": json.dumps(figures, ensure_ascii=False, indent=1) + "\n",
        HERE / "units.csv": _units_csv(),
    }


if __name__ == "__main__":
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
