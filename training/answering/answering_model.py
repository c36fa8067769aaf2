"""The model of a run, opened to answer in dialogues: the base model, with the adapter of the run merged into it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.model_vocabulary import Device, Precision
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, open_chat_tokenizer
from winnow.training.answering.answer_limit import MAX_ANSWER_TOKENS
from winnow.training.answering.greedy_decoding import GeneratedTokens, GreedyDecoder, TokenPrompt
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.answering.run_base import base_of_run
from winnow.training.causal_models import load_network, unusable_model
from winnow.training.hardware import detect_hardware
from winnow.training.peft_files import ADAPTER_FOLDER
from winnow.training.run_facts import AdapterRunFacts, Hardware, PromptRunFacts
from winnow.training.runs import Run

BATCH_SIZE = 32
"""Prompts that are answered together. With 700 shared tokens, the cache of 32 has the size of 8 separate ones."""

ATTENTION_LAYERS = frozenset({"full_attention", "sliding_attention"})
"""Layers whose cache can hold a tree of tokens."""


@dataclass(frozen=True)
class AnsweringModel:
    """A model with its tokenizer."""

    chat: ChatTokenizer
    network: Any
    limit: int
    """The most tokens of an answer."""
    batch_size: int = BATCH_SIZE

    def answers(self, texts: Sequence[str], *, progress: Progress | None = None) -> list[ModelAnswer]:
        """The greedy answers to prompts, in order. One without space in the window is empty and not finished."""
        window = _window(self.chat, self.network)
        prompts = [TokenPrompt(ids, min(self.limit, window - len(ids))) for ids in self.chat.token_ids(list(texts))]
        decoder = GreedyDecoder(self.network, self.chat.stop_ids, self.batch_size)

        def done(count: int) -> None:
            if progress:
                progress(count, len(texts))

        return [self._answer(one) for one in decoder.answers(prompts, done)]

    def _answer(self, generated: GeneratedTokens) -> ModelAnswer:
        """The text, without the white space that a template writes around an answer; special tokens are kept."""
        text = self.chat.tokenizer.decode(generated.ids, clean_up_tokenization_spaces=False)
        return ModelAnswer(str(text).strip(), len(generated.ids), generated.finished)


def open_answering_model(run: Run) -> AnsweringModel:
    """The model of a run of method `adapter`, or of method `prompt` with a local model.

    Raises WinnowError when the base model is another one than the run's, or its template is.
    """
    facts = run.facts
    if not isinstance(facts, AdapterRunFacts | PromptRunFacts):
        raise WinnowError(Problem(run.id, f"method {facts.method}", "a run that answers in dialogues"))
    base = base_of_run(run)
    chat = _open_chat(base.folder, base.weights_hash, base.requested or "")
    if facts.template_sha256 not in (None, chat.template_sha256):
        found = f"the chat template of {base.requested} has SHA-256 {chat.template_sha256[:16]}"
        fix = "restore the files of the base model, or train again"
        raise WinnowError(Problem(run.id, found, str(facts.template_sha256)[:16], fix))
    on = answering_hardware(Precision(str(facts.settings.get("precision", Precision.AUTO))))
    adapter = run.path / ADAPTER_FOLDER if isinstance(facts, AdapterRunFacts) else None
    limit = facts.answer_limit or MAX_ANSWER_TOKENS
    return AnsweringModel(chat, _open_network(base.folder, base.weights_hash, adapter, on.model_dump_json()), limit)


def answering_hardware(precision: Precision) -> Hardware:
    """The hardware that answers. On a CPU `auto` is f32: in bf16, answers can depend on the others of their batch."""
    on = detect_hardware(precision)
    is_exact = on.device == Device.CPU and precision == Precision.AUTO
    return on.model_copy(update={"precision": Precision.F32}) if is_exact else on


@lru_cache(maxsize=1)
def _open_chat(folder: str, weights_hash: str, name: str) -> ChatTokenizer:
    return open_chat_tokenizer(folder, name=name)


@lru_cache(maxsize=1)  # answers that are asked one after the other load the model once
def _open_network(folder: str, weights_hash: str, adapter: Path | None, hardware: str) -> Any:
    return open_network(folder, adapter, Hardware.model_validate_json(hardware))


def open_network(folder: str, adapter: Path | None, hardware: Hardware) -> Any:
    """A base model with an adapter merged into it. Raises WinnowError for a model whose cache cannot hold a tree."""
    network = load_network(folder, hardware, adapter=adapter)
    merged = network.merge_and_unload() if adapter else network
    layers = set(getattr(merged.config.get_text_config(), "layer_types", None) or ()) - ATTENTION_LAYERS
    if layers:
        raise unusable_model(folder, f"its layers {', '.join(sorted(layers))} do not keep every token")
    return merged.eval()


def _window(chat: ChatTokenizer, network: Any) -> int:
    """Tokens of a prompt with its answer. A sliding window counts: no token may be outside of it."""
    config = network.config.get_text_config()
    sliding = getattr(config, "sliding_window", None) if getattr(config, "use_sliding_window", True) else None
    stated = [chat.window, sliding, getattr(config, "max_position_embeddings", None)]
    return min([int(one) for one in stated if one and not isinstance(one, NotMeasured)], default=1 << 30)
