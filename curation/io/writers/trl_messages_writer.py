"""TRL messages: one dialogue per row in the form that chat templates take, calls with their arguments as objects."""

from __future__ import annotations

from winnow.core.export_losses import ExportLoss
from winnow.curation.io.writers.chat_writer import chat_line
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line
from winnow.validators.tools.call_formats.call_json import in_schema_order
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.openai_messages import openai_tools
from winnow.validators.tools.prompt import with_tools


def trl_messages_line(row: DialogueRow) -> list[Line]:
    """One object with `messages`, the system prompt first, and `tools`."""
    messages = template_messages(row.dialogue, with_tools(row.task.system_prompt_text, ""))
    return [{"id": row.id, "messages": messages, "tools": openai_tools(row.dialogue.tools), "label": row.label}]


def template_messages(dialogue: Dialogue, system_prompt: str) -> list[Line]:
    """The messages as chat templates take them; a turn that is not learned has `weight: 0`."""
    system = [{"role": "system", "content": system_prompt}] if system_prompt else []
    names = {call.id: call.name for _, call in dialogue.calls()}
    return [*system, *(_message(turn, dialogue.tools, names) for turn in dialogue.turns)]


def result_message(turn: Turn, names: dict[str, str]) -> Line:
    """The result of a call; `names` has the tool of each call."""
    return {"role": Role.TOOL.value, "name": names[turn.call_id], "tool_call_id": turn.call_id, "content": turn.content}


def answer_marks(turn: Turn) -> Line:
    """The keys of an answer besides its content and its calls."""
    return {
        **({"reasoning_content": turn.reasoning} if turn.reasoning else {}),
        **({} if turn.train else {"weight": 0}),
    }


def _message(turn: Turn, tools: tuple[Tool, ...], names: dict[str, str]) -> Line:
    if turn.role == Role.TOOL:
        return result_message(turn, names)
    message: Line = {"role": turn.role.value, "content": turn.content, **answer_marks(turn)}
    if turn.calls:
        message["tool_calls"] = [_call(call, tools) for call in turn.calls]
    return message


def _call(call: Call, tools: tuple[Tool, ...]) -> Line:
    function = {"name": call.name, "arguments": in_schema_order(call, tools)}
    return {"id": call.id, "type": "function", "function": function}


TRL_MESSAGES_FORMAT = ExportFormat(
    "trl_messages",
    query=chat_line,
    dialogue=trl_messages_line,
    loses=lambda _: frozenset({ExportLoss.ACCEPTED, ExportLoss.UNLEARNED_TURN}),
)
