"""What the assistant example claims about itself: every call can be made, and the test suite repeats nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests.support.paths import ROOT
from winnow.validators.tools.dialects.openai_chat import OPENAI_CHAT
from winnow.validators.tools.dialogue import Call, Role, Turn
from winnow.validators.tools.strict_json import read_json

ASSISTANT = ROOT / "examples" / "assistant"
TOOLS = {tool["function"]["name"]: tool["function"] for tool in read_json((ASSISTANT / "tools.json").read_text())}
FREE_VALUES = ("title", "location", "subject", "body", "to", "task_id", "event_id")
"""Arguments whose values the test suite must not share with the dialogues; the others have few values."""
DATE = re.compile(r"(Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day, (January|February|March|April|May|June) (\d+)", re.ASCII)
DAYS = ["Mon", "Tues", "Wednes", "Thurs", "Fri", "Satur", "Sun"]
MONTHS = ["January", "February", "March", "April", "May", "June"]


@dataclass(frozen=True)
class Example:
    """One row, read as a dialogue."""

    row: dict[str, Any]
    turns: tuple[Turn, ...]

    @property
    def calls(self) -> Iterator[tuple[Call, str]]:
        """Every call with all that was said and returned before it."""
        before = ""
        for turn in self.turns:
            yield from ((call, before) for call in turn.calls)
            before += "\n" + turn.content

    @property
    def offered(self) -> set[str]:
        """The names of the tools that the row offers."""
        return {tool["function"]["name"] for tool in self.row["tools"]} if "tools" in self.row else set(TOOLS)

    def said_by(self, role: Role) -> list[str]:
        """What one participant said."""
        return [turn.content for turn in self.turns if turn.role == role]


def examples_of(name: str) -> list[Example]:
    rows = [read_json(line) for line in (ASSISTANT / name).read_text(encoding="utf-8").splitlines()]
    return [Example(row, OPENAI_CHAT.read(row["messages"]).turns) for row in rows]


DIALOGUES, TESTS = examples_of("dialogues.jsonl"), examples_of("tests.jsonl")
EXAMPLES = [*DIALOGUES, *TESTS]


def call_problems(example: Example) -> Iterator[str]:
    """What is wrong with the calls of an example, without values that nobody gave."""
    for call, before in example.calls:
        parameters = TOOLS[call.name]["parameters"]
        if call.name not in example.offered:
            yield f"{call.name} is not offered"
        if missing := set(parameters.get("required", ())) - set(call.arguments):
            yield f"{call.name} without {missing}"
        for name, value in call.arguments.items():
            schema = parameters["properties"].get(name, {"enum": []})
            if not is_valid(value, schema):
                yield f"{call.name}: {name} = {value!r}"
            ids = [value] if name.endswith("_id") else value if name == "to" else []
            yield from (f"{one} comes from nowhere" for one in ids if not re.search(rf"{re.escape(one)}\b", before))


def is_valid(value: Any, schema: dict[str, Any]) -> bool:
    """Whether a value fits the keywords that `tools.json` uses."""
    if schema.get("format") == "date":
        return date.fromisoformat(value).isoformat() == value
    if schema.get("type") == "array":
        return isinstance(value, list) and bool(value) and all(one.endswith("@example.com") for one in value)
    if schema.get("type") == "integer":
        return isinstance(value, int) and value >= schema["minimum"]
    return value in schema.get("enum", [value]) and bool(re.search(schema.get("pattern", "."), value))


def values_of(examples: list[Example]) -> set[str]:
    found: set[str] = set()
    for example in examples:
        for call, _ in example.calls:
            for name in set(FREE_VALUES) & set(call.arguments):
                value = call.arguments[name]
                found |= {str(one).lower() for one in (value if name == "to" else [value])}  # type: ignore[union-attr]
    return found


def test_every_call_can_be_made_with_ids_and_addresses_that_were_given_before() -> None:
    assert [problem for example in EXAMPLES for problem in call_problems(example)] == []


def test_labels_are_what_the_dialogue_shows() -> None:
    for example in EXAMPLES:
        called = "+".join(sorted({call.name for call, _ in example.calls}))
        label, kind = example.row["label"], example.row["type"]
        assert label == called or (not called and label in ("ask", "direct", "unable", "general"))
        assert (label == "general") == (kind == "general") == (example.row.get("tools") == [])
        asks = example.turns[-1].content.endswith("?")
        assert not (label == "ask" and not asks)
        assert not (label in ("direct", "unable") and asks)


def test_no_user_turn_occurs_twice_and_the_test_suite_repeats_no_value() -> None:
    said = Counter(text.strip().lower() for example in EXAMPLES for text in example.said_by(Role.USER))
    assert [text for text, count in said.items() if count > 1] == []
    assert values_of(DIALOGUES) & values_of(TESTS) == set()


def test_answers_have_one_style_and_name_days_that_exist() -> None:
    for example in EXAMPLES:
        for turn in example.turns:
            if turn.calls:
                assert re.fullmatch(r"[^.?!\n]+\.", turn.content.replace("Ms.", "Ms")), turn.content
        for text in example.said_by(Role.ASSISTANT):
            for day, month, number in DATE.findall(text):
                assert DAYS[date(2026, MONTHS.index(month) + 1, int(number)).weekday()] == day, text


@pytest.mark.parametrize(("name", "examples"), [("dialogues.jsonl", DIALOGUES), ("tests.jsonl", TESTS)])
def test_the_readme_counts_the_files(name: str, examples: list[Example]) -> None:
    readme = (ASSISTANT / "README.md").read_text(encoding="utf-8")
    groups = {example.row["group"] for example in examples}
    answers = sum(len(example.said_by(Role.ASSISTANT)) for example in examples)
    assert f"{len(examples)} dialogues in {len(groups)} groups, {answers} assistant turns" in readme
    table = {row[0]: row[1:] for row in re.findall(r"^\| `(\w+)` \| .* \| (\d+) \| (\d+) \|$", readme, re.M)}
    column = ("dialogues.jsonl", "tests.jsonl").index(name)
    counts = Counter(example.row["type"] for example in examples)
    assert {kind: int(numbers[column]) for kind, numbers in table.items()} == counts


def test_there_is_enough_of_everything() -> None:
    singles = Counter(example.row["label"] for example in DIALOGUES if example.row["type"] == "single")
    assert len(DIALOGUES) >= 200
    assert sum(len(example.said_by(Role.ASSISTANT)) for example in TESTS) >= 150
    assert set(singles) == set(TOOLS)
    assert min(singles.values()) >= 3
