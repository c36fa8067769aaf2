"""TRL: a `prompt` and its `completion`, both as text or both as messages. Only the completion is learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout, malformed_dialogue
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.answer_text import AnswerTextError, answer_message
from winnow.validators.tools.dialects.context_messages import as_context

COLUMNS = frozenset({"prompt", "completion", "tools"})


def recognizes(fields: Fields) -> bool:
    """Whether both columns are there and filled."""
    return fields.get("prompt") is not None and fields.get("completion") is not None


def arrange(fields: Fields) -> ArrangedRow | Drop:
    """The prompt and the completion as one list of messages."""
    prompt, completion = fields["prompt"], fields["completion"]
    if isinstance(fields.get("label"), bool):
        return malformed_dialogue(
            "a preference row with a `label` of true or false; expected: a row with an answer to learn"
        )
    if isinstance(prompt, str) and isinstance(completion, str):
        return _arranged_texts(prompt, completion, fields.get("tools"))
    if not (_are_messages(prompt) and _are_messages(completion)):
        found = f"prompt is {_form(prompt)}, completion is {_form(completion)}"
        return malformed_dialogue(f"{found}; expected: two texts or two lists of messages")
    return ArrangedRow({"messages": [*map(as_context, prompt), *completion], "tools": fields.get("tools")})


def _arranged_texts(prompt: str, completion: str, tools: object) -> ArrangedRow | Drop:
    try:
        answer = answer_message(completion)
    except AnswerTextError as error:
        return malformed_dialogue(f"completion: {error}")
    return ArrangedRow({"messages": [{"role": "user", "content": prompt}, answer], "tools": tools})


def _are_messages(value: object) -> bool:
    return isinstance(value, Sequence) and len(value) > 0 and all(isinstance(one, Mapping) for one in value)


def _form(value: object) -> str:
    if isinstance(value, str):
        return "a text"
    return "a list of messages" if _are_messages(value) else f"{str(value)[:40]!r}"


PROMPT_COMPLETION = RowLayout("prompt_completion", "TRL's prompt and completion", recognizes, arrange, COLUMNS)
