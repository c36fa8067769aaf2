"""Rows of a batch as one tree of tokens, so that a prompt which several rows begin with is computed once.

A token sees its ancestors and has its depth as its position, which is exactly what it sees in a row of its own
(docs/decisions/0046-shared-prefixes.md). Every row keeps the token before its first trained one to itself: the token
that predicts a label then always stands directly before it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from winnow.training.adapter.trained_rows import NOT_TRAINED
from winnow.training.answering.shared_prompts import common_length


class TokenTree(NamedTuple):
    """Rows that share their prefixes, in one sequence."""

    input_ids: list[int]
    labels: list[int]
    positions: list[int]
    """The depth of each token in the tree."""
    paths: list[list[int]]
    """For each row, where its tokens are in the sequence."""


@dataclass(frozen=True)
class SharedPrefixCollator:
    """Makes batches of rows with `input_ids` and `labels`, each one sequence for models with a causal mask."""

    shared: bool = True
    """Whether prefixes are shared; without, the sequence holds every row in full."""
    computed_in: torch.dtype | None = None
    """The number format of attention: the mask is what is added to its scores, made once for all layers.

    None: a mask of booleans, of which every layer makes a copy of its own in this format, and keeps it.
    """

    def __call__(self, rows: Sequence[Mapping[str, Any]]) -> dict[str, Tensor]:
        """`input_ids`, `labels`, `position_ids`, shape (1, tokens), and a mask, shape (1, 1, tokens, tokens)."""
        tree = token_tree(rows, shared=self.shared)
        return {
            "input_ids": torch.tensor([tree.input_ids]),
            "labels": torch.tensor([tree.labels]),
            "position_ids": torch.tensor([tree.positions]),
            "attention_mask": self._mask(ancestor_mask(tree)[None, None]),
        }

    def _mask(self, seen: Tensor) -> Tensor:
        if self.computed_in is None:
            return seen
        return torch.zeros(seen.shape, dtype=self.computed_in).masked_fill_(~seen, -torch.inf)


def token_tree(rows: Sequence[Mapping[str, Any]], *, shared: bool = True) -> TokenTree:
    """The tree of the rows, in the order of their tokens: then the row before a row shares most with it."""
    tree = TokenTree([], [], [], [])
    before: Sequence[int] = ()
    path: list[int] = []
    for row in sorted(rows, key=lambda one: list(one["input_ids"])):
        ids, labels = list(row["input_ids"]), list(row["labels"])
        same = min(common_length(before, ids), max(_first_trained(labels) - 1, 0)) if shared else 0
        start = len(tree.input_ids)
        path = [*path[:same], *range(start, start + len(ids) - same)]
        tree.input_ids.extend(ids[same:])
        tree.labels.extend(labels[same:])
        tree.positions.extend(range(same, len(ids)))
        tree.paths.append(path)
        before = ids
    return tree


def ancestor_mask(tree: TokenTree) -> Tensor:
    """Whether a token (row) sees another one (column): itself and those before it in its row of the batch."""
    size = len(tree.input_ids)
    mask = torch.zeros(size, size, dtype=torch.bool)
    for path in tree.paths:
        places = torch.tensor(path)
        mask[places[:, None], places[None, :]] = torch.ones(len(path), len(path), dtype=torch.bool).tril()
    return mask


def _first_trained(labels: Sequence[int]) -> int:
    return next((i for i, label in enumerate(labels) if label != NOT_TRAINED), len(labels))
