from __future__ import annotations

import subprocess
import sys
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


def test_importing_winnow_loads_no_library_for_data_or_databases() -> None:
    script = (
        "import sys, winnow; winnow.open, winnow.WinnowError, winnow.__version__\n"
        "heavy = {'pandas', 'numpy', 'pydantic', 'sqlalchemy', 'typer', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
