"""Greedy answers of a causal language model: what prompts share is read once, and answers are decoded together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnow.training.answering.shared_prompts import PromptPlace, reading_order
from winnow.training.answering.token_tree_cache import TokenTreeCache, TreePart


@dataclass(frozen=True)
class TokenPrompt:
    """A prompt in tokens, and how long its answer may be."""

    ids: Sequence[int]
    limit: int
    """The most tokens of the answer; 0 where the model's window has no space for one."""


@dataclass
class GeneratedTokens:
    """An answer in tokens, without the stop token."""

    ids: list[int] = field(default_factory=list)
    finished: bool = False
    """Whether a stop token ended it."""


@dataclass(frozen=True)
class GreedyDecoder:
    """A causal model that takes the likeliest token at every step, until a stop token."""

    network: Any
    stop_ids: frozenset[int]
    batch_size: int
    """Prompts that are answered together."""

    def answers(
        self, prompts: Sequence[TokenPrompt], done: Callable[[int], None] = lambda _: None
    ) -> list[GeneratedTokens]:
        """One answer for each prompt, in order; `done` gets the number of answers so far."""
        found = [GeneratedTokens() for _ in prompts]
        asked = [place for place, prompt in enumerate(prompts) if prompt.limit > 0 and prompt.ids]
        order = reading_order([prompts[place].ids for place in asked])
        tree = TokenTreeCache(self.network)
        path: list[int] = []
        for start in range(0, len(order), self.batch_size):
            batch = order[start : start + self.batch_size]
            path = tree.keep(path[: batch[0].kept])
            parts = list(_parts(batch, [prompts[asked[one.place]].ids for one in batch], path))
            path = list(parts[-1].path)
            answers = [found[asked[one.place]] for one in batch]
            limits = [prompts[asked[one.place]].limit for one in batch]
            self._answer(tree, parts, answers, limits)
            done(len(prompts) - len(order) + start + len(batch))
        return found

    def _answer(
        self, tree: TokenTreeCache, parts: list[TreePart], answers: list[GeneratedTokens], limits: list[int]
    ) -> None:
        """Read the prompts of a batch at once, then take a token of each answer at every step."""
        while parts:
            likeliest = tree.likeliest(parts)
            going = [row for row, token in enumerate(likeliest) if self._goes_on(answers[row], token, limits[row])]
            parts = [
                TreePart([*parts[row].path, place], [likeliest[row]]) for place, row in enumerate(going, tree.size)
            ]
            answers, limits = [answers[row] for row in going], [limits[row] for row in going]

    def _goes_on(self, answer: GeneratedTokens, token: int, limit: int) -> bool:
        """Whether an answer goes on after its next token, which is added unless it is a stop token."""
        if token in self.stop_ids:
            answer.finished = True
            return False
        answer.ids.append(token)
        return len(answer.ids) < limit


def _parts(batch: Sequence[PromptPlace], prompts: Sequence[Sequence[int]], path: Sequence[int]) -> Iterator[TreePart]:
    """The prompts of a batch, each after what it shares with the one before; `path` is in the cache already."""
    size = len(path)
    for (_, kept), ids in zip(batch, prompts, strict=True):
        added = ids[kept:]
        path = [*path[:kept], *range(size, size + len(added))]
        size += len(added)
        yield TreePart(path, added)
