"""Signs of how a model fits its train rows: too well for others, or not even those."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from curation.estimates import Estimate, NotMeasured, difference
from training.signs import About, Sign, Signs, accuracy, points

OVERFIT_GAP = 0.05
"""Accuracy on train above that on validation, lower end of the interval: what a new model must gain to be deployed."""
OVERFIT_NATS = 0.5
"""Validation loss above train loss: the right label gets e^0.5 = 1.6 times the probability in train. A difference,
not a ratio, because label smoothing lifts both losses alike."""
UNDERFIT_ACCURACY = 0.90
"""On train, upper end of the interval: who cannot repeat nine in ten of what it was told will not reach 95 % of what it
was not."""


def overfitting(measures: Mapping[str, Any], about: About) -> Signs:
    """Train is answered better than validation by OVERFIT_GAP, or its loss is lower by OVERFIT_NATS."""
    fit, losses = about.train_accuracy, about.losses
    if isinstance(fit, NotMeasured) and isinstance(losses, NotMeasured):
        return fit
    parts, rows = [], 0.0
    if isinstance(fit, Estimate):
        gap = difference(fit, accuracy(measures))
        if isinstance(gap, Estimate) and gap.low >= OVERFIT_GAP:
            rows = gap.value * measures["rows"]
            parts.append(
                f"accuracy {fit.value:.3f} on {fit.count:,} train rows, {measures['accuracy']:.3f} on validation: "
                f"{points(gap.value)} less ({100 * gap.low:.1f} to {100 * gap.high:.1f})"
            )
    if not isinstance(losses, NotMeasured) and losses[1] - losses[0] >= OVERFIT_NATS:
        rows = rows or (1 - measures["accuracy"]) * measures["rows"]
        parts.append(f"loss {losses[0]:.2f} on train, {losses[1]:.2f} on validation")
    cause = "the model repeats train rows by heart: they are too few, or too much alike, for what it can learn"
    return [Sign(rows, "; ".join(parts), cause, about.more)] if parts else []


def underfitting(measures: Mapping[str, Any], about: About) -> Signs:
    """Train itself is answered worse than UNDERFIT_ACCURACY."""
    fit = about.train_accuracy
    if isinstance(fit, NotMeasured):
        return fit
    if fit.high >= UNDERFIT_ACCURACY:
        return []
    evidence = (
        f"accuracy {fit.value:.3f} on {fit.count:,} of its own train rows ({fit.low:.3f} to {fit.high:.3f}), and "
        f"{measures['accuracy']:.3f} on validation"
    )
    cause = (
        "the model cannot tell the labels apart even where it was told: it is too weak, or labels contradict each other"
    )
    weak = about.method == "linear"
    command = f"winnow train {about.release} --method encoder" if weak else "winnow push relabel"
    return [Sign((1 - fit.value) * measures["rows"], evidence, cause, command)]
