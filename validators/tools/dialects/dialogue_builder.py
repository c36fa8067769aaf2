"""Build a dialogue from the messages of a source: new ids for its calls, and results paired with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from winnow.validators.tools.dialects.dialect import DialogueError, PairedBy, SourceDialogue
from winnow.validators.tools.dialogue import Call, Role, Turn
from winnow.validators.tools.strict_json import JsonValue


@dataclass(frozen=True)
class SourceCall:
    """One call as a source holds it."""

    name: str
    arguments: Mapping[str, JsonValue]
    raw: str
    """The text of the arguments in the source, or of the whole call where it is written as one text."""
    id: str = ""
    """The source's own id; empty if it gives none."""


@dataclass
class DialogueBuilder:
    """The turns that were read so far. Messages are numbered from 1 in problems."""

    turns: list[Turn] = field(default_factory=list)
    system: str = ""
    """The source's own system prompt."""
    tools: object = None
    """The tools that the messages themselves declare, in any form of `read_tools`."""
    problems: list[str] = field(default_factory=list)
    _raw_calls: list[str] = field(default_factory=list)
    _paired_by: PairedBy = PairedBy.ID
    _ids: dict[str, str] = field(default_factory=dict)
    """The new id of each call, by that of the source."""
    _open: list[Call] = field(default_factory=list)
    """Calls without a result yet, in order."""

    def dialogue(self) -> SourceDialogue:
        """What was read. Raises DialogueError with every problem."""
        if self.problems:
            raise DialogueError(self.problems)
        return SourceDialogue(tuple(self.turns), self.system, tuple(self._raw_calls), self._paired_by, self.tools)

    def add_problem(self, number: int, what: str) -> None:
        """Note why a message cannot be read."""
        self.problems.append(f"message {number}: {what}")

    def add_problems(self, number: int, error: DialogueError) -> None:
        """Note every problem of a part of a message."""
        for problem in error.problems:
            self.add_problem(number, problem)

    def add_system(self, number: int, text: str) -> None:
        """Read a system prompt; several are joined."""
        if self.turns:
            self.add_problem(number, "a system prompt after the first turn")
        self.system = "\n\n".join(filter(None, (self.system, text)))

    def add_user(self, text: str) -> None:
        """Read what the user says."""
        self.turns.append(Turn(Role.USER, text))

    def add_answer(
        self, number: int, text: str, calls: Sequence[SourceCall] = (), *, reasoning: str = "", train: bool = True
    ) -> None:
        """Read an answer of the assistant with its calls."""
        own = tuple(self._call(number, one) for one in calls)
        self.turns.append(Turn(Role.ASSISTANT, text, own, reasoning=reasoning, train=train))
        self._open.extend(own)

    def open_tools(self) -> list[str]:
        """The tool of every call that has no result yet."""
        return [one.name for one in self._open]

    def add_result(self, number: int, text: str, *, call_id: str = "", name: str = "") -> None:
        """Read the result of a call: of the one with this id, else of the first open one, of this name if given."""
        call = self._ids.get(call_id) if call_id else self._first_open(name)
        if call is None:
            self.add_problem(number, _without_call(call_id, name))
            return
        self._open = [one for one in self._open if one.id != call]
        self.turns.append(Turn(Role.TOOL, text, call_id=call))

    def _call(self, number: int, given: SourceCall) -> Call:
        self._raw_calls.append(given.raw)
        own = f"call_{len(self._raw_calls)}"
        if given.id:
            if given.id in self._ids:
                self.add_problem(number, f"an earlier call has the id {given.id!r} too")
            self._ids[given.id] = own
        return Call(own, given.name, given.arguments)

    def _first_open(self, name: str) -> str | None:
        self._paired_by = PairedBy.ORDER
        return next((one.id for one in self._open if name in ("", one.name)), None)


def _without_call(call_id: str, name: str) -> str:
    """Why a result belongs to no call."""
    if call_id:
        return f"a result for the call {call_id!r}, which was not made"
    return f"a result of {name!r}, and no call of it is open" if name else "a result without a call"
