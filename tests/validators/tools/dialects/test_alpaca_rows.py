from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.dialogues import tools_workspace
from winnow.curation.io.readers.columns import Columns
from winnow.validators.intent_rows.alpaca_queries import ALPACA_QUERIES
from winnow.validators.row_layout import ArrangedRow
from winnow.validators.text import Drop
from winnow.validators.tools.dialects import read_dialogue
from winnow.validators.tools.dialects.alpaca_rows import ALPACA
from winnow.validators.tools.dialects.dialect import SourceDialogue
from winnow.validators.tools.dialogue import Call, Role, Turn

PARIS = {"name": "weather", "arguments": {"city": "Paris"}}
CALLS = (Call("call_1", "weather", {"city": "Paris"}),)


def arranged(**columns: Any) -> SourceDialogue | Drop:
    fields = {"instruction": "Weather?", "input": "Paris", "output": "Sunny.", **columns}
    assert ALPACA.recognizes(fields)
    found = ALPACA.arrange(fields)
    return found if isinstance(found, Drop) else read_dialogue(found.content["messages"])


@pytest.mark.parametrize(
    ("output", "answer"),
    [
        ("Sunny.", Turn(Role.ASSISTANT, "Sunny.")),
        (json.dumps([PARIS]), Turn(Role.ASSISTANT, calls=CALLS)),
        (f"Wait.\n<tool_call>\n{json.dumps(PARIS)}\n</tool_call>", Turn(Role.ASSISTANT, "Wait.", CALLS)),
    ],
)
def test_the_instruction_with_its_input_is_answered_by_the_output(output: str, answer: Turn) -> None:
    found = arranged(output=output)
    assert isinstance(found, SourceDialogue)
    assert found.turns == (Turn(Role.USER, "Weather?\nParis"), answer)


@pytest.mark.parametrize("history", [[["Hi", "Hello!"]], '[["Hi", "Hello!"]]'])
def test_the_history_goes_first_and_an_empty_input_adds_nothing(history: Any) -> None:
    found = arranged(input="", history=history, system="Be kind.")
    assert isinstance(found, SourceDialogue)
    assert [turn.content for turn in found.turns] == ["Hi", "Hello!", "Weather?", "Sunny."]
    assert found.system == "Be kind."


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        ({"instruction": 3}, "the instruction is '3', expected a text"),
        ({"input": ["x"]}, "the input is \"['x']\", expected a text"),
        ({"history": "["}, "the history is not JSON"),
        ({"history": [["Hi"]]}, "the history is not a list of pairs"),
        ({"system": 7}, "the content is neither a text nor a list"),
        ({"output": '{"name": "weather", "arguments": {"city": "Par'}, 'the output: \'{"name"'),
    ],
)
def test_a_row_that_cannot_be_read_is_dropped_with_the_reason(columns: dict[str, Any], reason: str) -> None:
    found = arranged(**columns)
    assert isinstance(found, Drop)
    assert found.detail.startswith(reason)


def test_rows_of_dialogues_are_added(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"instruction": "Weather in Paris?", "input": "", "output": json.dumps(PARIS)},
        {"instruction": "Weather in Rome?", "output": "<tool_call>"},
    ]
    (tmp_path / "rows.json").write_text(json.dumps(lines))
    added = tools_workspace(tmp_path / "w").add(tmp_path / "rows.json", origin="public", license="own")
    assert (added.given, added.added, added.dropped) == (2, 1, 1)
    assert "Alpaca (2 rows)" in added.notes[0]


def test_a_query_is_the_instruction_with_its_input_and_its_label_the_output() -> None:
    row = {"instruction": "where is it?", "input": "the card", "output": " card\n"}
    assert ALPACA_QUERIES.arrange(row) == ArrangedRow({"text": "where is it?\nthe card"}, "card")
    assert ALPACA_QUERIES.arrange({**row, "instruction": "", "output": ""}) == ArrangedRow({"text": "the card"})
    assert isinstance(ALPACA_QUERIES.arrange({**row, "history": [["a", "b"]]}), Drop)
    assert isinstance(ALPACA_QUERIES.arrange({**row, "input": 3}), Drop)


def test_queries_are_added_and_named_columns_and_a_column_of_text_go_first(tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    (tmp_path / "w" / "winnow.yaml").write_text("name: t\nkind: intents\nlabels: [{name: card}, {name: loan}]\n")
    workspace = winnow.open(tmp_path / "w")
    lines: list[dict[str, Any]] = [
        {"instruction": "where is my card?", "input": "", "output": "card"},
        {"instruction": "x", "output": "loan", "text": "a loan please", "label": "loan"},
        {"instruction": "raise my limit", "input": "", "output": "nothing of this"},
    ]
    (tmp_path / "rows.jsonl").write_text("\n".join(map(json.dumps, lines)))
    added = workspace.add(tmp_path / "rows.jsonl", origin="public", license="own")
    assert (added.given, added.added, added.reasons) == (3, 2, {"unknown_label": 1})
    rows = [{"instruction": "Label this.", "input": "lend me money", "output": "loan"}]
    (tmp_path / "named.jsonl").write_text("\n".join(map(json.dumps, rows)))
    workspace.add(
        tmp_path / "named.jsonl", columns=Columns(text="input", label="output"), origin="public", license="own"
    )
    texts = set(workspace.records()["text"])
    assert texts == {"where is my card?", "a loan please", "lend me money"}
