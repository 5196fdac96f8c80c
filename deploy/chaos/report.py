"""What a chaos run has found, as a table and as JSON."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.chaos.trial import Outcome


@dataclass(frozen=True, slots=True)
class Control:
    """How a seeded bug fared."""

    bug: str
    caught: bool
    kills: int
    accepted: int
    lost: int
    doubled: int

    @property
    def verdict(self) -> str:
        return "caught" if self.caught else "missed"

    @property
    def sentence(self) -> str:
        """Say how many kills it took, and what they did."""
        return f"{self.verdict} by {self.kills} kills: {self.lost} lost, {self.doubled} doubled of {self.accepted}"


def _counts(of: Counter[str]) -> str:
    return ", ".join(f"{number} {name}" for name, number in of.most_common())


def show(outcome: Outcome, controls: list[Control], console: Console) -> None:
    """Print the figures, then whatever is wrong."""
    verdict = outcome.verdict
    table = Table(title="故障演练 Chaos", show_header=False)
    for name, value in (
        ("击杀 kills", f"{outcome.kills.total()}: {_counts(outcome.kills)}"),
        ("其中定点 at named points", f"{outcome.reached.total()}: {_counts(outcome.reached)}"),
        ("受理 accepted", f"{verdict.accepted}"),
        ("丢失 lost", f"{len(verdict.lost)}"),
        ("重复 doubled", f"{len(verdict.doubled)}"),
        ("重投 redelivered, absorbed", f"{outcome.redelivered}; {verdict.stream_duplicates} doubled in the stream"),
        ("收敛 to quiesce", f"{outcome.quiesce_seconds:.1f} s"),
        ("简报 bulletins", f"{outcome.editions} editions, all rebuilt; {outcome.mails_again} mails sent again"),
        *((f"对照 {one.bug}", one.sentence) for one in controls),
    ):
        table.add_row(name, value)
    console.print(table)
    wrong = [f"lost: {event} {where}" for event, where in list(verdict.lost.items())[:10]]
    wrong += [f"doubled: {event} {how}" for event, how in list(verdict.doubled.items())[:10]]
    for text in wrong + verdict.broken:
        console.print(f"✗ {text}", style="bold red", markup=False)


def result(outcome: Outcome, controls: list[Control]) -> dict[str, Any]:
    """Return the content of chaos.json."""
    verdict = outcome.verdict
    return {
        "kills": outcome.kills.total(),
        "accepted": verdict.accepted,
        "lost": len(verdict.lost),
        "doubled": len(verdict.doubled),
        "controls": {one.bug: one.verdict for one in controls},
        "broken": verdict.broken,
        "redelivered": outcome.redelivered,
        "stream_duplicates": verdict.stream_duplicates,
        "quiesce_seconds": round(outcome.quiesce_seconds, 2),
        "longest_wait_seconds": round(outcome.longest_wait, 2),
        "editions": outcome.editions,
        "mails_again": outcome.mails_again,
        "kills_by_process": dict(outcome.kills.most_common()),
        "crashes_at_points": dict(sorted(outcome.reached.items())),
        "ended_by_themselves": dict(outcome.exits),
        "answers": dict(outcome.answers),
        "troubles": dict(outcome.troubles),
        "control_kills": {one.bug: one.kills for one in controls},
    }
