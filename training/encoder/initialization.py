"""What a training starts from: tokens, untrained LoRA layers, and a head initialized with the linear probe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from winnow.curation.engine.linear_probe import fit_probe
from winnow.training.encoder.batched_inference import compute_vectors
from winnow.training.encoder.encoder_classifier import BaseEncoder, EncoderClassifier, load_base_encoder
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.lora_adapter import with_adapter
from winnow.training.hardware import Hardware

UNBALANCED_RATIO = 3.0
"""`class_weights: auto` weighs labels when the largest has more than so many times the rows of the smallest."""


@dataclass(frozen=True)
class LabeledTexts:
    """Texts and their labels."""

    texts: Sequence[str]
    labels: Sequence[str]


@dataclass(frozen=True)
class TrainingSetup:
    """Everything that a Trainer is given."""

    base: BaseEncoder
    model: Any
    """peft's, over an EncoderClassifier."""
    classes: list[str]
    train: list[dict[str, Any]]
    """`input_ids`, and the class as `labels`."""
    validation: list[dict[str, Any]]
    uses_class_weights: bool

    @property
    def validated(self) -> bool:
        """Whether validation rows decide which epoch is kept."""
        return bool(self.validation)


def prepare_training(
    folder: str, train: LabeledTexts, validation: LabeledTexts, *, settings: EncoderSettings, seed: int, on: Hardware
) -> TrainingSetup:
    """Read the encoder in `folder`, tokenize, and fit the head to the untouched encoder's vectors.

    A validation row whose label has no train row is left out: no epoch can get it right.
    """
    base = load_base_encoder(folder, pooling=settings.pooling)
    classes = sorted(set(train.labels))
    model = base.classifier(len(classes)).to(on.device)
    rows = _tokenized_rows(base, train, classes, settings.max_length)
    _initialize_head(model, rows, train.labels, seed=seed, on=on)
    weights = _class_weights(rows, len(classes), settings)
    model.class_weights, model.label_smoothing = weights, settings.label_smoothing
    held = _tokenized_rows(base, validation, classes, settings.max_length)
    return TrainingSetup(base, with_adapter(model, settings), classes, rows, held, weights is not None)


def _tokenized_rows(
    base: BaseEncoder, rows: LabeledTexts, classes: Sequence[str], max_length: int
) -> list[dict[str, Any]]:
    index = {name: i for i, name in enumerate(classes)}
    known = [i for i, label in enumerate(rows.labels) if label in index]
    tokens = base.tokenize([rows.texts[i] for i in known], max_length) if known else []
    return [{"input_ids": ids, "labels": index[rows.labels[i]]} for i, ids in zip(known, tokens, strict=True)]


def _initialize_head(
    model: EncoderClassifier, rows: Sequence[dict[str, Any]], labels: Sequence[str], *, seed: int, on: Hardware
) -> None:
    """The head is what method `linear` fits, so that training starts where that ends."""
    model.eval()
    with torch.autocast(on.device, torch.bfloat16, enabled=on.precision == "bf16"):
        vectors = compute_vectors(model, [row["input_ids"] for row in rows])
    probe = fit_probe(vectors.astype(np.float32), labels, seed=seed)
    with torch.no_grad():
        model.head.weight.copy_(torch.from_numpy(probe.weights))
        model.head.bias.copy_(torch.from_numpy(probe.bias))


def _class_weights(rows: Sequence[dict[str, Any]], classes: int, settings: EncoderSettings) -> torch.Tensor | None:
    """Inverse to each label's rows, 1 on average over the rows; None where every row weighs the same."""
    counts = np.bincount([row["labels"] for row in rows], minlength=classes)
    unbalanced = float(counts.max() / counts.min()) > UNBALANCED_RATIO
    if settings.class_weights == "none" or (settings.class_weights == "auto" and not unbalanced):
        return None
    return torch.tensor(len(rows) / (classes * counts), dtype=torch.float32)
