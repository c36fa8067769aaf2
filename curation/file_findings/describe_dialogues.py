"""Read a file of dialogues before there is a task: what it holds, and which tools and prompt the task takes from it."""

from __future__ import annotations

import glob
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from winnow.config.load import parse_task
from winnow.config.source_options import SourceOptions
from winnow.config.task import Task
from winnow.config.template import TOOLS_FILE, tools_task_of
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.curation.file_findings.column_findings import ColumnFinding, column_findings
from winnow.curation.file_findings.dialogue_findings import DialogueFindings, TaskTools, ToolsFrom, tool_findings
from winnow.curation.file_findings.file_findings import (
    MIN_LANGUAGE_SHARE,
    Decision,
    GroupFindings,
    groups_of,
    notes_of,
    origin_decisions,
    times_of,
)
from winnow.curation.file_findings.text_findings import text_findings
from winnow.curation.io.readers.columns import NO_COLUMN, layouts_of
from winnow.curation.io.readers.fill_columns import FilledColumns
from winnow.curation.io.readers.numbered_rows import Fields, value_text
from winnow.curation.io.readers.raw_rows import RawRows
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.validators.kinds.tools import MAX_CHARACTERS, TOOLS, dialogue_of
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import dialect_title, read_dialogue
from winnow.validators.tools.dialects.dialect import DialogueError
from winnow.validators.tools.dialects.prompt_tools import tools_in_prompt
from winnow.validators.tools.dialogue import Dialogue, Role, tools_json
from winnow.validators.tools.gathered_tools import GatheredTools, declared_tools, draft_tools
from winnow.validators.tools.schemas.read_tools import read_tools

READ = "read"
"""What a column is taken for that holds a part of the dialogues."""

SHOWN_NAMES = 3
"""Names of tools that a decision lists."""


class _OwnDialogue(NamedTuple):
    """A row whose messages can be read; its calls and turns are not checked."""

    dialogue: Dialogue
    system: str
    declares: bool
    """The row itself says which tools are offered."""
    title: str
    """The form of its messages."""


def describe_dialogues(
    raw: RawRows, source: SourceRows, given: SourceOptions, *, decided: Sequence[Decision] = ()
) -> DialogueFindings:
    """What the dialogues of a file hold. `given` is what is known about it, of which `decided` is not certain.

    Raises WinnowError where no dialogue can be read.
    """
    good = [fields for _, fields in raw.rows if not isinstance(fields, Drop)]
    rows = [row for row in source.rows if row.problem is None]
    read = [found for row in rows if (found := _read(row))]
    tools = _task_tools(read)
    prompts = Counter(one.system for one in read if one.system)
    prompt = _common_prompt(read, prompts)
    task = _task(tools, prompt)
    screened = [(row, row.problem or _checked(row, task)) for row in source.rows]
    drops = [(row.number, found) for row, found in screened if isinstance(found, Drop)]
    contents = [(row, found) for row, found in screened if not isinstance(found, Drop)]
    if not contents:
        raise WinnowError(_no_dialogue(source.name, drops))
    dialogues = [dialogue_of(content) for _, content in contents]
    targets = [TOOLS.target_of(content, _label(row), task) for row, content in contents]
    groups, grouped = groups_of(source, rows, given)
    section = _section(source, given, good[0] if good else {}, groups)
    texts = text_findings([_first_request(one) for one in dialogues], max_characters=MAX_CHARACTERS)
    first, share = next(iter(texts.languages.items()), ("", 0.0))
    roles = {role: column for role, column in section.columns().items() if column != NO_COLUMN}
    offered = (read_tools(tools.text) if tools.text else read_tools(None)).tools
    return DialogueFindings(
        name=source.name,
        format=source.format,
        rows=len(source.rows),
        dialogues=len(dialogues),
        requests=sum(one.is_request for one in dialogues),
        several_requests=sum(sum(turn.role is Role.USER for turn in one.turns) > 1 for one in dialogues),
        layouts=_layouts(good, read),
        turns=dict(Counter(str(turn.role) for one in dialogues for turn in one.turns).most_common()),
        behaviors=dict(Counter(one for one in targets if isinstance(one, str)).most_common()),
        unlabeled=sum(not isinstance(one, str) for one in targets),
        tools=tuple(tool_findings(dialogues, ((one.name, tuple(one.properties)) for one in offered))),
        tools_from=tools.source,
        tools_text=tools.text,
        system_prompts=len(prompts),
        system_prompt=prompt,
        columns=tuple(_columns(good, roles, source)),
        texts=texts,
        section=section,
        language=first if share >= MIN_LANGUAGE_SHARE else None,
        times=times_of(rows) if source.columns.time not in (None, NO_COLUMN) else None,
        groups=groups,
        dropped=dict(Counter(str(drop.reason) for _, drop in drops).most_common()),
        first_dropped=f"row {drops[0][0]}: {drops[0][1].detail}" if drops else "",
        notes=tuple(notes_of(source, FilledColumns(source.columns))),
        decisions=(
            *tools.decisions,
            *_prompt_decisions(prompts, prompt),
            *decided,
            *grouped,
            *origin_decisions(source, given),
        ),
        encoding=raw.encoding,
        separator=raw.separator,
        compared=tuple(TOOLS.embedding_text(content) for _, content in contents),
    )


def _read(row: SourceRow) -> _OwnDialogue | None:
    """A row as its own messages and tools have it; None if they cannot be read, which `_checked` says."""
    messages = row.content.get("messages")
    try:
        found = read_dialogue(messages)
    except DialogueError:
        return None
    declared = next((one for one in (row.content.get("tools"), found.tools) if one is not None), None)
    dialogue = Dialogue(found.turns, read_tools(declared).tools)
    return _OwnDialogue(dialogue, found.system.strip(), declared is not None, dialect_title(messages))


def _task_tools(read: Sequence[_OwnDialogue]) -> TaskTools:
    """The tools that rows declare; without any, a draft from the calls."""
    dialogues = [one.dialogue for one in read]
    found = declared_tools(dialogues)
    if found.tools:
        return TaskTools(ToolsFrom.ROWS, _text(found), [*_declared_decisions(read, found)])
    draft = draft_tools(dialogues)
    if not draft.tools:
        why = "no tools and no calls in the file: name the tools in winnow.yaml"
        return TaskTools(ToolsFrom.NOWHERE, "", [Decision(f"{TOOLS_FILE}: not written, because there are {why}")])
    what = f"{TOOLS_FILE}: a draft of {counted(len(draft.tools), 'tool')} from their calls, because no row declares any"
    why = "every call fits it, so that wrong calls are not found until you have corrected it"
    return TaskTools(ToolsFrom.CALLS, _text(draft), [Decision(f"{what}; {why}")])


def _text(found: GatheredTools) -> str:
    tools = json.loads(tools_json(Dialogue((), found.tools)))
    return json.dumps(tools, indent=2, ensure_ascii=False) + "\n"


def _declared_decisions(read: Sequence[_OwnDialogue], found: GatheredTools) -> Iterator[Decision]:
    called = {call.name for one in read for _, call in one.dialogue.calls()}
    never = sum(tool.name not in called for tool in found.tools)
    unused = f", of which {never:,} are never called" if never else ""
    yield Decision(f"{TOOLS_FILE}: the {counted(len(found.tools), 'tool')} that rows declare{unused}")
    if found.differing:
        names = ", ".join(found.differing[:SHOWN_NAMES])
        what = f"{counted(len(found.differing), 'tool')} declared in several ways ({names})"
        yield Decision(f"{TOOLS_FILE}: the most frequent form of {what}; each dialogue keeps its own")
    if without := sum(not one.declares for one in read):
        why = "those of the file count as offered; a row that had none says so with an empty list of tools"
        yield Decision(f"{counted(without, 'dialogue')} without tools of their own: {why}")


def _common_prompt(read: Sequence[_OwnDialogue], prompts: Counter[str]) -> str:
    """The system prompt that all dialogues have; a text that declares tools is that of one dialogue, not of a task."""
    if len(prompts) != 1 or prompts.total() != len(read):
        return ""
    [prompt] = prompts
    return prompt if tools_in_prompt(prompt) is None else ""


def _prompt_decisions(prompts: Counter[str], prompt: str) -> Iterator[Decision]:
    if prompt:
        yield Decision("system_prompt.txt: the system prompt that all dialogues have")
    elif len(prompts) == 1:
        yield Decision("system_prompt: none; the one of the file declares tools or is not that of all dialogues")
    elif prompts:
        kept = "each is kept with its dialogue, and a task has one of its own"
        yield Decision(f"system_prompt: none of {counted(len(prompts), 'different prompt')}; {kept}")


def _task(tools: TaskTools, prompt: str) -> Task:
    """The task that would be written, to see what `add` makes of the rows."""
    files = tools_task_of("task", tools=tools.text, system_prompt=prompt)
    return parse_task(files[TASK_FILE]).with_document_texts({"tools": tools.text, "system_prompt": prompt})


def _checked(row: SourceRow, task: Task) -> str | Drop:
    """The content of a row, or why `add` drops it."""
    content = TOOLS.parse(row.content, task)
    if isinstance(content, Drop):
        return content
    target = TOOLS.target_of(content, _label(row), task)
    return target if isinstance(target, Drop) else content


def _first_request(dialogue: Dialogue) -> str:
    return next((turn.content for turn in dialogue.turns if turn.role is Role.USER), "")


def _label(row: SourceRow) -> str | None:
    return value_text(row.label).strip() or None


def _no_dialogue(name: str, drops: Sequence[tuple[int, Drop]]) -> Problem:
    found = f"no dialogue in {counted(len(drops), 'row')}; row {drops[0][0]}: {drops[0][1].detail}"
    return Problem(name, found, "dialogues in one of the formats of docs/dialogue-formats.md", "correct the file")


def _columns(good: Sequence[Fields], roles: Mapping[str, str], source: SourceRows) -> Iterator[ColumnFinding]:
    """The columns with what they are taken for; parts of a dialogue are `read`."""
    parts = {*source.columns.content.values()}.union(*(one.columns for one in layouts_of(good, TOOLS).rows))
    for one in column_findings(good, roles, FilledColumns(source.columns)):
        yield replace(one, role=READ) if one.name in parts else one


def _layouts(good: Sequence[Fields], read: Sequence[_OwnDialogue]) -> dict[str, int]:
    """The layouts of rows with the content in parts, and the forms of the messages of the others."""
    arranged = {one.title: rows for one, rows in layouts_of(good, TOOLS).rows.items()}
    return arranged or dict(Counter(one.title for one in read).most_common())


def _section(source: SourceRows, given: SourceOptions, first: Fields, groups: GroupFindings | None) -> SourceOptions:
    """How the file is read from now on: what was given, and the columns that were found in it."""
    known = {role: getattr(source.columns, role) for role in ("text", "label", "split", "time")}
    named = {role: column for role, column in known.items() if column == NO_COLUMN or column in first}
    if groups:
        named["group"] = groups.column
    elif source.group_candidates:
        named["group"] = NO_COLUMN
    stated = given.model_dump(exclude_defaults=True)
    return SourceOptions(**{**named, **stated, "pattern": glob.escape(source.name)})
