"""Forms in which files hold dialogues, one file each: DIALECTS of messages, and LAYOUTS of whole rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from winnow.validators.row_layout import RowLayout
from winnow.validators.tools.dialects.alpaca_rows import ALPACA
from winnow.validators.tools.dialects.answer_rows import ANSWER_ROWS
from winnow.validators.tools.dialects.anthropic_messages import ANTHROPIC
from winnow.validators.tools.dialects.atif_rows import ATIF_ROWS
from winnow.validators.tools.dialects.atif_steps import ATIF
from winnow.validators.tools.dialects.canonical import CANONICAL
from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, SourceDialogue
from winnow.validators.tools.dialects.gateway_rows import GATEWAY
from winnow.validators.tools.dialects.glaive import GLAIVE
from winnow.validators.tools.dialects.glaive_rows import GLAIVE_ROWS
from winnow.validators.tools.dialects.hermes import HERMES
from winnow.validators.tools.dialects.hugging_face_chat import HUGGING_FACE
from winnow.validators.tools.dialects.openai_chat import OPENAI_CHAT
from winnow.validators.tools.dialects.openai_responses import OPENAI_RESPONSES
from winnow.validators.tools.dialects.openai_responses_rows import OPENAI_RESPONSES_ROWS
from winnow.validators.tools.dialects.otel_messages import OTEL_MESSAGES
from winnow.validators.tools.dialects.otel_spans import OTEL_SPANS
from winnow.validators.tools.dialects.prompt_completion_rows import PROMPT_COMPLETION
from winnow.validators.tools.dialects.prompt_tools import tools_in_prompt
from winnow.validators.tools.dialects.request_rows import REQUEST
from winnow.validators.tools.dialects.sharegpt import SHAREGPT
from winnow.validators.tools.dialects.system_rows import SYSTEM_ROWS
from winnow.validators.tools.dialects.text_calls import TEXT_CALLS
from winnow.validators.tools.dialects.typed_parts import TYPED_PARTS
from winnow.validators.tools.dialects.xlam_rows import XLAM
from winnow.validators.tools.dialogue import Role, Turn
from winnow.validators.tools.strict_json import JsonError, read_cell

DIALECTS: tuple[Dialect, ...] = (
    OPENAI_RESPONSES,
    ATIF,
    TEXT_CALLS,
    HERMES,
    GLAIVE,
    TYPED_PARTS,
    OTEL_MESSAGES,
    CANONICAL,
    ANTHROPIC,
    HUGGING_FACE,
    OPENAI_CHAT,
    SHAREGPT,
)
"""Every dialect; the first one that recognizes the messages of a row reads them."""

LAYOUTS: tuple[RowLayout, ...] = (
    GATEWAY,
    ANSWER_ROWS,
    XLAM,
    GLAIVE_ROWS,
    PROMPT_COMPLETION,
    SYSTEM_ROWS,
    OPENAI_RESPONSES_ROWS,
    ATIF_ROWS,
    OTEL_SPANS,
    ALPACA,
    REQUEST,
)
"""Every layout of rows without a column of messages; the first one that recognizes a row reads it.

A request alone goes last: its column may be one of several in other layouts.
"""


def read_dialogue(messages: object) -> SourceDialogue:
    """The dialogue of a cell: a list of messages, or one as JSON text.

    White space around the answers of the assistant is removed: call formats and chat templates write none.
    Raises DialogueError with every problem.
    """
    try:
        messages = read_cell(messages)
    except JsonError as error:
        raise DialogueError([f"the messages are {error}"]) from None
    if not isinstance(messages, Sequence) or not messages or not all(isinstance(one, Mapping) for one in messages):
        raise DialogueError(["the messages are not a list of objects"])
    dialect = next((one for one in DIALECTS if one.recognizes(messages)), None)
    if dialect is None:
        keys = ", ".join(sorted({str(key) for one in messages for key in one})[:10])
        expected = " or ".join(one.title for one in DIALECTS)
        raise DialogueError([f"messages with the keys {keys}; expected: {expected}"])
    found = dialect.read(messages)
    tools = tools_in_prompt(found.system) if found.tools is None else found.tools
    return replace(found, turns=tuple(map(_trimmed, found.turns)), tools=tools)


def dialect_title(messages: object) -> str:
    """What the form of the messages of a cell is called; empty where none recognizes them."""
    try:
        messages = read_cell(messages)
    except JsonError:
        return ""
    if not isinstance(messages, Sequence) or not messages or not all(isinstance(one, Mapping) for one in messages):
        return ""
    return next((one.title for one in DIALECTS if one.recognizes(messages)), "")


def _trimmed(turn: Turn) -> Turn:
    return replace(turn, content=turn.content.strip()) if turn.role == Role.ASSISTANT else turn
