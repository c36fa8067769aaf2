"""Kind `tools`: an example is a dialogue with the tools that were offered, and its target is its behavior."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from winnow.config.task import Task
from winnow.config.tool_mapping import ToolMapping
from winnow.core.example import canonical_text, fold_key
from winnow.core.hashing import stable_hash
from winnow.core.label_error_evidence import LabelEvidence
from winnow.core.model_vocabulary import TrainingMethod
from winnow.core.vocabulary import DropReason
from winnow.validators.json_content import JsonContent
from winnow.validators.kinds.kind import (
    ContentColumn,
    Kind,
    LabeledContent,
    Noun,
    Purpose,
    TaskColumn,
    ToolMappingSupport,
)
from winnow.validators.preference_rows import PREFERENCE
from winnow.validators.text import Drop, text_problem
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior, Certain, derived_label
from winnow.validators.tools.dialects import LAYOUTS, read_dialogue
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn, from_json, messages_json, tools_json
from winnow.validators.tools.dialogue_composition import enough_for
from winnow.validators.tools.dialogue_facets import dialogue_facets
from winnow.validators.tools.held_out_tools import calls_held_out_tool
from winnow.validators.tools.label_evidence import could_be_labeled, dialogue_evidence
from winnow.validators.tools.logged_dialogue import dialogue_row
from winnow.validators.tools.map_tools import mapped_label
from winnow.validators.tools.mapping_faults import mapping_faults
from winnow.validators.tools.private_places import (
    addresses_and_numbers,
    broken_by_replacing,
    listed_values,
    private_places,
    texts_besides_calls,
    with_private_places,
)
from winnow.validators.tools.readable import readable
from winnow.validators.tools.row_dialogue import dialogue_of_row, dropped_for
from winnow.validators.tools.same_question import AnsweredDialogue
from winnow.validators.tools.schemas.check_arguments import argument_problems
from winnow.validators.tools.schemas.read_tools import read_tools
from winnow.validators.tools.strict_json import write_json
from winnow.validators.tools.structure import structure_problems
from winnow.validators.tools.unmapped_tools import unmapped_tools
from winnow.validators.wording.guards import Guards

ANSWERS_IN_TEXT = (Behavior.DIRECT.value, Behavior.ASK.value, Behavior.UNABLE.value)
"""Behaviors between which people decide, where tools are offered and none is called."""

MAX_CHARACTERS = 100_000
"""Longer turns are documents. The turns of a user keep to `screen.max_characters` instead, where the task sets it."""

CACHED_DIALOGUES = 16
"""So many parsed dialogues are kept: what is asked about one record is mostly asked in a row."""


@lru_cache(CACHED_DIALOGUES)
def dialogue_of(content: str) -> Dialogue:
    """The dialogue of a stored content. It is shared: nothing in it may be changed."""
    parts = json.loads(content)
    return from_json(parts["messages"], parts["tools"])


def content_of(dialogue: Dialogue) -> str:
    """The stored form of a dialogue: its messages and its tools, each as JSON text."""
    return _content({"messages": messages_json(dialogue), "tools": tools_json(dialogue)})


def _content(values: Mapping[str, str]) -> str:
    return canonical_text(write_json({"messages": values["messages"], "tools": values["tools"]}))


def _column_values(content: str) -> Mapping[str, str]:
    parts: Mapping[str, str] = json.loads(content)
    return {**parts, "tools": sys.intern(parts["tools"])}  # most dialogues of a dataset offer the same tools


def _texts(content: str) -> tuple[str, ...]:
    found: list[str] = []

    def note(text: str) -> str:
        found.append(text)
        return text

    _with_mapped_texts(dialogue_of(content), note)
    return tuple(found)


def _with_texts(content: str, texts: Sequence[str]) -> str:
    remaining = iter(texts)
    return content_of(_with_mapped_texts(dialogue_of(content), lambda _: next(remaining)))


def _with_mapped_texts(dialogue: Dialogue, change: Callable[[str], str]) -> Dialogue:
    """The dialogue with every text of its turns changed, in order: contents, reasoning, and strings in arguments."""
    return replace(dialogue, turns=tuple(_mapped_turn(turn, change) for turn in dialogue.turns))


def _mapped_turn(turn: Turn, change: Callable[[str], str]) -> Turn:
    reasoning = change(turn.reasoning) if turn.reasoning else ""
    content = change(turn.content) if turn.content else ""
    return replace(
        turn, reasoning=reasoning, content=content, calls=tuple(_mapped_call(call, change) for call in turn.calls)
    )


def _mapped_call(call: Call, change: Callable[[str], str]) -> Call:
    return replace(
        call,
        arguments=_mapped_value(call.arguments, change),
        accepted=_mapped_value(call.accepted, change),
        accepted_calls=tuple(_mapped_call(other, change) for other in call.accepted_calls),
    )


def _mapped_value(value: Any, change: Callable[[str], str]) -> Any:
    """A JSON value with its strings changed; keys stay, and a text with nothing in it does, too."""
    if isinstance(value, str):
        return change(value) if value else value
    if isinstance(value, Mapping):
        return {key: _mapped_value(value[key], change) for key in sorted(value)}
    if isinstance(value, Sequence):
        return [_mapped_value(one, change) for one in value]
    return value


def _embedding_text(content: str) -> str:
    """What the user said and what the tools returned: what dedup and leakage compare.

    Read from the JSON without building the turns: most commands ask for it, of every record.
    """
    turns = json.loads(_column_values(content)["messages"])
    return "\n".join(turn["content"] for turn in turns if turn["role"] != Role.ASSISTANT and turn.get("content"))


def _request_text(content: str) -> str:
    """Everything that the user says: results of tools would give the called tools away."""
    return "\n".join(turn.content for turn in dialogue_of(content).turns if turn.role == Role.USER)


def _is_answered(content: str) -> bool:
    """Whether somebody else than the user speaks: a request alone has no behavior. The turns are not built for it."""
    return any(turn["role"] != Role.USER for turn in json.loads(_column_values(content)["messages"]))


def _label_evidence(records: Sequence[LabeledContent], task: Task) -> list[list[LabelEvidence]]:
    dialogues = [AnsweredDialogue(one.id, one.target, dialogue_of(one.content)) for one in records]
    return dialogue_evidence(dialogues, task.system_prompt_text)


def _first_user_turn(content: str) -> str:
    """What the user says first: the wording of the request."""
    return next((turn.content for turn in dialogue_of(content).turns if turn.role == Role.USER), "")


def _answer_key(content: str) -> str:
    """Hash of the calls and of the offered tools."""
    dialogue = dialogue_of(content)
    calls = [[call.name, call.arguments] for _, call in dialogue.calls()]
    return stable_hash(write_json(calls), tools_json(dialogue), length=20)


def _question_key(content: str) -> str:
    """Hash of the turns of the user, the results and the offered tools."""
    dialogue = dialogue_of(content)
    given = [[turn.role, turn.content] for turn in dialogue.turns if turn.role != Role.ASSISTANT]
    return stable_hash(write_json(given), tools_json(dialogue), length=20)


def _request_key(content: str) -> str:
    """Hash of the turns of the user and the offered tools; a corrected call may have another result."""
    dialogue = dialogue_of(content)
    asked = [turn.content for turn in dialogue.turns if turn.role == Role.USER]
    return stable_hash(write_json(asked), tools_json(dialogue), length=20)


def offered_by_task(task: Task) -> tuple[Tool, ...]:
    """The tools of the task's own file, sorted by name, those of its role if it has one; none if it names no file."""
    tools = read_tools(task.tool_schemas_text).tools
    return tools if task.role is None else tuple(tool for tool in tools if tool.name in task.role.tools)


def _read_content(values: Mapping[str, object], task: Task) -> str | Drop:
    """The stored form of a row's messages and tools, unchecked, or why they cannot be read."""
    found = dialogue_of_row(values, task)
    return found if isinstance(found, Drop) else content_of(found)


def _parse(values: Mapping[str, object], task: Task, mapping: ToolMapping | None = None) -> str | Drop:
    """The stored form of a row's messages and tools, or why the row is dropped; a mapping replaces foreign tools."""
    dialogue = dialogue_of_row(values, task, mapping)
    if isinstance(dialogue, Drop):
        return dialogue
    problem = _text_problem(dialogue, task)
    if problem is not None:
        return problem
    if structure := structure_problems(dialogue, without_result=task.tools_without_result):
        return dropped_for(DropReason.MALFORMED_DIALOGUE, list(map(str, structure)))
    if calls := argument_problems(dialogue):
        return dropped_for(DropReason.INVALID_CALL, list(map(str, calls)))
    return content_of(dialogue)


def _source_form(values: Mapping[str, object]) -> str:
    """The calls as the source has them, how results were paired, its system prompt, and turns that were corrected."""
    found = read_dialogue(values.get("messages"))
    system, replaced = found.system or values.get("system_prompt") or "", values.get("replaced", "[]")
    more = {"replaced": replaced} if replaced != "[]" else {}
    if not found.raw_calls and not system and not more:
        return ""
    return write_json({"calls": found.raw_calls, "paired_by": found.paired_by, "system_prompt": system, **more})


def _text_problem(dialogue: Dialogue, task: Task) -> Drop | None:
    """The first turn whose text cannot be accepted; what is empty is a matter of structure."""
    for number, turn in enumerate(dialogue.turns, 1):
        is_limited = turn.role == Role.USER and "max_characters" in task.screen.model_fields_set
        limit = task.screen.max_characters if is_limited else MAX_CHARACTERS
        for text in filter(str.strip, (turn.content, turn.reasoning)):
            problem = text_problem(text, max_characters=limit)
            if problem is not None:
                return replace(problem, detail=f"turn {number}: {problem.detail}")
    return None


def _targets(task: Task) -> list[str]:
    return [*(tool.name for tool in offered_by_task(task)), *Behavior]


def _is_other_target(target: str, task: Task) -> bool:
    """Whether it may name one or several tools; whether the dialogue calls them is checked with the content."""
    names = target.split(TOOL_SEPARATOR)
    return all(names) and names == sorted(set(names))


def _combined_target(chosen: Sequence[str]) -> str | None:
    """Several tools make one target; a behavior stands alone."""
    if len(chosen) > 1 and any(one in [*Behavior] for one in chosen):
        return None
    return TOOL_SEPARATOR.join(sorted({*chosen})) or None


def _target_of(content: str, given: str | None, task: Task) -> str | Drop | None:
    """The behavior of a dialogue: its calls show it; an answer in text has the given one, or a certain one."""
    dialogue = dialogue_of(content)
    if dialogue.is_request:
        detail = f"label {given!r}, but the dialogue is a request without an answer"
        return None if given is None else Drop(DropReason.LABEL_CONTRADICTS_CONTENT, detail)
    derived = derived_label(dialogue)
    if given is None or given == derived.label:
        return str(derived.label) if isinstance(derived, Certain) or given else None
    is_open = derived.label in ANSWERS_IN_TEXT
    if is_open and given in ANSWERS_IN_TEXT:
        return given
    expected = " or ".join(ANSWERS_IN_TEXT) if is_open else derived.label
    return Drop(DropReason.LABEL_CONTRADICTS_CONTENT, f"label {given!r}, but the dialogue shows {expected}")


def _is_held_out(content: str, task: Task) -> bool:
    """Whether any turn calls a tool that is held out; most tasks hold none out, and then nothing is parsed."""
    return bool(task.splits.hold_out_tools) and calls_held_out_tool(dialogue_of(content), task)


TOOLS = Kind(
    name="tools",
    purpose=Purpose(
        phrase="calling tools in dialogues",
        task_categories=("text-generation",),
        keywords=("tool calling", "function calling", "assistants", "dialogues"),
    ),
    content_columns={
        "messages": ContentColumn(
            ("messages", "conversations", "conversation"),
            title="Dialogue",
            description="The turns of the dialogue with its calls, as JSON.",
        ),
        "tools": ContentColumn(
            ("tools",), title="Tools", description="The tools that were offered, as JSON Schemas.", optional=True
        ),
    },
    label_columns=("label",),  # a category is the subject of a dialogue, not what the assistant does
    parse=_parse,
    read_content=_read_content,
    column_values=_column_values,
    content_of=_content,
    texts=_texts,
    with_texts=_with_texts,
    fold_key=lambda content: fold_key(_embedding_text(content)),
    embedding_text=_embedding_text,
    guards=lambda task: Guards(task.slots, task.language),
    targets=_targets,
    noun=Noun("dialogue", "dialogues"),
    readable=lambda content: readable(dialogue_of(content)),
    is_other_target=_is_other_target,
    wording_text=_first_user_turn,
    request_text=_request_text,
    could_be=lambda content, target: could_be_labeled(dialogue_of(content), target),
    can_be_labeled=_is_answered,
    label_evidence=_label_evidence,
    facets=lambda content, target, task: dialogue_facets(dialogue_of(content), target, offered_by_task(task)),
    enough_for=enough_for,
    target_parts=lambda target: tuple(target.split(TOOL_SEPARATOR)),
    combined_target=_combined_target,
    target_of=_target_of,
    answer_key=_answer_key,
    question_key=_question_key,
    request_key=_request_key,
    source_form=_source_form,
    is_held_out=_is_held_out,
    layouts=(PREFERENCE, *LAYOUTS),
    lossless_formats=("jsonl", "csv", "openai", "anthropic", "trl_messages"),
    training_methods=(TrainingMethod.ADAPTER, TrainingMethod.PROMPT),
    export_format="openai",
    interaction_row=dialogue_row,
    tool_mapping=ToolMappingSupport(
        _parse,
        mapped_label,
        lambda mapping, task: mapping_faults(mapping, offered_by_task(task)),
        lambda contents, mapping, task: unmapped_tools(contents, mapping, offered_by_task(task)),
    ),
    json_content=JsonContent(
        value=lambda content: private_places(dialogue_of(content)),
        with_value=lambda content, value: content_of(with_private_places(dialogue_of(content), value)),
        listed=lambda content, task: (
            listed_values(dialogue_of(content).tools) | addresses_and_numbers(task.system_prompt_text)
        ),
        source_texts=texts_besides_calls,
        broken_by=lambda before, after: broken_by_replacing(dialogue_of(before), dialogue_of(after)),
    ),
    task_columns={
        "system_prompt": TaskColumn(lambda task: task.system_prompt_text, "The system prompt of the task."),
    },
)
