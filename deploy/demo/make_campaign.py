"""Write the campaign template of the notice: `python -m deploy.demo.make_campaign`."""

import json
from pathlib import Path
from typing import Any, Final

from deploy.demo.checklists import CHECKLISTS
from deploy.demo.duties import DUTIES
from deploy.demo.units import all_units
from shared.events import CampaignPlanned, Masthead, PlannedSession, Recipient, Switches
from shared.vocabulary import BANNERS, CITY_DIVISION, Channel, Distribution, Formality, Level, SessionKind

SLUG: Final = "spring-2022"
TEMPLATE: Final = Path(__file__).parents[2] / "services/approvals/campaigns/spring-2022.json"

# The notice does not say who owns which formality; these are the defaults of requirements.md I10.
CITY_OWNERS: Final = {
    Formality.PROJECT_INITIATION: "drc",
    Formality.LAND_AND_SITE: "natural-resources",
    Formality.ENERGY_REVIEW: "energy",
    Formality.ENVIRONMENTAL_IMPACT: "ecology",
    Formality.FOREST_LAND: "forestry-grassland",
    Formality.GRASSLAND: "forestry-grassland",
    Formality.WATER_ABSTRACTION: "water",
    Formality.CONSTRUCTION_PERMIT: "housing",
}
# The notice names a banner's seven departments (§二(二)5(2)) and no energy bureau is among them, so a banner's 能评
# falls to its DRC, the department in charge of energy conservation review wherever no other is named.
BANNER_OWNERS: Final = CITY_OWNERS | {Formality.ENERGY_REVIEW: "drc"}

RECIPIENTS: Final = (
    ("市委、市人民政府领导", Distribution.SUPERIORS, Channel.SMTP, "leaders@ordos.example", 8),
    ("市发展和改革委员会领导", Distribution.SUPERIORS, Channel.FOLDER, "drc-leaders", 5),
    ("市直各有关部门", Distribution.PEERS, Channel.FOLDER, "city-departments", 18),
    ("市委宣传部", Distribution.PEERS, Channel.SMTP, "publicity@ordos.example", 2),
    ("各旗区人民政府", Distribution.SUBORDINATES, Channel.SMTP, "banners@ordos.example", 18),
    ("各园区管理委员会", Distribution.SUBORDINATES, Channel.FOLDER, "parks", 9),
)


def session_slug(division: str) -> str:
    return f"{SLUG}-{division}"


def sessions() -> tuple[PlannedSession, ...]:
    """Return nine banner sessions in the order of their codes and the city session last (notice §二)."""
    places = [(SessionKind.BANNER, division, name) for division, name in BANNERS.items()]
    places.append((SessionKind.CITY, CITY_DIVISION, "市直"))
    return tuple(
        PlannedSession(
            session=session_slug(division), kind=kind, division=division, name=f"{name}专场", position=position
        )
        for position, (kind, division, name) in enumerate(places, start=1)
    )


def campaign(*, demo: bool = False) -> CampaignPlanned:
    """Return the notice's campaign; a demo copy says so on every page."""
    return CampaignPlanned(
        campaign=SLUG,
        title="“服务入园政策暖企”春风行动",
        notice="鄂府办发〔2022〕30号",
        aliases=("入园暖企春风行动",),
        units=all_units(),
        sessions=sessions(),
        owners={Level.CITY: CITY_OWNERS, Level.BANNER: BANNER_OWNERS},
        duties=DUTIES,
        recipients=tuple(
            Recipient(name=name, distribution=distribution, channel=channel, address=address, copies=copies)
            for name, distribution, channel, address, copies in RECIPIENTS
        ),
        masthead=Masthead(name="“服务入园政策暖企”春风行动简报", issuer="鄂尔多斯市发展和改革委员会"),
        print_count=60,
        checklists=CHECKLISTS,
        switches=Switches(
            locked_docket=True,
            prereview=True,
            other_signer=True,
            own_documents=True,
            readiness=True,
            awaits={SessionKind.BANNER: ("approvals", "forums", "survey", "policy"), SessionKind.CITY: ("approvals",)},
        ),
        demo=demo,
    )


def _readable(data: dict[str, Any]) -> str:
    """Render JSON with one list item a line, so that a diff shows the unit that changed."""
    fields = []
    for name, value in data.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            items = ",\n    ".join(json.dumps(item, ensure_ascii=False) for item in value)
            text = f"[\n    {items}\n  ]"
        else:
            text = json.dumps(value, ensure_ascii=False, indent=2).replace("\n", "\n  ")
        fields.append(f"  {json.dumps(name)}: {text}")
    return "{\n" + ",\n".join(fields) + "\n}\n"


def template() -> str:
    """Return the text of the template file."""
    return _readable(campaign().model_dump(mode="json"))


if __name__ == "__main__":
    TEMPLATE.write_text(template(), encoding="utf-8")
