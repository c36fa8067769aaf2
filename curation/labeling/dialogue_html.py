"""A dialogue as HTML for annotators: who says what, calls as tables, results and offered tools folded.

Argilla renders the HTML inside Markdown and removes what could run. Everything from a dialogue is escaped, and there is
no blank line, which would end the HTML.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from html import escape

from winnow.core.counted import counted
from winnow.validators.tools.call_formats.call_json import in_schema_order
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.grounding.finding import GroundingFinding, GroundingLevel
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.signatures import signatures
from winnow.validators.tools.strict_json import JsonValue, write_json

SPEAKERS = {Role.USER: "User", Role.ASSISTANT: "Assistant"}

NOTED_LEVELS = (GroundingLevel.ERROR, GroundingLevel.REVIEW)
"""Levels of grounding that annotators are shown."""


def dialogue_html(dialogue: Dialogue, system_prompt: str) -> str:
    """The whole dialogue, what the checks note about its calls, and the offered tools."""
    names = {call.id: call.name for _, call in dialogue.calls()}
    parts = [part for turn in dialogue.turns for part in _turn(turn, dialogue, names)]
    return "".join([*parts, *_notes(dialogue, system_prompt), _offered(dialogue)])


def request_html(dialogue: Dialogue) -> str:
    """What the user says, without answers, and the offered tools: from this a person decides blind."""
    requests = (_spoken("User", turn.content) for turn in dialogue.turns if turn.role == Role.USER)
    return "".join([*requests, _offered(dialogue)])


def answer_html(written: str) -> str:
    """The answer that a corrected one takes the place of, as a person would write it: to be copied and changed."""
    return _folded("The answer as text, to copy for a corrected one", _code(written)) if written else ""


def _turn(turn: Turn, dialogue: Dialogue, names: dict[str, str]) -> Iterator[str]:
    if turn.role == Role.TOOL:
        yield _folded(f"Result of <code>{_text(names.get(turn.call_id, ''))}</code>", _code(_indented(turn.content)))
        return
    who = SPEAKERS[turn.role] + ("" if turn.train else " (context, not learned)")
    if turn.reasoning:
        yield _folded(f"{who} thinks", f"<p>{_text(turn.reasoning)}</p>")
    if turn.content:
        yield _spoken(who, turn.content)
    for call in turn.calls:
        yield _call(who, call, dialogue)


def _spoken(who: str, text: str) -> str:
    return f"<p><b>{who}</b><br>{_text(text)}</p>"


def _call(who: str, call: Call, dialogue: Dialogue) -> str:
    """A call with one row per argument, and as JSON, folded."""
    arguments = in_schema_order(call, dialogue.tools)
    rows = [["Argument", "Value", "Also right"]]
    rows += [[name, _shown(value), _accepted_values(call, name)] for name, value in arguments.items()]
    if not any(accepted for *_, accepted in rows[1:]):
        rows = [row[:2] for row in rows]
    left_out = [name for name, values in sorted(call.accepted.items()) if name not in arguments and values]
    others = [f"{other.name}({write_json(other.arguments)})" for other in call.accepted_calls]
    also = [*(f"{name}: {_accepted_values(call, name)}" for name in left_out), *others]
    return "".join(
        [
            f"<p><b>{who} calls</b> <code>{_text(call.name)}</code></p>",
            _table(rows) if arguments else "<p>without arguments</p>",
            f"<p>Also right: {_text('; '.join(also))}</p>" if also else "",
            _folded("As JSON", _code(json.dumps(arguments, ensure_ascii=False, indent=2))),
        ]
    )


def _table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row is the header."""
    header, *lines = rows
    return f"<table>{_row(header, 'th')}{''.join(_row(line, 'td') for line in lines)}</table>"


def _row(cells: Sequence[str], tag: str) -> str:
    return f"<tr>{''.join(f'<{tag}>{_text(cell)}</{tag}>' for cell in cells)}</tr>"


def _accepted_values(call: Call, name: str) -> str:
    return ", ".join("left out" if value == "" else _shown(value) for value in call.accepted.get(name, ()))


def _shown(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _notes(dialogue: Dialogue, system_prompt: str) -> Iterator[str]:
    """What grounding cannot derive from the dialogue, one line for each argument."""
    names = {call.id: call.name for _, call in dialogue.calls()}
    found = [one for one in ground(dialogue, system_prompt=system_prompt) if one.level in NOTED_LEVELS]
    if found:
        lines = "".join(f"<li>{_text(_note(one, names[one.call_id]))}</li>" for one in found)
        yield f"<p><b>Please check</b></p><ul>{lines}</ul>"


def _note(finding: GroundingFinding, tool: str) -> str:
    return f"{tool}, {finding.argument} = {_shown(finding.value)} ({finding.level}): {finding.why}"


def _offered(dialogue: Dialogue) -> str:
    if not dialogue.tools:
        return "<p>No tools are offered.</p>"
    listed = "".join(_tool(tool) for tool in sorted(dialogue.tools, key=lambda tool: tool.name))
    return _folded(f"{counted(len(dialogue.tools), 'tool')} offered", f"<ul>{listed}</ul>")


def _tool(tool: Tool) -> str:
    return f"<li>{_text(signatures([tool]))}</li>"


def _folded(title: str, html: str) -> str:
    return f"<details><summary>{title}</summary>{html}</details>"


def _code(text: str) -> str:
    return f"<pre><code>{_text(text)}</code></pre>"


def _indented(text: str) -> str:
    """A result as it is; JSON with one value per line."""
    try:
        return json.dumps(json.loads(text), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        return text


def _text(text: str) -> str:
    """A text as it is written, on one line of HTML."""
    return "<br>".join(escape(text).splitlines())
