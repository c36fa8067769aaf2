"""The best of several runs is judged on rows that did not choose it."""

from __future__ import annotations

import random

import pytest

from winnow.core.result import NotMeasured
from winnow.training.evaluation.stored_results import PredictedRow, PredictedRows
from winnow.training.monitoring.accuracy_gain import measure_gain
from winnow.training.monitoring.nested_selection import FOLDS, nested_rows


def run(accuracy: float, rows: int, chance: random.Random) -> PredictedRows:
    return {f"r{i}": PredictedRow("a", "a" if chance.random() < accuracy else "b") for i in range(rows)}


def gain(old: PredictedRows, new: PredictedRows) -> float:
    found = measure_gain(old, new)
    assert not isinstance(found, NotMeasured)
    return found.accuracy.difference


def right(rows: PredictedRows) -> int:
    return sum(one.gold == one.predicted for one in rows.values())


def test_the_luckiest_of_equal_runs_gains_nothing() -> None:
    chance = random.Random(5)
    chosen_on_the_same, nested = [], []
    for _ in range(60):
        baseline, *rivals = (run(0.8, 150, chance) for _ in range(13))
        chosen_on_the_same.append(gain(baseline, max(rivals, key=right)))
        nested.append(gain(baseline, nested_rows(rivals)))
    assert sum(chosen_on_the_same) / 60 > 0.04
    assert abs(sum(nested) / 60) < 0.015


def test_a_better_run_keeps_its_gain() -> None:
    chance = random.Random(1)
    baseline, worse, better = run(0.7, 600, chance), run(0.72, 600, chance), run(0.85, 600, chance)
    assert nested_rows([worse, better]) == better
    assert gain(baseline, nested_rows([better])) == pytest.approx(gain(baseline, better))


def test_rows_of_one_record_are_in_one_fold_and_unclear_rows_are_left_out() -> None:
    keys = [f"{record}#{turn}" for record in range(4 * FOLDS) for turn in range(3)]
    one, other = ({key: PredictedRow("a", predicted) for key in keys} for predicted in ("a", "b"))
    other |= {keys[0]: PredictedRow("c", "b")}
    del one[keys[1]]
    found = nested_rows([other, one], record_of=lambda key: key.split("#")[0])
    assert sorted(found) == sorted(keys[2:])
    assert {row.predicted for row in found.values()} == {"a"}
