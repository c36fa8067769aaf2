"""Find the last complete checkpoint of an interrupted training, and the time spent up to it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from winnow.core.atomic import write_json_file

STATE_FILE = "trainer_state.json"
SECONDS_FILE = "seconds.json"


def last_checkpoint(folder: Path) -> Path | None:
    """The newest complete checkpoint; incomplete ones are removed. The Trainer writes its state last.

    Its state names the best checkpoint in this folder, also where the folder was moved since.
    """
    complete = []
    for path in folder.glob("checkpoint-*"):
        try:
            complete.append((int(trainer_state(path)["global_step"]), path))
        except (OSError, ValueError, KeyError, TypeError):
            shutil.rmtree(path, ignore_errors=True)
    if not complete:
        return None
    newest = max(complete)[1]
    _name_best_in(newest, folder)
    return newest


def _name_best_in(checkpoint: Path, folder: Path) -> None:
    """State where the best checkpoint is now: the Trainer keeps the last weights, silently, if it does not find it."""
    state = trainer_state(checkpoint)
    best = Path(str(state.get("best_model_checkpoint") or folder / checkpoint.name))
    if best.parent != folder:
        write_json_file(checkpoint / STATE_FILE, state | {"best_model_checkpoint": str(folder / best.name)})


def trainer_state(checkpoint: Path) -> dict[str, Any]:
    """The Trainer's state: its log, its best checkpoint and the state of its callbacks."""
    return dict(json.loads((checkpoint / STATE_FILE).read_text(encoding="utf-8")))


def had_stopped_early(checkpoint: Path) -> bool:
    """Whether early stopping had already ended the training; resumed, the Trainer would train one more step."""
    return bool(trainer_state(checkpoint)["stateful_callbacks"]["TrainerControl"]["args"]["should_training_stop"])


def write_elapsed_seconds(checkpoint: Path, seconds: float) -> None:
    """Save the elapsed time in a checkpoint."""
    (checkpoint / SECONDS_FILE).write_text(json.dumps(seconds), encoding="utf-8")


def elapsed_seconds(checkpoint: Path | None) -> float:
    """Seconds up to a checkpoint; 0 without a checkpoint, or when the time was not saved before a kill."""
    try:
        return float(json.loads((checkpoint / SECONDS_FILE).read_text(encoding="utf-8"))) if checkpoint else 0.0
    except (OSError, ValueError):
        return 0.0
