"""Variations of dialogues: words change where arguments stay as given, and values change in turn and call alike."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.support.dialogues import dialogue, tools_workspace
from winnow.core.errors import WinnowError
from winnow.workspace import Workspace

ROWS = [
    dialogue("Could you show me the weather in Oslo?", "Oslo", split="train", group="a"),
    dialogue("What is the traffic like in Bergen?", "Bergen", tool="traffic", split="train", group="b"),
    dialogue("Show the traffic of 7012 Trondheim please", "7012 Trondheim", tool="traffic", split="train", group="c"),
    dialogue("I need the weather for city_4417 today", "city_4417", split="train", group="d"),
    dialogue("Show the weather in Paris", "Paris", split="test", group="e"),
]


@pytest.fixture(scope="module")
def varied(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """Four dialogues of train with their variations, and one of test."""
    made = tools_workspace(tmp_path_factory.mktemp("varied") / "ws")
    with made.folder.task_file.open("a") as file:
        file.write("slots: {place: [Oslo, Lillehammer]}\n")
    from winnow.curation.io.readers.columns import Columns

    made.add(pd.DataFrame(ROWS), columns=Columns(group="group"), license="own")
    made.generate_variations()
    return made


def dialogues(workspace: Workspace) -> list[dict[str, Any]]:
    """The variations: text of the first turn, calls, number of turns."""
    found = []
    for row in workspace.records().query("origin == 'synthetic'").to_dict("records"):
        turns = json.loads(json.loads(row["content"])["messages"])
        calls = [call for turn in turns for call in turn.get("calls", ())]
        found.append({"asked": turns[0]["content"], "calls": calls, "turns": len(turns), **row})
    return found


def test_every_argument_is_still_given_by_the_words(varied: Workspace) -> None:
    found = dialogues(varied)
    assert len(found) > 6
    for one in found:
        (call,) = one["calls"]
        assert call["arguments"]["city"].casefold() in one["asked"].casefold()
        assert one["label"] in ("", call["name"])
        assert one["state"] == "proposed"
    assert not [one for one in found if "paris" in one["asked"].casefold()]
    assert varied.records().groupby("group").size().max() <= varied.task.variations_per_seed


def test_values_and_slots_change_in_turn_and_call_and_end_there(varied: Workspace) -> None:
    found = dialogues(varied)
    others = [one for one in found if one["calls"][0]["arguments"]["city"] not in [_city(row) for row in ROWS]]
    cities = {one["calls"][0]["arguments"]["city"] for one in others}
    assert "Lillehammer" in cities
    assert any(city.startswith("city_") for city in cities)
    assert {one["turns"] for one in others} == {2}
    assert {one["turns"] for one in found} == {2, 4}


def _city(row: dict[str, Any]) -> str:
    (call,) = row["messages"][1]["tool_calls"]
    return str(json.loads(call["function"]["arguments"])["city"])


def test_the_same_dialogues_are_varied_once(varied: Workspace) -> None:
    again = varied.generate_variations()
    assert again.known
    assert again.added.given == 0


def test_kinds_that_would_change_an_argument_are_not_offered(tmp_path: Path) -> None:
    made = tools_workspace(tmp_path / "ws")
    with pytest.raises(WinnowError, match=r"kind: unknown value 'times'; expected: values, slots, frames"):
        made.generate_variations(kinds=["times"])
