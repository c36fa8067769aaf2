"""Logits and vectors of tokenized texts, in batches of equal length without padding."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from winnow.training.encoder.encoder_classifier import EncoderClassifier

BATCH_SIZE = 64


def compute_logits(
    model: EncoderClassifier, tokens: Sequence[Sequence[int]], *, done: Callable[[int], None] | None = None
) -> NDArray[np.float64]:
    """Logits, shape (texts, classes). Without padding, a text's result does not depend on its batch."""
    return _over_batches(lambda ids, mask: model(ids, mask)["logits"], model, tokens, done=done)


def compute_vectors(model: EncoderClassifier, tokens: Sequence[Sequence[int]]) -> NDArray[np.float64]:
    """Unit vectors, shape (texts, dimensions)."""
    return _over_batches(model.embed, model, tokens)


def _over_batches(
    compute: Callable[[Tensor, Tensor], Tensor],
    model: EncoderClassifier,
    tokens: Sequence[Sequence[int]],
    *,
    done: Callable[[int], None] | None = None,
) -> NDArray[np.float64]:
    parts: list[tuple[list[int], NDArray[np.float64]]] = []
    count = 0
    device = model.head.weight.device if isinstance(model.head, nn.Linear) else next(model.parameters()).device
    for batch in _batches_of_equal_length(tokens):
        ids = torch.tensor([list(tokens[i]) for i in batch], device=device)
        with torch.inference_mode():
            parts.append((batch, compute(ids, torch.ones_like(ids)).double().cpu().numpy()))
        count += len(batch)
        if done:
            done(count)
    order = np.argsort([i for batch, _ in parts for i in batch])
    rows: NDArray[np.float64] = np.concatenate([part for _, part in parts])[order]
    return rows


def _batches_of_equal_length(tokens: Sequence[Sequence[int]]) -> Iterator[list[int]]:
    for _, group in groupby(sorted(range(len(tokens)), key=lambda i: len(tokens[i])), key=lambda i: len(tokens[i])):
        members = list(group)
        yield from (members[start : start + BATCH_SIZE] for start in range(0, len(members), BATCH_SIZE))
