"""Two variants in production: what a row may say, which test fits, what follows, and how looks are counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.result import Measured, NotMeasured
from winnow.training.monitoring.ab_test.ab_facts import AbMoreTraffic, AbRating, AbTestFacts
from winnow.training.monitoring.ab_test.ab_log import read_ab_log
from winnow.training.monitoring.ab_test.ab_looks import (
    EarlierLooks,
    look_at,
    look_number,
    read_ab_looks,
    record_ab_look,
)
from winnow.training.monitoring.ab_test.ab_rules import AbRuleInputs, decide_ab
from winnow.training.monitoring.ab_test.judge_ab_log import judge_ab_log
from winnow.validators.stats.significance import fisher, mcnemar

GOOD, BAD = "success", "failure"


def answers(variant: str, good: int, bad: int, **more: Any) -> list[dict[str, object]]:
    return [{"variant": variant, "outcome": outcome, **more} for outcome in [GOOD] * good + [BAD] * bad]


def numbered(rows: list[dict[str, object]], column: str = "id", start: int = 0) -> list[dict[str, object]]:
    return [{**row, column: f"r{start + place}"} for place, row in enumerate(rows)]


def judged(tmp_path: Path, rows: list[dict[str, object]], look: int = 1) -> AbTestFacts:
    return judge_ab_log(read_ab_log(write_jsonl(tmp_path / "ab.jsonl", rows)), baseline="a", look=look)


def test_wrong_rows_are_left_out_with_their_reason(tmp_path: Path) -> None:
    path = tmp_path / "ab.jsonl"
    good = [{"variant": "a", "outcome": value} for value in ("Success", "failure", 0, 1, True, "false")]
    bad: list[dict[str, object]] = [
        {"outcome": GOOD},
        {"variant": "a"},
        {"variant": "a", "outcome": 2},
        {"variant": "a", "outcome": "ok"},
        {"variant": "a", "outcome": 1, "rating": "good"},
        {"variant": "a", "outcome": 1, "rating": True},
        {"variant": "a", "outcome": 1, "rating": "nan"},
        {"variant": "a", "outcome": 1, "time": "yesterday"},
        {"variant": ["a"], "outcome": 1},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in [*good, *bad]) + '{"variant": "a", "out', "utf-8")
    log = read_ab_log(path)
    assert [row.outcome for row in log.rows] == [1, 0, 0, 1, 1, 0]
    words = [
        "no variant",
        "outcome is missing",
        "outcome 2",
        "'ok'",
        "'good'",
        "rating True",
        "'nan'",
        "time",
        "['a']",
        "JSON",
    ]
    assert [row.row for row in log.left_out] == list(range(7, 17))
    assert all(word in one.reason for word, one in zip(words, log.left_out, strict=True))


def test_an_answer_counts_once_and_contradicting_rows_not_at_all(tmp_path: Path) -> None:
    rows = [
        {"variant": "a", "outcome": 1, "id": "1", "time": "2026-03-01T10:00:00"},
        {"variant": "a", "outcome": 1, "id": "1", "time": "2026-03-01T10:00:09"},
        {"variant": "b", "outcome": 1, "id": "1"},
        {"variant": "a", "outcome": 1, "id": "2"},
        {"variant": "a", "outcome": 0, "id": "2"},
        {"variant": "a", "outcome": 0},
        {"variant": "a", "outcome": 0},
    ]
    log = read_ab_log(write_jsonl(tmp_path / "ab.jsonl", rows))
    assert [row.number for row in log.rows] == [1, 3, 6, 7]
    assert [(one.row, "contradict" in one.reason) for one in log.left_out] == [(2, False), (4, True), (5, True)]


def test_the_same_requests_in_both_variants_are_paired(tmp_path: Path) -> None:
    pairs = [(1, 1)] * 60 + [(0, 1)] * 10 + [(1, 0)] * 2 + [(0, 0)] * 28
    rows: list[dict[str, object]] = [
        {"variant": name, "outcome": value, "id": str(place)}
        for place, pair in enumerate(pairs)
        for name, value in zip("ab", pair, strict=True)
    ]
    found = judged(tmp_path, rows)
    assert (found.design, found.unit, found.test) == ("paired", "request", "McNemar's exact test")
    assert found.p_value == mcnemar(10, 2) == pytest.approx(2 * (66 + 12 + 1) / 4096)
    assert found.gain.difference == pytest.approx(0.08)
    assert found.recommended_action == "collect"  # 0.039 is above the level of a first look, 0.025
    assert isinstance(found.more_traffic, AbMoreTraffic)


def test_other_requests_in_each_variant_are_independent(tmp_path: Path) -> None:
    rows = numbered(answers("a", 120, 80)) + numbered(answers("b", 160, 40), start=200)
    found = judged(tmp_path, rows)
    assert (found.design, found.test) == ("independent", "Fisher's exact test")
    assert found.p_value == fisher(120, 200, 160, 200) < 0.001
    assert found.gain.difference == pytest.approx(0.2)
    assert found.recommended_action == "deploy"
    assert judged(tmp_path, rows, look=9).recommended_action == "deploy"
    assert judged(tmp_path, rows, look=90).recommended_action == "collect"  # 0.05 / (90 * 91)


def test_rows_of_one_session_are_no_further_evidence(tmp_path: Path) -> None:
    """40 sessions whose ten rows are all alike say as much as 40 rows."""
    rows = [
        {"variant": name, "outcome": value, "session": f"{name}{place}", "id": f"{name}{place}-{request}"}
        for name, good in (("a", 20), ("b", 25))
        for place in range(40)
        for value in [int(place < good)]
        for request in range(10)
    ]
    found = judged(tmp_path, rows)
    assert (found.unit, found.baseline.rows, found.baseline.units) == ("session", 400, 40)
    assert found.p_value == fisher(20, 40, 25, 40) > 0.2  # of 400 rows each, it would be below 0.001
    assert found.baseline.success.low == pytest.approx(0.352, abs=0.001)  # Wilson, 20 of 40


def test_sessions_with_several_outcomes_are_compared_by_their_means(tmp_path: Path) -> None:
    rows = [
        {"variant": name, "outcome": value, "session": f"s{place}", "id": f"{name}{place}-{value}-{request}"}
        for place in range(40)
        for name, outcomes in (("a", (1, 0)), ("b", (1, 1)))
        for request, value in enumerate(outcomes)
    ]
    found = judged(tmp_path, rows)
    assert (found.design, found.test) == ("paired", "paired permutation test of units")
    assert found.gain.difference == pytest.approx(0.5)
    assert found.recommended_action == "deploy"


def test_units_that_do_not_fit_the_design_are_left_out(tmp_path: Path) -> None:
    rows = numbered(answers("a", 40, 20)) + numbered(answers("b", 40, 20), start=55)
    found = judged(tmp_path, rows)  # 5 of 115 requests got both
    assert (found.design, found.units_left_out, found.baseline.units) == ("independent", 5, 55)
    nameless = [*rows, {"variant": "a", "outcome": 1}]
    assert judged(tmp_path, nameless).rows_without_name == 1


def test_one_or_three_variants_are_refused(tmp_path: Path) -> None:
    for names in ("a", "abc"):
        with pytest.raises(WinnowError, match=r"expected: two variants"):
            judged(tmp_path, [row for name in names for row in answers(name, 3, 3)])


def rated(**changes: Any) -> str:
    values: dict[str, Any] = {
        "units": 30,
        "gain": 0.05,
        "gain_high": 0.09,
        "p_value": 0.0249,
        "rating": NotMeasured("none"),
        "level": 0.025,
        "source": "ab.jsonl",
    }
    return decide_ab(AbRuleInputs(**(values | changes))).action


def test_the_rules_on_both_sides_of_their_thresholds() -> None:
    lower = AbRating(
        test="", p_value=0.01, superiority=Measured(0.4, 0.3, 0.45, 60), baseline_units=30, candidate_units=30
    )
    assert rated() == "deploy"
    assert rated(units=29) == "collect"
    assert rated(gain=0.0499) == "collect"
    assert rated(p_value=0.025) == "collect"
    assert rated(gain=-0.01) == "keep"
    assert rated(gain=-0.01, p_value=0.03) == "collect"
    assert rated(gain=0.01, gain_high=0.0499) == "keep"
    assert rated(rating=lower) == "keep"
    assert rated(rating=lower.model_copy(update={"p_value": 0.03})) == "deploy"


def test_more_traffic_is_counted_in_units_and_days(tmp_path: Path) -> None:
    rows = answers("a", 50, 50) + answers("b", 60, 40)
    timed = [{**row, "time": f"2026-03-{1 + place // 20:02}T00:00:00"} for place, row in enumerate(rows)]
    more = judged(tmp_path, timed).more_traffic
    assert isinstance(more, AbMoreTraffic)
    # (2.638 + 0.842)^2 * (0.25 + 0.24) * 100 / 99 / 0.01 = 599, at the level of the second look, 0.05 / 6
    assert more.units == pytest.approx(599 - 100, abs=2)
    assert more.days == pytest.approx(499 * 9 / 100, abs=0.3)
    assert judged(tmp_path, rows).more_traffic != more  # without times, the days are not known


def test_a_log_that_has_grown_or_been_renamed_is_looked_at_again(tmp_path: Path) -> None:
    rows = answers("a", 5, 5) + answers("b", 5, 5)
    first = look_at(read_ab_log(write_jsonl(tmp_path / "one.jsonl", rows)), ["b", "a"])
    grown = look_at(read_ab_log(write_jsonl(tmp_path / "two.jsonl", [*rows, *rows])), ["a", "b"])
    other = look_at(read_ab_log(write_jsonl(tmp_path / "three.jsonl", rows[::-1])), ["a", "b"])
    record_ab_look(tmp_path, first)
    earlier = read_ab_looks(tmp_path)
    assert [look_number(one, earlier) for one in (first, grown, other)] == [1, 2, 1]
    record_ab_look(tmp_path, grown)
    assert [look_number(one, read_ab_looks(tmp_path)) for one in (first, grown)] == [1, 2]


def test_a_look_that_was_cut_off_counts(tmp_path: Path) -> None:
    log = read_ab_log(write_jsonl(tmp_path / "one.jsonl", answers("a", 1, 1) + answers("b", 1, 1)))
    look = look_at(log, ["a", "b"])
    (tmp_path / "ab_looks.jsonl").write_text('{"at": "2026-', encoding="utf-8")
    record_ab_look(tmp_path, look)
    assert read_ab_looks(tmp_path) == EarlierLooks([look], 1)
    assert look_number(look, read_ab_looks(tmp_path)) == 2


def test_the_command_judges_a_log_and_records_the_look(make_workspace: Any, tmp_path: Path) -> None:
    root = make_workspace("a", "b").folder.root
    log = write_jsonl(tmp_path / "ab.jsonl", answers("old", 120, 80) + answers("new", 160, 40))
    shown = run_winnow("decide", "--ab", log, "--baseline", "old", cwd=root)
    assert shown.returncode == 0, shown.stderr
    assert "recommendation: deploy" in shown.stdout
    assert "gain +20.0 points" in shown.stdout
    with log.open("a") as more:
        more.write('{"variant": "new", "outcome": "success"}\n{"variant": "new"}\n')
    again = run_winnow("decide", "--ab", log, "--baseline", "old", "--json", cwd=root)
    facts = AbTestFacts.model_validate_json(again.stdout)
    assert (facts.look, facts.level, [one.row for one in facts.left_out]) == (2, 0.05 / 6, [402])
    few = write_jsonl(tmp_path / "few.jsonl", answers("old", 5, 5) + answers("new", 5, 5))
    collect = run_winnow("decide", "--ab", few, "--baseline", "old", cwd=root)
    assert collect.stdout.splitlines()[-1] == f"next: winnow decide --ab {few} --baseline old"
    refused = run_winnow("decide", "RUN", "--ab", log, cwd=root)
    assert (refused.returncode, "leave the run out" in refused.stderr) == (2, True)
