"""`init --template tools --from` shows what dialogues hold, and takes their tools into a task that `add` works with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.dialogue_rows import ROWS
from tests.support.dialogues import CITIES, TOOLS, dialogue
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.curation.file_findings.dialogue_findings import ToolFinding, ToolsFrom
from winnow.validators.tools.gathered_tools import draft_tools

DECLARED = [
    *(dialogue(f"How is the weather in {city}?", city, user=f"u{n // 2}") for n, city in enumerate(CITIES)),
    dialogue("Is there traffic in Rome now?", "Rome", tool="traffic", user="u9"),
]


def messages(question: str, *, system: str = "", answer: str = "It is fine.") -> list[dict[str, Any]]:
    prompt = [{"role": "system", "content": system}] if system else []
    return [*prompt, {"role": "user", "content": question}, {"role": "assistant", "content": answer}]


def test_the_tools_that_rows_declare_become_those_of_the_task(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "dialogues.jsonl", DECLARED)
    found = winnow.describe_dialogues(file)
    assert (found.tools_from, found.dialogues, found.behaviors) == (ToolsFrom.ROWS, 13, {"weather": 12, "traffic": 1})
    assert found.tools == (ToolFinding("weather", ("city",), 13, 12), ToolFinding("traffic", ("city",), 13, 1))
    assert found.turns == {"assistant": 26, "user": 13, "tool": 13}
    assert found.groups
    assert (found.section.group, found.groups.groups, found.language) == ("user", 7, "en")
    json.dumps(found.json_form())
    workspace = winnow.init(tmp_path / "w", template="tools", from_file=file, license="own")
    assert sorted(path.name for path in (tmp_path / "w").iterdir()) == ["tools.json", "winnow.yaml"]
    assert [one["name"] for one in json.loads((tmp_path / "w" / "tools.json").read_text())] == ["traffic", "weather"]
    added = workspace.add(file)
    assert (added.added, added.dropped, workspace.status().sources[0].license) == (13, 0, "own")


def test_a_tool_with_several_declarations_has_the_most_frequent_one(tmp_path: Path) -> None:
    other = [{**TOOLS[0], "description": "the weather"}]
    rows = [dialogue(f"Weather in {city}?", city, tools=other if city in CITIES[:2] else TOOLS) for city in CITIES]
    found = winnow.describe_dialogues(write_jsonl(tmp_path / "d.jsonl", rows))
    described = {one["name"]: one["description"] for one in json.loads(found.tools_text)}
    assert described == {"weather": "weather", "traffic": "traffic"}
    assert "1 tool declared in several ways (weather)" in found.decisions[1].what


def test_tools_that_no_row_declares_are_a_draft_from_the_calls_that_says_so(tmp_path: Path) -> None:
    rows = [{**dialogue(f"Weather in {city}?", city), "tools": None} for city in CITIES]
    file = write_jsonl(tmp_path / "d.jsonl", rows)
    found = winnow.describe_dialogues(file)
    assert (found.tools_from, found.dropped) == (ToolsFrom.CALLS, {})
    assert "a draft of 1 tool from their calls" in found.decisions[0].what
    [drafted] = json.loads(found.tools_text)
    assert drafted["description"].startswith("Draft from 12 calls of the file")
    assert drafted["parameters"]["properties"] == {"city": {"type": "string"}}
    assert winnow.init(tmp_path / "w", template="tools", from_file=file).add(file, license="own").added == 12


def test_a_draft_has_the_types_of_the_values_and_requires_what_every_call_has() -> None:
    from winnow.validators.tools.dialogue import Call, Dialogue, Role, Turn

    given = ({"a": 1, "b": True, "c": [1], "d": {"x": 1}, "e": None}, {"a": 1.5, "b": "yes", "c": []})
    turns = tuple(Turn(Role.ASSISTANT, calls=(Call("call_1", "f", arguments),)) for arguments in given)
    [tool] = draft_tools([Dialogue(turns)]).tools
    types = {name: schema["type"] for name, schema in tool.properties.items()}
    assert types == {"a": "number", "b": ["boolean", "string"], "c": "array", "d": "object", "e": "null"}
    assert tool.required == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("systems", "prompts", "taken"),
    [
        (("Be brief.", "Be brief."), 1, "Be brief."),
        (("Be brief.", "Be kind."), 2, ""),
        (("Be brief.", ""), 1, ""),
        (("Use <tools>[]</tools>.", "Use <tools>[]</tools>."), 1, ""),
        (("", ""), 0, ""),
    ],
)
def test_a_system_prompt_is_that_of_the_task_if_all_dialogues_have_it(
    tmp_path: Path, systems: tuple[str, str], prompts: int, taken: str
) -> None:
    rows = [{"messages": messages(f"Hello, number {n}", system=one), "tools": TOOLS} for n, one in enumerate(systems)]
    file = write_jsonl(tmp_path / "d.jsonl", rows)
    found = winnow.describe_dialogues(file)
    assert (found.system_prompts, found.system_prompt) == (prompts, taken)
    workspace = winnow.init(tmp_path / "w", template="tools", from_file=file)
    assert (workspace.task.system_prompt_text, workspace.task.system_prompt is None) == (taken, not taken)


def test_what_add_would_drop_is_counted_with_the_first_reason(tmp_path: Path) -> None:
    wrong = dialogue("Weather in Bonn?", "Bonn", tool="forecast")
    rows = [*DECLARED, wrong, {"messages": "no list"}, dialogue("Traffic?", "Rome", label="weather", tool="traffic")]
    file = write_jsonl(tmp_path / "d.jsonl", rows)
    found = winnow.describe_dialogues(file)
    assert found.dropped == {"invalid_call": 1, "malformed_dialogue": 1, "label_contradicts_content": 1}
    assert found.first_dropped.startswith("row 14: ")
    added = winnow.init(tmp_path / "w", template="tools", from_file=file).add(file)
    assert (added.reasons, added.added) == (found.dropped, found.dialogues)


def test_a_file_without_a_dialogue_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"no dialogue in 1 row; row 1: .*expected"):
        winnow.describe_dialogues(write_jsonl(tmp_path / "d.jsonl", [{"messages": [{"who": "me"}]}]))
    with pytest.raises(WinnowError, match=r"no messages column among: ticket"):
        winnow.init(tmp_path / "w", template="tools", from_file=write_jsonl(tmp_path / "t.jsonl", [{"ticket": 5}]))
    assert not (tmp_path / "w").exists()


def test_dialogues_without_tools_and_calls_need_no_file_of_tools(tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "d.jsonl", [{"messages": messages("What is the capital of Peru?")}])
    found = winnow.describe_dialogues(file)
    assert (found.tools_from, found.tools_text, found.behaviors) == (ToolsFrom.NOWHERE, "", {"general": 1})
    workspace = winnow.init(tmp_path / "w", template="tools", from_file=file)
    assert (workspace.task.tools, workspace.add(file, license="own").added) == (None, 1)


@pytest.mark.parametrize("name", sorted(ROWS))
def test_every_format_of_dialogues_is_described(tmp_path: Path, name: str) -> None:
    found = winnow.describe_dialogues(write_jsonl(tmp_path / "d.jsonl", [ROWS[name]]))
    assert (found.rows, found.dialogues, sum(found.layouts.values()), found.dropped) == (1, 1, 1, {})
    assert found.requests or found.tools


def test_a_file_of_dialogues_that_is_read_as_queries_names_the_template(tmp_path: Path) -> None:
    found = winnow.describe_file(write_jsonl(tmp_path / "d.jsonl", [ROWS["xlam"]] * 3))
    assert [one.what for one in found.decisions if one.parameter == "template"] == [
        "queries, although 3 rows offer tools: the answers and calls of dialogues are not read"
    ]
