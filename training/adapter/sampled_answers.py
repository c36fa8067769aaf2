"""Greedy answers to some rows while an adapter is trained: to watch what is learned, and to compare weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.training.adapter.trained_rows import TrainedRow
from winnow.training.answering.answer_limit import answer_limit
from winnow.training.answering.greedy_decoding import GeneratedTokens, GreedyDecoder, TokenPrompt


def sampled_rows(rows: Sequence[TrainedRow], count: int) -> list[TrainedRow]:
    """So many of the rows, evenly spaced in the order of their records."""
    ordered = sorted(rows, key=lambda row: (row.record, row.turn))
    chosen = min(count, len(ordered))
    return [ordered[place * len(ordered) // chosen] for place in range(chosen)]


def sampled_answers(
    model: Any, rows: Sequence[TrainedRow], chat: ChatTokenizer, *, longest: int
) -> list[GeneratedTokens]:
    """The answers to the prompts of the rows; `longest` is the number of tokens of the longest answer of train."""
    prompts = [TokenPrompt(row.prompt_ids, answer_limit(longest)) for row in rows]
    return GreedyDecoder(model, chat.stop_ids, batch_size=max(len(rows), 1)).answers(prompts)
