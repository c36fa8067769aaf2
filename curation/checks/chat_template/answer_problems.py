"""What is wrong with an answer in its template: texts and calls that are lost, tokens that are not trained."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from winnow.core.counted import counted
from winnow.core.model_vocabulary import TemplateFault
from winnow.core.result import NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.curation.checks.chat_template.control_texts import without_marks
from winnow.curation.checks.chat_template.rendered_answers import RenderedAnswer
from winnow.validators.tools.call_formats.text_places import excerpt_at, first_difference
from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.strict_json import JsonValue


@dataclass(frozen=True)
class TemplateProblem:
    """One thing that a template does to an answer."""

    name: TemplateFault
    turn: int
    """The index of the turn, from 0."""
    detail: str
    call_id: str = ""
    """The call that it is about."""
    argument: str = ""
    """The argument that it is about."""

    def __str__(self) -> str:
        return f"turn {self.turn + 1}: {self.detail}"


def text_problems(row: RenderedAnswer, chat: ChatTokenizer) -> Iterator[TemplateProblem]:
    """Texts and calls that are not written, and earlier text that is written differently."""
    if not row.prompt.startswith(row.before):
        yield _changed(row, "the turns before it", row.before, row.prompt)
    if not row.whole.startswith(row.prompt):
        yield _changed(row, "the prompt", row.prompt, row.whole)
    since = without_marks(row.prompt.removeprefix(row.before))
    for message in row.context:
        for text in message.texts:
            if not _is_written(text, since):
                detail = f"what the {message.role} says is not in the prompt: {_unwritten(text, chat)}"
                yield TemplateProblem(TemplateFault.TEXT_DROPPED, row.turn, detail)
    if row.message.content.strip() not in without_marks(row.answer) or row.message.fields.get("tool_calls"):
        yield from _answer_problems(row, chat)


def token_problems(
    row: RenderedAnswer, prompt: Sequence[int], whole: Sequence[int], chat: ChatTokenizer
) -> Iterator[TemplateProblem]:
    """What the loss lacks, from the tokens of `row.shared` and of the whole row."""
    if row.shared == row.prompt and list(whole[: len(prompt)]) != list(prompt):
        detail = "the last tokens of the prompt are others once the answer is added: the answer's first ones join them"
        yield TemplateProblem(TemplateFault.PREFIX_CHANGED, row.turn, detail)
    end = _end_of_text(chat, whole, len(prompt))
    window = len(whole) if isinstance(chat.window, NotMeasured) else chat.window
    size = f"the prompt has {counted(len(prompt), 'token')}, with the answer {len(whole):,}"
    if end <= len(prompt) or window <= len(prompt):
        yield TemplateProblem(TemplateFault.NOTHING_TRAINED, row.turn, f"no token of the answer is trained: {size}")
    if end > window:
        detail = f"the answer is cut: {size}, and the window ends after {window:,}"
        yield TemplateProblem(TemplateFault.ANSWER_CUT, row.turn, detail)
    if end > window or end <= len(prompt) or whole[end - 1] not in chat.stop_ids:
        yield TemplateProblem(TemplateFault.STOP_NOT_TRAINED, row.turn, _last_token(chat, prompt, whole[:window], end))


def _last_token(chat: ChatTokenizer, prompt: Sequence[int], trained: Sequence[int], end: int) -> str:
    stops = " or ".join(repr(chat.token_text(one)) for one in sorted(chat.stop_ids)) or "a stop token"
    last = min(end, len(trained))
    found = repr(chat.token_text(trained[last - 1])) if last > len(prompt) else "none"
    return f"the last token that is trained is {found}; expected: {stops}"


def _end_of_text(chat: ChatTokenizer, whole: Sequence[int], start: int) -> int:
    """The number of tokens without white space at the end, which templates write between turns."""
    end = len(whole)
    while end > start and not chat.token_text(whole[end - 1]).strip():
        end -= 1
    return end


def _changed(row: RenderedAnswer, what: str, earlier: str, later: str) -> TemplateProblem:
    same = first_difference(earlier, later)
    found = without_marks(f"{excerpt_at(earlier, same)} became {excerpt_at(later, same)}")
    return TemplateProblem(TemplateFault.PREFIX_CHANGED, row.turn, f"{what} changed: {found}")


def _unwritten(text: str, chat: ChatTokenizer) -> str:
    """The beginning of a text that is not written, or the word in it with which the template marks turns."""
    marks = sorted(chat.turn_words.within(text))
    return f"it has {marks[0]}, with which the template marks turns" if marks else excerpt_at(text, 0)


def _answer_problems(row: RenderedAnswer, chat: ChatTokenizer) -> Iterator[TemplateProblem]:
    """What of the answer is not written: its prose, then every call."""
    rest = without_marks(row.answer)
    for text in row.message.texts:
        if not _is_written(text, rest):
            detail = f"what the assistant says is not in the answer: {_unwritten(text, chat)}"
            yield TemplateProblem(TemplateFault.TEXT_DROPPED, row.turn, detail)
        rest = rest.replace(text.strip(), "", 1)
    for call in row.message.calls:
        yield from _call_problems(row.turn, call, rest)


def _call_problems(turn: int, call: Call, text: str) -> Iterator[TemplateProblem]:
    fault = TemplateFault.CALL_DROPPED
    if call.name not in text:
        yield TemplateProblem(fault, turn, f"the call of {call.name} is not in the answer", call.id)
        return
    for name, value in call.arguments.items():
        if name not in text or not all(_leaf_is_written(leaf, text) for leaf in _leaves(value)):
            detail = f"argument {name!r} of {call.name} is not in the answer"
            yield TemplateProblem(fault, turn, detail, call.id, name)


def _leaves(value: JsonValue) -> Iterator[JsonValue]:
    """The strings, numbers and literals in a JSON value, and the keys of its objects."""
    if isinstance(value, Mapping):
        yield from value
    if isinstance(value, Mapping | list | tuple):
        for one in value.values() if isinstance(value, Mapping) else value:
            yield from _leaves(one)
    else:
        yield value


def _leaf_is_written(leaf: JsonValue, text: str) -> bool:
    return _is_written(leaf, text) if isinstance(leaf, str) else json.dumps(leaf) in text or str(leaf) in text


def _is_written(words: str, text: str) -> bool:
    """Whether a text is there, as it is or as JSON writes it; templates may cut white space at its ends."""
    bare = words.strip()
    return bare in text or any(json.dumps(bare, ensure_ascii=escaped)[1:-1] in text for escaped in (False, True))
