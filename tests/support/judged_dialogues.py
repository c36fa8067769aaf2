"""Dialogues of an assistant with seven tools, cut before the answer that is judged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from winnow.core.model_vocabulary import CallFormatName
from winnow.validators.tools.answer_judgment import AnswerJudgment
from winnow.validators.tools.call_formats import CALL_FORMATS, Answer
from winnow.validators.tools.dialogue import OMITTED, Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.judge_answer import judge_answer

TEXT: dict[str, Any] = {"type": "string"}
DATE: dict[str, Any] = {"type": "string", "format": "date"}
GUEST: dict[str, Any] = {"type": "object", "properties": {"name": TEXT, "seats": {"type": "integer", "default": 1}}}


def tool(name: str, description: str, properties: dict[str, Any], *required: str) -> Tool:
    """A tool with these arguments."""
    return Tool(name, description, {"type": "object", "properties": properties, "required": list(required)})


TOOLS = (
    tool("create_task", "Add something to do.", {"title": TEXT, "due_date": DATE}, "title"),
    tool(
        "create_event",
        "Put an appointment in the calendar.",
        {
            "title": TEXT,
            "date": DATE,
            "start_time": {"type": "string", "pattern": "^[0-2]\\d:[0-5]\\d$"},
            "duration": {"type": "integer", "minimum": 1, "default": 60},
            "private": {"type": "boolean"},
            "location": TEXT,
        },
        "title",
        "date",
        "start_time",
    ),
    tool("update_event", "Change an appointment.", {"event_id": TEXT, "start_time": TEXT, "title": TEXT}, "event_id"),
    tool("delete_event", "Remove an appointment.", {"event_id": TEXT}, "event_id"),
    tool(
        "get_weather",
        "Weather forecast.",
        {"location": TEXT, "units": {"type": "string", "enum": ["celsius", "fahrenheit"], "default": "celsius"}},
        "location",
    ),
    tool(
        "reserve_table",
        "Reserve a table in a restaurant.",
        {
            "restaurant": TEXT,
            "budget": {"type": "number"},
            "guests": {"type": "array", "items": GUEST},
            "wishes": {"type": "object", "properties": {"area": TEXT, "quiet": {"type": "boolean"}}},
        },
        "restaurant",
    ),
    tool("convert_amount", "Convert money.", {"amount": {"type": "number"}, "currency": TEXT}, "amount", "currency"),
)


@dataclass(frozen=True)
class JudgedDialogue:
    """A dialogue up to an answer, with the expected one."""

    before: Dialogue
    expected: Turn
    label: str | None = None

    def judge(self, text: str, *, finished: bool = True) -> AnswerJudgment:
        """The judgment of an answer as fenced JSON."""
        return judge_answer(
            text,
            expected=self.expected,
            before=self.before,
            label=self.label,
            call_format=CallFormatName.FENCED_JSON,
            finished=finished,
        )

    @property
    def right_text(self) -> str:
        """The expected answer as fenced JSON."""
        return written(Answer(self.expected.content, self.expected.calls), self.before.tools)


def written(answer: Answer, tools: tuple[Tool, ...] = TOOLS) -> str:
    """An answer as fenced JSON."""
    return str(CALL_FORMATS[CallFormatName.FENCED_JSON].render(answer, tools))


def calls(*called: tuple[str, dict[str, Any]], prose: str = "") -> str:
    """Calls as fenced JSON."""
    return written(Answer(prose, tuple(Call(f"call_{n}", name, values) for n, (name, values) in enumerate(called, 1))))


def asked(
    question: str, *called: Call, says: str = "", label: str | None = None, tools: tuple[Tool, ...] = TOOLS
) -> Any:
    """A question of the user and the expected answer to it."""
    before = Dialogue((Turn(Role.USER, question),), tools)
    return JudgedDialogue(before, Turn(Role.ASSISTANT, says, calls=called), label)


DENTIST: dict[str, Any] = {"title": "Dentist", "date": "2026-03-09", "start_time": "15:00", "duration": 45}
EVENT = asked("Dentist on March 9 at 3 pm, 45 minutes.", Call("call_1", "create_event", DENTIST), says="I'll add it.")

BANK: dict[str, Any] = {"title": "Call the bank", "due_date": "2026-03-04"}
FERNS: dict[str, Any] = {"title": "Water the ferns"}
OSLO: dict[str, Any] = {"location": "Oslo"}
PARALLEL = asked(
    "Remind me to call the bank by Wednesday and to water the ferns. And how is the weather in Oslo?",
    Call("call_1", "create_task", BANK),
    Call("call_2", "create_task", FERNS),
    Call("call_3", "get_weather", OSLO),
)

GIVEN_ID = "evt_4F7a"
MOVED: dict[str, Any] = {"event_id": GIVEN_ID, "start_time": "16:30"}
FOLLOWED = JudgedDialogue(
    Dialogue(
        (
            Turn(Role.USER, "Dentist on March 9 at 3 pm, 45 minutes."),
            Turn(Role.ASSISTANT, calls=(Call("call_1", "create_event", DENTIST),)),
            Turn(Role.TOOL, json.dumps({"id": GIVEN_ID, "status": "confirmed"}), call_id="call_1"),
            Turn(Role.ASSISTANT, "The dentist is in your calendar for March 9 at 3 pm."),
            Turn(Role.USER, "Make that half past four."),
        ),
        TOOLS,
    ),
    Turn(Role.ASSISTANT, calls=(Call("call_2", "update_event", MOVED),)),
)

AFTER_RESULT = JudgedDialogue(
    Dialogue(FOLLOWED.before.turns[:3], TOOLS),
    Turn(Role.ASSISTANT, "The dentist is in your calendar for March 9 at 3 pm."),
    "create_event",
)

TABLE: dict[str, Any] = {
    "restaurant": "Chez Léon",
    "budget": 80.5,
    "guests": [{"name": "Ann", "seats": 2}, {"name": "Bo"}],
    "wishes": {"area": "by the window", "quiet": True},
}
NESTED = asked("A table at Chez Léon for Ann with a plus-one and Bo.", Call("call_1", "reserve_table", TABLE))

ALTERNATIVES = asked(
    "What is going on in Rome? I leave on Friday.",
    Call(
        "call_1",
        "create_task",
        {"title": "Pack for Rome", "due_date": "2026-03-06"},
        {"title": ["Pack", "Packing for Rome"], "due_date": ["2026-03-05", OMITTED]},
        (Call("call_1", "get_weather", {"location": "Rome"}, {"location": ["Roma"]}),),
    ),
)

ASK = asked("Move my appointment.", says="Which event id does it have, and which start time?", label="ask")
UNABLE = asked("Order me a pizza.", says="I'm sorry, I don't have a tool to order food.", label="unable")
DIRECT = asked("Thanks a lot!", says="You're welcome!", label="direct")
ANSWERED = asked("What is a leap year?", says="A year with 366 days.", label="direct")
GENERAL = asked("Write a haiku.", says="Old pond / a frog jumps in / the sound of water.", label="general", tools=())

EVERY_DIALOGUE = {
    "event": EVENT,
    "parallel": PARALLEL,
    "followed": FOLLOWED,
    "after_result": AFTER_RESULT,
    "nested": NESTED,
    "alternatives": ALTERNATIVES,
    "ask": ASK,
    "unable": UNABLE,
    "direct": DIRECT,
    "answered": ANSWERED,
    "general": GENERAL,
}
"""All of them by a name for messages."""
