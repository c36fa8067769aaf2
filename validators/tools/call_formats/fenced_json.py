r"""Calls as fenced JSON blocks: prose, then for each call a block, and nothing else.

    Adding both.

    ```json
    {"tool": "create_task", "params": {"title": "Call the bank"}}
    ```

    ```json
    {"tool": "create_event", "params": {"title": "Dentist", "start": "2026-03-04T15:00"}}
    ```

The one form, so that a model learns one:

- One blank line between prose and block and between two blocks, as Markdown is written and as language models write it.
  The text ends with the last closing fence: the stop token follows, and chat templates cut white space there.
- The object is on one line, with `, ` and `: ` between its parts, as `json.dumps` writes it. One line costs fewer
  tokens than indented JSON, and is safe: JSON writes a line break in a string as `\n`, so that no value begins a line,
  and only a fence at the beginning of a line counts.
- `tool` is before `params`: a model chooses the tool before its arguments. Where the tools are given, the arguments are
  in the order of the tool's schema, in which the prompt presents them; otherwise in their own order.
- Prose may hold code fences of other languages. A fence of JSON is a call: an assistant that answers with other JSON in
  such a fence would be misread by every reader of this format.
- Unicode is written as it is: only quotes, backslashes and control characters are escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from winnow.validators.tools.call_formats.answer import Answer
from winnow.validators.tools.call_formats.blocks import BlockSyntax, parse_blocks, render_blocks
from winnow.validators.tools.call_formats.call_json import CallKeys
from winnow.validators.tools.dialogue import Tool

_SYNTAX = BlockSyntax(
    opening="```json",
    closing="```",
    gap="\n\n",
    keys=CallKeys("tool", "params"),
    like_opening=re.compile(r"^[^`{]*?(?:`{3,}|~{3,})\s*json(?![\w`])", re.IGNORECASE),
    like_closing=re.compile(r"^\s*(?:`{3,}|~{3,})|`{3,}\s*$"),
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
