"""What enterprises' needs are about, and which of the 18 departments is in charge of it (notice §二(二)5(1)). Pure."""

from collections.abc import Iterable, Mapping
from typing import Final

from shared.events import Unit
from shared.vocabulary import Level, PolicyTopic

NOT_LISTED: Final = frozenset({"publicity", "government"})
"""City units that are not among the notice's 18 departments."""

_T: Final = PolicyTopic
IN_CHARGE: Final[Mapping[PolicyTopic, tuple[str, ...]]] = {
    _T.INVESTMENT: ("drc",),
    _T.LAND: ("natural-resources",),
    _T.FOREST_GRASSLAND: ("forestry-grassland",),
    _T.ENVIRONMENT: ("ecology",),
    _T.ENERGY: ("energy",),
    _T.WATER: ("water",),
    _T.CONSTRUCTION: ("housing",),
    _T.TRANSPORT: ("transport",),
    _T.INDUSTRY: ("industry",),
    _T.AGRICULTURE: ("agriculture",),
    _T.TRADE: ("commerce",),
    _T.CULTURE_TOURISM: ("culture-tourism",),
    _T.STATISTICS: ("statistics",),
    _T.FINANCE: ("finance",),
    _T.TAX: ("tax",),
    _T.SERVICES: ("government-services",),
    _T.ATTRACTION: ("investment-promotion",),
    # None of the 18 is in charge of labour: whoever invites names a department and says why.
    _T.TALENT: (),
}
"""The departments by their published duties; the campaign's default, for the notice does not say."""

_WORDS: Final[Mapping[PolicyTopic, tuple[str, ...]]] = {
    _T.INVESTMENT: ("立项", "投资", "备案", "核准", "项目前期"),
    _T.LAND: ("用地", "土地", "规划选址", "征拆", "征地", "不动产", "矿产", "采矿"),
    _T.FOREST_GRASSLAND: ("用林", "用草", "林地", "草原", "草地", "林草"),
    _T.ENVIRONMENT: ("环评", "环保", "排污", "生态环境", "固废"),
    _T.ENERGY: ("用电", "电力", "电价", "供电", "用能", "能评", "能耗", "节能", "新能源", "供气", "天然气"),
    _T.WATER: ("用水", "取水", "水资源", "水权", "水指标", "供水"),
    _T.CONSTRUCTION: ("施工", "工程建设", "消防验收", "人防", "质量监督"),
    _T.TRANSPORT: ("交通", "道路", "物流", "运输", "铁路", "公路"),
    _T.INDUSTRY: ("工业", "技改", "技术改造", "科技创新", "中小企业", "专精特新"),
    _T.AGRICULTURE: ("农业", "牧业", "农牧", "种植", "养殖"),
    _T.TRADE: ("商贸", "外贸", "进出口", "消费", "电商"),
    _T.CULTURE_TOURISM: ("文化", "旅游", "文旅"),
    _T.STATISTICS: ("统计", "入库"),
    _T.FINANCE: ("融资", "贷款", "金融", "信贷", "担保", "上市"),
    _T.TAX: ("税", "减税", "降费", "退税"),
    _T.SERVICES: ("政务服务", "营商环境", "审批流程", "一网通办"),
    _T.ATTRACTION: ("招商", "引资"),
    _T.TALENT: ("用工", "人才", "社保", "招工", "就业"),
}
"""Words in which banners write what a need is about."""


def topics_of(tag: str) -> list[PolicyTopic]:
    """Return what a tag is about: a topic by its word or label, else every topic whose words it contains."""
    named = [topic for topic in PolicyTopic if tag.strip() in (topic.value, topic.zh, topic.en)]
    return named or [topic for topic, words in _WORDS.items() if any(word in tag for word in words)]


def departments_for(tags: Iterable[str]) -> dict[str, tuple[str, PolicyTopic]]:
    """Return the bureaus in charge of what these tags say, each with the tag and the topic that led to it."""
    found: dict[str, tuple[str, PolicyTopic]] = {}
    for tag in tags:
        for topic in topics_of(tag):
            for bureau in IN_CHARGE[topic]:
                found.setdefault(bureau, (tag, topic))
    return found


def the_eighteen(units: Iterable[Unit]) -> list[Unit]:
    """List the 18 departments in the notice's order, never in that of an input (I4)."""
    city = (unit for unit in units if unit.level is Level.CITY and unit.bureau not in NOT_LISTED)
    return sorted(city, key=lambda unit: unit.precedence)
