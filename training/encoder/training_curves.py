"""Loss and validation scores by epoch, from the Trainer's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CURVES_FILE = "curves.json"
"""In a run folder: its training curves."""


def training_curves(history: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, float]]]:
    """The points `train` {epoch, loss} and `validation` {epoch, loss, accuracy, macro_f1} from a Trainer's log.

    Both losses include label smoothing and class weights. The train loss is the mean over the epoch while the model was
    trained, so it can be above the validation loss.
    """
    train = [{"epoch": entry["epoch"], "loss": entry["loss"]} for entry in history if "loss" in entry]
    validation = [
        {
            "epoch": entry["epoch"],
            "loss": entry["eval_loss"],
            "accuracy": entry["eval_accuracy"],
            "macro_f1": entry["eval_macro_f1"],
        }
        for entry in history
        if "eval_loss" in entry
    ]
    return {"train": train, "validation": validation}
