"""A small evaluator of the PromQL our alert rules are written in, so that they are tested where promtool is not."""

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import promql_parser
from promql_parser import (
    AggregateExpr,
    BinaryExpr,
    Call,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    VectorSelector,
)

Labels = frozenset[tuple[str, str]]
Vector = dict[Labels, float]
_STALE_SECONDS: Final = 300
_COMPARE: Final[Mapping[str, Callable[[float, float], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
    ">=": operator.ge,
    "<=": operator.le,
}
_COUNT: Final[Mapping[str, Callable[[float, float], float]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


@dataclass(frozen=True)
class Series:
    """A time series: a metric's labels, its samples and their distance."""

    name: str
    labels: Labels
    samples: Sequence[float | None]
    every: float

    def between(self, begin: float, end: float) -> list[tuple[float, float]]:
        """Return (time, value) of the samples after `begin` and up to `end`."""
        timed = ((place * self.every, value) for place, value in enumerate(self.samples))
        return [(at, value) for at, value in timed if value is not None and begin < at <= end]


def labels_of(told: str) -> tuple[str, Labels]:
    """Read `name{label="value"}`."""
    name, _, rest = told.partition("{")
    return name, frozenset(re.findall(r'(\w+)="([^"]*)"', rest))


def samples_of(told: str) -> list[float | None]:
    """Read the shorthand of promtool: `1 0 _`, `5x60`, `0+5x60`, `600-10x60`."""
    samples: list[float | None] = []
    for one in told.split():
        if found := re.fullmatch(r"(-?[\d.]+)(?:([+-][\d.]+))?x(\d+)", one):
            start, step, times = float(found[1]), float(found[2] or 0), int(found[3])
            samples += [start + step * place for place in range(times + 1)]
        else:
            samples.append(None if one == "_" else float(one))
    return samples


@dataclass(frozen=True)
class Moment:
    """What is known at one time."""

    series: Sequence[Series]
    at: float

    def evaluate(self, node: Any) -> Vector | float:  # noqa: ANN401  (the parser's own nodes)
        """Return what an expression is."""
        if isinstance(node, NumberLiteral):
            return float(node.val)
        if isinstance(node, ParenExpr):
            return self.evaluate(node.expr)
        if isinstance(node, VectorSelector):
            return self._newest(node)
        if isinstance(node, AggregateExpr):
            return self._sum(node)
        if isinstance(node, Call):
            return self._over_time(node)
        if isinstance(node, BinaryExpr):
            return self._binary(node)
        raise NotImplementedError(type(node).__name__)

    def _matching(self, node: VectorSelector) -> list[Series]:
        def fits(one: Series) -> bool:
            known = dict(one.labels)
            return one.name == node.name and all(
                _match(str(matcher.op), known.get(matcher.name, ""), matcher.value)
                for matcher in node.matchers.matchers
            )

        return [one for one in self.series if fits(one)]

    def _newest(self, node: VectorSelector) -> Vector:
        found = {one.labels: one.between(self.at - _STALE_SECONDS, self.at) for one in self._matching(node)}
        return {labels: timed[-1][1] for labels, timed in found.items() if timed}

    def _over_time(self, node: Call) -> Vector:
        (argument,) = node.args
        assert isinstance(argument, MatrixSelector)
        span = argument.range.total_seconds()
        found = {}
        for one in self._matching(argument.vector_selector):
            timed = one.between(self.at - span, self.at)
            if len(timed) > 1:
                change = (timed[-1][1] - timed[0][1]) * span / (timed[-1][0] - timed[0][0])
                found[one.labels] = change / span if node.func.name == "rate" else change
        return found

    def _sum(self, node: AggregateExpr) -> Vector:
        assert str(node.op) == "sum"
        inner = self.evaluate(node.expr)
        assert isinstance(inner, dict)
        kept = set(node.modifier.labels) if node.modifier else set()
        found: Vector = {}
        for labels, value in inner.items():
            group = frozenset(one for one in labels if one[0] in kept)
            found[group] = found.get(group, 0) + value
        return found

    def _binary(self, node: BinaryExpr) -> Vector | float:
        left, right, sign = self.evaluate(node.lhs), self.evaluate(node.rhs), str(node.op)
        if sign == "and":
            assert isinstance(left, dict)
            assert isinstance(right, dict)
            return {labels: value for labels, value in left.items() if labels in right}
        if isinstance(left, float) and isinstance(right, float):
            return _COUNT[sign](left, right)
        assert isinstance(left, dict)
        assert isinstance(right, float)
        if sign in _COMPARE:
            return {labels: value for labels, value in left.items() if _COMPARE[sign](value, right)}
        return {labels: _COUNT[sign](value, right) for labels, value in left.items()}


def _match(sign: str, value: str, wanted: str) -> bool:
    kind = sign.rpartition(".")[2]
    found = bool(re.fullmatch(wanted, value)) if kind in ("Re", "NotRe") else value == wanted
    return found is not kind.startswith("Not")


def seconds(told: str | int | None) -> float:
    """Read a duration such as 5s, 2m, 1h."""
    if not told:
        return 0
    return sum(
        float(number) * {"s": 1, "m": 60, "h": 3600}[unit] for number, unit in re.findall(r"(\d+)([smh])", str(told))
    )


def firing(rule: Mapping[str, Any], series: Sequence[Series], at: float, every: float) -> Vector:
    """Return for what an alert rings at a time: its expression has been true for as long as the rule says."""
    expression, patience = promql_parser.parse(rule["expr"]), seconds(rule.get("for"))
    since: dict[Labels, float] = {}
    values: Vector = {}
    step = 0
    while step * every <= at:
        now = step * every
        found = Moment(series, now).evaluate(expression)
        assert isinstance(found, dict)
        since = {labels: since.get(labels, now) for labels in found}
        values, step = found, step + 1
    return {labels: value for labels, value in values.items() if at - since[labels] >= patience}
