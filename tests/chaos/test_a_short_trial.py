"""The harness itself, kept from rotting: a few kills over the real processes; `make chaos` is the proof."""

from pathlib import Path

import pytest
from rich.console import Console

from deploy.chaos import run

KILLS = 5


@pytest.mark.slow
@pytest.mark.row(71)
@pytest.mark.row(73)
def test_kills_in_the_middle_of_a_campaign_lose_nothing_and_double_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "FOLDER", tmp_path)
    with (tmp_path / "said").open("w", encoding="utf-8") as said:
        outcome = run.attempt(2022, KILLS, Console(file=said))
    assert outcome.kills.total() >= KILLS
    assert outcome.verdict.accepted
    assert (outcome.verdict.lost, outcome.verdict.doubled, outcome.verdict.broken) == ({}, {}, [])
