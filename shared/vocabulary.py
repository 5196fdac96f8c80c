"""The notice's closed sets of words (鄂府办发〔2022〕30号), with their Chinese and English labels."""

from enum import StrEnum
from typing import Final, Self


class Word(StrEnum):
    """A term of a closed set; the value is the wire form, the labels are for people."""

    zh: str
    en: str

    def __new__(cls, value: str, zh: str = "", en: str = "") -> Self:
        """Keep the wire value as the string and the two labels beside it."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.zh = zh or value
        word.en = en or value.replace("_", " ")
        return word


class SessionKind(Word):
    """The two kinds of session (notice §二: 9个旗区专场和1个市直专场)."""

    BANNER = "banner", "旗区专场", "banner session"
    CITY = "city", "市直专场", "city session"


class Level(Word):
    """The level at which an application is decided (notice §二(一)4, (五)4)."""

    CITY = "city", "市级", "city"
    BANNER = "banner", "旗区级", "banner"


class Formality(Word):
    """The eight formalities (notice §二(一)4), in the notice's order."""

    PROJECT_INITIATION = "project_initiation", "立项", "project initiation"
    LAND_AND_SITE = "land_and_site", "用地预审和规划选址意见书", "land-use pre-examination and site opinion"
    ENERGY_REVIEW = "energy_review", "能评", "energy review"
    ENVIRONMENTAL_IMPACT = "environmental_impact", "环评", "environmental impact assessment"
    FOREST_LAND = "forest_land", "林地手续", "forest land"
    GRASSLAND = "grassland", "草地手续", "grassland"
    WATER_ABSTRACTION = "water_abstraction", "取水许可证", "water abstraction licence"
    CONSTRUCTION_PERMIT = "construction_permit", "施工许可证", "construction permit"


class Outcome(Word):
    """The three outcomes of a decision (notice §二(一)4: 审批、容缺审批、转报上报)."""

    APPROVED = "approved", "审批", "approved"
    DEFERRED = "deferred", "容缺审批", "approved with deferred materials"
    FORWARDED = "forwarded", "转报上报", "forwarded to a higher body"


class Scope(Word):
    """Which list a project stands on (notice §二(一)3, (五)3)."""

    CITY_KEY = "city_key", "市级重点项目", "city key project"
    BANNER_KEY = "banner_key", "旗区重点项目", "banner key project"
    CITY_OWN = "city_own", "市本级重点项目", "city-own key project"


class Role(Word):
    """What a caller may be to the campaign (requirements row 88)."""

    DRC = "drc", "发改委", "Development and Reform Commission"
    OFFICE = "office", "市政府办公室", "general office"
    DEPARTMENT = "department", "审批部门", "department"
    BANNER = "banner", "旗区", "banner"
    PARK = "park", "园区", "park"
    LIAISON = "liaison", "联络员", "liaison"
    PUBLICITY = "publicity", "宣传部", "publicity"
    VIEWER = "viewer", "查阅", "viewer"


class Distribution(Word):
    """The bulletin's distribution classes at its foot (document.md 4.1)."""

    SUPERIORS = "superiors", "报", "to superiors"
    PEERS = "peers", "送", "to peers"
    SUBORDINATES = "subordinates", "发", "to subordinates"


class Channel(Word):
    """How an edition reaches a recipient."""

    FOLDER = "folder", "文件夹", "folder"
    SMTP = "smtp", "电子邮件", "e-mail"


CITY_DIVISION: Final = "150600"
"""鄂尔多斯市 in GB/T 2260; the nine banners are its county-level divisions."""

BANNERS: Final = {
    "150602": "东胜区",
    "150603": "康巴什区",
    "150621": "达拉特旗",
    "150622": "准格尔旗",
    "150623": "鄂托克前旗",
    "150624": "鄂托克旗",
    "150625": "杭锦旗",
    "150626": "乌审旗",
    "150627": "伊金霍洛旗",
}
"""The nine banners by GB/T 2260 code."""

KANGBASHI: Final = "150603"
"""康巴什区 has no park: it holds its session at the district government's office (notice §二(一)2)."""
