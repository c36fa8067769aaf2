"""Loss and validation scores by epoch, from the Trainer's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def training_curves(history: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, float]]]:
    """Of a Trainer's log the points `train` {epoch, loss} and `validation` {epoch, loss, accuracy, macro_f1}.

    Both losses are of one kind: with label smoothing and class weights. Train's is the mean while the epoch was
    trained, so that it may lie above validation's.
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
