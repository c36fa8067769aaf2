"""Which answers share a batch: those whose prompts begin alike, in an order that the seed determines."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise

from torch.utils.data import Sampler

from winnow.training.answering.shared_prompts import common_length

SHARED_PROMPT = 0.5
"""Rows are of one group if at least this share of a row is the beginning of the row before it, in order of tokens."""


def rows_by_prefix(tokens: Sequence[Sequence[int]]) -> list[list[int]]:
    """Groups of rows that begin alike, each a list of indexes in the order of their tokens."""
    order = sorted(range(len(tokens)), key=lambda row: list(tokens[row]))
    groups = [order[:1]] if order else []
    for before, row in pairwise(order):
        if common_length(tokens[before], tokens[row]) < SHARED_PROMPT * len(tokens[row]):
            groups.append([])
        groups[-1].append(row)
    return groups


class GroupedBatches(Sampler[int]):
    """The order of rows in an epoch: random within groups, cut into batches, which are then shuffled.

    Rows are not sorted by length, because batches that share prefixes have no padding.
    """

    def __init__(self, groups: Sequence[Sequence[int]], *, batch_size: int, seed: int) -> None:
        self.groups, self.batch_size, self.seed, self.epoch = groups, batch_size, seed, 0

    def set_epoch(self, epoch: int) -> None:
        """Choose the order of an epoch; a resumed training gets the order that it had."""
        self.epoch = epoch

    def __len__(self) -> int:
        return sum(map(len, self.groups))

    def __iter__(self) -> Iterator[int]:
        chosen = random.Random(f"{self.seed} {self.epoch}")
        groups = [chosen.sample(list(group), len(group)) for group in self.groups]
        chosen.shuffle(groups)
        rows = list(chain.from_iterable(groups))
        whole = len(rows) - len(rows) % self.batch_size
        batches = [rows[start : start + self.batch_size] for start in range(0, whole, self.batch_size)]
        chosen.shuffle(batches)
        return chain.from_iterable([*batches, rows[whole:]])  # the incomplete batch is last
