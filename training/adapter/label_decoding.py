"""Probabilities of labels by an adapter: the answer is constrained to the labels, so that they sum to 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.errors import Problem, WinnowError
from winnow.core.progress import Progress
from winnow.curation.checks.chat_template.chat_tokenizer import TemplateRefusalError
from winnow.training.adapter.label_tree import LabelTree, Prefix
from winnow.training.adapter.query_prompt import QueryPrompt, query_prompt
from winnow.training.adapter.trained_rows import LabeledQuery, query_rows
from winnow.training.answering.answering_model import open_answering_model
from winnow.training.answering.run_base import base_of_run
from winnow.training.answering.token_tree_cache import TokenTreeCache, TreePart
from winnow.training.run_facts import AdapterRunFacts
from winnow.training.runs import Run, open_run

MAX_TEXT_TOKENS = 512
"""Tokens of a query that are read; a query has 10 to 30."""


@dataclass(frozen=True)
class LabelDecoder:
    """An adapted model, the prompt of its queries, and its labels as tokens."""

    network: Any
    prompt: QueryPrompt
    tree: LabelTree
    head: list[int]
    """The tokens that every prompt begins with: read once. A query's probabilities do not depend on other queries."""

    def log_probabilities(self, texts: Sequence[str], *, progress: Progress | None = None) -> NDArray[np.float64]:
        """Shape (texts, labels)."""
        cache = TokenTreeCache(self.network)
        head = list(range(len(self.head)))
        if head:
            cache.likeliest([TreePart(head, self.head)])
        found = np.empty((len(texts), len(self.tree.labels)))
        for place, text in enumerate(texts):
            found[place] = self._of(cache, cache.keep(head), text)
            if progress:
                progress(place + 1, len(texts))
        return found

    def _of(self, cache: TokenTreeCache, head: list[int], text: str) -> NDArray[np.float64]:
        """Log-probabilities after one query: its tokens and the beginnings of all labels are read at once."""
        rest = self._ids(text)[len(head) :]
        path = [*head, *range(len(head), len(head) + len(rest))]
        places: dict[Prefix, list[int]] = {(): path}
        parts = [TreePart(path, rest)]
        for prefix in self.tree.read:
            places[prefix] = [*places[prefix[:-1]], len(path) + len(places) - 1]
            parts.append(TreePart(places[prefix], prefix[-1:]))
        logits = cache.logits(parts).float().cpu().numpy().astype(np.float64)
        return self.tree.log_probabilities(dict(zip(places, logits, strict=True)))

    def _ids(self, text: str) -> list[int]:
        return prompt_ids(self.prompt, text)


def prompt_ids(prompt: QueryPrompt, text: str) -> list[int]:
    """The tokens of a query with its prompt, of a long query those of its beginning. Raises WinnowError."""
    tokenizer = prompt.chat.tokenizer
    own = tokenizer(text, add_special_tokens=False)["input_ids"]
    shown = text if len(own) <= MAX_TEXT_TOKENS else str(tokenizer.decode(own[:MAX_TEXT_TOKENS]))
    try:
        return prompt.chat.token_ids([prompt.text(shown)])[0]
    except TemplateRefusalError as error:
        found = f"the template refuses a query: {error}"
        raise WinnowError(Problem(f"model {prompt.chat.model}", found, "a template that takes a query", "")) from None


def decoder_of(run: Run) -> LabelDecoder:
    """The decoder of a run, which is kept for the next queries. Raises WinnowError as `open_label_decoder` does."""
    base_of_run(run)
    return _kept(run.path, run.id)


@lru_cache(maxsize=1)  # queries that are sent one after the other open the model once
def _kept(path: Path, run_id: str) -> LabelDecoder:
    return open_label_decoder(open_run(path))


def open_label_decoder(run: Run) -> LabelDecoder:
    """The model of a run of method `adapter` on queries.

    Raises WinnowError when the base model is not here or is another one, or two labels have the same tokens.
    """
    facts = run.facts_of(AdapterRunFacts)
    model = open_answering_model(run)
    instruction = str(facts.settings["instruction"])
    prompt = query_prompt(model.chat, instruction=instruction, prompt_template=facts.prompt_template)
    rows = query_rows([LabeledQuery(label, "?", label) for label in facts.routes], prompt)
    tree = LabelTree([tuple(row.answer_ids) for row in rows])
    if len(set(tree.labels)) < len(tree.labels):
        found = "its tokenizer cannot tell two labels apart"
        raise WinnowError(Problem(f"model {model.chat.model}", found, "different tokens for every label", ""))
    one, other = prompt_ids(prompt, "?"), prompt_ids(prompt, "x")
    shared = next((place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), 0)
    return LabelDecoder(model.network, prompt, tree, one[:shared])
