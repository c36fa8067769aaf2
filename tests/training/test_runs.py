from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from winnow.core.errors import WinnowError
from winnow.training.run_facts import EncoderRunFacts, LinearRunFacts, Look, UnreadableLook
from winnow.training.runs import LOOKS_FILE, RUN_FILE, Run, open_run
from winnow.workspace import Workspace


@pytest.fixture
def run(trained_example: tuple[Workspace, str], tmp_path: Path) -> Run:
    """A copy of a linear run, which a test may change."""
    workspace, name = trained_example
    shutil.copytree(workspace.folder.runs / name, tmp_path / name)
    return open_run(tmp_path / name)


def rewrite(run: Run, **changes: Any) -> None:
    """Change fields of `run.json`; None removes one."""
    path = run.path / RUN_FILE
    facts = json.loads(path.read_text()) | changes
    path.write_text(json.dumps({key: value for key, value in facts.items() if value is not None}))


def test_the_file_holds_exactly_the_facts(run: Run) -> None:
    stored = json.loads((run.path / RUN_FILE).read_text())
    assert stored == run.facts.model_dump(mode="json")
    assert {"run", "method", "release", "settings", "seed", "versions", "trained_at"} <= set(stored)
    assert run.facts_of(LinearRunFacts) == run.facts
    with pytest.raises(TypeError, match="of method linear"):
        run.facts_of(EncoderRunFacts)


@pytest.mark.parametrize("content", ["", "[]", "{", "{}", "\x00"])
def test_a_file_that_is_no_run_is_refused(run: Run, content: str) -> None:
    (run.path / RUN_FILE).write_text(content)
    with pytest.raises(WinnowError, match=f"not a readable run: {RUN_FILE}: .*a folder with {RUN_FILE}"):
        open_run(run.path)


def test_a_folder_without_the_file_is_no_run(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match="not a readable run; expected: a folder with"):
        open_run(tmp_path)


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"method": "magic"}, "'magic'.*'linear', 'encoder', 'adapter', 'prompt', 'imported'"),
        ({"seed": "one"}, "run.json, seed: .*integer"),
        ({"release": {"name": "first", "sha256": "0" * 64}}, "run.json, release.path: Field required"),
        ({"trained_at": None}, "run.json, trained_at: Field required"),
        ({"unknown": 1}, "run.json, unknown: Extra"),
        ({"method": "encoder"}, "run.json, best_epoch: Field required"),
    ],
)
def test_a_wrong_field_is_named(run: Run, changes: dict[str, Any], found: str) -> None:
    rewrite(run, **changes)
    with pytest.raises(WinnowError, match=found):
        open_run(run.path)


def test_every_wrong_field_is_named_at_once(run: Run) -> None:
    rewrite(run, seed="one", train_rows=None)
    with pytest.raises(WinnowError) as caught:
        open_run(run.path)
    assert len(caught.value.problems) == 2


def test_a_line_of_the_log_that_was_cut_off_counts_as_a_look_at_test(run: Run) -> None:
    (run.path / LOOKS_FILE).unlink(missing_ok=True)
    run.record_look("validation", accuracy=0.75, rows=4)
    run.record_look("test", accuracy=0.5, rows=2)
    with (run.path / LOOKS_FILE).open("a") as log:
        log.write('{"at": "2026-11-29T0')
    first, second, third = run.read_looks()
    assert isinstance(first, Look)
    assert (first.split, first.accuracy, first.rows) == ("validation", 0.75, 4)
    assert second.split == "test"
    assert third == UnreadableLook(unreadable='{"at": "2026-11-29T0')
    assert run.looks_at_test() == 2


def test_a_look_after_a_line_that_was_cut_off_is_not_lost(run: Run) -> None:
    (run.path / LOOKS_FILE).write_text('{"at": "2026-11-29T0')
    run.record_look("test", accuracy=0.5, rows=2)
    cut_off, look = run.read_looks()
    assert isinstance(cut_off, UnreadableLook)
    assert isinstance(look, Look)
    assert run.looks_at_test() == 2
