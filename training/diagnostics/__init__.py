"""Diagnostics of a run by name: one file each. To add one, write its file and add its line here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from winnow.training.diagnostics.confused_labels import confused_labels
from winnow.training.diagnostics.fallback_recall import low_fallback_recall
from winnow.training.diagnostics.issue import Issues, RunContext
from winnow.training.diagnostics.label_noise import label_noise
from winnow.training.diagnostics.miscalibration import miscalibrated
from winnow.training.diagnostics.overfitting import overfitting
from winnow.training.diagnostics.underfitting import underfitting
from winnow.training.diagnostics.underrepresented_slices import underrepresented_slice

DIAGNOSTICS: dict[str, Callable[[Mapping[str, Any], RunContext], Issues]] = {
    "overfitting": overfitting,
    "underfitting": underfitting,
    "confused_labels": confused_labels,
    "miscalibrated": miscalibrated,
    "low_fallback_recall": low_fallback_recall,
    "underrepresented_slice": underrepresented_slice,
    "label_noise": label_noise,
}
