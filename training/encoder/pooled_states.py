"""Pool the states of a text's tokens to one vector, in every way that sentence-transformers stores in a folder."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from winnow.core.model_vocabulary import Pooling


def pool_states(states: Tensor, mask: Tensor, pooling: str) -> Tensor:
    """Vectors, shape (texts, dimensions), from states, shape (texts, tokens, dimensions), and the mask of tokens.

    Padding may stand on either side: decoders pad on the left.
    """
    return POOLINGS[Pooling(pooling)](states, mask)


def _mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.unsqueeze(-1).float()
    return (states * weights).sum(1) / weights.sum(1)


def _root_mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = mask.unsqueeze(-1).float()
    return (states * weights).sum(1) / weights.sum(1).sqrt()


def _weighted_mean(states: Tensor, mask: Tensor) -> Tensor:
    weights = (mask.cumsum(1) * mask).unsqueeze(-1).float()
    return (states * weights).sum(1) / weights.sum(1)


def _largest(states: Tensor, mask: Tensor) -> Tensor:
    return states.masked_fill(mask.unsqueeze(-1) == 0, float("-inf")).amax(1)


def _first(states: Tensor, mask: Tensor) -> Tensor:
    return _at(states, mask.to(torch.int32).argmax(1))


def _last(states: Tensor, mask: Tensor) -> Tensor:
    return _at(states, mask.shape[1] - 1 - mask.flip(1).to(torch.int32).argmax(1))


def _at(states: Tensor, positions: Tensor) -> Tensor:
    """The state at one position of each text."""
    index = positions.long().view(-1, 1, 1).expand(-1, 1, states.shape[-1])
    return states.gather(1, index).squeeze(1)


POOLINGS: Mapping[Pooling, Callable[[Tensor, Tensor], Tensor]] = {
    Pooling.MEAN: _mean,
    Pooling.CLS: _first,
    Pooling.LAST: _last,
    Pooling.MAX: _largest,
    Pooling.ROOT_MEAN: _root_mean,
    Pooling.WEIGHTED_MEAN: _weighted_mean,
}
