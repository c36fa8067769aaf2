"""Routes texts with a causal language model on this machine: every label is scored, nothing is generated."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import softmax
from torch import Tensor

from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Precision
from winnow.core.progress import Progress
from winnow.generators.prompts.prompt_file import quote_as_data
from winnow.training.causal_models import unusable_model
from winnow.training.hardware import detect_hardware
from winnow.training.prompted.prompt_settings import PromptSettings
from winnow.training.prompted.router_prompt import RouterPrompt, load_router_prompt
from winnow.training.runs import Run
from winnow.training.settings_file import check_settings

PREFILL = '{"target": "'

TEXT_PLACEHOLDER = "\ue000"
"""A character of Unicode's private use area, in place of the text."""

MAX_TEXT_TOKENS = 512
"""Tokens of a text that are read; a query has 10 to 30."""


@dataclass(frozen=True)
class PromptTokens:
    """A prompt as token ids: what precedes the text, what follows it, and the tokens of every label."""

    head: list[int]
    tail: list[int]
    labels: list[list[int]]
    max_text_tokens: int
    """The most tokens of a text."""
    tokenizer: Any

    def text(self, text: str) -> list[int]:
        """A text, quoted, cut at `max_text_tokens`; special tokens in it are read as plain text."""
        ids = self.tokenizer(quote_as_data(text), add_special_tokens=False, split_special_tokens=True)["input_ids"]
        return [int(one) for one in ids[: self.max_text_tokens]]


@dataclass(frozen=True)
class LabelScorer:
    """A causal model with the prompt's head in its cache."""

    parts: PromptTokens
    network: Any
    head: Any
    """Keys and values of the head: computed once, then shared by all texts."""
    batch_size: int

    def scores(self, text: str) -> NDArray[np.float64]:
        """Mean log-likelihood of every label, shape (classes,). A text's scores do not depend on other texts."""
        cache = copy.deepcopy(self.head)
        last = _log_likelihoods(self.network, [self.parts.text(text) + self.parts.tail], cache, keep=1)[0, -1]
        found = np.empty(len(self.parts.labels))
        for batch in _batches_by_length(self.parts.labels, self.batch_size):
            found[batch] = self._continued([self.parts.labels[i] for i in batch], last, cache)
        return found

    def _continued(self, labels: Sequence[Sequence[int]], last: Tensor, cache: Any) -> NDArray[np.float64]:
        """Scores of some labels after a prompt: `last` are the log-likelihoods of the first token."""
        totals = [float(last[label[0]]) for label in labels]
        longest = max(len(label) for label in labels)
        if longest > 1:
            own = copy.deepcopy(cache)
            own.batch_repeat_interleave(len(labels))
            # Padding follows a short label, so a causal model does not see it.
            rows = [[*label[:-1], *[0] * (longest - len(label))] for label in labels]
            after = _log_likelihoods(self.network, rows, own)
            for row, label in enumerate(labels):
                totals[row] += sum(float(after[row, i, token]) for i, token in enumerate(label[1:]))
        return np.array([total / len(label) for total, label in zip(totals, labels, strict=True)])


def probabilities(
    run: Run, folder: str, texts: Sequence[str], *, progress: Progress | None = None
) -> NDArray[np.float64]:
    """Shape (texts, classes), in the order of the run's classes, by the model in `folder`."""
    settings = check_settings(PromptSettings, run.facts.settings)
    model = _open_scorer(run.path, folder, settings.precision, settings.batch_size)
    scores = []
    for done, text in enumerate(texts, start=1):
        scores.append(model.scores(text))
        if progress:
            progress(done, len(texts))
    found: NDArray[np.float64] = softmax(np.stack(scores), axis=1)
    return found


def tokenize_prompt(folder: str, router_prompt: RouterPrompt) -> PromptTokens:
    """The prompt in a model's tokens.

    Raises WinnowError when the folder holds no causal model, the prompt is too long for it, or its tokens cannot tell
    two labels apart.
    """
    from transformers import AutoConfig, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False).get_text_config()
    except (OSError, ValueError) as error:
        raise unusable_model(folder, str(error)) from None
    whole = router_prompt.render(shared=router_prompt.shared, text=TEXT_PLACEHOLDER)
    if tokenizer.chat_template:
        turn = [{"role": "user", "content": whole}]
        whole = tokenizer.apply_chat_template(turn, tokenize=False, add_generation_prompt=True)
    before, _, after = whole.rpartition(quote_as_data(TEXT_PLACEHOLDER))
    head, tail = _token_ids(tokenizer, before), _token_ids(tokenizer, after + PREFILL)
    if not tokenizer.chat_template and tokenizer.bos_token_id is not None:
        head = [int(tokenizer.bos_token_id), *head]
    labels = [_token_ids(tokenizer, quote_as_data(label)[1:]) for label in router_prompt.classes]
    reach = int(getattr(config, "max_position_embeddings", None) or tokenizer.model_max_length)
    taken = len(head) + len(tail) + max(map(len, labels))
    _check(folder, router_prompt, labels, reach=reach, taken=taken)
    return PromptTokens(head, tail, labels, min(MAX_TEXT_TOKENS, reach - taken), tokenizer)


def _check(
    folder: str, router_prompt: RouterPrompt, labels: Sequence[Sequence[int]], *, reach: int, taken: int
) -> None:
    problems = []
    if reach - taken < min(MAX_TEXT_TOKENS, reach // 8):
        fix = "set `examples_per_label` to 0, or use a model with a longer context"
        problems.append(
            Problem(
                f"model {folder}",
                f"it reads {counted(reach, 'token')}; the prompt has {taken:,}",
                "space for a text",
                fix,
            )
        )
    seen: dict[tuple[int, ...], str] = {}
    for name, ids in zip(router_prompt.classes, labels, strict=True):
        twin = seen.setdefault(tuple(ids), name)
        if twin != name:
            found = f"its tokenizer cannot tell {twin!r} from {name!r}"
            problems.append(Problem(f"model {folder}", found, "different tokens for every label", "use another model"))
    if problems:
        raise WinnowError(problems)


@lru_cache(maxsize=1)  # queries that are sent one after the other load the model once
def _open_scorer(path: Path, folder: str, precision: Precision, batch_size: int) -> LabelScorer:
    from transformers import AutoModelForCausalLM, DynamicCache
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    on = detect_hardware(precision)
    parts = tokenize_prompt(folder, load_router_prompt(path))
    dtype = torch.bfloat16 if on.precision == Precision.BF16 else torch.float32
    try:
        network = AutoModelForCausalLM.from_pretrained(
            folder, use_safetensors=True, dtype=dtype, local_files_only=True, trust_remote_code=False
        )
    except (OSError, ValueError) as error:
        raise unusable_model(folder, str(error)) from None
    network.to(on.device).eval()
    head = DynamicCache(config=network.config)
    _log_likelihoods(network, [parts.head], head, keep=1)
    return LabelScorer(parts, network, head, batch_size)


def _log_likelihoods(network: Any, rows: Sequence[Sequence[int]], cache: Any, *, keep: int = 0) -> Tensor:
    """Log-likelihoods of the token after each position, shape (rows, tokens, vocabulary); `keep`: only the last.

    The cache holds the tokens before the rows, and afterwards the rows too.
    """
    ids = torch.tensor([list(row) for row in rows], device=network.device)
    with torch.inference_mode():
        logits = network(ids, past_key_values=cache, use_cache=True, logits_to_keep=keep).logits
    found: Tensor = torch.log_softmax(logits.float(), dim=-1)
    return found


def _token_ids(tokenizer: Any, text: str) -> list[int]:
    return [int(one) for one in tokenizer(text, add_special_tokens=False)["input_ids"]]


def _batches_by_length(labels: Sequence[Sequence[int]], size: int) -> list[list[int]]:
    """Indices of labels in batches of similar length."""
    order = sorted(range(len(labels)), key=lambda i: len(labels[i]))
    return [order[start : start + size] for start in range(0, len(order), size)]
