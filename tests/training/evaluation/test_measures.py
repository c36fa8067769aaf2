"""Confidence, scope, slices and goals: known values, and absence that says why."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest
from sklearn.metrics import log_loss

from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.calibration import calibration_error, measure_calibration, reliability_bins
from winnow.training.evaluation.evaluation_facts import GoalVerdict
from winnow.training.evaluation.fit_on_validation import fit_parameters
from winnow.training.evaluation.goals import judge_goals, judge_share, rows_needed_without_error
from winnow.training.evaluation.out_of_scope import IN_SCOPE_LOSS, fit_scope_thresholds, measure_out_of_scope
from winnow.training.evaluation.selective_prediction import fit_threshold, measure_selective_prediction, risk_coverage
from winnow.training.evaluation.slices import measure_slices
from winnow.training.evaluation.temperature import apply_temperature, fit_temperature
from winnow.training.predictions import ModelOutput, Predictions

LABELS = ["a", "b", "c", "none"]


def simulated(rows: int, *, sharpness: float = 1.0, seed: int = 0) -> tuple[list[str], ModelOutput]:
    """Labels drawn from known probabilities, and a model that tells these, sharpened or softened."""
    generator = np.random.default_rng(seed)
    true = generator.dirichlet(np.full(len(LABELS), 0.4), rows)
    gold = [LABELS[generator.choice(len(LABELS), p=row)] for row in true]
    told = true**sharpness
    predictions = Predictions(LABELS, told / told.sum(axis=1, keepdims=True))
    return gold, ModelOutput(predictions.labels, predictions.confidence, predictions)


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_what_sharpened_the_probabilities(sharpness: float) -> None:
    gold, answers = simulated(4000, sharpness=sharpness)
    fitted = fit_temperature(answers.predictions, gold)
    assert fitted.value == pytest.approx(sharpness, rel=0.1)
    assert answers.predictions is not None
    fixed = apply_temperature(answers.predictions, fitted.value)
    assert fixed.labels == answers.labels
    assert np.allclose(fixed.probabilities.sum(axis=1), 1)
    loss = [log_loss(gold, one.probabilities, labels=LABELS) for one in (answers.predictions, fixed)]
    assert loss[1] <= loss[0] + 1e-9


def test_calibration_gets_better_where_it_was_bad_and_chance_is_told_apart() -> None:
    gold, answers = simulated(3000, sharpness=3.0)
    correct = np.array([g == p for g, p in zip(gold, answers.labels, strict=True)])
    found = measure_calibration(answers, correct, fit_temperature(answers.predictions, gold), seed=0)
    assert found.error > found.error_if_calibrated.high
    assert found.error_after_temperature < 0.2 * found.error
    assert sum(one.accuracy.rows for one in found.bins) == 3000
    gaps = sum(abs(one.confidence - one.accuracy.value) * one.accuracy.rows for one in found.bins)
    assert gaps / 3000 == pytest.approx(found.error)
    assert reliability_bins(np.empty(0), np.empty(0, dtype=bool)) == []
    assert calibration_error(np.empty(0), np.empty(0, dtype=bool)) == 0


def test_what_a_system_does_not_tell_is_not_measured() -> None:
    gold = ["a", "b", "none", "a"]
    silent = ModelOutput(["a", "b", "none", "b"])
    fitted = fit_parameters(silent, gold, fallback="none", risk=0.05)
    silence = NotMeasured("the system reports no confidence")
    assert fitted.temperature == NotMeasured("the system reports no class probabilities")
    assert fitted.fallback_threshold == fitted.out_of_scope_thresholds == silence
    assert measure_calibration(silent, np.ones(4, dtype=bool), fitted.temperature, seed=0) == silence
    assert measure_selective_prediction(silent, gold, fitted.fallback_threshold, fallback="none") == silence
    found = measure_out_of_scope(silent, gold, fitted.out_of_scope_thresholds, fallback="none")
    assert found.recall.value == found.precision.value == 1
    assert found.at_in_scope_loss == silence
    sure = ModelOutput(silent.labels, np.array([0.9, 0.8, 0.7, 0.2]))
    told = measure_calibration(sure, np.array([True, True, True, False]), fit_temperature(None, gold), seed=0)
    assert told.error_after_temperature == NotMeasured("the system reports no class probabilities")
    thresholds = fit_scope_thresholds(sure, gold, fallback="none")
    assert measure_out_of_scope(sure, gold, thresholds, fallback="none").by_score.keys() == {"answer_confidence"}


def test_nothing_is_fitted_on_no_rows_nor_on_no_mistake() -> None:
    right = Predictions(["a", "b"], np.array([[0.9, 0.1], [0.2, 0.8]]))
    assert isinstance(fit_temperature(right, ["a", "b"]), NotMeasured)
    assert isinstance(fit_temperature(right, ["x", "y"]), NotMeasured)  # labels that the model does not know
    assert fit_scope_thresholds(ModelOutput(["a"]), ["a"], fallback=None).why == "the task has no fallback label"
    assert isinstance(fit_threshold(ModelOutput([], np.empty(0)), [], fallback=None, risk=0.05), NotMeasured)


@given(st.lists(st.tuples(st.sampled_from([0.2, 0.5, 0.7, 0.9]), st.booleans()), min_size=1, max_size=50))
def test_the_curve_ends_at_the_whole_error_and_rows_of_one_confidence_stand_together(
    rows: list[tuple[float, bool]],
) -> None:
    confidence, wrong = (np.array(part) for part in zip(*rows, strict=True))
    curve = risk_coverage(confidence, wrong, len(rows))
    assert curve[-1].coverage == 1
    assert curve[-1].risk == pytest.approx(wrong.mean())
    assert len(curve) == len(set(confidence.tolist()))
    for point in curve:
        over = confidence >= point.threshold
        assert point.risk == pytest.approx(wrong[over].mean())
        assert point.coverage == pytest.approx(over.mean())


def test_the_fallback_threshold_is_the_lowest_that_keeps_the_risk() -> None:
    gold, answers = simulated(2000)
    assert answers.confidence is not None
    fitted = fit_threshold(answers, gold, fallback="none", risk=0.1)
    found = measure_selective_prediction(answers, gold, fitted, fallback="none").at_threshold
    assert found.risk.value <= 0.1
    lower = max(c for c in answers.confidence.tolist() if c < fitted.value)
    higher = min(c for c in answers.confidence.tolist() if c >= fitted.value)
    assert fitted.value == pytest.approx((lower + higher) / 2)  # no row is near it, so that rounding changes no answer
    more = measure_selective_prediction(
        answers, gold, fitted.model_copy(update={"value": lower}), fallback="none"
    ).at_threshold
    assert more.risk.value > 0.1
    assert found.accuracy.rows == 2000
    assert fit_threshold(answers, gold, fallback="none", risk=1.0).value == 0
    assert isinstance(fit_threshold(ModelOutput(["a"], np.ones(1)), ["b"], fallback=None, risk=0.1), NotMeasured)


def test_a_threshold_between_neighboring_floats_answers_only_the_higher() -> None:
    low = 0.5
    high = float(np.nextafter(low, 1))
    output = ModelOutput(["a", "a"], np.array([high, low]))
    fitted = fit_threshold(output, ["a", "b"], fallback="none", risk=0.1)
    assert [one >= fitted.value for one in (high, low)] == [True, False]


def test_the_threshold_hands_over_no_more_than_the_allowed_loss_on_validation() -> None:
    for seed in range(5):
        gold, answers = simulated(400, seed=seed)
        fitted = fit_scope_thresholds(answers, gold, fallback="none")
        found = measure_out_of_scope(answers, gold, fitted, fallback="none")
        for one in found.by_score.values():
            assert IN_SCOPE_LOSS - 0.01 <= one.in_scope_loss.value <= IN_SCOPE_LOSS
        assert set(found.by_score) == {"max_probability", "fallback_probability"}
        assert found.at_in_scope_loss.recall == found.by_score["max_probability"].recall


def test_a_model_without_a_fallback_class_has_the_score_that_all_have() -> None:
    told = Predictions(["a", "b"], np.array([[0.9, 0.1], [0.5, 0.5], [0.8, 0.2], [0.45, 0.55]]))
    gold = ["a", "none", "a", "none"]
    answers = ModelOutput(told.labels, told.confidence, told)
    found = measure_out_of_scope(answers, gold, fit_scope_thresholds(answers, gold, fallback="none"), fallback="none")
    assert set(found.by_score) == {"max_probability"}
    assert found.recall.value == 0
    assert found.at_in_scope_loss.auroc.value == 1
    assert found.at_in_scope_loss.recall.value == 1


def rows_of(kinds: list[str]) -> pd.DataFrame:
    return pd.DataFrame({"facets": [[f"phrasing:{kind}"] for kind in kinds], "origin": "human"})


def test_a_slice_that_is_worse_is_found_and_one_that_is_not_is_not() -> None:
    kinds = ["question"] * 60 + ["formal"] * 60 + ["casual"] * 5
    correct = np.array([True] * 30 + [False] * 30 + [True] * 55 + [False] * 5 + [False] * 5)
    similarity = np.full(len(kinds), 0.75, dtype=np.float32)
    found = {(one.slice, one.value): one for one in measure_slices(rows_of(kinds), similarity, correct)}
    assert found["phrasing", "question"].differs is True
    assert found["phrasing", "question"].accuracy.value == 0.5
    assert isinstance(found["phrasing", "casual"].differs, NotMeasured)  # five rows
    assert found["phrasing", "casual"].p_value is None
    assert isinstance(found["origin", "human"].elsewhere, NotMeasured)  # all rows
    assert found["similarity to train", "0.7 to 0.8"].rows == len(kinds)
    lost = found["phrasing", "question"].rows_lost
    assert lost == pytest.approx(60 * 55 / 65 - 30)


def test_on_equal_slices_the_correction_holds_false_alarms_down() -> None:
    generator = np.random.default_rng(0)
    alarms = 0
    for _ in range(100):
        kinds = generator.choice(list("abcdefgh"), 400).tolist()
        found = measure_slices(rows_of(kinds), np.full(400, 0.5, dtype=np.float32), generator.random(400) < 0.8)
        alarms += any(one.differs is True for one in found)
    assert alarms <= 8  # at most 5 of 100 expected; without the correction about 25


def test_59_rows_without_a_problem_prove_95_percent_and_149_prove_98() -> None:
    assert [rows_needed_without_error(goal) for goal in (0.9, 0.95, 0.98, 0.99)] == [29, 59, 149, 299]
    assert judge_share("accuracy", 0.95, 59, 59).verdict == "met"
    assert judge_share("accuracy", 0.95, 58, 58).verdict == "not enough evidence"
    assert judge_share("accuracy", 0.98, 149, 149).verdict == "met"
    assert judge_share("accuracy", 0.98, 148, 148).verdict == "not enough evidence"


def test_a_goal_of_one_is_judged_by_the_sample_and_says_what_it_proves() -> None:
    perfect = judge_share("accuracy", 1.0, 59, 59)
    assert perfect.verdict == "met"
    assert perfect.low == pytest.approx(0.05 ** (1 / 59))
    assert "no number of rows" in perfect.note
    assert isinstance(perfect.rows_needed.if_no_error, NotMeasured)
    assert judge_share("accuracy", 1.0, 58, 59).verdict == "not met"


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), st.floats(0.01, 0.99))
def test_a_verdict_is_the_exact_test_and_agrees_with_its_bounds(count: tuple[int, int], goal: float) -> None:
    hits, rows = count
    found = judge_share("accuracy", goal, hits, rows)
    better = binomtest(hits, rows, goal, alternative="greater").pvalue <= 0.05
    worse = binomtest(hits, rows, goal, alternative="less").pvalue <= 0.05
    assert found.verdict == ("met" if better else "not met" if worse else "not enough evidence")
    if abs(found.low - goal) > 1e-6 and abs(found.high - goal) > 1e-6:
        assert (found.low > goal, found.high < goal) == (better, worse)


def test_rows_needed_at_this_rate_bring_a_verdict() -> None:
    found = judge_share("accuracy", 0.9, 94, 100)
    assert found.verdict == "not enough evidence"
    needed = found.rows_needed.at_this_rate
    assert judge_share("accuracy", 0.9, round(0.94 * needed), needed).verdict == "met"
    assert judge_share("accuracy", 0.9, 90, 100).rows_needed.at_this_rate == NotMeasured(
        "at this rate no practical number of rows is enough"
    )


def test_a_goal_tells_its_bounds_and_the_rows_that_it_still_needs() -> None:
    undecided, missed, unmeasured = (judge_share("accuracy", 0.9, *counts) for counts in ((94, 100), (5, 100), (0, 0)))
    assert undecided.figure == Measured(0.94, undecided.low, undecided.high, 100)
    assert undecided.rows_at_this_rate == undecided.rows_needed.at_this_rate > 100
    assert missed.rows_at_this_rate is None  # it is decided
    assert unmeasured.figure == NotMeasured("no rows count towards this goal")
    assert unmeasured.rows_at_this_rate is None


def test_every_goal_counts_its_own_rows() -> None:
    gold = ["a"] * 80 + ["b"] * 80 + ["none"] * 40
    predicted = ["a"] * 80 + ["b"] * 40 + ["a"] * 40 + ["none"] * 40
    goals = {
        "accuracy": 0.7,
        "in_scope_accuracy": 0.9,
        "out_of_scope_recall": 0.9,
        "recall.a": 0.95,
        "recall.b": 0.6,
        "precision.a": 0.9,
        "recall.c": 0.5,
        "macro_f1": 0.95,
    }
    found = {one.goal: one for one in judge_goals(goals, gold, predicted, labels=LABELS, fallback="none", seed=0)}
    assert {name: one.rows for name, one in found.items()} == {
        "accuracy": 200,
        "in_scope_accuracy": 160,
        "out_of_scope_recall": 40,
        "recall.a": 80,
        "recall.b": 80,
        "precision.a": 120,
        "recall.c": 0,
        "macro_f1": 200,
    }
    assert {name: one.verdict for name, one in found.items()} == {
        "accuracy": "met",
        "in_scope_accuracy": "not met",
        "out_of_scope_recall": "met",
        "recall.a": "met",
        "recall.b": "not met",
        "precision.a": "not met",
        "recall.c": "not enough evidence",
        "macro_f1": "not met",
    }
    assert found["precision.a"].measured == pytest.approx(2 / 3)
    assert found["recall.c"].measured.why == "no rows count towards this goal"


def test_macro_f1_needs_about_as_many_rows_as_it_says() -> None:
    generator = np.random.default_rng(0)

    def verdict(rows: int) -> GoalVerdict:
        gold = (["a", "b", "c"] * rows)[:rows]
        predicted = [g if generator.random() < 0.93 else "a" for g in gold]
        return judge_goals({"macro_f1": 0.9}, gold, predicted, labels=LABELS[:3], fallback=None, seed=0)[0]

    few = verdict(120)
    assert few.verdict == "not enough evidence"
    assert 120 < few.rows_needed.at_this_rate < 20_000
    assert verdict(3000).verdict == "met"
