"""The benchmarks in their tiniest form, so that they cannot rot: what they count must be right. No times."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser

from tests.bench import __main__, callers, calls, claims, matching, profile_turn, row, turn, year
from tests.bench import up as bench_up
from tests.support.hotline import Hotline

pytestmark = pytest.mark.long


def test_every_benchmark_is_named_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["tests.bench"])
    assert __main__.main() == 2
    assert (
        capsys.readouterr().out
        == "usage: python -m tests.bench {turn,callers,calls,claims,row,up,matching,year} [--help]\n"
    )


def test_a_turn() -> None:
    found = turn.measure(0.05, 1, ("sqlite",))
    assert {kind: found.failed(kind) for kind in ("bytes", *turn.KINDS)} == dict.fromkeys(
        ("bytes", *turn.KINDS), 0
    )
    assert found.finished == found.filed
    assert found.filed["sqlite"] >= sum(turn.CONNECTIONS)
    turn.show(found)


def test_the_profile_of_a_turn(capsys: pytest.CaptureFixture[str]) -> None:
    profile_turn.run(calls=3)
    stages = capsys.readouterr().out.splitlines()
    once = {line.split("  ")[0] for line in stages if line.split()[-3:-2] == ["1"]}
    assert {"the whole turn", "signature", "the transaction, whole", "commit", "markup"} <= once


def test_callers() -> None:
    found = callers.measure(25, seed=1)
    assert (found.unknown, found.dead_ends, found.broken_promises) == (0, [], 0)
    assert len({call.caller.index for call in found.ended}) == 25
    assert sum(found.fates.values()) == len(found.ended)
    callers.show(found)


def test_calls(up: Hotline) -> None:
    found = calls.measure(up, 5, pause=0.1, seed=1)
    assert (found.failed, found.reports_failed, found.finished, found.filed) == (0, 0, 5, 5)
    assert {name: len(times) for name, times in found.seconds.items()} == {
        "begin": 5,
        "answer": 25,
        "file": 5,
    }
    calls.show(found)


def test_claims() -> None:
    takers = {"sqlite": (2, 2), "postgresql": (1, 4)}  # only a file is shared by processes
    found = claims.measure(300, 0.1, 1, 1, takers)
    for name in takers:
        races = [*found.races[name, "own"], *found.races[name, "bare"]]
        assert [race.doubles for race in races] == [0, 0]
        assert found.held[name] == sum(len(race.ids) for race in races) > 0
    claims.show(found)


@pytest.mark.browser
def test_row(up: Hotline, chromium: Browser) -> None:
    found = row.measure(up, chromium, 2, 2, seed=1)
    assert len(found.rows) == len(found.answers) == 2
    assert min(found.rows) > 0
    row.show(found)


def test_starting_up() -> None:
    found = bench_up.measure(rest=0)
    assert len(found.starts) == len(found.told) == 2
    assert {"hotline up", "hotline web", "hotline worker", "broker"} <= set(found.memory)
    bench_up.show(found)


@pytest.mark.parametrize("tight", [False, True])
def test_matching(tight: bool) -> None:
    found = matching.measure(60, tight, seed=1, sample=10, new=3)
    assert found.gap == 0
    assert found.cost["ours"] <= found.cost["OR-tools"] <= found.cost["best first"]
    assert found.cost["OR-tools"] <= found.cost["peers"]
    assert found.served["ours"] >= found.served["peers"] > 0
    assert len(found.new) == 3
    assert [len(times) for times in found.others.values()] == [3, 3, 3, 3]
    assert found.under_way == ""
    assert found.rows >= found.served["ours"]
    matching.show([found])


def test_a_stage_of_the_matching_beyond_its_budget_is_cut_off_and_told(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = matching.measure(60, tight=True, seed=1, budget=0)
    assert (found.under_way, found.gap) == ("drawing", None)
    matching.show([found])
    assert "60 tight: cut off in 'drawing'" in capsys.readouterr().out


def test_year(tmp_path: Path) -> None:
    found = year.measure(helpers=40, requests=120, weeks=6, seed=1)
    for lived in found.both:
        assert len(lived.matches) + lived.handed_on + lived.still_open == 120
        assert lived.asked == len(lived.matches) + lived.refused
        assert sum(lived.missions) == len(lived.matches) > 0
        assert len(lived.missions) == 40
    again = year.measure(helpers=40, requests=120, weeks=6, seed=1)
    assert again.both == found.both
    year.show(found)
    for path in year.draw(found, tmp_path / "plots"):
        assert len(ElementTree.parse(path).findall("{*}rect")) > 4


def test_gini() -> None:
    assert year.gini([3, 3, 3]) == year.gini([0, 0]) == 0
    assert year.gini([0, 0, 0, 8]) == 0.75
    assert year.gini([1, 3]) == 0.25
