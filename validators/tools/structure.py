"""The order of turns and the pairing of calls with their results.

A dialogue starts with the user. After calls come only their results, in any order, and then the assistant. Only calls
of the last turn may have no result. Two turns of one participant in a row are refused: a turn is what somebody says at
once, chat templates that insist on alternating roles (Mistral, Gemma) raise on them, and joined they say the same. A
dialogue may end with the user or with results: nothing is learned from them, but logs end like that.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn


class StructureProblemName(StrEnum):
    """What is wrong with the order of the turns or the pairing of calls and results."""

    NO_TURNS = "no_turns"
    NOTHING_TO_LEARN = "nothing_to_learn"
    """No turn of the assistant is trained."""
    FIRST_TURN_NOT_USER = "first_turn_not_user"
    EMPTY_TURN = "empty_turn"
    """Nothing is said, called or returned; spaces are nothing. Some tools may return nothing."""
    REPEATED_ROLE = "repeated_role"
    """Two turns of the user or of the assistant in a row."""
    USER_AFTER_RESULT = "user_after_result"
    """The assistant does not say what a result means."""
    CALLS_OUTSIDE_ASSISTANT = "calls_outside_assistant"
    REASONING_OUTSIDE_ASSISTANT = "reasoning_outside_assistant"
    CALL_ID_OUTSIDE_RESULT = "call_id_outside_result"
    CALL_WITHOUT_ID = "call_without_id"
    CALL_WITHOUT_NAME = "call_without_name"
    REPEATED_CALL_ID = "repeated_call_id"
    ACCEPTED_CALL = "accepted_call"
    """A call that is accepted in place of another has another id, or accepted calls itself."""
    UNANSWERED_CALL = "unanswered_call"
    """Another turn follows than its result."""
    RESULT_WITHOUT_CALL = "result_without_call"
    RESULT_TWICE = "result_twice"
    RESULT_OUT_OF_PLACE = "result_out_of_place"
    """Other turns stand between a call and its result."""


@dataclass(frozen=True)
class StructureProblem:
    """One thing that is wrong with the turns of a dialogue."""

    name: StructureProblemName
    turn: int
    """The index of the turn, from 0."""
    detail: str
    """What was found and what was expected; turns are counted from 1."""
    call_id: str = ""
    """The call that it is about."""

    def __str__(self) -> str:
        return f"turn {self.turn + 1}: {self.detail}"


def structure_problems(dialogue: Dialogue, *, without_result: Collection[str] = ()) -> list[StructureProblem]:
    """Everything that is wrong with the turns of a dialogue, in their order. A request alone is one, too.

    Results of the tools `without_result` may be empty.
    """
    if not dialogue.turns:
        return [StructureProblem(StructureProblemName.NO_TURNS, 0, "the dialogue has no turns")]
    reading = _TurnReader(dialogue.turns, {call.id: call.name for _, call in dialogue.calls()}, without_result)
    for place, turn in enumerate(dialogue.turns):
        reading.take(place, turn)
    reading.end()
    return sorted(reading.problems, key=lambda problem: problem.turn)


@dataclass
class _TurnReader:
    """What was read so far."""

    turns: tuple[Turn, ...]
    tools: Mapping[str, str]
    """The tool of each call, by the call's id."""
    without_result: Collection[str]
    """Tools whose results may be empty."""
    problems: list[StructureProblem] = field(default_factory=list)
    made: dict[str, int] = field(default_factory=dict)
    """The turn of each call so far, by its id."""
    open: dict[str, int] = field(default_factory=dict)
    """Calls of the last calling turn without a result yet."""
    passed: set[str] = field(default_factory=set)
    """Calls that other turns followed than their results."""

    def take(self, place: int, turn: Turn) -> None:
        """Read one turn."""
        self._empty(place, turn)
        for name, detail in _own_problems(turn):
            self._problem(name, place, detail)
        if turn.role is Role.TOOL:
            self._result(place, turn.call_id)
        else:
            self._order(place, turn)
        for call in turn.calls:
            self._call(place, call)

    def end(self) -> None:
        """Report what only the end shows."""
        last = len(self.turns) - 1
        self._unanswered({call_id: place for call_id, place in self.open.items() if place != last}, "the end")
        answers = [turn for turn in self.turns if turn.role is not Role.USER]
        if answers and not any(turn.is_learned for turn in answers):
            self._problem(StructureProblemName.NOTHING_TO_LEARN, last, "no turn of the assistant is trained")

    def _problem(self, name: StructureProblemName, place: int, detail: str, call_id: str = "") -> None:
        self.problems.append(StructureProblem(name, place, detail, call_id))

    def _empty(self, place: int, turn: Turn) -> None:
        tool = self.tools.get(turn.call_id, "")
        if turn.content.strip() or turn.calls or (turn.role is Role.TOOL and tool in self.without_result):
            return
        detail = _empty_result(tool) if turn.role is Role.TOOL else "nothing is said"
        self._problem(StructureProblemName.EMPTY_TURN, place, detail)

    def _order(self, place: int, turn: Turn) -> None:
        """Read a turn of the user or the assistant: it may follow results, or a turn of the other."""
        before = self.turns[place - 1].role if place else None
        if self.open:
            self._unanswered(self.open, f"turn {place + 1}")
            self.passed |= self.open.keys()
            self.open = {}
        elif before is turn.role:
            detail = f"two turns of the {turn.role} in a row; join them"
            self._problem(StructureProblemName.REPEATED_ROLE, place, detail)
        elif before is Role.TOOL and turn.role is Role.USER:
            detail = "the user speaks after a result, expected the assistant"
            self._problem(StructureProblemName.USER_AFTER_RESULT, place, detail)
        if not place and turn.role is not Role.USER:
            self._problem(
                StructureProblemName.FIRST_TURN_NOT_USER, place, f"the {turn.role} speaks first, not the user"
            )

    def _unanswered(self, calls: dict[str, int], what_follows: str) -> None:
        for call_id, place in calls.items():
            detail = f"call {call_id!r} has no result before {what_follows}; only calls of the last turn may have none"
            self._problem(StructureProblemName.UNANSWERED_CALL, place, detail, call_id)

    def _call(self, place: int, call: Call) -> None:
        if not call.id:
            self._problem(StructureProblemName.CALL_WITHOUT_ID, place, f"a call of {call.name!r} has no id")
        elif call.id in self.made:
            detail = f"call id {call.id!r} is also that of a call in turn {self.made[call.id] + 1}"
            self._problem(StructureProblemName.REPEATED_CALL_ID, place, detail, call.id)
        if not call.name.strip():
            self._problem(StructureProblemName.CALL_WITHOUT_NAME, place, f"call {call.id!r} names no tool", call.id)
        if any(other.id != call.id or other.accepted_calls for other in call.accepted_calls):
            detail = f"what is accepted in place of call {call.id!r} has another id, or accepted calls itself"
            self._problem(StructureProblemName.ACCEPTED_CALL, place, detail, call.id)
        self.made.setdefault(call.id, place)
        self.open[call.id] = place

    def _result(self, place: int, call_id: str) -> None:
        """Read a result: it answers one of the open calls."""
        if not place:
            self._problem(StructureProblemName.FIRST_TURN_NOT_USER, place, "a result stands first, not the user")
        if call_id in self.open:
            del self.open[call_id]
            return
        name, detail = self._misplaced(call_id)
        self._problem(name, place, detail, call_id)

    def _misplaced(self, call_id: str) -> tuple[StructureProblemName, str]:
        if not call_id:
            return StructureProblemName.RESULT_WITHOUT_CALL, "a result that names no call"
        if call_id in self.passed:
            detail = f"the result of call {call_id!r} must follow turn {self.made[call_id] + 1} directly"
            self.passed.discard(call_id)
            return StructureProblemName.RESULT_OUT_OF_PLACE, detail
        if call_id in self.made:
            return StructureProblemName.RESULT_TWICE, f"call {call_id!r} has a result already"
        return StructureProblemName.RESULT_WITHOUT_CALL, f"a result of call {call_id!r}, which no turn before made"


def _empty_result(tool: str) -> str:
    """What was found and what to do; `tool` is empty where the result answers no call."""
    if not tool:
        return "the result is empty; write what the tool returned"
    add = f"add {tool} to tools_without_result in winnow.yaml"
    return f"the result of tool {tool!r} is empty; write what it returned or, if it returns nothing, {add}"


def _own_problems(turn: Turn) -> Iterator[tuple[StructureProblemName, str]]:
    """What is wrong with a turn by itself."""
    if turn.role is not Role.ASSISTANT:
        if turn.calls:
            yield StructureProblemName.CALLS_OUTSIDE_ASSISTANT, f"the role {turn.role} cannot call tools"
        if turn.reasoning:
            yield StructureProblemName.REASONING_OUTSIDE_ASSISTANT, f"the role {turn.role} has no reasoning"
    if turn.call_id and turn.role is not Role.TOOL:
        detail = f"the role {turn.role} does not answer a call, found the id {turn.call_id!r}"
        yield StructureProblemName.CALL_ID_OUTSIDE_RESULT, detail
