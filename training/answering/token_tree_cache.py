"""Keys and values of a tree of tokens: what prompts share is computed and stored once.

A token sees its ancestors and has its depth as its position, which is exactly what it sees in a text of its own
(docs/decisions/0047-greedy-answers.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor


class TreePart(NamedTuple):
    """Tokens that continue a branch."""

    path: Sequence[int]
    """Where all tokens of the branch are in the cache; the last ones are those that are added."""
    added: Sequence[int]
    """The tokens that are added."""


class TokenTreeCache:
    """The cache of a causal model, in which every branch of a tree can be continued."""

    def __init__(self, network: Any) -> None:
        from transformers import DynamicCache

        self._network = network
        self._cache = DynamicCache()  # without a configuration, no layer forgets what is outside of a window
        self.size = 0
        """Tokens in the cache."""

    def keep(self, path: Sequence[int]) -> list[int]:
        """Drop everything but one path, and return where its tokens are then."""
        if len(path) < self.size:
            chosen = torch.tensor(list(path), dtype=torch.long, device=self._network.device)
            for layer in self._cache.layers:
                layer.keys, layer.values = (part.index_select(-2, chosen) for part in (layer.keys, layer.values))
            self.size = len(path)
        return list(range(self.size))

    def likeliest(self, parts: Sequence[TreePart]) -> list[int]:
        """Add tokens to branches, and return the likeliest token after each of them."""
        return [int(one) for one in self.logits(parts).argmax(dim=-1)]

    def logits(self, parts: Sequence[TreePart]) -> Tensor:
        """Add tokens to branches, and return the logits after each of them, shape (parts, vocabulary)."""
        on = self._network.device
        total = sum(len(part.added) for part in parts)
        mask = torch.zeros(total, self.size + total, dtype=torch.bool)
        ends: list[int] = []
        positions: list[int] = []
        start = 0
        for path, added in parts:
            rows = slice(start, start + len(added))
            before = len(path) - len(added)
            mask[rows, torch.tensor(path)] = torch.ones(len(added), len(path), dtype=torch.bool).tril(before)
            positions.extend(range(before, len(path)))
            start += len(added)
            ends.append(start - 1)
        with torch.inference_mode():
            output = self._network(
                torch.tensor([[token for part in parts for token in part.added]], device=on),
                attention_mask=mask[None, None].to(on),
                position_ids=torch.tensor([positions], device=on),
                past_key_values=self._cache,
                use_cache=True,
                logits_to_keep=torch.tensor(ends, device=on),
            )
        self.size += total
        found: Tensor = output.logits[0]
        return found
