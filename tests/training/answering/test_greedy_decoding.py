"""Answers that are decoded together are those of each prompt on its own."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch

from tests.fakes.tiny_causal_model import make_causal
from winnow.training.answering.greedy_decoding import GreedyDecoder, TokenPrompt
from winnow.training.answering.shared_prompts import reading_order
from winnow.training.answering.token_tree_cache import TokenTreeCache, TreePart

LIMIT = 12


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from transformers import AutoModelForCausalLM

    folder = make_causal(tmp_path_factory.mktemp("greedy") / "model")
    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()


def ragged_prompts() -> list[list[int]]:
    """Prompts of which some share a beginning, one begins with another, two are equal, and two share nothing."""
    chosen = random.Random(3)
    tokens = lambda count: [chosen.randrange(5, 200) for _ in range(count)]  # noqa: E731
    shared = tokens(20)
    first = shared + tokens(6)
    tails = [shared + tokens(chosen.randrange(1, 9)) for _ in range(6)]
    return [*tails, first, first + tokens(5), first, shared[:9] + tokens(4), tokens(3), tokens(1)]


def alone(network: Any, prompt: list[int], stop_ids: frozenset[int]) -> tuple[list[int], bool]:
    """The answer to one prompt, every step a pass of its own over all tokens, without a cache."""
    ids = list(prompt)
    while len(ids) < len(prompt) + LIMIT:
        with torch.inference_mode():
            token = int(network(torch.tensor([ids]), use_cache=False).logits[0, -1].argmax())
        if token in stop_ids:
            return ids[len(prompt) :], True
        ids.append(token)
    return ids[len(prompt) :], False


def test_answers_are_those_of_each_prompt_alone_in_batches_of_any_size(network: Any) -> None:
    prompts = ragged_prompts()
    unstopped = [alone(network, one, frozenset())[0] for one in prompts]
    stop_ids = frozenset({unstopped[0][4], unstopped[7][2], unstopped[10][0]})  # answers end at different steps
    expected = [alone(network, one, stop_ids) for one in prompts]
    assert {finished for _, finished in expected} == {True, False}
    assert len({len(ids) for ids, _ in expected}) > 2
    for size in (1, 3, 8, 20):
        found = GreedyDecoder(network, stop_ids, size).answers([TokenPrompt(one, LIMIT) for one in prompts])
        assert [(one.ids, one.finished) for one in found] == expected


def test_a_prompt_without_space_is_not_asked_and_every_one_is_counted(network: Any) -> None:
    prompts = [TokenPrompt([7, 8], 2), TokenPrompt([7, 9], 0), TokenPrompt([], 5), TokenPrompt([7, 8, 9], 1)]
    counts: list[int] = []
    found = GreedyDecoder(network, frozenset(), 1).answers(prompts, counts.append)
    assert [len(one.ids) for one in found] == [2, 0, 0, 1]
    assert not any(one.finished for one in found)
    assert counts == [3, 4]
    assert GreedyDecoder(network, frozenset(), 1).answers([]) == []


def test_what_prompts_share_is_read_once(network: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    prompts = ragged_prompts()
    read: list[int] = []
    likeliest = TokenTreeCache.likeliest

    def counted(tree: TokenTreeCache, parts: list[TreePart]) -> list[int]:
        read.append(sum(len(part.added) for part in parts))
        return likeliest(tree, parts)

    monkeypatch.setattr(TokenTreeCache, "likeliest", counted)
    GreedyDecoder(network, frozenset(range(300)), 5).answers([TokenPrompt(one, LIMIT) for one in prompts])
    different = {tuple(one[: end + 1]) for one in prompts for end in range(len(one))}
    assert sum(read) == len(different) + 1  # of two equal prompts the last token is read again


def test_prompts_are_ordered_so_that_neighbors_share_most() -> None:
    order = reading_order([[1, 2, 3], [4], [1, 2, 9, 9], [1, 2, 3], []])
    assert [one.place for one in order] == [4, 0, 3, 2, 1]
    assert [one.kept for one in order] == [0, 0, 2, 2, 0]  # the second [1, 2, 3] keeps one token to be read
