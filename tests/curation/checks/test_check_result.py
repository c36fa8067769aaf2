"""What a check tells: whether it passed, what it excluded, what is still similar, and other thresholds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from tests.support.selections import nearest, pairs, table
from winnow.config.task import Label, Task
from winnow.core.errors import WinnowError
from winnow.curation.checks.check import CheckResult, apply_gates
from winnow.curation.checks.coverage.traffic_similarity import TrafficCoverage
from winnow.curation.checks.human_judgments import HumanJudgments
from winnow.curation.checks.selection import select
from winnow.curation.checks.similarity_search import NearestHoldOut, Similarities
from winnow.curation.engine.exact_search import NearPairs

TASK = Task(name="t", kind="intents", labels=[Label(name="a"), Label(name="b")])
NO_TRAFFIC = TrafficCoverage(
    np.empty(0, dtype=np.int64), None, *(np.empty(0, dtype=kind) for kind in (np.float32, np.int64, np.float32))
)

LABELS = "aabab" + "aa"
SPLITS = "ttttt" + "vs"
NEAR = pairs((0, 1, 0.98), (1, 2, 0.97), (0, 3, 0.92))
NEAREST = nearest([5, 5, 5, 5, 6, -1, -1], [0.5, 0.25, 0.25, 0.125, 0.96, -1.0, -1.0])


def checked(
    frame: pd.DataFrame | None = None,
    near: NearPairs = NEAR,
    found: NearestHoldOut = NEAREST,
    *,
    validation_to_test: float = 0.1234567,
    waived: dict[str, str] | None = None,
) -> CheckResult:
    frame = table(LABELS, SPLITS) if frame is None else frame
    count = len(frame)
    frame = frame.assign(candidates=[()] * count, sources=[("s",)] * count, licenses=[("MIT",)] * count)
    frame = frame.assign(origin_models=[()] * count)
    similarities = Similarities(near, found, validation_to_test)
    selection = select(frame, TASK, near, found)
    return apply_gates(TASK, selection, similarities, NO_TRAFFIC, {}, {}, {}, HumanJudgments(waived or {}))


def test_the_rows_of_a_check() -> None:
    result = checked()
    assert result.excluded == {"duplicate": 1}
    assert result.selected["id"].tolist() == ["r0", "r2", "r3", "r4", "r5", "r6"]
    assert result.train["id"].tolist() == ["r0", "r2", "r3", "r4"]
    assert result.marginals.rows == {"a": 2, "b": 2}
    assert result.conflicts[["left", "right"]].to_numpy().tolist() == []


def test_excluded_rows_are_counted_by_reason_in_their_order() -> None:
    frame = table("aaaa", "tttv")
    result = checked(frame, pairs((0, 1, 0.99)), nearest([3, 3, 3, -1], [0.1, 0.1, 0.99, -1.0]))
    assert list(result.excluded.items()) == [("duplicate", 1), ("leakage", 1)]


def test_a_check_passes_when_no_gate_fails() -> None:
    result = checked()
    failed = {gate.name for gate in result.gates if gate.verdict == "fail"}
    assert failed
    assert not result.passed
    assert repr(result).startswith("<CheckResult failed: 6 rows selected; schema ")
    waived = checked(waived=dict.fromkeys(failed, "a pilot"))
    still = {gate.name for gate in waived.gates if gate.verdict == "fail"}
    assert still < failed
    healthy = CheckResult(**{**vars(result), "gates": [gate for gate in waived.gates if gate.name not in still]})
    assert healthy.passed
    assert repr(healthy).startswith("<CheckResult passed: 6 rows")
    assert waived.waivers() == dict.fromkeys(failed - still, "a pilot")
    assert checked().waivers() == {}


def test_texts_of_the_task_are_compared_with_the_hold_out() -> None:
    labels = [Label(name="a", examples=["Text F!", "text a"]), Label(name="b", examples=["text g"])]
    result = CheckResult(**{**vars(checked()), "task": TASK.model_copy(update={"labels": labels})})
    assert [one.place for one in result.repeated_task_texts] == ["label a, example 1", "label b, example 1"]


def test_the_highest_similarities_left_are_those_of_selected_train_rows() -> None:
    assert checked().highest_similarities() == {"train_to_hold_out": 0.96, "validation_to_test": 0.123457}
    leaked = nearest([5, 5, 5, 5, 6, -1, -1], [0.5, 0.25, 0.25, 0.1234567, 0.99, -1.0, -1.0])
    assert checked(found=leaked).highest_similarities()["train_to_hold_out"] == 0.5
    assert checked(validation_to_test=-0.5).highest_similarities()["validation_to_test"] == -0.5


def test_an_empty_split_has_no_similarity() -> None:
    only_train = checked(table("ab", "tt"), pairs(), nearest([-1, -1], [-1.0, -1.0]), validation_to_test=-1.0)
    assert only_train.highest_similarities() == {"train_to_hold_out": None, "validation_to_test": None}
    no_train = checked(table("ab", "vs"), pairs(), nearest([-1, -1], [-1.0, -1.0]))
    assert no_train.highest_similarities()["train_to_hold_out"] is None


def test_other_thresholds_change_the_selection_and_the_gates() -> None:
    result = checked()
    strict = result.rethreshold(duplicates=0.92)
    assert strict.excluded == {"duplicate": 2}
    assert strict.task.gates.duplicates.cosine == 0.92
    assert strict.task.gates.leakage.cosine == 0.97
    both = result.rethreshold(duplicates=0.99, leakage=0.96)
    assert both.excluded == {"leakage": 1}
    assert (both.task.gates.duplicates.cosine, both.task.gates.leakage.cosine) == (0.99, 0.96)
    assert result.rethreshold().excluded == result.excluded


def test_the_lowest_threshold_is_the_one_that_was_searched() -> None:
    result = checked()
    assert result.rethreshold(duplicates=0.9).task.gates.duplicates.cosine == 0.9
    assert result.rethreshold(leakage=0.5).task.gates.leakage.cosine == 0.5
    with pytest.raises(WinnowError, match=r"at least 0\.9"):
        result.rethreshold(duplicates=0.89)


def test_conflicts_are_listed_from_the_cosine_of_duplicates() -> None:
    assert checked(near=pairs((0, 2, 0.97))).conflicts[["left", "right"]].to_numpy().tolist() == [["r0", "r2"]]
    assert len(checked(near=pairs((0, 2, 0.96))).conflicts) == 0
