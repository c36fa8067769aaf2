"""Prepare a training: tokenize, add untrained LoRA layers, and initialize the head with the linear probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from winnow.core.model_vocabulary import ClassWeights, Precision
from winnow.curation.engine.linear_probe import fit_probe
from winnow.training.distillation.soft_labels import in_order
from winnow.training.encoder.batched_inference import compute_vectors
from winnow.training.encoder.encoder_classifier import BaseEncoder, EncoderClassifier, load_base_encoder
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.lora_adapter import with_adapter
from winnow.training.encoder.teacher_loss import TeacherTargets
from winnow.training.evaluation.temperature import apply_temperature
from winnow.training.predictions import Predictions
from winnow.training.run_facts import Hardware

IMBALANCE_RATIO = 3.0
"""`class_weights: auto` weights classes when the largest has more than this many times the rows of the smallest."""


@dataclass(frozen=True)
class LabeledTexts:
    """Texts and their labels."""

    texts: Sequence[str]
    labels: Sequence[str]
    order: Sequence[str] = ()
    """Every label in the order of the class ids, also those without a text; empty: in alphabetical order."""
    teacher: Predictions | None = None
    """What a teacher says about the texts; their labels are its classes."""

    @property
    def classes(self) -> list[str]:
        """The labels that have a text, in their order."""
        own = set(self.labels)
        return [name for name in self.order if name in own] if self.order else sorted(own)


@dataclass(frozen=True)
class TrainingSetup:
    """What the Trainer needs."""

    base: BaseEncoder
    model: Any
    """A peft model that wraps an EncoderClassifier."""
    classes: list[str]
    train: list[dict[str, Any]]
    """Rows with `input_ids`, the class as `labels`, and with a teacher their number as `row`."""
    validation: list[dict[str, Any]]
    uses_class_weights: bool

    @property
    def validated(self) -> bool:
        """Whether the best epoch is selected on validation rows."""
        return bool(self.validation)


def prepare_training(
    folder: str,
    train: LabeledTexts,
    validation: LabeledTexts,
    *,
    settings: EncoderSettings,
    seed: int,
    hardware: Hardware,
) -> TrainingSetup:
    """Load the encoder in `folder`, tokenize, and fit the head to the pretrained encoder's vectors.

    Validation rows whose label has no train rows are left out: no epoch can predict them correctly.
    """
    base = load_base_encoder(folder, pooling=settings.pooling, prompt=settings.prompt)
    classes = train.classes
    model = base.classifier(len(classes)).to(hardware.device)
    rows = _tokenized_rows(base, train, classes, settings.max_length)
    _initialize_head(model, rows, train, seed=seed, hardware=hardware)
    weights = _class_weights(rows, len(classes), settings)
    model.class_weights, model.label_smoothing = weights, settings.label_smoothing
    model.teacher = _teacher_targets(train.teacher, classes, settings)
    validation_rows = _tokenized_rows(base, validation, classes, settings.max_length)
    return TrainingSetup(base, with_adapter(model, settings), classes, rows, validation_rows, weights is not None)


def _tokenized_rows(
    base: BaseEncoder, rows: LabeledTexts, classes: Sequence[str], max_length: int
) -> list[dict[str, Any]]:
    index = {name: i for i, name in enumerate(classes)}
    known = [i for i, label in enumerate(rows.labels) if label in index]
    tokens = base.tokenize([rows.texts[i] for i in known], max_length) if known else []
    made = [{"input_ids": ids, "labels": index[rows.labels[i]]} for i, ids in zip(known, tokens, strict=True)]
    return made if rows.teacher is None else [{**row, "row": i} for i, row in enumerate(made)]


def _teacher_targets(
    teacher: Predictions | None, classes: Sequence[str], settings: EncoderSettings
) -> TeacherTargets | None:
    if teacher is None:
        return None
    soft = apply_temperature(in_order(teacher, classes), settings.teacher_temperature)
    probabilities = torch.from_numpy(soft.probabilities.astype(np.float32))
    return TeacherTargets(probabilities, settings.teacher_weight, settings.teacher_temperature)


def _initialize_head(
    model: EncoderClassifier, rows: Sequence[dict[str, Any]], train: LabeledTexts, *, seed: int, hardware: Hardware
) -> None:
    """Initialize the head with the linear probe of method `linear`, so training starts from its accuracy."""
    model.eval()
    with torch.autocast(hardware.device, torch.bfloat16, enabled=hardware.precision == Precision.BF16):
        vectors = compute_vectors(model, [row["input_ids"] for row in rows])
    probe = fit_probe(vectors.astype(np.float32), train.labels, seed=seed).in_order(train.classes)
    with torch.no_grad():
        model.head.weight.copy_(torch.from_numpy(probe.weights))
        model.head.bias.copy_(torch.from_numpy(probe.bias))


def _class_weights(rows: Sequence[dict[str, Any]], classes: int, settings: EncoderSettings) -> torch.Tensor | None:
    """Weights inverse to each label's frequency, 1 on average over the rows; None for equal weights."""
    counts = np.bincount([row["labels"] for row in rows], minlength=classes)
    imbalanced = float(counts.max() / counts.min()) > IMBALANCE_RATIO
    if settings.class_weights == ClassWeights.NONE or (settings.class_weights == ClassWeights.AUTO and not imbalanced):
        return None
    return torch.tensor(len(rows) / (classes * counts), dtype=torch.float32)
