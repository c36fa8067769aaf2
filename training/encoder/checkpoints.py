"""Find the last whole checkpoint of an interrupted training, and the time spent up to it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

STATE_FILE = "trainer_state.json"


SECONDS_FILE = "seconds.json"


def last_checkpoint(folder: Path) -> Path | None:
    """The newest whole checkpoint; those that a kill tore are removed. The Trainer writes its state last."""
    whole = []
    for path in folder.glob("checkpoint-*"):
        try:
            whole.append((int(trainer_state(path)["global_step"]), path))
        except (OSError, ValueError, KeyError):
            shutil.rmtree(path, ignore_errors=True)
    return max(whole)[1] if whole else None


def trainer_state(checkpoint: Path) -> dict[str, Any]:
    """The Trainer's state: its log, its best checkpoint, what its callbacks knew."""
    return dict(json.loads((checkpoint / STATE_FILE).read_text(encoding="utf-8")))


def had_stopped_early(checkpoint: Path) -> bool:
    """Whether early stopping had ended the training already: the Trainer would go on for one more step."""
    return bool(trainer_state(checkpoint)["stateful_callbacks"]["TrainerControl"]["args"]["should_training_stop"])


def write_elapsed_seconds(checkpoint: Path, seconds: float) -> None:
    """Keep the time beside a checkpoint."""
    (checkpoint / SECONDS_FILE).write_text(json.dumps(seconds), encoding="utf-8")


def elapsed_seconds(checkpoint: Path | None) -> float:
    """Seconds up to a checkpoint; 0 without one, and for one that was killed before its time was written."""
    try:
        return float(json.loads((checkpoint / SECONDS_FILE).read_text(encoding="utf-8"))) if checkpoint else 0.0
    except (OSError, ValueError):
        return 0.0
