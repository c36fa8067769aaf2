"""How likely a causal language model makes given continuations of prompts."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, TemplateRefusalError
from winnow.training.forgetting.general_rows import ChoiceQuestion, GeneralFile, ReferenceInstruction

BATCH_TOKENS = 1024
"""Tokens of a batch with its padding, to bound memory: a vocabulary of 150,000 takes 600 MB."""


@dataclass(frozen=True)
class TokenRow:
    """A prompt and what follows it, as token ids."""

    prompt: list[int]
    continuation: list[int]

    def __len__(self) -> int:
        return len(self.prompt) + len(self.continuation)


@dataclass(frozen=True)
class GeneralScores:
    """What one model makes of a file, in the order of its rows."""

    right: list[bool]
    """Whether the right choice of each question is the most likely one."""
    probability: list[float]
    """The geometric mean probability of a token of each reference answer, 0 to 1."""


@dataclass(frozen=True)
class GeneralTokens:
    """A file as token rows: the same for a base model and its adapter."""

    choices: list[list[TokenRow]]
    """Every choice of every question."""
    references: list[TokenRow]


def tokenize(content: GeneralFile, chat: ChatTokenizer) -> GeneralTokens:
    """The rows in the model's own chat template; a continuation is the text alone, without what ends an answer.

    Raises WinnowError with the rows that the template refuses or that are longer than the model's window.
    """
    problems: list[Problem] = []

    def token_rows(row: ChoiceQuestion | ReferenceInstruction, texts: Sequence[str]) -> list[TokenRow]:
        where = f"{content.name}, row {row.number}"
        try:
            prompt, *continuations = chat.token_ids([chat.render(row.messages, prompt=True), *map(chat.marked, texts)])
        except TemplateRefusalError as error:
            problems.append(Problem(where, f"the chat template refuses it: {error}", "a row that it renders"))
            return []
        rows = [TokenRow(prompt, one) for one in continuations]
        longest = max(map(len, rows))
        if not isinstance(chat.window, NotMeasured) and longest > chat.window:
            expected = f"at most {chat.window:,}, the window of the model"
            problems.append(Problem(where, counted(longest, "token"), expected, "shorten the row, or leave it out"))
        return rows

    choices = [token_rows(row, row.choices) for row in content.questions]
    references = [one for row in content.instructions for one in token_rows(row, [row.reference])]
    if problems:
        raise WinnowError(problems)
    return GeneralTokens(choices, references)


def score(
    network: Any, content: GeneralFile, tokens: GeneralTokens, *, progress: Progress | None = None
) -> GeneralScores:
    """Score every row with a model.

    The likelihood of a choice is divided by its number of bytes, so that long choices are not less likely for their
    length alone (as `acc_norm` of EleutherAI's evaluation harness does).
    """
    rows = [*(row for choices in tokens.choices for row in choices), *tokens.references]
    scores = _log_likelihoods(network, rows, progress)
    found, right = iter(scores), []
    for question in content.questions:
        by_choice = [next(found) / len(text.encode()) for text in question.choices]
        right.append(by_choice.index(max(by_choice)) == question.right)
    return GeneralScores(right, [math.exp(next(found) / len(row.continuation)) for row in tokens.references])


def _log_likelihoods(network: Any, rows: Sequence[TokenRow], progress: Progress | None) -> list[float]:
    """The log-likelihood of every continuation after its prompt."""
    found = [0.0] * len(rows)
    done = 0
    for batch in _batches(rows):
        for place, value in zip(batch, _scored(network, [rows[place] for place in batch]), strict=True):
            found[place] = value
        done += len(batch)
        if progress:
            progress(done, len(rows))
    return found


def _batches(rows: Sequence[TokenRow]) -> Iterator[list[int]]:
    """Indexes of rows of similar length, at most BATCH_TOKENS together."""
    batch: list[int] = []
    for place in sorted(range(len(rows)), key=lambda one: len(rows[one])):
        if batch and (len(batch) + 1) * len(rows[place]) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _scored(network: Any, rows: Sequence[TokenRow]) -> list[float]:
    """Padding follows a row, so that a causal model does not see it."""
    longest = max(map(len, rows))
    ids = torch.zeros((len(rows), longest), dtype=torch.long)
    for place, row in enumerate(rows):
        ids[place, : len(row)] = torch.tensor([*row.prompt, *row.continuation])
    with torch.inference_mode():
        logits = network(ids.to(network.device)).logits
    found = []
    for place, row in enumerate(rows):
        start = len(row.prompt)
        likely = torch.log_softmax(logits[place, start - 1 : len(row) - 1].float(), dim=-1)
        picked = likely.gather(1, torch.tensor(row.continuation, device=likely.device)[:, None])
        found.append(float(picked.double().sum()))
    return found
