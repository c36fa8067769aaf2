"""Labels as a tree of tokens: an answer that is constrained to them takes one of its branches at every fork. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_softmax

Prefix = tuple[int, ...]
"""The first tokens of a label."""


@dataclass(frozen=True)
class LabelTree:
    """The tokens of every label with its stop token, so that no label is the beginning of another one."""

    labels: Sequence[Prefix]

    @cached_property
    def forks(self) -> dict[Prefix, list[int]]:
        """The tokens that may follow, for each beginning after which labels differ."""
        following: dict[Prefix, set[int]] = defaultdict(set)
        for label in self.labels:
            for place, token in enumerate(label):
                following[label[:place]].add(token)
        return {prefix: sorted(tokens) for prefix, tokens in following.items() if len(tokens) > 1}

    @cached_property
    def read(self) -> list[Prefix]:
        """Every beginning whose last token is read to reach a fork, parents first."""
        return sorted({fork[:end] for fork in self.forks for end in range(1, len(fork) + 1)})

    def log_probabilities(self, logits: Mapping[Prefix, NDArray[np.float64]]) -> NDArray[np.float64]:
        """Log-probability of every label, shape (labels,): at each fork, the model's choice among what may follow.

        `logits` are those after each fork, shape (vocabulary,). The probabilities sum to 1, because every path through
        the tree ends in a label.
        """
        chosen = {
            prefix: dict(zip(tokens, log_softmax(logits[prefix][tokens]), strict=True))
            for prefix, tokens in self.forks.items()
        }
        return np.array([self._of(label, chosen) for label in self.labels])

    def _of(self, label: Prefix, chosen: Mapping[Prefix, Mapping[int, float]]) -> float:
        prefixes = (label[:place] for place in range(len(label)))
        return float(sum(chosen[prefix][label[len(prefix)]] for prefix in prefixes if prefix in chosen))
