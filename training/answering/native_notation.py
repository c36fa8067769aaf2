"""Calls in a model's own notation, read as the message that the call format `openai_tool_calls` takes.

Servers read calls strictly, so that a broken one stays the text that it is, and counts as malformed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from winnow.core.errors import Problem, WinnowError
from winnow.curation.checks.chat_template.chat_messages import chat_messages
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer, TemplateRefusalError
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer, FormatError
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.openai_messages import openai_tools
from winnow.validators.tools.strict_json import read_json, write_json

NativeReader = Callable[[str], Answer]
"""Reads the text of an answer. Raises ValueError for a call that is not written exactly in the notation."""

TAGGED_CALL = re.compile(r"<tool_call>\n?(.*?)\n?</tool_call>", re.DOTALL)

LIST_MARK = "[TOOL_CALLS]"


def _tagged(text: str) -> Answer:
    """Qwen and Hermes: text, then each call in tags."""
    prose, mark, _ = text.partition("<tool_call>")
    written = text[len(prose) :]
    if mark and TAGGED_CALL.sub("", written).strip():
        raise ValueError("text between or after the calls")
    calls = [_object(read_json(one), "arguments") for one in TAGGED_CALL.findall(written)]
    return Answer(prose.strip(), _numbered(calls))


def _bare_object(text: str) -> Answer:
    """Llama 3: a call is the whole answer."""
    if not text.lstrip().startswith("{"):
        return Answer(text)
    return Answer("", _numbered([_object(read_json(text), "parameters")]))


def _marked_list(text: str) -> Answer:
    """Mistral: text, then a list of all calls."""
    prose, mark, written = text.partition(LIST_MARK)
    if not mark:
        return Answer(text)
    listed = read_json(written.strip())
    if not isinstance(listed, list):
        raise ValueError("no list of calls")
    return Answer(prose.strip(), _numbered([_object(one, "arguments") for one in listed]))


NOTATIONS: Mapping[str, NativeReader] = {
    "tags": _tagged,
    "bare_object": _bare_object,
    "marked_list": _marked_list,
}
"""The notations that are read. That of a model is the first which reads the calls that its template writes."""

PROBE_TOOL = Tool("look_up", "Look something up.", {"type": "object", "properties": {"what": {"type": "string"}}})

PROBE_CALL = Call("call_1", PROBE_TOOL.name, {"what": "the thing"})

PROBE = Dialogue((Turn(Role.USER, "Hello."), Turn(Role.ASSISTANT, "", (PROBE_CALL,))), (PROBE_TOOL,))


def native_reader(chat: ChatTokenizer) -> NativeReader:
    """The reader of the calls that a model's template writes. Raises WinnowError for a notation that is not known."""
    written = _written_call(chat)
    for reader in NOTATIONS.values():
        if [(one.name, one.arguments) for one in _calls_read(reader, written)] == [
            (PROBE_CALL.name, PROBE_CALL.arguments)
        ]:
            return reader
    found = f"its template writes a call as {written[:120]!r}, which is no notation that can be read"
    fix = "use a call format in text, such as `call_format: fenced_json`, and freeze again"
    raise WinnowError(Problem(f"model {chat.model}", found, f"one of the notations {', '.join(NOTATIONS)}", fix))


def message_text(text: str, read: NativeReader) -> str:
    """The answer as the JSON of a message if it calls tools; the text itself if not, or if it is broken."""
    try:
        answer = read(text)
        rendered = CALL_FORMATS["openai_tool_calls"].render(answer, ())
    except (FormatError, ValueError):
        return text
    return write_json(rendered, sort_keys=False) if answer.calls else text


def _written_call(chat: ChatTokenizer) -> str:
    """What the template writes for an answer that is a call, without stop tokens."""
    messages = [one.fields for one in chat_messages(PROBE, "", CALL_FORMATS["openai_tool_calls"])]
    tools = openai_tools(PROBE.tools)
    try:
        prompt = chat.render(messages[:1], tools, prompt=True)
        whole = chat.render(messages, tools, prompt=False)
    except TemplateRefusalError as error:
        return f"(refused: {error})"
    written = whole.removeprefix(prompt)
    for stop in chat.stop_ids:
        written = written.replace(chat.token_text(stop), "")
    return written.strip()


def _calls_read(reader: NativeReader, text: str) -> tuple[Call, ...]:
    try:
        return reader(text).calls
    except ValueError:
        return ()


def _object(value: Any, key: str) -> tuple[str, Mapping[str, Any]]:
    """Name and arguments of a call. Raises ValueError for an object with other keys."""
    if not isinstance(value, dict) or not {"name", key} <= value.keys() <= {"name", key, "id"}:
        raise ValueError(f"no object with name and {key}")
    if not isinstance(value["name"], str) or not isinstance(value[key], dict):
        raise ValueError("no name, or no object of arguments")
    return value["name"], value[key]


def _numbered(calls: list[tuple[str, Mapping[str, Any]]]) -> tuple[Call, ...]:
    return tuple(Call(f"call_{number}", name, arguments) for number, (name, arguments) in enumerate(calls, 1))
