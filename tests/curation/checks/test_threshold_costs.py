"""Near pairs under different labels, and what other thresholds would remove, on planted similarities."""

from __future__ import annotations

import pandas as pd
import pytest

from tests.support.selections import nearest, pairs, table
from winnow.config.task import Label, Task
from winnow.curation.checks.label_conflicts import label_conflicts
from winnow.curation.checks.selection import Selection, select
from winnow.curation.checks.similarity_search import NearestHoldOut
from winnow.curation.checks.threshold_costs import ThresholdCost, lowest_cosine, threshold_costs
from winnow.curation.engine.exact_search import NearPairs

TASK = Task(name="t", kind="intents", labels=[Label(name="a"), Label(name="b")])


def conflicts(frame: pd.DataFrame, near: NearPairs, threshold: float = 0.5) -> list[tuple[str, str, float]]:
    return list(label_conflicts(frame, near, threshold=threshold).itertuples(index=False, name=None))


def test_conflicts_are_near_train_rows_under_different_labels_the_most_similar_first() -> None:
    near = pairs((0, 1, 0.5), (0, 2, 0.9), (1, 2, 0.75), (1, 3, 0.75), (2, 3, 0.25))
    assert [pair[:2] for pair in conflicts(table("abba"), near)] == [("r0", "r2"), ("r1", "r3"), ("r0", "r1")]
    assert conflicts(table("abba"), near, threshold=0.51)[1:] == [("r1", "r3", 0.75)]


def test_conflicts_are_numbered_from_zero() -> None:
    found = label_conflicts(table("abb"), pairs((0, 1, 0.5), (0, 2, 0.9)), threshold=0.5)
    assert found.index.tolist() == [0, 1]


def test_equally_similar_conflicts_are_in_the_order_of_their_ids() -> None:
    near = pairs((1, 2, 0.75), (0, 3, 0.75), (0, 1, 0.75))
    assert [pair[:2] for pair in conflicts(table("abab"), near)] == [("r0", "r1"), ("r0", "r3"), ("r1", "r2")]


@pytest.mark.parametrize("splits", ["vt", "tv"])
def test_both_rows_of_a_conflict_are_in_train(splits: str) -> None:
    assert conflicts(table("ab", splits), pairs((0, 1, 0.9))) == []


def test_a_declared_contrast_is_no_conflict() -> None:
    frame = table("ab")
    assert len(conflicts(frame, pairs((0, 1, 0.9)))) == 1
    assert conflicts(frame.assign(group="same"), pairs((0, 1, 0.9))) == []


def costs(
    frame: pd.DataFrame, near: NearPairs, found: NearestHoldOut
) -> tuple[Selection, dict[float, tuple[float, ...]]]:
    selection = select(frame, TASK, near, found)
    measured = threshold_costs(selection)
    return selection, {one.cosine: tuple(vars(one).values())[1:] for one in measured}


def test_the_cost_of_each_threshold() -> None:
    frame = table("aaaabbbbb" + "a", "ttttttttt" + "v")
    near = pairs((0, 1, 0.96), (0, 2, 0.92), (4, 5, 0.98))
    found = nearest([9] * 9 + [-1], [0.5] * 6 + [0.9, 0.95, 0.99, -1.0])
    selection, found_costs = costs(frame, near, found)
    assert selection.unleaked["reason"].tolist().count("leakage") == 1
    # duplicates among the eight rows that do not leak at 0.97; leaks among all nine
    assert found_costs == {
        0.90: (3, 0.375, 0.5, 3, 0.3333),
        0.95: (2, 0.25, 0.25, 2, 0.2222),
        0.97: (1, 0.125, 0.25, 1, 0.1111),
    }


def test_shares_have_four_digits() -> None:
    _, found = costs(table("aaa" + "a", "ttt" + "v"), pairs((0, 1, 0.99)), nearest([3, 3, 3, -1], [0.5] * 3 + [-1.0]))
    assert found[0.97] == (1, 0.3333, 0.3333, 0, 0.0)


@pytest.mark.parametrize("frame", [table("a", "v"), table("")])
def test_without_train_nothing_is_lost(frame: pd.DataFrame) -> None:
    _, found = costs(frame, pairs(), nearest([-1] * len(frame), [-1.0] * len(frame)))
    assert set(found.values()) == {(0, 0.0, 0.0, 0, 0.0)}


def test_train_that_leaks_whole_has_no_duplicates() -> None:
    _, found = costs(table("a" + "a", "tv"), pairs(), nearest([1, -1], [1.0, -1.0]))
    assert found[0.90] == (0, 0.0, 0.0, 1, 1.0)


def test_duplicates_are_searched_down_to_the_lowest_threshold_that_is_shown() -> None:
    assert lowest_cosine(TASK) == 0.90
    lower = Task.model_validate(TASK.model_dump() | {"gates": {"duplicates": {"cosine": 0.8}}})
    assert lowest_cosine(lower) == 0.8
    assert ThresholdCost(0.9, 0, 0.0, 0.0, 0, 0.0).cosine == 0.9


def test_a_selection_excludes_leaks_then_duplicates_at_the_thresholds_of_the_task() -> None:
    frame = table("aaa" + "a", "ttt" + "v")
    near, found = pairs((0, 1, 0.97), (1, 2, 0.96)), nearest([3, 3, 3, -1], [0.96, 0.5, 0.97, -1.0])
    selection = select(frame, TASK, near, found)
    assert selection.eligible["reason"].tolist() == ["", "", "", ""]
    assert selection.unleaked["reason"].tolist() == ["", "", "leakage", ""]
    assert selection.final["reason"].tolist() == ["", "duplicate", "leakage", ""]
    assert selection.deduplicated(0.98)["reason"].tolist() == ["", "", "leakage", ""]
