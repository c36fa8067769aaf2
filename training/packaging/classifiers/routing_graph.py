"""The computation of a package: from token ids to calibrated probabilities in the release's class order."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from winnow.training.encoder.encoder_classifier import EncoderClassifier
from winnow.training.evaluation.temperature import MIN_PROBABILITY

NEVER = torch.finfo(torch.float32).min
"""The logit of a label without a train row: its probability is 0 at any temperature."""


def label_columns(classes: Sequence[str], labels: Sequence[str]) -> list[int]:
    """For each label, the output of the head that computes it; `len(classes)` for one without a train row."""
    place = {name: column for column, name in enumerate(classes)}
    return [place.get(label, len(classes)) for label in labels]


class RoutingGraph(nn.Module):
    """Encoder, pooling, normalization, head and temperature."""

    columns: Tensor
    weights: Tensor
    bias: Tensor

    def __init__(self, model: EncoderClassifier, *, columns: Sequence[int], temperature: float) -> None:
        super().__init__()
        self.model = model
        self.temperature = temperature
        self.register_buffer("weights", model.head.weight.detach().T.contiguous())
        self.register_buffer("bias", model.head.bias.detach().clone())
        self.register_buffer("columns", torch.tensor(columns))
        self.in_order = list(columns) == list(range(len(model.head.bias)))

    def forward(self, input_ids: Tensor, attention_mask: Tensor) -> tuple[Tensor, Tensor]:
        """Calibrated probabilities and logits, both of shape (texts, labels)."""
        logits = self.model.embed(input_ids, attention_mask) @ self.weights + self.bias
        # Winnow clips probabilities before it takes their logarithm; at a high temperature the difference is seen.
        shares = functional.log_softmax(logits, dim=-1).clamp(min=math.log(MIN_PROBABILITY))
        calibrated = functional.softmax(shares / self.temperature, dim=-1)
        return self._by_label(calibrated, 0.0), self._by_label(logits, NEVER)

    def _by_label(self, outputs: Tensor, missing: float) -> Tensor:
        """Outputs of the head in the order of the labels; `missing` for a label without one."""
        if self.in_order:
            return outputs
        return functional.pad(outputs, (0, 1), value=missing).index_select(1, self.columns)
