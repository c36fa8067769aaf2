"""An interaction as a dialogue: the conversation with its answer, or with the correction in the answer's place.

What the assistant did since the last turn of the user is what failed. A corrected text keeps the calls and results that
it may be based on, and a corrected call keeps them if the policy says so; as context, which is not learned. A failed
answer in text cannot stay: two answers in a row are not a dialogue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from winnow.core.interaction_line import InteractionLine
from winnow.core.interaction_vocabulary import InteractionDrop
from winnow.core.vocabulary import DropReason
from winnow.validators.interactions.judge_interaction import NO_CORRECTIONS
from winnow.validators.interactions.logged_task import task_text
from winnow.validators.row_layout import ArrangedRow, RowRequest
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn, messages_json
from winnow.validators.tools.logged_answer import AnswerError, GivenAnswer, given_answer


class _Conversation(NamedTuple):
    """What was logged."""

    messages: Sequence[Any]
    """As the log has them."""
    tools: object
    system: str = ""
    """The system prompt, where the messages do not hold it."""


def dialogue_row(line: InteractionLine, request: RowRequest) -> ArrangedRow | Drop:
    """The dialogue of an interaction, or why there is none."""
    try:
        conversation = _conversation(line, request)
        if isinstance(conversation, Drop):
            return conversation
        corrections = line.feedback.corrections if line.feedback else None
        if corrections in NO_CORRECTIONS:
            return _row(conversation)
        return _corrected(conversation, given_answer(corrections), keep_failed=request.keep_failed)
    except AnswerError as error:
        return Drop(InteractionDrop.MALFORMED, f"corrections: {error}")
    except DialogueError as error:
        return Drop(DropReason.MALFORMED_DIALOGUE, "; ".join(error.problems))


def _conversation(line: InteractionLine, request: RowRequest) -> _Conversation | Drop:
    """The messages with the answer: those of the log, else those that are stored."""
    if request.stored:
        parts = json.loads(request.stored)
        return _Conversation(json.loads(parts["messages"]), parts["tools"])
    messages: Sequence[Any] = line.messages or ()
    if not messages:
        text = task_text(line)
        if isinstance(text, Drop):
            return text
        messages = [{"role": "user", "content": text}]
    if line.output is None or messages[-1].get("role") == Role.ASSISTANT:
        return _Conversation(messages, line.tools)
    try:
        return _answered(_Conversation(messages, line.tools), given_answer(line.output))
    except AnswerError as error:
        return Drop(InteractionDrop.MALFORMED, f"output: {error}")


def _answered(asked: _Conversation, answer: GivenAnswer) -> _Conversation:
    """The conversation with an output behind its messages."""
    if answer.label is not None:
        raise AnswerError("a label, expected an answer")
    if not answer.calls:
        behind = answer.messages or [{"role": "assistant", "content": answer.text}]
        return asked._replace(messages=[*asked.messages, *behind])
    source = read_dialogue(asked.messages)
    messages = _as_messages((*source.turns, _turn(answer, source.turns)))
    return asked._replace(messages=messages, system=source.system)


def _corrected(conversation: _Conversation, answer: GivenAnswer, *, keep_failed: bool) -> ArrangedRow:
    if answer.messages:
        return _row(conversation._replace(messages=answer.messages))
    if answer.label is not None:
        return _row(conversation, answer.label)
    source = read_dialogue(conversation.messages)
    last = max((place for place, turn in enumerate(source.turns) if turn.role is Role.USER), default=-1)
    asked, failed = source.turns[: last + 1], source.turns[last + 1 :]
    context = _with_results(failed) if keep_failed or not answer.calls else ()
    untrained = tuple(replace(turn, train=turn.role is not Role.ASSISTANT) for turn in context)
    turns = (*asked, *untrained, _turn(answer, source.turns))
    system = source.system or conversation.system
    row = _row(conversation._replace(messages=_as_messages(turns), system=system))
    return ArrangedRow({**row.content, "replaced": messages_json(Dialogue(failed[len(context) :]))})


def _with_results(failed: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns up to the last result, if every call among them has one."""
    end = max((place + 1 for place, turn in enumerate(failed) if turn.role is Role.TOOL), default=0)
    answered = {turn.call_id for turn in failed[:end]}
    made = {call.id for turn in failed[:end] for call in turn.calls}
    return tuple(failed[:end]) if made <= answered else ()


def _turn(answer: GivenAnswer, before: Sequence[Turn]) -> Turn:
    """The answer as a turn; its calls have ids that no call before has."""
    made = sum(len(turn.calls) for turn in before)
    calls = [Call(f"call_{made + n}", call.name, call.arguments) for n, call in enumerate(answer.calls, 1)]
    return Turn(Role.ASSISTANT, answer.text, tuple(calls))


def _as_messages(turns: tuple[Turn, ...]) -> Sequence[Mapping[str, Any]]:
    """Turns in the form of releases, which the dialects recognize by their calls or by `train`."""
    found: Sequence[dict[str, Any]] = json.loads(messages_json(Dialogue(turns)))
    return [{**one, "train": one.get("train", True)} if one["role"] == Role.ASSISTANT else one for one in found]


def _row(conversation: _Conversation, label: str | None = None) -> ArrangedRow:
    content = {"messages": conversation.messages, "tools": conversation.tools}
    return ArrangedRow({**content, "system_prompt": conversation.system}, label)
