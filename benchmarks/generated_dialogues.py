"""Varied valid dialogues with the ten tools of `examples/assistant`, and planted rows whose fate is known."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from benchmarks.texts import texts

EXAMPLE = Path(__file__).parents[1] / "examples" / "assistant"

PLANTED_SHARE = 0.01
"""Share of the rows that are planted in each way."""

MONTHS = "March April May June July August September October November December".split()

CITIES = "Tacoma Lisbon Oslo Kyoto Nairobi Quito Hobart Turin Leeds Bergen".split()

NAMES = "paula omar mei jonas aisha tomas greta ravi lucia henry".split()

MANNERS = (
    ("", ""),
    ("Could you help me with this? ", ""),
    ("hey, ", ""),
    ("", " That is all for the moment, and there is no hurry about it."),
)
"""What users say before and after a request."""

Row = dict[str, Any]


class Planting(StrEnum):
    """How a planted row relates to another one, and what must become of it."""

    REPEATED = "repeated"
    """The same row: known."""
    INVALID = "invalid"
    """The same row without a required argument: dropped by `add`."""
    DUPLICATE = "duplicate"
    """Nearly the same words, equal calls, results and tools, both in train: one of the two is excluded."""
    OTHER_TOOLS = "other tools"
    """The same words and calls, fewer tools offered, both in train: both are kept."""
    OTHER_CALLS = "other calls"
    """Nearly the same words and other arguments, both in train: both are kept."""
    LEAK = "leak"
    """Nearly the same words as a row of the hold-out: excluded from train."""


@dataclass(frozen=True)
class GeneratedDialogues:
    """The rows of a file in OpenAI's chat form."""

    rows: list[Row]
    planted: Mapping[Planting, Sequence[tuple[Row, Row]]]
    """The planted rows of each kind, each after the row that it was made from."""


class Words:
    """Draws the words of dialogues. No phrase is drawn twice."""

    def __init__(self, seed: int) -> None:
        _, queries = texts()
        self.chance = random.Random(seed)
        self._queries = [query.replace('"', "").split() for query in queries]
        self._drawn: set[str] = set()

    def phrase(self) -> str:
        """The beginning of a query and the end of another one."""
        while True:
            start, end = (self.chance.choice(self._queries) for _ in range(2))
            found = " ".join([*start[:5], *end[-4:]]).strip(" ?.!,;:")
            if found.casefold() not in self._drawn:
                self._drawn.add(found.casefold())
                return found

    def said(self, text: str) -> Row:
        """A turn of the user that says a text as it is, as a question, casually, or at length."""
        opening, ending = self.chance.choice(MANNERS)
        return user(f"{opening}{text}{ending}")

    def day(self) -> tuple[str, str]:
        """A day of 2026, in words and as a date."""
        month, day = self.chance.randrange(len(MONTHS)), self.chance.randint(1, 28)
        return f"{MONTHS[month]} {day}", f"2026-{month + 3:02}-{day:02}"

    def time(self) -> str:
        """A time of the day, HH:MM."""
        return f"{self.chance.randint(7, 19):02}:{self.chance.randrange(0, 60, 5):02}"

    def identity(self, kind: str) -> str:
        """An id that a tool returns, such as `task_4812345`."""
        return f"{kind}_{self.chance.randrange(10**6, 10**7)}"


def write_task(root: Path) -> None:
    """Write the task file of the generated dialogues, with the tools and the system prompt of the example."""
    for name in ("tools.json", "system_prompt.txt"):
        (root / name).write_bytes((EXAMPLE / name).read_bytes())
    lines = ["name: large", "kind: tools", "language: en", "tools: tools.json", "system_prompt: system_prompt.txt"]
    text = "\n".join([*lines, "confusable: [[create_task, create_event]]", ""])
    (root / "winnow.yaml").write_text(text, encoding="utf-8")


def generate(count: int, *, seed: int = 0) -> GeneratedDialogues:
    """So many rows in a random order; the same ones for the same seed."""
    words = Words(seed)
    each = int(count * PLANTED_SHARE)
    planted = {planting: [_planted_pair(planting, words) for _ in range(each)] for planting in Planting}
    rows = [row for pairs in planted.values() for pair in pairs for row in pair]
    place = 0
    while len(rows) < count:
        rows += SCRIPTS[place % len(SCRIPTS)](words)
        place += 1
    words.chance.shuffle(rows)
    return GeneratedDialogues([{"group": f"g{number}", **row} for number, row in enumerate(rows)], planted)


def user(text: str) -> Row:
    return {"role": "user", "content": text}


def answer(text: str) -> Row:
    return {"role": "assistant", "content": text}


def calls(text: str, **arguments: Mapping[str, Any]) -> Row:
    """A turn that calls each named tool once."""
    made = [
        {
            "id": f"{name}_{text[:3]}",
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(given, ensure_ascii=False)},
        }
        for name, given in arguments.items()
    ]
    return {"role": "assistant", "content": text, "tool_calls": made}


def results(turn: Row, *values: object) -> list[Row]:
    """What the calls of a turn return, in order."""
    return [
        {"role": "tool", "tool_call_id": call["id"], "content": json.dumps(value)}
        for call, value in zip(turn["tool_calls"], values, strict=True)
    ]


def row(label: str, *turns: Row | list[Row], **columns: object) -> Row:
    """A row of a file; results stand in lists."""
    flat = [one for turn in turns for one in (turn if isinstance(turn, list) else [turn])]
    return {"messages": flat, "label": label, **columns}


def _single(words: Words) -> Iterator[Row]:
    """One call of one tool: what the user gives is all that it needs."""
    phrase, (day, date), time = words.phrase(), words.day(), words.time()
    task, event, name = words.identity("task"), words.identity("event"), words.chance.choice(NAMES)
    city = words.chance.choice(CITIES)
    asked: dict[str, tuple[str, dict[str, Any]]] = {
        "create_task": (f'Put "{phrase}" on my list.', {"title": phrase}),
        "update_task": (f'Rename {task} to "{phrase}".', {"task_id": task, "title": phrase}),
        "complete_task": (f'I am done with "{phrase}", {task}.', {"task_id": task}),
        "delete_task": (f'Drop "{phrase}", {task}.', {"task_id": task}),
        "list_tasks": (f'Due by {day}: "{phrase}".', {"due_by": date}),
        "create_event": (
            f'Book "{phrase}", {day}, {time}.',
            {"title": phrase, "date": date, "start_time": time},
        ),
        "update_event": (f'"{phrase}", {event}, moves to {day}.', {"event_id": event, "date": date}),
        "delete_event": (f'Cancel {event}: "{phrase}" is off.', {"event_id": event}),
        "get_weather": (f'Weather in {city} for "{phrase}".', {"location": city}),
        "send_email": (
            f'Email {name}@example.com "{phrase}".',
            {"to": [f"{name}@example.com"], "subject": phrase, "body": phrase},
        ),
    }
    tool = words.chance.choice(list(asked))
    text, arguments = asked[tool]
    yield row(tool, words.said(text), calls("I'll do that.", **{tool: arguments}))


def _with_task_id(words: Words) -> Iterator[Row]:
    """A task is found in a list, and then changed by its id."""
    phrase, task = words.phrase(), words.identity("task")
    title, other = words.phrase(), words.identity("task")
    done = ("complete_task", f'Mark "{phrase}" as done.', {"task_id": task})
    gone = ("delete_task", f'Delete "{phrase}".', {"task_id": task})
    renamed = ("update_task", f'Call "{phrase}" now "{title}".', {"task_id": task, "title": title})
    tool, text, arguments = words.chance.choice([done, gone, renamed])
    found = [{"id": task, "title": phrase}, {"id": other, "title": words.phrase()}]
    listing, change = calls("I'll look it up.", list_tasks={}), calls("I'll change it.", **{tool: arguments})
    yield row(f"{'+'.join(sorted(['list_tasks', tool]))}", words.said(text), listing, results(listing, found), change)


def _with_event_id(words: Words) -> Iterator[Row]:
    """An appointment is made, and in a later turn changed by the id of the result."""
    phrase, event, (day, date), time = words.phrase(), words.identity("event"), words.day(), words.time()
    created = calls("I'll add it.", create_event={"title": phrase, "date": date, "start_time": time})
    later = words.time()
    moved = ("update_event", f"Actually, make that {later}.", {"event_id": event, "start_time": later})
    gone = ("delete_event", "Sorry, remove it again.", {"event_id": event})
    tool, text, arguments = words.chance.choice([moved, gone])
    yield row(
        f"create_event+{tool}",
        words.said(f'Appointment "{phrase}" on {day}, {time}.'),
        created,
        results(created, {"id": event}),
        answer("It is in your calendar."),
        words.said(text),
        calls("I'll change it.", **{tool: arguments}),
    )


def _compound(words: Words) -> Iterator[Row]:
    """Two calls in one turn."""
    phrase, title, (day, date), time = words.phrase(), words.phrase(), words.day(), words.time()
    event = {"title": title, "date": date, "start_time": time}
    text = f'Put "{phrase}" on my list, and "{title}" in my calendar, {day} at {time}.'
    made = calls("I'll add both.", create_task={"title": phrase}, create_event=event)
    told = results(made, {"id": words.identity("task")}, {"id": words.identity("event")})
    yield row("create_event+create_task", words.said(text), made, told, answer("Both are noted."))


def _contrast(words: Words) -> Iterator[Row]:
    """A task, an appointment, and both of them in nearly the same words."""
    phrase, (day, date), time, group = words.phrase(), words.day(), words.time(), words.identity("pair")
    task = {"title": phrase, "due_date": date}
    event = {"title": phrase, "date": date, "start_time": time}
    yield row(
        "create_task",
        words.said(f'Remind me of "{phrase}" by {day}.'),
        calls("I'll add it.", create_task=task),
        group=group,
    )
    yield row(
        "create_event",
        words.said(f'Remind me of "{phrase}" on {day}, {time}.'),
        calls("I'll add it.", create_event=event),
        group=group,
    )
    both = calls("I'll add both.", create_task=task, create_event=event)
    text = f'Put "{phrase}" on my list for {day}, and in my calendar at {time}.'
    yield row("create_event+create_task", words.said(text), both, group=group)


def _ask(words: Words) -> Iterator[Row]:
    asked = words.said(f'Put "{words.phrase()}" in my calendar.')
    yield row("ask", asked, answer("On which date, and at what time does it start?"))


def _direct(words: Words) -> Iterator[Row]:
    asked = words.said(f'Tell me about "{words.phrase()}".')
    yield row("direct", asked, answer("It reads like a note that was cut short."))


def _unable(words: Words) -> Iterator[Row]:
    asked = words.said(f'Sing "{words.phrase()}" for me.')
    yield row("unable", asked, answer("I have no tool for singing."))


def _general(words: Words) -> Iterator[Row]:
    asked = words.said(f"Rewrite in one line: {words.phrase()}.")
    yield row("general", asked, answer("Here it is, in one line."), tools="[]")


SCRIPTS: Sequence[Callable[[Words], Iterator[Row]]] = (
    *[_single] * 10,
    *[_with_task_id] * 3,
    *[_with_event_id] * 2,
    _compound,
    _contrast,
    _ask,
    _direct,
    _unable,
    *[_general] * 2,
)
"""Ways to make rows, in the proportions in which they occur."""


def _planted_pair(planting: Planting, words: Words) -> tuple[Row, Row]:
    """A row, and the one that is planted for it."""
    phrase, (day, date), identity = words.phrase(), words.day(), words.identity("task")
    arguments = {"title": phrase, "due_date": date, "priority": "high"}

    def one(*, split: str, end: str = ".", given: Mapping[str, Any] = arguments, **columns: object) -> Row:
        made = calls("I'll note it.", create_task=given)
        text = f'Note "{phrase}" for {day}, it is important{end}'
        return row("create_task", user(text), made, results(made, {"id": identity}), split=split, **columns)

    without = {name: value for name, value in arguments.items() if name != "priority"}
    train = one(split="train")
    match planting:
        case Planting.REPEATED:
            return train, {**train}
        case Planting.INVALID:
            return train, one(split="train", end="!", given={"due_date": date})
        case Planting.DUPLICATE:
            return train, one(split="train", end="!")
        case Planting.OTHER_TOOLS:
            return train, one(split="train", tools=_tools_without("get_weather"))
        case Planting.OTHER_CALLS:
            return train, one(split="train", end="!", given=without)
        case Planting.LEAK:
            hold_out = words.chance.choice(["validation", "test"])
            return one(split=hold_out), one(split="train", end="!")


def _tools_without(name: str) -> str:
    declared = json.loads((EXAMPLE / "tools.json").read_text(encoding="utf-8"))
    return json.dumps([tool for tool in declared if tool["function"]["name"] != name])
