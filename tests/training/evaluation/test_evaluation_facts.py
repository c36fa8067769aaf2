from __future__ import annotations

import json

import pytest
from pydantic import ValidationError

from winnow.training.evaluation.evaluation_facts import EvaluationFacts
from winnow.workspace import Workspace


def test_the_stored_evaluation_is_its_record_and_nothing_else(trained_example: tuple[Workspace, str]) -> None:
    workspace, run = trained_example
    evaluation = workspace.evaluate(run).evaluation
    stored = json.loads((evaluation.run.path / "evaluation" / "validation.json").read_text(encoding="utf-8"))
    assert stored == json.loads(json.dumps(evaluation.measures))
    facts = EvaluationFacts.model_validate(stored)
    assert facts.accuracy == stored["accuracy"]
    assert facts.per_label[0].label == workspace.release("first").labels[0]
    for wrong in ({**stored, "acuracy": 1.0}, {name: value for name, value in stored.items() if name != "slices"}):
        with pytest.raises(ValidationError, match=r"acuracy|slices"):
            EvaluationFacts.model_validate(wrong)
