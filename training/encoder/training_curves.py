"""Loss and validation scores by epoch, from the Trainer's log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CURVES_FILE = "curves.json"
"""In a run folder: its training curves."""


SCORES = ("accuracy", "macro_f1")
"""Measures of validation besides its loss; a method may have only the first."""


def training_curves(history: Sequence[Mapping[str, Any]]) -> dict[str, list[dict[str, float]]]:
    """The points `train` {epoch, loss} and `validation` {epoch, loss, and those of SCORES} from a Trainer's log.

    Both losses include label smoothing and class weights. The train loss is the mean since the point before it while
    the model was trained, so it can be above the validation loss. For an adapter, accuracy is the share of tokens
    of answers that are the likeliest ones after those before them.
    """
    train = [{"epoch": entry["epoch"], "loss": entry["loss"]} for entry in history if "loss" in entry]
    validation = [
        {"epoch": entry["epoch"], "loss": entry["eval_loss"]}
        | {name: entry[f"eval_{name}"] for name in SCORES if f"eval_{name}" in entry}
        for entry in history
        if "eval_loss" in entry
    ]
    return {"train": train, "validation": validation}
