"""An export says where its files lie, what they lack, and how LLaMA-Factory reads them."""

from __future__ import annotations

from pathlib import Path

import pytest

from winnow.cli.render.export_summary import export_json, print_export
from winnow.core.export_losses import ExportLoss
from winnow.curation.releases.export import Exported
from winnow.operations.export import ExportResult

EXPORTED = Exported(
    rows={"train.jsonl": 1200, "config.yaml": 0},
    losses={ExportLoss.REASONING: 1, ExportLoss.UNWRITABLE: 4, ExportLoss.NOTATION: 2},
    examples={
        ExportLoss.REASONING: ["a1"],
        ExportLoss.UNWRITABLE: ["b1: a fence", "b2", "b3"],
        ExportLoss.NOTATION: ["c1", "c2"],
    },
    warnings=["train.jsonl: 3 examples; OpenAI requires at least 10"],
    dataset_info={"first_train": {"file_name": "train.jsonl", "columns": {"messages": "conversations"}}},
)
RESULT = ExportResult(Path("exports"), dict(EXPORTED.rows), EXPORTED)


def test_everything_is_printed_with_the_warnings_first(capsys: pytest.CaptureFixture[str]) -> None:
    print_export(RESULT)
    lines = capsys.readouterr().out.splitlines()
    assert lines[:7] == [
        "warning: train.jsonl: 3 examples; OpenAI requires at least 10",
        "exports/train.jsonl: 1,200 rows",
        "exports/config.yaml",
        "lost: 1 dialogue without the reasoning of the assistant (a1)",
        "lost: 4 dialogues left out because the notation of calls cannot hold an answer (b1: a fence, b2, b3, …)",
        "lost: 2 rows left out because the format would read them as another text (c1, c2)",
        "exports/dataset_info.json: for LLaMA-Factory",
    ]
    assert '"messages": "conversations"' in "".join(lines[7:])


def test_the_json_has_the_same() -> None:
    found = export_json(RESULT)
    assert found["files"] == {"train.jsonl": 1200, "config.yaml": 0}
    assert found["lost"] == {"reasoning": 1, "unwritable": 4, "notation": 2}
    assert found["warnings"] == list(EXPORTED.warnings)
    assert found["dataset_info"] == EXPORTED.dataset_info
