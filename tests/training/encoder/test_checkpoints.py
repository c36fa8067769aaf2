"""The checkpoints of an interrupted training: which one counts, and where the best one is after a move."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from winnow.training.encoder.checkpoints import last_checkpoint, trainer_state


def checkpoint(folder: Path, step: int, content: str | None = None, *, best: str | None = None) -> Path:
    path = folder / f"checkpoint-{step}"
    path.mkdir(parents=True)
    stated = json.dumps({"global_step": step, "best_model_checkpoint": best, "log_history": []})
    (path / "trainer_state.json").write_text(stated if content is None else content)
    return path


@pytest.mark.parametrize("content", ["", '{"global_step": 1', "null", "[]", '{"best": 1}', '{"global_step": null}'])
def test_one_that_was_cut_off_is_removed(tmp_path: Path, content: str) -> None:
    whole, cut = checkpoint(tmp_path, 2), checkpoint(tmp_path, 9, content)
    assert last_checkpoint(tmp_path) == whole
    assert not cut.exists()


def test_the_best_one_is_found_where_the_workspace_is_now(tmp_path: Path) -> None:
    checkpoint(tmp_path / "new", 2)
    newest = checkpoint(tmp_path / "new", 10, best="/before/the/move/checkpoint-2")
    assert last_checkpoint(tmp_path / "new") == newest
    assert trainer_state(newest)["best_model_checkpoint"] == str(tmp_path / "new" / "checkpoint-2")
    assert trainer_state(newest)["log_history"] == []


def test_a_state_without_a_best_checkpoint_stays_as_it_is(tmp_path: Path) -> None:
    path = checkpoint(tmp_path, 3) / "trainer_state.json"
    before = path.read_bytes()
    assert last_checkpoint(tmp_path) is not None
    assert path.read_bytes() == before
