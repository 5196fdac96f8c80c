"""Dashboards and alert rules speak of metrics that exist, and every alert is explained."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    MatrixSelector,
    ParenExpr,
    SubqueryExpr,
    UnaryExpr,
    VectorSelector,
)

from tests.deploy.promql import Series, firing, labels_of, samples_of, seconds
from tests.systems import System

REPOSITORY = Path(__file__).parents[2]
OBSERVE = REPOSITORY / "deploy" / "observe"
RULES: list[dict[str, Any]] = yaml.safe_load((OBSERVE / "alerts.yml").read_text("utf-8"))["groups"][0]["rules"]
DASHBOARD: dict[str, Any] = json.loads((OBSERVE / "grafana/dashboards/chunfeng.json").read_text("utf-8"))
FROM_PROMETHEUS = {"up"}

pytestmark = pytest.mark.row(84)


def expressions() -> list[str]:
    panels = [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]
    return [rule["expr"] for rule in RULES] + panels


def metrics_in(node: Any) -> set[str]:  # noqa: ANN401  (the parser's own nodes)
    """Return the names of the metrics an expression reads."""
    if isinstance(node, VectorSelector):
        return {str(node.name)}
    if isinstance(node, MatrixSelector):
        return {str(node.vector_selector.name)}
    if isinstance(node, BinaryExpr):
        return metrics_in(node.lhs) | metrics_in(node.rhs)
    if isinstance(node, (AggregateExpr, ParenExpr, UnaryExpr, SubqueryExpr)):
        return metrics_in(node.expr)
    if isinstance(node, Call):
        return set[str]().union(*(metrics_in(one) for one in node.args))
    return set[str]()


async def test_every_metric_that_is_named_exists(system: System) -> None:
    named = set[str]().union(*(metrics_in(promql_parser.parse(one)) for one in expressions())) - FROM_PROMETHEUS
    offered: set[str] = set()
    for service in ("approvals", "bulletin"):
        async with system.serving(service) as client:
            text = (await client.get("/metrics")).text
            for family in re.findall(r"^# TYPE (\S+) (counter|gauge|histogram)$", text, re.MULTILINE):
                offered.add(family[0])
    assert len(named) > 8
    assert named <= offered


async def test_a_service_measures_itself_when_asked(system: System) -> None:
    async with system.serving("bulletin") as client:
        text = (await client.get("/metrics")).text
    for line in (
        'chunfeng_ready{part="database",service="bulletin"} 1.0',
        'chunfeng_consumer_pending{service="bulletin"} 0.0',
        'chunfeng_quarantine_waiting{service="bulletin"} 0.0',
        'chunfeng_deliveries{state="failed"} 0.0',
        "chunfeng_bulletins_outstanding 0.0",
    ):
        assert line in text


async def test_a_mail_server_that_is_away_degrades_the_bulletin_and_stops_nothing(system: System) -> None:
    async with system.serving("bulletin", smtp_host="127.0.0.1", smtp_port=1) as client:
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["degraded"]) == (200, ["mail"])
        assert 'chunfeng_ready{part="mail",service="bulletin"} 0.0' in (await client.get("/metrics")).text


async def test_nobody_vouches_for_a_mail_server_that_is_not_set(system: System) -> None:
    async with system.serving("bulletin") as client:
        assert (await client.get("/health/ready")).json()["checks"] == {"database": True, "nats": True}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule["alert"])
def test_every_alert_says_what_to_do_in_the_guide_and_speaks_both_languages(rule: dict[str, Any]) -> None:
    for guide in ("docs/operate.md", "docs/operate.zh-CN.md"):
        assert f"`{rule['alert']}`" in (REPOSITORY / guide).read_text("utf-8")
    assert rule["labels"]["severity"] in {"page", "ticket"}
    assert re.search(r"[\u4e00-\u9fff].* · .*[a-z]", rule["annotations"]["summary"])


def test_each_alert_rings_when_it_should_and_not_before() -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian: prometheus)")
    for arguments in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts-test.yml"]):
        done = subprocess.run([promtool, *arguments], cwd=OBSERVE, capture_output=True, text=True, check=False)  # noqa: S603
        assert done.returncode == 0, done.stdout + done.stderr


def told(annotation: str, labels: dict[str, str], value: float) -> str:
    """Fill in an annotation as Prometheus does."""
    filled = re.sub(r"{{ \$labels\.(\w+) }}", lambda found: labels[found[1]], annotation)
    return filled.replace("{{ $value }}", f"{value:g}")


def cases() -> list[tuple[str, str, list[Series], float, dict[str, Any]]]:
    document = yaml.safe_load((OBSERVE / "alerts-test.yml").read_text("utf-8"))
    found = []
    for test in document["tests"]:
        every = seconds(test["interval"])
        series = [
            Series(*labels_of(one["series"]), samples_of(str(one["values"])), every) for one in test["input_series"]
        ]
        found += [
            (f"{case['alertname']}-{case['eval_time']}", case["alertname"], series, seconds(case["eval_time"]), case)
            for case in test["alert_rule_test"]
        ]
    return found


@pytest.mark.parametrize(("alert", "series", "at", "case"), [pytest.param(*one[1:], id=one[0]) for one in cases()])
def test_each_alert_rings_for_what_it_should_and_is_silent_before(
    alert: str, series: list[Series], at: float, case: dict[str, Any]
) -> None:
    """The cases of promtool, here too where there is no promtool."""
    (rule,) = (one for one in RULES if one["alert"] == alert)
    rung = [
        (dict(labels) | rule["labels"], told(rule["annotations"]["summary"], dict(labels), value))
        for labels, value in firing(rule, series, at, every=5).items()
    ]
    wanted = [(one["exp_labels"], one["exp_annotations"]["summary"]) for one in case.get("exp_alerts", ())]
    assert rung == wanted


def test_every_alert_has_a_case_in_which_it_rings() -> None:
    document = yaml.safe_load((OBSERVE / "alerts-test.yml").read_text("utf-8"))
    rung = {
        case["alertname"] for test in document["tests"] for case in test["alert_rule_test"] if case.get("exp_alerts")
    }
    assert rung == {rule["alert"] for rule in RULES}
