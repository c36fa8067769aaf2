"""TRL prompt and completion: one row per answer that is learned, so that exactly this answer is trained.

TRL trains the whole completion and nothing of the prompt, on every model. Where a dialogue were one row, its earlier
answers would not be learned. The row of the last answer holds the whole dialogue: it is the one that is read back.
"""

from __future__ import annotations

from winnow.core.export_losses import ExportLoss
from winnow.curation.io.writers.answers_as_text import TextForm, text_form, writes_text
from winnow.curation.io.writers.chat_writer import chat_turns
from winnow.curation.io.writers.export_format import DialogueRow, ExportFormat, Line, QueryRow
from winnow.curation.io.writers.trl_messages_writer import answer_marks, result_message, template_messages
from winnow.validators.tools.dialogue import Role, Turn, tools_json
from winnow.validators.tools.openai_messages import openai_tools
from winnow.validators.tools.prompt import prompt_of

OFFERED_TOOLS = "offered_tools"
"""The column of the tools as JSON text where the system prompt documents them: TRL would hand a column `tools` to the
chat template, which would document them again."""


def trl_query_line(row: QueryRow) -> Line:
    """The prompt and the label, each as a list of one message."""
    prompt, completion = chat_turns(row)
    return {"prompt": [prompt], "completion": [completion]}


def trl_lines(row: DialogueRow) -> list[Line]:
    """One object per answer that is learned: `prompt` is everything before it."""
    messages = _messages(row)
    start = len(messages) - len(row.dialogue.turns)
    learned = [place for place, turn in enumerate(row.dialogue.turns, start) if turn.is_learned]
    return [
        {
            "id": row.id,
            "prompt": messages[:place],
            "completion": [messages[place]],
            **_tools(row),
            "answer": number,
            "answers": len(learned),
            "label": row.label,
        }
        for number, place in enumerate(learned, 1)
    ]


def _messages(row: DialogueRow) -> list[Line]:
    if not writes_text(row.task):
        return template_messages(row.dialogue, prompt_of(row.dialogue, row.task, row.split).system)
    text = text_form(row)
    names = {call.id: call.name for _, call in row.dialogue.calls()}
    system = [{"role": "system", "content": text.system}] if text.system else []
    return [*system, *(_text_message(place, turn, text, names) for place, turn in enumerate(row.dialogue.turns))]


def _text_message(place: int, turn: Turn, text: TextForm, names: dict[str, str]) -> Line:
    if turn.role == Role.TOOL:
        return result_message(turn, names)
    if turn.role == Role.USER:
        return {"role": turn.role.value, "content": turn.content}
    return {"role": turn.role.value, "content": text.answers[place], **answer_marks(turn)}


def _tools(row: DialogueRow) -> Line:
    if writes_text(row.task):
        return {OFFERED_TOOLS: tools_json(row.dialogue)}
    return {"tools": openai_tools(row.dialogue.tools)}


TRL_FORMAT = ExportFormat(
    "trl",
    query=trl_query_line,
    dialogue=trl_lines,
    loses=lambda _: frozenset({ExportLoss.ACCEPTED, ExportLoss.TURNS_AT_END}),
)
