"""Diagnostics of a run. One file each, which defines a function of the same name; to add one, add it to DIAGNOSTICS."""

from __future__ import annotations

from collections.abc import Callable

from winnow.training.diagnostics.confused_labels import confused_labels
from winnow.training.diagnostics.issue import Issues, RunContext
from winnow.training.diagnostics.label_noise import label_noise
from winnow.training.diagnostics.low_fallback_recall import low_fallback_recall
from winnow.training.diagnostics.miscalibration import miscalibration
from winnow.training.diagnostics.no_signal import no_signal
from winnow.training.diagnostics.overfitting import overfitting
from winnow.training.diagnostics.underfitting import underfitting
from winnow.training.diagnostics.underrepresented_slices import underrepresented_slices
from winnow.training.evaluation.evaluation_facts import EvaluationFacts

Diagnostic = Callable[[EvaluationFacts, RunContext], Issues]
"""Takes the stored measures of validation and the context of the run. Its name is the name of the finding."""

DIAGNOSTICS: tuple[Diagnostic, ...] = (
    no_signal,
    overfitting,
    underfitting,
    confused_labels,
    miscalibration,
    low_fallback_recall,
    underrepresented_slices,
    label_noise,
)
