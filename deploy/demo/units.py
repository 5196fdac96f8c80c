"""The registry of the notice's units: 18 city departments, the publicity department and each banner's own."""

from typing import Final

from deploy.demo.codes import organ_code
from shared.events import Unit
from shared.vocabulary import BANNERS, CITY_DIVISION, KANGBASHI, Level

# The order of the notice's 18-list is the precedence (requirements I4); 市委宣传部 follows, it is not on the list.
CITY_UNITS: Final = (
    ("office", "市人民政府办公室"),
    ("drc", "市发展和改革委员会"),
    ("industry", "市工业和信息化局"),
    ("natural-resources", "市自然资源局"),
    ("ecology", "市生态环境局"),
    ("housing", "市住房和城乡建设局"),
    ("transport", "市交通运输局"),
    ("water", "市水利局"),
    ("agriculture", "市农牧局"),
    ("commerce", "市商务局"),
    ("culture-tourism", "市文化和旅游局"),
    ("statistics", "市统计局"),
    ("energy", "市能源局"),
    ("forestry-grassland", "市林业和草原局"),
    ("finance", "市人民政府金融工作办公室"),
    ("tax", "市税务局"),
    ("government-services", "市行政审批和政务服务局"),
    ("investment-promotion", "市投资促进中心"),
    ("publicity", "市委宣传部"),
)

# The government leads; the seven departments follow in the order of the notice's banner list (§二(二)5(2)).
BANNER_UNITS: Final = (
    ("government", "{banner}人民政府"),
    ("drc", "{banner}发展和改革委员会"),
    ("natural-resources", "{banner}自然资源局"),
    ("ecology", "市生态环境局{banner}分局"),
    ("housing", "{banner}住房和城乡建设局"),
    ("water", "{banner}水利局"),
    ("forestry-grassland", "{banner}林业和草原局"),
    ("government-services", "{banner}行政审批和政务服务局"),
)

PARKS: Final = {
    "150602": "东胜经济开发区",
    "150621": "达拉特经济开发区",
    "150622": "准格尔经济开发区",
    "150623": "上海庙经济开发区",
    "150624": "鄂托克经济开发区",
    "150625": "杭锦经济开发区",
    "150626": "苏里格经济开发区",
    "150627": "蒙苏经济开发区",
}
"""Each banner's park; 康巴什区 has none here, its session is at the government's office."""


def _banner_names(division: str) -> list[tuple[str, str]]:
    names = [(bureau, name.format(banner=BANNERS[division])) for bureau, name in BANNER_UNITS]
    if division != KANGBASHI:
        names.append(("park", f"{PARKS[division]}管理委员会"))
    return names


def city_units() -> list[Unit]:
    return [
        Unit(
            code=organ_code(CITY_DIVISION, serial),
            name=name,
            bureau=bureau,
            level=Level.CITY,
            division=CITY_DIVISION,
            precedence=serial,
        )
        for serial, (bureau, name) in enumerate(CITY_UNITS, start=1)
    ]


def banner_units(division: str) -> list[Unit]:
    """Return a banner's units; their precedence lies after every city unit's, banner by banner."""
    first = 100 * (list(BANNERS).index(division) + 1)
    return [
        Unit(
            code=organ_code(division, serial),
            name=name,
            bureau=bureau,
            level=Level.BANNER,
            division=division,
            precedence=first + serial,
        )
        for serial, (bureau, name) in enumerate(_banner_names(division), start=1)
    ]


def all_units() -> tuple[Unit, ...]:
    return (*city_units(), *(unit for division in BANNERS for unit in banner_units(division)))


def unit_of(bureau: str, division: str) -> Unit:
    """Return the one unit of a bureau in a division; the city's for 150600."""
    units = city_units() if division == CITY_DIVISION else banner_units(division)
    return next(unit for unit in units if unit.bureau == bureau)
