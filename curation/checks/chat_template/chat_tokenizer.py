"""A model's tokenizer with its chat template: what messages are as text and as tokens. No weights are loaded."""

from __future__ import annotations

import contextlib
import json
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.core.hashing import json_hash
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.control_texts import (
    BREAK,
    MARK,
    REPLACED_MARK,
    ControlTexts,
    change_texts,
    without_marks,
    words_in_brackets,
)
from winnow.validators.tools.call_formats.hermes_tags import CLOSING, OPENING

NO_LIMIT = 10**9
"""Transformers states 1e30 for a tokenizer without a limit; the longest windows of models are 10 million tokens."""

RENDERING_DAY = date(2024, 7, 26)
"""Templates that write the date of today get this one, so that the same dialogue is the same text on every day. It is
the day that the template of Llama 3.2 itself falls back to."""

ANSWER_MARKER = "qzanswerqz"
"""A word that no template writes."""

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model")
"""A folder with none of these and with one GGUF file has its tokenizer in that file."""

TEMPLATE_ERRORS = (ArithmeticError, AttributeError, LookupError, MemoryError, TypeError, ValueError, RecursionError)
"""What a template raises besides jinja's own errors: it is a program of somebody else's."""

_DATE_FORMAT = re.compile(r"""strftime_now\(\s*(["'])(.*?)\1""")


class TemplateRefusalError(ValueError):
    """A template that does not render messages; the text is the template's own."""


@dataclass(frozen=True)
class ChatTokenizer:
    """The tokenizer and chat template of a model."""

    model: str
    """The folder or hub id, as it was given."""
    window: int | NotMeasured
    """Tokens of a row that the model is trained on; later ones are cut."""
    stop_ids: frozenset[int]
    """The tokens that end an answer: those at which the model stops, and the one that the template writes."""
    tokenizer: Any

    @property
    def template_sha256(self) -> str:
        """SHA-256 of the chat template, in hexadecimal."""
        return json_hash(self.tokenizer.chat_template)

    @property
    def writes_the_date(self) -> bool:
        """Whether the template writes the date of today."""
        return "strftime_now" in json.dumps(self.tokenizer.chat_template)

    @property
    def masks_its_stop(self) -> bool:
        """Whether the token that ends an answer is the one that pads rows."""
        return self.tokenizer.pad_token_id in self.stop_ids

    @cached_property
    def control_texts(self) -> ControlTexts:
        """The special tokens as text, and the other added tokens with which the template marks turns.

        The tags of calls are none: answers write them, and they end no turn.
        """
        marking = {*self.stop_ids, *self.token_ids([self._frame])[0]}
        tokens = self.tokenizer.added_tokens_decoder.items()
        special = {str(token) for number, token in tokens if token.special or number in marking}
        return ControlTexts.of({*self.tokenizer.all_special_tokens, *special} - {OPENING, CLOSING})

    @cached_property
    def turn_words(self) -> ControlTexts:
        """Words in brackets with which the template marks turns and which are plain text to the tokenizer: `[INST]`."""
        return ControlTexts.of(words_in_brackets(self._frame) - self.control_texts.texts - {OPENING, CLOSING})

    @cached_property
    def _frame(self) -> str:
        """What the template writes around a dialogue with a system prompt, or without where it refuses one."""
        user, answer = ({"role": role, "content": ANSWER_MARKER} for role in ("user", "assistant"))
        written = []
        for messages in ([user, answer, user], [{**user, "role": "system"}, user]):
            with contextlib.suppress(TemplateRefusalError):
                written.append(self._rendered(messages, (), prompt=False))
        return "".join(written)

    def render(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Any] = (), *, prompt: bool) -> str:
        """The messages as text; for a `prompt`, with what the template writes before an answer.

        Control texts in contents get a MARK, which `token_ids` takes out again and `without_marks` leaves out; words
        with which the template marks turns get a space, because no tokenizer tells them apart.
        Raises TemplateRefusalError when the template does not render them.
        """
        return self._rendered(
            change_texts(list(messages), self._as_content), change_texts(list(tools), self._as_content), prompt=prompt
        )

    def marked(self, text: str) -> str:
        """A text that is tokenized outside of messages, with its control texts marked."""
        return self.control_texts.separated(text.replace(MARK, REPLACED_MARK), MARK)

    def for_runtimes(self, messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """The messages for a program that renders and tokenizes them itself, and reads control texts anywhere."""
        found: list[dict[str, Any]] = change_texts(list(messages), self.separated)
        return found

    def separated(self, text: str) -> str:
        """A text with a space in every control text and every word that marks turns."""
        return self.turn_words.separated(self.control_texts.separated(text, BREAK), BREAK)

    def token_ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of rendered texts, which hold their special tokens already; marked texts are plain text."""
        plain = [text for text in texts if MARK not in text]
        ids = iter(self.tokenizer(plain, add_special_tokens=False)["input_ids"] if plain else [])
        return [self._marked_ids(text) if MARK in text else next(ids) for text in texts]

    def _as_content(self, text: str) -> str:
        return self.turn_words.separated(self.marked(text), BREAK)

    def _rendered(self, messages: Sequence[Mapping[str, Any]], tools: Sequence[Any], *, prompt: bool) -> str:
        from jinja2 import TemplateError

        offered = list(tools) or None
        try:
            rendered: str = self.tokenizer.apply_chat_template(
                list(messages),
                tools=offered,
                chat_template=_on_rendering_day(self.tokenizer.get_chat_template(tools=offered)),
                add_generation_prompt=prompt,
                tokenize=False,
            )
            rendered.encode()  # half of a character is no text for a tokenizer
        except (TemplateError, *TEMPLATE_ERRORS) as error:
            raise TemplateRefusalError(without_marks(str(error)) or type(error).__name__) from None
        return rendered

    def _marked_ids(self, text: str) -> list[int]:
        """The tokens of a marked text without those of the marks."""
        if not self.tokenizer.is_fast:
            parts = self.tokenizer(text.split(MARK), add_special_tokens=False)["input_ids"]
            return [one for part in parts for one in part]
        found = self.tokenizer(text, add_special_tokens=False, return_offsets_mapping=True)
        places = zip(found["input_ids"], found["offset_mapping"], strict=True)
        return [one for one, (start, end) in places if start == end or text[start:end].strip(MARK)]

    def token_text(self, token: int) -> str:
        """The text of one token."""
        return str(self.tokenizer.decode([token]))


def open_chat_tokenizer(model: str, *, name: str = "", window: int | None = None) -> ChatTokenizer:
    """The tokenizer of a folder, a GGUF file or a hub id that was downloaded before. Nothing is downloaded.

    `name` is what the model is called in results, and `window` replaces the one that the model states.
    Raises WinnowError for what is not a tokenizer with a template.
    """
    tokenizer = _load(model)
    if not tokenizer.chat_template:
        fix = "name an instruction-tuned model, whose tokenizer has one"
        raise WinnowError(Problem(f"model {model}", "its tokenizer has no chat template", "a chat template", fix))
    configs = [_stated_in(model, name) for name in ("config.json", "generation_config.json")]
    found = ChatTokenizer(name or model, window or _window(tokenizer, configs[0]), frozenset(), tokenizer)
    stops = {tokenizer.eos_token_id, *(one for config in configs for one in _listed(config.get("eos_token_id")))}
    return replace(found, stop_ids=frozenset({*stops, *_end_of_turn(found)} - {None}))


def _load(model: str) -> Any:
    from transformers import AutoTokenizer
    from transformers.utils import logging

    logging.set_verbosity_error()
    gguf = _gguf_file(Path(model))
    source, options = (str(gguf.parent), {"gguf_file": gguf.name}) if gguf else (model, {})
    try:
        return AutoTokenizer.from_pretrained(source, local_files_only=True, trust_remote_code=False, **options)
    except ImportError as error:
        fix = "install the package that it names; for GGUF files, `pip install gguf`"
        raise WinnowError(Problem(f"model {model}", _first_line(error), "a tokenizer that can be read", fix)) from None
    except (OSError, struct.error, *TEMPLATE_ERRORS) as error:  # a GGUF file may be damaged
        fix = "name a folder with tokenizer.json and tokenizer_config.json, or a hub id that was downloaded before"
        found = f"no tokenizer can be loaded ({_first_line(error)})"
        raise WinnowError(Problem(f"model {model}", found, "the tokenizer of a causal language model", fix)) from None


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def _gguf_file(path: Path) -> Path | None:
    """The GGUF file that a path names: itself, or the only one in a folder without the files of a tokenizer."""
    if path.is_file() and path.suffix == ".gguf":
        return path
    if not path.is_dir() or any((path / name).exists() for name in TOKENIZER_FILES):
        return None
    found = list(path.glob("*.gguf"))
    return found[0] if len(found) == 1 else None


def _stated_in(model: str, name: str) -> dict[str, Any]:
    """A JSON file of a model; empty if there is none."""
    from transformers.utils import cached_file

    try:
        path = cached_file(model, name, local_files_only=True, _raise_exceptions_for_missing_entries=False)
        found = json.loads(Path(path).read_text(encoding="utf-8")) if path else {}
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _window(tokenizer: Any, config: Mapping[str, Any]) -> int | NotMeasured:
    """The smaller one of what the tokenizer and the model's configuration state."""
    nested = config.get("text_config")
    stated = [tokenizer.model_max_length, config.get("max_position_embeddings")]
    stated += [nested.get("max_position_embeddings")] if isinstance(nested, dict) else []
    limits = [int(one) for one in stated if isinstance(one, int | float) and 0 < one < NO_LIMIT]
    return min(limits) if limits else NotMeasured("the model states no window: set base_model.window in winnow.yaml")


def _listed(ids: object) -> list[int]:
    return [one for one in (ids if isinstance(ids, list) else [ids]) if isinstance(one, int)]


def _end_of_turn(chat: ChatTokenizer) -> set[int]:
    """The special tokens that the template writes after an answer.

    Neither the token for unknown text nor those for padding and the beginning of a text end anything, unless the model
    stops at them.
    """
    tokenizer = chat.tokenizer
    messages = [{"role": "user", "content": "Hello."}, {"role": "assistant", "content": ANSWER_MARKER}]
    try:
        written = chat.render(messages, prompt=False)
    except TemplateRefusalError:
        return set()
    special = {*tokenizer.all_special_ids, *tokenizer.added_tokens_decoder}
    special -= {tokenizer.unk_token_id, tokenizer.bos_token_id, tokenizer.pad_token_id} - {tokenizer.eos_token_id}
    after = written.rpartition(ANSWER_MARKER)[2]
    return special.intersection(chat.token_ids([after])[0])


def _on_rendering_day(template: str) -> str:
    """The template with a function of the date that always gives RENDERING_DAY."""
    if "strftime_now" not in template:
        return template
    days = {found[2]: RENDERING_DAY.strftime(found[2]) for found in _DATE_FORMAT.finditer(template)}
    value = f"{{{{- {json.dumps(days)}.get(format, {RENDERING_DAY.isoformat()!r}) -}}}}"
    return f"{{%- macro strftime_now(format) -%}}{value}{{%- endmacro %}}\n{template}"
