"""ShareGPT as LLaMA-Factory reads it: turns of `human`, `gpt`, `function_call` and `observation`.

Where the task writes calls as text, they stand in the answers of `gpt` and the tools in the system prompt. Otherwise
calls are a `function_call` of their own, and LLaMA-Factory presents the tools. It takes turns of both sides strictly in
alternation, so that the results of one answer are one observation.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from winnow.config.task import Task
from winnow.core.export_losses import OF_DIALOGUES, ExportLoss
from winnow.curation.io.writers.answers_as_text import TextForm, text_form, writes_text
from winnow.curation.io.writers.dialogue_losses import learned_part
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line, QueryRow
from winnow.validators.kinds import kind_of
from winnow.validators.tools.call_formats.answer import FormatError, FormatFault, FormatProblem
from winnow.validators.tools.call_formats.call_json import in_schema_order
from winnow.validators.tools.dialects.written_results import RESULT_GAP, is_one_result
from winnow.validators.tools.dialogue import Dialogue, Role, Turn, tools_json
from winnow.validators.tools.prompt import with_tools
from winnow.validators.tools.strict_json import write_json


def sharegpt_query_line(row: QueryRow) -> Line:
    """The prompt of `human` and the label of `gpt`."""
    return {"conversations": [_message("human", row.prompt), _message("gpt", row.label)]}


def sharegpt_line(row: DialogueRow) -> list[Line]:
    """One object with `conversations`, `system` and `tools`, the last one as JSON text."""
    text = text_form(row) if writes_text(row.task) else None
    system = text.system if text else with_tools(row.task.system_prompt_text, "")
    return [
        {
            "id": row.id,
            "conversations": [*_conversation(row, text)],
            "system": system,
            "tools": tools_json(row.dialogue),
            "label": row.label,
        }
    ]


def joined_results(turns: list[Turn], dialogue: Dialogue) -> str:
    """The results of one answer as one text. Raises FormatError where they could not be told apart again."""
    names = [tool.name for tool in dialogue.tools]
    if not all(is_one_result(turn.content, names) for turn in turns):
        found, expected = "a text that is read as several results, or as one with a name", "another text"
        problem = FormatProblem(FormatFault.RESERVED_TEXT, "a result", found, expected)
        raise FormatError([problem])
    return RESULT_GAP.join(turn.content for turn in turns)


def _conversation(row: DialogueRow, text: TextForm | None) -> Iterator[Line]:
    """The turns; `text` has the answers where calls are written as text."""
    for role, group in groupby(enumerate(learned_part(row.dialogue)), lambda one: one[1].role):
        (place, first), *others = group
        if role == Role.TOOL:
            yield _message("observation", joined_results([first, *(turn for _, turn in others)], row.dialogue))
        elif role == Role.USER:
            yield _message("human", first.content)
        elif text or not first.calls:
            yield _message("gpt", text.answers[place] if text else first.content)
        else:
            yield _message("function_call", _calls(first, row.dialogue))


def _calls(turn: Turn, dialogue: Dialogue) -> str:
    """One call as an object, several as a list of objects."""
    calls = [{"name": one.name, "arguments": in_schema_order(one, dialogue.tools)} for one in turn.calls]
    return write_json(calls if len(calls) > 1 else calls[0], sort_keys=False)


def _message(who: str, text: str) -> Line:
    return {"from": who, "value": text}


def _losses(task: Task) -> frozenset[ExportLoss]:
    every = {*OF_DIALOGUES} - {ExportLoss.PROSE_WITH_CALLS, ExportLoss.UNWRITABLE}
    return frozenset(every if writes_text(task) else every | {ExportLoss.PROSE_WITH_CALLS})


def _dataset_columns(task: Task) -> Line:
    """The tools are left out where the system prompt documents them: LLaMA-Factory would document them again."""
    columns = {"messages": "conversations"}
    if kind_of(task).holds_dialogues:
        columns |= {"system": "system"} if writes_text(task) else {"system": "system", "tools": "tools"}
    return {"formatting": "sharegpt", "columns": columns}


SHAREGPT_FORMAT = ExportFormat(
    "sharegpt",
    query=sharegpt_query_line,
    dialogue=sharegpt_line,
    loses=_losses,
    dataset_columns=_dataset_columns,
)
