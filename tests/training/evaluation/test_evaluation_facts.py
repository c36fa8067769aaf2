from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from winnow.core.result import Measured, NotMeasured
from winnow.training.evaluation.evaluation_facts import EvaluationFacts, LabelMeasures, SimilarityBin, Slice
from winnow.workspace import Workspace


def test_the_stored_evaluation_is_its_record_and_nothing_else(trained_example: tuple[Workspace, str]) -> None:
    workspace, run = trained_example
    evaluation = workspace.evaluate(run).evaluation
    stored = json.loads((evaluation.run.path / "evaluation" / "validation.json").read_text(encoding="utf-8"))
    facts = EvaluationFacts.model_validate(stored)
    assert facts == evaluation.measures
    assert facts.accuracy == stored["accuracy"]
    assert facts.per_label[0].label == workspace.release("first").labels[0]
    for wrong in ({**stored, "acuracy": 1.0}, {name: value for name, value in stored.items() if name != "slices"}):
        with pytest.raises(ValidationError, match=r"acuracy|slices"):
            EvaluationFacts.model_validate(wrong)


def test_the_json_form_names_a_class_first_and_leaves_out_what_is_absent() -> None:
    none = NotMeasured("no rows of this label")
    label = LabelMeasures(
        label="a", rows=0, recall=none, recall_interval=none, precision=none, precision_interval=none, f1=none
    )
    assert list(label.model_dump(mode="json"))[:2] == ["label", "rows"]
    small = Slice(
        slice="origin",
        value="log",
        rows=3,
        accuracy=Measured(1.0, 0.4, 1.0, 3),
        elsewhere=none,
        rows_lost=0.0,
        differs=NotMeasured("too few"),
    )
    told = small.model_dump(mode="json")
    assert "p_value" not in told
    assert "p_adjusted" not in told
    assert Slice.model_validate(told) == small
    tested = small.model_copy(update={"p_value": 0.5, "p_adjusted": 1.0, "differs": False}).model_dump(mode="json")
    assert list(tested)[-3:] == ["p_value", "p_adjusted", "differs"]
    bin_ = SimilarityBin(from_=0.4, to=0.5, value=1.0, low=0.4, high=1.0, rows=3)
    assert list(bin_.model_dump(mode="json"))[:2] == ["from", "to"]
