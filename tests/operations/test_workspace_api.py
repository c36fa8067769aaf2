from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.paths import EXAMPLE
from winnow.cli.render.terminal import print_error
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace


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
    with pytest.raises(WinnowError, match=r"winnow\.init"):
        winnow.open(tmp_path)


def test_importing_winnow_loads_no_library_for_data_or_databases() -> None:
    script = (
        "import sys, winnow; winnow.open, winnow.WinnowError, winnow.__version__\n"
        "heavy = {'pandas', 'numpy', 'pydantic', 'sqlalchemy', 'typer', 'yaml'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr


MESSAGES: dict[str, tuple[Callable[[Workspace], object], str, str]] = {
    "add": (
        lambda ws: ws.add(pd.DataFrame({"text": ["a"]}), origin="humn"),
        "origin: unknown value 'humn'",
        "--origin: unknown value 'humn'",
    ),
    "batch": (
        lambda ws: ws.add(pd.DataFrame({"text": ["a"]}), origin="synthetic"),
        "ws.add('FILE', origin='synthetic', batch=GenerationBatch('NAME', 'NAME', 'VERSION', 'NAME'))",
        "winnow add FILE --origin synthetic --batch NAME --generator NAME --prompt-version VERSION --model NAME",
    ),
    "check": (lambda ws: ws.check(["nothing"]), "settings: unknown gate", "--set: unknown gate"),
    "freeze": (lambda ws: ws.freeze("x"), "fallback: ws.add('FILE')", "fallback: winnow add FILE"),
    "push": (lambda ws: ws.push("label", strategy="x"), "strategy: unknown value 'x'", "--strategy: unknown value 'x'"),
    "train": (lambda ws: ws.train("r"), "fix: ws.freeze('NAME')", "fix: winnow freeze NAME"),
    "predict": (lambda ws: ws.predict("r", ["a"]), "(`ws.runs()`)", "(`winnow runs`)"),
    "compare": (lambda ws: ws.compare(["r"]), "(`ws.runs()`)", "(`winnow runs`)"),
    "deploy": (lambda ws: ws.deploy("r", by="A", reason="B"), "fix: ws.runs() lists", "fix: winnow runs lists"),
    "forget": (lambda ws: ws.forget("r"), "`ws.show('TEXT')`", "`winnow show TEXT`"),
    "rename": (lambda ws: ws.rename("x", "y"), "fix: ws.status() lists", "fix: winnow status lists"),
    "diff": (lambda ws: ws.diff("a", "b"), "fix: ws.freeze('NAME')", "fix: winnow freeze NAME"),
}
"""By verb: what is wrong, the words of the exception and those in a terminal."""


@pytest.mark.parametrize("verb", MESSAGES)
def test_an_error_is_worded_for_its_reader(verb: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call, python, terminal_words = MESSAGES[verb]
    with pytest.raises(WinnowError) as raised:
        call(winnow.init(tmp_path))
    assert python in str(raised.value)
    assert "--" not in str(raised.value)
    print_error(raised.value)
    assert terminal_words in " ".join(capsys.readouterr().err.split())
