"""How a run's probabilities become answers."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from winnow.core.atomic import write_json_file
from winnow.core.result import NotMeasured
from winnow.core.routing_vocabulary import RoutedBy
from winnow.training.evaluation.confidence_facts import FallbackThreshold, FittedParameters, FittedValue
from winnow.training.evaluation.fit_on_validation import (
    FITTED_FILE,
    FORMAT,
    fit_parameters,
    load_or_fit,
    stored_parameters,
)
from winnow.training.methods import predict
from winnow.training.predictions import ModelOutput, Predictions
from winnow.training.routing.answer_rule import AnswerRule, fitted_rule
from winnow.training.routing.routed_answer import RoutedAnswer
from winnow.training.routing.router import Router, open_router
from winnow.workspace import Workspace

PROBABILITIES = Predictions(["a", "b", "oos"], np.array([[0.6, 0.3, 0.1], [0.4, 0.35, 0.25]]))

NOTHING = NotMeasured("no rows")


def fitted(*, threshold: float | None, fallback: str | None) -> FittedParameters:
    chosen = NOTHING if threshold is None else FallbackThreshold(value=threshold, risk=0.05, rows=9, rule="")
    return FittedParameters(
        split="validation",
        rows=9,
        fallback=fallback,
        temperature=FittedValue(value=0.5, rows=9),
        fallback_threshold=chosen,
        out_of_scope_thresholds=NOTHING,
    )


def test_the_threshold_is_one_of_calibrated_confidence() -> None:
    rule = AnswerRule(temperature=0.5, threshold=0.6, fallback="oos")
    calibrated = rule.calibrated(PROBABILITIES)
    squared = PROBABILITIES.probabilities**2
    assert np.allclose(calibrated.probabilities, squared / squared.sum(axis=1, keepdims=True))
    assert rule.answered(calibrated.confidence).tolist() == [True, False]
    assert replace(rule, threshold=0.0).answered(calibrated.confidence).all()


def test_a_fitted_threshold_needs_a_label_to_fall_back_to() -> None:
    assert fitted_rule(fitted(threshold=0.7, fallback="oos")) == AnswerRule(0.5, 0.7, "oos")
    assert fitted_rule(fitted(threshold=0.7, fallback=None)) == AnswerRule(0.5, 0.0, None)
    assert fitted_rule(fitted(threshold=None, fallback="oos")) == AnswerRule(0.5, 0.0, "oos")
    assert fitted_rule(fitted(threshold=0.7, fallback=None), threshold=0.2) == AnswerRule(0.5, 0.2, None)


class AnswersHello:
    """A second stage that knows one greeting."""

    def answers(self, texts: Sequence[str], *, top: int) -> list[RoutedAnswer | None]:
        answer = RoutedAnswer(label="greet", route=None, confidence=1.0, decided_by=RoutedBy.RULES, run="r", top=[])
        return [answer if text == "hello" else None for text in texts]


def test_a_router_answers_with_the_fallback_below_its_threshold(trained_example: tuple[Workspace, str]) -> None:
    workspace, name = trained_example
    run = workspace.run(name)
    router = open_router(run)
    texts = list(workspace.release("first").rows("validation")["text"])[:20]
    plain = predict(run, texts)
    answers = router.answers(texts, top=3)
    for answer, label in zip(answers, plain.labels, strict=True):
        confident = answer.confidence >= router.rule.threshold
        assert answer.label == (label if confident else router.rule.fallback)
        assert answer.decided_by == (RoutedBy.MODEL if confident else RoutedBy.FALLBACK)
        assert answer.top[0].label == label
        assert answer.top[0].probability == answer.confidence
        assert [one.probability for one in answer.top] == sorted((one.probability for one in answer.top), reverse=True)
        assert len(answer.top) == 3
    strict = Router(run, replace(router.rule, threshold=1.01), AnswersHello())
    assert [(one.label, one.decided_by) for one in strict.answers(["hello", texts[0]])] == [
        ("greet", RoutedBy.RULES),
        (router.rule.fallback, RoutedBy.FALLBACK),
    ]
    assert router.answers([]) == []


def test_what_was_fitted_is_kept_in_the_run(trained_example: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, name = trained_example
    shutil.copytree(workspace.run(name).path, tmp_path / name)
    run = replace(workspace.run(name), path=tmp_path / name, places=())
    (run.path / FITTED_FILE).unlink(missing_ok=True)
    alone = open_router(run)
    assert alone.rule == AnswerRule()
    assert "its release is not here" in alone.not_calibrated
    known = load_or_fit(run, workspace.release("first"))
    assert stored_parameters(run) == known
    assert open_router(run).rule == fitted_rule(known)
    assert open_router(run, threshold=0.25).rule.threshold == 0.25


def test_a_run_for_which_no_threshold_can_be_fitted_says_that_it_answers_everything(
    trained_example: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, name = trained_example
    shutil.copytree(workspace.run(name).path, tmp_path / name)
    run = replace(workspace.run(name), path=tmp_path / name, places=())
    known = fitted(threshold=None, fallback="oos")
    write_json_file(run.path / FITTED_FILE, {"format": FORMAT, **known.model_dump(mode="json")})
    assert open_router(run).no_threshold == NOTHING.why
    assert open_router(run, threshold=0.5).no_threshold == ""
    without = known.model_copy(update={"fallback": None})
    write_json_file(run.path / FITTED_FILE, {"format": FORMAT, **without.model_dump(mode="json")})
    assert open_router(run).no_threshold == ""  # nothing else could answer
    assert open_router(run, second_stage=AnswersHello()).no_threshold == NOTHING.why


@pytest.mark.parametrize("content", ["", "[]", '{"format": 1}', "null"])
def test_a_file_of_fitted_parameters_that_cannot_be_read_is_fitted_again(
    content: str, trained_example: tuple[Workspace, str], tmp_path: Path
) -> None:
    workspace, name = trained_example
    shutil.copytree(workspace.run(name).path, tmp_path / name)
    run = replace(workspace.run(name), path=tmp_path / name)
    (run.path / FITTED_FILE).write_text(content)
    assert stored_parameters(run) is None


def test_the_threshold_is_fitted_on_calibrated_confidence() -> None:
    shares = np.array([[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.4], [0.55, 0.45]])
    output = ModelOutput(["a"] * 5, shares.max(axis=1), Predictions(["a", "b"], shares))
    found = fit_parameters(output, ["a", "a", "a", "a", "b"], fallback="oos", risk=0.1)
    assert isinstance(found.temperature, FittedValue)
    assert isinstance(found.fallback_threshold, FallbackThreshold)
    confidence = AnswerRule(found.temperature.value).calibrated(Predictions(["a", "b"], shares)).confidence
    assert found.temperature.value != pytest.approx(1, abs=0.05)
    assert found.fallback_threshold.value == pytest.approx(confidence[3:].mean())  # the last one is wrong
