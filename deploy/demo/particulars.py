"""What stands in a decision beside its outcome: missing materials, higher bodies, document numbers, licences."""

from collections import Counter
from datetime import date
from typing import Final

from deploy.demo.checklists import MISSING
from deploy.demo.docket import Item
from deploy.demo.units import CITY_UNITS
from shared.events import Deferral, Forwarding, Unit
from shared.vocabulary import Formality, Level

_F = Formality

HIGHER_BODIES: Final = {
    _F.PROJECT_INITIATION: "自治区发展和改革委员会",
    _F.LAND_AND_SITE: "自治区自然资源厅",
    _F.ENERGY_REVIEW: "自治区能源局",
    _F.ENVIRONMENTAL_IMPACT: "自治区生态环境厅",
    _F.FOREST_LAND: "自治区林业和草原局",
    _F.GRASSLAND: "自治区林业和草原局",
    _F.WATER_ABSTRACTION: "自治区水利厅",
    _F.CONSTRUCTION_PERMIT: "自治区住房和城乡建设厅",
}

LICENCES: Final = {
    _F.LAND_AND_SITE: ("建设项目用地预审与选址意见书", "用字第{division}2022{number}号"),
    _F.FOREST_LAND: ("使用林地审核同意书", "林资许准{division}-2022-{number}"),
    _F.GRASSLAND: ("征占用草原审核同意书", "草原审准{division}-2022-{number}"),
    _F.WATER_ABSTRACTION: ("取水许可证", "D{division}S2022-{number}"),
    _F.CONSTRUCTION_PERMIT: ("建筑工程施工许可证", "{division}20220316{number}"),
}
"""The formalities that end in a paper handed over at the table; the others end in a written reply."""

_WORDS: Final = {
    "drc": "发改审字",
    "natural-resources": "自然资审字",
    "energy": "能审字",
    "ecology": "环审字",
    "forestry-grassland": "林草审字",
    "water": "水审字",
    "housing": "建审字",
}
_PLACES: Final = {
    "150600": "鄂",
    "150602": "东",
    "150603": "康",
    "150621": "达",
    "150622": "准",
    "150623": "鄂前",
    "150624": "鄂旗",
    "150625": "杭",
    "150626": "乌",
    "150627": "伊",
}


class Registers:
    """The units' registers of documents and licences: numbers from 9001, which no real register has reached."""

    def __init__(self) -> None:
        """Start every register empty."""
        self._last: Counter[str] = Counter()
        self._shared: dict[str, str] = {}

    def _next(self, register: str) -> int:
        self._last[register] += 1
        return 9000 + self._last[register]

    def document(self, unit: Unit) -> str:
        """Return the unit's next document number."""
        return f"{_PLACES[unit.division]}{_WORDS[unit.bureau]}〔2022〕{self._next(unit.code)}号"

    def shared_document(self, unit: Unit, project_code: str) -> str:
        """Return one number for all of a project's formalities with the unit (林草手续: 一文批复)."""
        if project_code not in self._shared:
            self._shared[project_code] = self.document(unit)
        return self._shared[project_code]

    def licence(self, unit: Unit, formality: Formality) -> tuple[str, str]:
        """Return type and next number of the formality's licence."""
        licence_type, pattern = LICENCES[formality]
        number = self._next(f"{unit.code}/{formality.value}")
        return licence_type, pattern.format(division=unit.division, number=number)


def deferral(item: Item, due: date) -> Deferral:
    letter = f"容缺办理承诺书 {item.code[5:11]}-{item.code[-6:]}-{item.formality.zh}"
    return Deferral(commitment_letter=letter, missing=MISSING[item.formality], due=due)


def forwarding(item: Item) -> Forwarding:
    """Forward a city item to the region's body and a banner item to the city's bureau."""
    body = HIGHER_BODIES[item.formality]
    if item.level is Level.BANNER:
        body = dict(CITY_UNITS)[item.decides.bureau]
    opinion = f"经初审，申请材料齐全、符合法定形式，同意将{item.formality.zh}事项转报{body}审批。"
    return Forwarding(target_body=body, opinion=opinion)
