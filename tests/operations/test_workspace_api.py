from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.paths import EXAMPLE
from winnow.core.errors import WinnowError


def test_a_notebook_has_the_same_verbs(tmp_path: Path) -> None:
    (tmp_path / "winnow.yaml").write_bytes((EXAMPLE / "winnow.yaml").read_bytes())
    ws = winnow.open(tmp_path)
    assert ws.add(pd.read_json(EXAMPLE / "labeled.jsonl", lines=True), license="MIT").added == 764
    assert ws.check().passed
    assert set(ws.records().columns) >= {"id", "text", "label", "state", "assigned_split", "origin", "weight"}
    frozen = ws.freeze("first")
    assert ws.verify("first") == []
    run, _ = ws.train(frozen.release)
    evaluation, page = ws.evaluate(run.id)
    assert page.exists()
    assert len(evaluation.predictions) == frozen.counts["validation"]


def test_init_and_open(tmp_path: Path) -> None:
    ws = winnow.init(tmp_path / "new")
    assert [label.name for label in ws.task.labels] == ["billing", "account", "fallback"]
    (tmp_path / "new" / "below").mkdir()
    assert winnow.open(tmp_path / "new" / "below").folder.root == (tmp_path / "new").resolve()
    with pytest.raises(WinnowError, match="winnow init"):
        winnow.open(tmp_path)
