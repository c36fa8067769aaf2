"""The questions of the Berkeley Function Calling Leaderboard as expected answers with accepted values."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.validators.tools.dialogue import OMITTED, Call, Dialogue, Role, Tool, Turn
from winnow.validators.tools.schemas.check_arguments import call_violations
from winnow.validators.tools.schemas.read_tools import read_tools

CATEGORIES = tuple(
    f"{live}{kind}"
    for live in ("", "live_")
    for kind in ("simple", "multiple", "parallel", "parallel_multiple", "irrelevance")
)
"""The categories in Python with one turn; `simple` is the file `simple_python` where it is not live."""

MOST_COMBINATIONS = 2_000
"""So many complete objects are listed for one argument whose properties have several accepted values each."""


@dataclass(frozen=True)
class BfclQuestion:
    """One question with its functions, as the benchmark and as Winnow hold it."""

    id: str
    category: str
    functions: list[dict[str, Any]]
    """As the benchmark declares them."""
    possible: list[dict[str, Any]]
    """The possible answers: for each call the function, and for each argument the accepted values."""
    before: Dialogue
    expected: Turn

    @property
    def tools(self) -> dict[str, Tool]:
        """The offered tools by name."""
        return {tool.name: tool for tool in self.before.tools}


@dataclass(frozen=True)
class LeftOutQuestion:
    """A question that a release could not hold, and why."""

    id: str
    category: str
    why: str


def read_questions(folder: Path) -> Iterator[BfclQuestion | LeftOutQuestion]:
    """Every question of the categories in the package's folder `data`."""
    for category in CATEGORIES:
        name = f"BFCL_v4_{'simple_python' if category == 'simple' else category}.json"
        answers = folder / "possible_answer" / name
        possible = {one["id"]: one["ground_truth"] for one in _lines(answers)} if answers.is_file() else {}
        for row in _lines(folder / name):
            yield _question(row, category, possible.get(row["id"], []))


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _question(row: Mapping[str, Any], category: str, possible: list[dict[str, Any]]) -> BfclQuestion | LeftOutQuestion:
    offered = read_tools(row["function"])
    if offered.problems:
        why = f"tools that cannot be read: {offered.problems[0].name}"
        return LeftOutQuestion(row["id"], category, why)
    calls = tuple(_call(number, one, offered.tools) for number, one in enumerate(possible, 1))
    if any(call is None for call in calls):
        return LeftOutQuestion(row["id"], category, "no accepted value of an argument fits the schema")
    expected = Turn(Role.ASSISTANT, "" if possible else "I'm sorry, I don't have a tool for that.", calls=calls)  # type: ignore[arg-type]
    spoken = "\n".join(turn["content"] for turn in row["question"][0])
    before = Dialogue((Turn(Role.USER, spoken),), offered.tools)
    broken = [
        one for call in expected.calls for one in call_violations(call, {tool.name: tool for tool in offered.tools})
    ]
    if broken:
        return LeftOutQuestion(row["id"], category, f"the answer breaks the schema: {broken[0].name}")
    return BfclQuestion(row["id"], category, list(row["function"]), possible, before, expected)


def _call(number: int, possible: Mapping[str, Any], tools: Sequence[Tool]) -> Call | None:
    """The call with the first accepted value of each argument that fits the schema; None if an argument has none."""
    ((name, arguments),) = possible.items()
    tool = next((one for one in tools if one.name == name), None)
    found: dict[str, Any] = {}
    accepted: dict[str, list[Any]] = {}
    for argument, listed in arguments.items():
        values = [value for one in listed if one != OMITTED for value in combinations(one)]
        fitting = [value for value in values if tool is None or _fits(tool, argument, value)]
        others = [OMITTED] if OMITTED in listed else []
        if not fitting and not others:
            return None
        if fitting:
            found[argument] = fitting[0]
        if others or len(fitting) > 1:
            accepted[argument] = [*fitting[1:], *others]
    return Call(f"call_{number}", name, found, accepted)


def _fits(tool: Tool, argument: str, value: Any) -> bool:
    """Whether a value breaks no rule of its own schema."""
    call = Call("call_1", tool.name, {argument: value})
    return not any(
        one.argument == argument or one.argument.startswith((f"{argument}.", f"{argument}["))
        for one in call_violations(call, {tool.name: tool})
    )


def combinations(value: Any) -> list[Any]:
    """The values that one entry of a list of accepted values stands for.

    In an object, each property has a list of accepted values; so have the objects in a list.
    """
    if isinstance(value, dict):
        return _objects(value)
    if isinstance(value, list) and value and all(isinstance(one, dict) for one in value):
        return [list(one) for one in itertools.islice(itertools.product(*map(_objects, value)), MOST_COMBINATIONS)]
    return [value]


def _objects(possible: Mapping[str, Any]) -> list[dict[str, Any]]:
    choices = [[(key, value) for value in values] for key, values in possible.items()]
    chosen = itertools.islice(itertools.product(*choices), MOST_COMBINATIONS)
    return [{key: value for key, value in pairs if value != OMITTED} for pairs in chosen]
