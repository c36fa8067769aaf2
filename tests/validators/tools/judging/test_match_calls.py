from __future__ import annotations

from typing import Any

from tests.support.judged_dialogues import TOOLS
from winnow.validators.tools.dialogue import Call
from winnow.validators.tools.judging.match_calls import matched_calls

BY_NAME = {tool.name: tool for tool in TOOLS}


def task(title: str, due_date: str = "") -> Call:
    arguments: dict[str, Any] = {"title": title, "due_date": due_date} if due_date else {"title": title}
    return Call("call_1", "create_task", arguments)


def pairs(given: list[Call], expected: list[Call]) -> list[tuple[int, int]]:
    return list(matched_calls(given, expected, BY_NAME).pairs)


def test_nothing_matches_nothing() -> None:
    found = matched_calls([], [task("A"), task("B")], BY_NAME)
    assert (found.pairs, found.extra, found.missing) == ((), (), (0, 1))
    found = matched_calls([task("A")], [], BY_NAME)
    assert (found.pairs, found.extra, found.missing) == ((), (0,), ())


def test_calls_of_the_same_tool_belong_together_however_they_differ() -> None:
    weather = Call("call_1", "get_weather", {"location": "Oslo"})
    far = Call("call_2", "get_weather", {"location": "Rome", "units": "kelvin", "x": 1, "y": 2, "z": 3})
    assert pairs([task("A"), far], [weather, task("B")]) == [(0, 1), (1, 0)]
    assert pairs([task("A")], [weather]) == [(0, 0)]
    found = matched_calls([far, task("A"), task("B")], [task("B"), weather], BY_NAME)
    assert (found.pairs, found.extra, found.missing) == (((0, 1), (2, 0)), (1,), ())


def test_the_fewest_differences_decide_and_required_arguments_count_twice() -> None:
    assert pairs([task("A"), task("B")], [task("B"), task("A")]) == [(0, 1), (1, 0)]
    day, other = "2026-03-04", "2026-03-05"
    assert pairs([task("A", day), task("A", other)], [task("A", other), task("A", day)]) == [(0, 1), (1, 0)]
    assert pairs([task("A", day), task("B", other)], [task("B", day), task("A", other)]) == [(0, 1), (1, 0)]


def test_two_other_arguments_weigh_as_much_as_one_required_argument() -> None:
    """With a title that fits crosswise, and three options that fit better straight: 5 against 6."""

    def event(title: str, duration: int, location: str, **private: bool) -> Call:
        arguments = {"title": title, "duration": duration, "location": location, **private}
        return Call("call_1", "create_event", arguments)

    given = [event("A", 10, "here", private=True), event("B", 20, "there", private=False)]
    assert pairs(given, [event("B", 10, "here", private=True), event("A", 20, "there")]) == [(0, 0), (1, 1)]
