"""The campaign template is the generator's output and keeps the notice's figures."""

import json

import pytest

from deploy.demo.make_campaign import TEMPLATE, campaign, template
from shared.events import CampaignPlanned
from shared.vocabulary import BANNERS, CITY_DIVISION, Formality, Level, SessionKind

PLANNED = CampaignPlanned.model_validate(json.loads(TEMPLATE.read_text("utf-8")), extra="forbid")
UNITS = {unit.code: unit for unit in PLANNED.units}


def test_the_committed_template_is_the_generators_output() -> None:
    assert TEMPLATE.read_text("utf-8") == template()


def test_only_the_demo_copy_says_demo() -> None:
    assert campaign() == PLANNED
    assert campaign(demo=True) == PLANNED.model_copy(update={"demo": True})


def test_nine_banner_sessions_come_before_one_city_session() -> None:
    ordered = sorted(PLANNED.sessions, key=lambda session: session.position)
    assert [session.division for session in ordered] == [*BANNERS, CITY_DIVISION]
    assert [session.kind for session in ordered] == [SessionKind.BANNER] * 9 + [SessionKind.CITY]


def test_the_eighteen_departments_keep_the_order_of_the_notice() -> None:
    notice = (
        "市人民政府办公室、市发展和改革委员会、市工业和信息化局、市自然资源局、市生态环境局、市住房和城乡建设局、"
        "市交通运输局、市水利局、市农牧局、市商务局、市文化和旅游局、市统计局、市能源局、市林业和草原局、"
        "市人民政府金融工作办公室、市税务局、市行政审批和政务服务局、市投资促进中心"
    )
    city = sorted((unit for unit in UNITS.values() if unit.level is Level.CITY), key=lambda unit: unit.precedence)
    assert [unit.name for unit in city] == [*notice.split("、"), "市委宣传部"]


def test_no_two_units_share_a_code_a_name_or_a_place_in_the_order() -> None:
    for field in ("code", "name", "precedence"):
        assert len({getattr(unit, field) for unit in PLANNED.units}) == len(PLANNED.units)


@pytest.mark.parametrize("division", [CITY_DIVISION, *BANNERS])
def test_every_formality_has_its_owner_in_every_division(division: str) -> None:
    level = Level.CITY if division == CITY_DIVISION else Level.BANNER
    bureaus = {unit.bureau for unit in PLANNED.units if unit.division == division and unit.level is level}
    assert set(PLANNED.owners[level]) == set(Formality)
    assert set(PLANNED.owners[level].values()) <= bureaus


def test_every_banner_has_a_park_except_kangbashi() -> None:
    parks = {unit.division for unit in PLANNED.units if unit.bureau == "park"}
    assert parks == set(BANNERS) - {"150603"}


def test_unit_codes_are_plainly_fictitious() -> None:
    assert {code[8:13] for code in UNITS} == {"MB0XX"}


def test_recipients_cover_all_three_distribution_classes_and_both_channels() -> None:
    assert {recipient.distribution.zh for recipient in PLANNED.recipients} == {"报", "送", "发"}
    assert {recipient.channel.value for recipient in PLANNED.recipients} == {"folder", "smtp"}
