"""`Workspace.predict`: lists, columns and tables, in the order and with the index that they have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from winnow.core.errors import WinnowError
from winnow.operations import predict as predict_operation
from winnow.operations.predict import NO_OPTIONS, PredictOptions, notes_about, open_router_of
from winnow.training.methods import predict
from winnow.training.routing.router import Router, open_router
from winnow.training.routing.run_stage import RunStage
from winnow.workspace import Workspace

Trained = tuple[Workspace, str]

ASKED = ["the vpn drops all the time", "how many vacation days are left", "what is the meaning of life"]
COLUMNS = ["label", "route", "confidence", "decided_by"]


def test_answers_are_calibrated_and_below_the_threshold_the_fallback(trained_example: Trained) -> None:
    workspace, name = trained_example
    texts = list(workspace.release("first").rows("validation")["text"])[:40]
    table = workspace.predict(name, texts)
    assert list(table.columns) == ["text", *COLUMNS]
    router = open_router(workspace.run(name))
    raw = predict(workspace.run(name), texts)
    calibrated = router.rule.calibrated(raw).confidence
    assert np.allclose(table["confidence"], calibrated, atol=1e-6)
    assert not np.allclose(table["confidence"], raw.confidence, atol=1e-3)
    confident = calibrated >= router.rule.threshold
    assert list(table["label"]) == [
        label if sure else "fallback" for label, sure in zip(raw.labels, confident, strict=True)
    ]
    assert list(table["decided_by"]) == ["model" if sure else "fallback" for sure in confident]
    assert list(workspace.predict(name, texts, threshold=0)["label"]) == raw.labels
    assert set(workspace.predict(name, texts, threshold=1.0)["label"]) == {"fallback"}


def test_the_most_likely_labels_come_with_their_probabilities(trained_example: Trained) -> None:
    workspace, name = trained_example
    table = workspace.predict(name, ASKED, top=3, threshold=0)
    assert list(table.columns) == ["text", *COLUMNS, "top"]
    for row in table.itertuples():
        assert row.top[0] == {"label": row.label, "probability": row.confidence}
        assert [set(one) for one in row.top] == [{"label", "probability"}] * 3
    every = workspace.predict(name, ASKED[:1], top=1000)["top"][0]
    assert sum(one["probability"] for one in every) == pytest.approx(1, abs=1e-4)


def test_a_column_keeps_its_index_and_what_cannot_be_read_has_a_reason(trained_example: Trained) -> None:
    workspace, name = trained_example
    given = pd.Series([ASKED[0], None, ASKED[1], "  "], index=["b", "a", "b", "c"], name="query")
    table = workspace.predict(name, given, threshold=0)
    assert list(table.index) == ["b", "a", "b", "c"]
    assert list(table.columns) == ["text", *COLUMNS, "reason"]
    assert list(table["label"].isna()) == [False, True, False, True]
    assert list(table["reason"].fillna("")) == ["", "empty", "", "empty"]
    assert list(table["label"].dropna()) == ["it_vpn", "hr_leave"]
    assert table["confidence"].dtype == float


def test_a_table_keeps_its_other_columns(trained_example: Trained) -> None:
    workspace, name = trained_example
    given = pd.DataFrame({"id": [7, 8, 9], "text": ASKED, "source": ["x", "y", "z"]}, index=[30, 10, 20])
    before = given.copy()
    table = workspace.predict(name, given)
    assert list(table.columns) == ["id", "text", "source", *COLUMNS]
    pd.testing.assert_frame_equal(table[["id", "text", "source"]], before)
    pd.testing.assert_frame_equal(given, before)  # what was given is not changed
    assert list(table["label"]) == list(workspace.predict(name, ASKED)["label"])


def test_nothing_to_label_is_an_empty_table(trained_example: Trained) -> None:
    workspace, name = trained_example
    for nothing in ([], pd.Series([], dtype=str), pd.DataFrame({"text": []})):
        assert list(workspace.predict(name, nothing, top=2).columns) == ["text", *COLUMNS, "top"]
    numbers = workspace.predict(name, pd.Series([5, ASKED[0]]))
    assert list(numbers["reason"].fillna("")) == ["not_text", ""]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (pd.DataFrame({"query": ["a"]}), r"texts: a table with 0 columns 'text': query"),
        (pd.DataFrame([["a", "b"]], columns=["text", "text"]), r"texts: a table with 2 columns 'text'"),
        (pd.DataFrame({"text": ["a"], "label": ["b"]}), r"has columns of the result already: label"),
        (pd.DataFrame({"text": ["a"], "reason": ["b"]}), r"has columns of the result already: reason"),
    ],
)
def test_a_table_whose_columns_would_be_lost_is_refused(
    given: pd.DataFrame, why: str, trained_example: Trained
) -> None:
    with pytest.raises(WinnowError, match=why):
        trained_example[0].predict(trained_example[1], given)


def test_however_many_texts_there_are_so_many_are_answered_together(
    trained_example: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, name = trained_example
    expected = workspace.predict(name, ASKED)
    sizes: list[int] = []
    whole = predict_operation.answer_texts

    def counted(router: Router, texts: Sequence[object], *rest: Any, **how: Any) -> Any:
        sizes.append(len(texts))
        return whole(router, texts, *rest, **how)

    monkeypatch.setattr(predict_operation, "TEXTS_AT_A_TIME", 2)
    monkeypatch.setattr(predict_operation, "answer_texts", counted)
    pd.testing.assert_frame_equal(workspace.predict(name, ASKED), expected)
    assert sizes == [2, 1]


def test_numbers_out_of_range_are_refused_together(trained_example: Trained) -> None:
    workspace, name = trained_example
    with pytest.raises(WinnowError) as caught:
        workspace.predict(name, ASKED, top=0, threshold=1.5)
    assert [one.where for one in caught.value.problems] == ["top", "threshold"]
    for wrong in (float("nan"), -0.1):
        with pytest.raises(WinnowError, match=r"threshold"):
            workspace.predict(name, ASKED, threshold=wrong)


def test_rules_answer_below_the_threshold_and_the_run_is_stated(trained_example: Trained, tmp_path: Path) -> None:
    workspace, name = trained_example
    rules = tmp_path / "rules.yaml"
    rules.write_text("- {label: hr_leave, pattern: 'life$'}\n")
    table = workspace.predict(name, ASKED, threshold=1.0, fallback=rules)
    assert list(table.columns) == ["text", *COLUMNS, "run"]
    assert list(table["label"]) == ["fallback", "fallback", "hr_leave"]
    assert list(table["decided_by"]) == ["fallback", "fallback", "rules"]
    assert list(table["route"]) == ["agent_human", "agent_human", "agent_hr"]
    assert set(table["run"]) == {name}
    with pytest.raises(WinnowError, match=r"no such run"):
        workspace.predict(name, ASKED, fallback="nothing")


def test_what_limits_the_answers_is_noted(trained_example: Trained, tmp_path: Path) -> None:
    workspace, name = trained_example
    rules = tmp_path / "rules.json"
    rules.write_text('[{"label": "hr_leave", "contains": "life"}]')
    context, run = workspace._context, workspace.run(name)
    assert notes_about(open_router_of(context, run, NO_OPTIONS)) == []
    (never_asked,) = notes_about(open_router_of(context, run, PredictOptions(threshold=0, fallback=rules)))
    assert "the second stage is never asked" in never_asked
    router = open_router_of(context, run, PredictOptions(threshold=0.5))
    second = replace(router, run=replace(run, facts=run.facts.model_copy(update={"run": "second"})))
    for found, said in (
        ({"not_calibrated": "no rows"}, "probabilities of second are not calibrated: no rows"),
        ({"no_threshold": "too many are wrong"}, "second answers every query: too many are wrong"),
    ):
        cascade = replace(router, second_stage=RunStage(replace(second, **found), {}))
        assert notes_about(cascade) == [said]
