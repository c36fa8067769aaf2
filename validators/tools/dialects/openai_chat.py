"""OpenAI chat: `tool_calls` with arguments as JSON text, results in messages of the role `tool`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from winnow.core.example import canonical_text
from winnow.validators.tools.call_formats.answer import FormatError
from winnow.validators.tools.call_formats.openai_tool_calls import read_calls
from winnow.validators.tools.dialects.dialect import Dialect, DialogueError, Message, PairedBy, SourceDialogue
from winnow.validators.tools.dialogue import Call, Role, Turn

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
        """The calls with their new ids. The text of their arguments is kept."""
        try:
            given = read_calls(message)
        except FormatError as error:
            self.problems.extend(f"message {number}: {problem}" for problem in error.problems)
            return
        functions = [one["function"] for one in message.get("tool_calls") or ()] or [message.get("function_call")]
        for call, function in zip(given, functions, strict=False):
            self.raw_calls.append(function["arguments"])
            own = f"call_{len(self.raw_calls)}"
            if message.get("tool_calls"):
                if call.id in self.ids:
                    self._problem(number, f"an earlier call has the id {call.id!r} too")
                self.ids[call.id] = own
            yield replace(call, id=own)

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
