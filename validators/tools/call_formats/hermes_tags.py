r"""Calls in the tags of Hermes, which Qwen 2.5 and 3 use too: prose, then for each call a block, and nothing else.

    Adding both.
    <tool_call>
    {"name": "create_task", "arguments": {"title": "Call the bank"}}
    </tool_call>
    <tool_call>
    {"name": "create_event", "arguments": {"title": "Dentist", "start": "2026-03-04T15:00"}}
    </tool_call>

The one form is what the chat template of Qwen 2.5 writes: tags alone on their lines, one line break between the parts,
the object on one line with `name` before `arguments`. The order of the arguments is that of `fenced_json`.

A tag inside an argument is refused, also by `render`: servers find the end of a call by searching for `</tool_call>`,
and tokenizers that have the tags as special tokens read them anywhere, so that such an answer cannot be served.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from winnow.validators.tools.call_formats.answer import Answer
from winnow.validators.tools.call_formats.blocks import BlockSyntax, parse_blocks, render_blocks
from winnow.validators.tools.call_formats.call_json import CallKeys
from winnow.validators.tools.dialogue import Tool

OPENING, CLOSING = "<tool_call>", "</tool_call>"
"""The tags around a call."""

_SYNTAX = BlockSyntax(
    opening=OPENING,
    closing=CLOSING,
    gap="\n",
    keys=CallKeys("name", "arguments"),
    like_opening=re.compile(r"<\s*tool[\s_-]?call", re.IGNORECASE),
    like_closing=re.compile(r"^\s*<\s*/?\s*tool[\s_-]?call|<\s*/\s*tool[\s_-]?call\s*>\s*$", re.IGNORECASE),
    reserved=(OPENING, CLOSING),
)


def parse(text: str, tools: Sequence[Tool] = ()) -> Answer:
    """The answer that a text holds; prose alone is an answer without calls.

    Raises FormatError with every place where the text breaks the format. Arguments of `tools` have to be in the order
    of their schemas.
    """
    return parse_blocks(text, _SYNTAX, tools)


def render(answer: Answer, tools: Sequence[Tool] = ()) -> str:
    """The one text that holds an answer. Raises FormatError for an answer that is not read back from its text."""
    return render_blocks(answer, _SYNTAX, tools)
