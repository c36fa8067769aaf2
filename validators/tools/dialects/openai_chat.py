"""OpenAI chat: `tool_calls` with arguments as JSON text, results in messages of the role `tool`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from winnow.core.example import canonical_text
from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message, PairedBy, SourceDialogue
from winnow.validators.tools.dialogue import Call, Role, Turn
from winnow.validators.tools.strict_json import JsonError, read_json, write_json

SYSTEM_ROLES = ("system", "developer")

RESULT_ROLES = ("tool", "function")
"""`function` is the role of results before November 2023, when there was one call at a time and no id."""

KNOWN_KEYS = {
    "user": {"role", "content", "name"},
    "assistant": {
        "role", "content", "name", "tool_calls", "function_call", "refusal", "reasoning_content", "reasoning", "weight",
        "audio", "annotations",
    },
    "tool": {"role", "content", "tool_call_id", "name"},
    "function": {"role", "content", "name"},
}  # fmt: skip
"""The keys that a message may have, by its role. `weight` is that of OpenAI's fine-tuning files: 0 is not learned."""

CALL_KEYS = {"id", "type", "function", "index"}

FUNCTION_KEYS = {"name", "arguments"}


def recognizes(messages: Sequence[Message]) -> bool:
    """Whether every message has a role of OpenAI's chat."""
    roles = {*SYSTEM_ROLES, *KNOWN_KEYS}
    return all(message.get("role") in roles and ("content" in message or _has_calls(message)) for message in messages)


def read(messages: Sequence[Message]) -> SourceDialogue:
    """The dialogue. Raises DialogueError with every problem."""
    reading = _Reading()
    for number, message in enumerate(messages, 1):
        reading.take(number, message)
    if reading.problems:
        raise DialogueError(reading.problems)
    return SourceDialogue(tuple(reading.turns), reading.system, tuple(reading.raw_calls), reading.paired_by)


def _has_calls(message: Message) -> bool:
    return bool(message.get("tool_calls") or message.get("function_call"))


@dataclass
class _Reading:
    """What was read so far."""

    turns: list[Turn] = field(default_factory=list)
    system: str = ""
    raw_calls: list[str] = field(default_factory=list)
    paired_by: PairedBy = PairedBy.ID
    problems: list[str] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """The new id of each call, by that of the source."""
    open: list[Call] = field(default_factory=list)
    """Calls without a result yet, in order."""

    def take(self, number: int, message: Message) -> None:
        """Read one message."""
        role = message["role"]
        content = _text(message.get("content"))
        if content is None:
            self._problem(number, "the content has parts that are no text")
            content = ""
        if role in SYSTEM_ROLES:
            self._system(number, content)
            return
        if unknown := sorted(set(message) - KNOWN_KEYS[role]):
            self._problem(number, f"unknown key {unknown[0]!r} for the role {role}")
        if role == "user":
            self.turns.append(Turn(Role.USER, content))
        elif role == "assistant":
            self._answer(number, message, content)
        else:
            self._result(number, message, content)

    def _problem(self, number: int, what: str) -> None:
        self.problems.append(f"message {number}: {what}")

    def _system(self, number: int, content: str) -> None:
        if self.turns:
            self._problem(number, "a system prompt after the first turn")
        self.system = "\n\n".join(filter(None, (self.system, content)))

    def _answer(self, number: int, message: Message, content: str) -> None:
        calls = tuple(self._calls(number, message))
        refusal, reasoning = (
            _text(value) or ""
            for value in (message.get("refusal"), message.get("reasoning_content", message.get("reasoning")))
        )
        weight = message.get("weight")
        if weight not in (None, 0, 1):
            self._problem(number, f"weight {weight!r}, expected 0 or 1")
        self.turns.append(Turn(Role.ASSISTANT, content or refusal, calls, reasoning=reasoning, train=weight != 0))
        self.open.extend(calls)

    def _calls(self, number: int, message: Message) -> Iterator[Call]:
        given = message.get("tool_calls") or []
        if message.get("function_call"):
            given = [{"id": "", "type": "function", "function": message["function_call"]}, *given]
        if not isinstance(given, Sequence) or isinstance(given, str):
            self._problem(number, "tool_calls is no list")
            return
        for one in given:
            call = self._call(number, one)
            if call is not None:
                yield call

    def _call(self, number: int, given: Any) -> Call | None:
        function = given.get("function") if isinstance(given, Mapping) else None
        if not isinstance(function, Mapping) or given.get("type", "function") != "function":
            self._problem(number, "a call is no function call with `function: {name, arguments}`")
            return None
        if unknown := sorted({*function} - {"name", "arguments"}) + sorted(
            {*given} - {"id", "type", "function", "index"}
        ):
            self._problem(number, f"unknown key {unknown[0]!r} in a call")
        name, identity = function.get("name"), given.get("id") or ""
        if not isinstance(name, str) or not name:
            self._problem(number, "a call has no name")
            return None
        if identity and identity in self.ids:
            self._problem(number, f"two calls have the id {identity!r}")
        arguments = self._arguments(number, name, function.get("arguments"))
        own = f"call_{len(self.raw_calls)}"
        self.ids[str(identity) or own] = own
        return Call(own, name, arguments)

    def _arguments(self, number: int, name: str, given: object) -> Mapping[str, Any]:
        """The argument object; its text is kept as it is."""
        self.raw_calls.append(given if isinstance(given, str) else write_json(given))
        try:
            found = read_json(given) if isinstance(given, str) else given
        except JsonError as error:
            self._problem(number, f"the arguments of {name} are {error}")
            return {}
        if not isinstance(found, Mapping):
            self._problem(number, f"the arguments of {name} are no JSON object")
            return {}
        return found

    def _result(self, number: int, message: Message, content: str) -> None:
        given = message.get("tool_call_id")
        call = self._answered(number, message) if not given else self.ids.get(str(given))
        if call is None:
            self._problem(
                number, f"a result for the call {given!r}, which was not made" if given else "a result without a call"
            )
            return
        self.open = [one for one in self.open if one.id != call]
        self.turns.append(Turn(Role.TOOL, content, call_id=call))

    def _answered(self, number: int, message: Message) -> str | None:
        """The call that a result without an id answers: the first open one, of the same name if it gives one."""
        self.paired_by = PairedBy.ORDER
        name = message.get("name")
        return next((one.id for one in self.open if name in (None, one.name)), None)


def _text(content: object) -> str | None:
    """The text of a message's content: a string, a list of text parts, or nothing. None if it holds something else."""
    if content is None:
        return ""
    if isinstance(content, str):
        return canonical_text(content)
    if not isinstance(content, Sequence):
        return None
    parts = [part.get("text") if isinstance(part, Mapping) and part.get("type") == "text" else None for part in content]
    if not all(isinstance(part, str) for part in parts):
        return None
    return canonical_text("".join(map(str, parts)))


OPENAI_CHAT = Dialect("openai", "OpenAI chat with `tool_calls`", recognizes, read)
