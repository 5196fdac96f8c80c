"""What is posted in a bench: a campaign of its own with as many applications as are asked for."""

import itertools
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from shared.events import CampaignPlanned, Unit
from shared.identifiers import with_check_digit
from shared.vocabulary import CITY_DIVISION, Level

_TEMPLATE: Final = Path(__file__).parents[2] / "services" / "approvals" / "campaigns" / "spring-2022.json"
CAMPAIGN: Final = "bench-2022"
SESSION: Final = f"{CAMPAIGN}-150622"


def plan() -> CampaignPlanned:
    """Return the template's plan under the bench's own name."""
    data = json.loads(_TEMPLATE.read_text(encoding="utf-8"))
    data["campaign"] = CAMPAIGN
    for session in data["sessions"]:
        session["session"] = f"{CAMPAIGN}-{session['division']}"
    planned = CampaignPlanned.model_validate(data)
    return planned.model_copy(update={"switches": planned.switches.without_gates()})


def unit(of: CampaignPlanned, bureau: str, division: str = CITY_DIVISION) -> Unit:
    """Return a unit of the plan."""
    level = Level.CITY if division == CITY_DIVISION else Level.BANNER
    return next(u for u in of.units if (u.level, u.division, u.bureau) == (level, division, bureau))


def project_codes() -> Iterator[str]:
    """Yield valid project codes without end."""
    for number in itertools.count():
        yield with_check_digit(f"22{number // 100_000 % 90 + 10:02d}-150622-04-01-{number % 100_000:05d}")


def event(source: Unit, event_id: str, event_type: str, data: dict[str, Any]) -> dict[str, Any]:
    """Return a CloudEvent as a unit's system posts it."""
    return {
        "specversion": "1.0",
        "id": event_id,
        "source": f"/units/{source.code}",
        "type": event_type,
        "time": datetime.now(UTC).isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }


def docketed(drc: Unit, code: str) -> dict[str, Any]:
    """Return the docketing of one application."""
    project = {
        "name": "示例绿色制造一体化项目",
        "scope": "city_key",
        "owner_code": "91150622MA0XX0445J",
        "owner_name": "准格尔旗示例新材料有限公司（虚构）",
    }
    data = {"session": SESSION, "project_code": code, "formality": "environmental_impact", "level": "city"}
    return event(drc, f"docket-{code}", "chunfeng.application.docketed.v1", data | {"project": project})


def signed(ecology: Unit, code: str) -> dict[str, Any]:
    """Return the signing of one application."""
    data = {
        "session": SESSION,
        "project_code": code,
        "formality": "environmental_impact",
        "level": "city",
        "outcome": "approved",
        "signed_at": "2022-03-21T09:08:00+08:00",
        "department_signatory": "王晓明（虚构）",
        "enterprise_signatory": "李建国（虚构）",
        "stamped": True,
        "document_number": "鄂环审字〔2022〕9001号",
    }
    return event(ecology, f"sign-{code}", "chunfeng.approval.signed.v1", data)


def opening(of: CampaignPlanned) -> list[tuple[str, dict[str, Any]]]:
    """Return what opens the bench's session, with the credit code of each poster."""
    drc, government = unit(of, "drc"), unit(of, "government", "150622")
    venue = {"kind": "park", "name": "准格尔经济开发区"}
    events = [
        event(drc, "plan", CampaignPlanned.type, json.loads(of.model_dump_json())),
        event(
            drc,
            "schedule",
            "chunfeng.session.scheduled.v1",
            {"session": SESSION, "starts_at": "2022-03-21T09:00:00+08:00", "venue": venue},
        ),
        event(
            government,
            "open",
            "chunfeng.session.opened.v1",
            {
                "session": SESSION,
                "opened_at": "2022-03-21T09:00:00+08:00",
                "declared_by": {"name": "赵示例（虚构）", "post": "旗长"},
            },
        ),
    ]
    return [(one["source"].removeprefix("/units/"), one) for one in events]
