"""Files of general instruction data: what a row may be, and that every wrong row is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.assistants import ASSISTANT
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.training.forgetting.general_rows import MOST_PROBLEMS, read_general_file

QUESTION = {"question": "What is 1 + 1?", "choices": ["2", "3"], "answer": "2"}


def instruction(*texts: str) -> dict[str, Any]:
    roles = ("user", "assistant")
    return {"messages": [{"role": roles[place % 2], "content": text} for place, text in enumerate(texts)]}


def test_an_answer_is_a_choice_or_its_index(tmp_path: Path) -> None:
    rows = [{**QUESTION, "question": f"{answer!r}?", "answer": answer} for answer in ("2", 1, "0", 0)]
    found = read_general_file(write_jsonl(tmp_path / "general.jsonl", rows))
    assert [one.right for one in found.questions] == [0, 1, 0, 0]  # "2" is the text of the first choice


def test_the_last_message_is_the_reference(tmp_path: Path) -> None:
    row = instruction("Hi.", "Hello.", "Name a color.", "Red.")
    text = {"messages": json.dumps(instruction("Name a fruit.", "Apple.")["messages"])}
    found = read_general_file(write_jsonl(tmp_path / "general.jsonl", [row, text]))
    assert [one.reference for one in found.instructions] == ["Red.", "Apple."]
    assert [message["content"] for message in found.instructions[0].messages] == ["Hi.", "Hello.", "Name a color."]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({}, "neither question nor messages"),
        ({**QUESTION, **instruction("a", "b")}, "question and messages"),
        ({**QUESTION, "question": " "}, "an empty question"),
        ({**QUESTION, "question": 3}, "an empty question"),
        ({**QUESTION, "choices": "2, 3"}, "choices: not JSON|not JSON"),
        ({**QUESTION, "choices": [2, 3]}, "choices that are no list of texts"),
        ({**QUESTION, "choices": ["2"]}, "1 different choice of 1"),
        ({**QUESTION, "choices": ["2", "2"]}, "1 different choice of 2"),
        ({**QUESTION, "answer": "4"}, "answer '4'"),
        ({**QUESTION, "answer": 2}, "answer 2; expected: one of the choices, or its index from 0 to 1"),
        ({**QUESTION, "answer": -1}, "answer -1"),
        ({**QUESTION, "answer": True}, "answer True"),
        ({**QUESTION, "answer": "9" * 5000}, "answer '9999"),
        ({"question": "Why?", "choices": ["a", "b"]}, "answer None"),
        (instruction("only a question"), "roles user"),
        (instruction(), "roles of no message"),
        (instruction("a", " "), "messages that are no list"),
        ({"messages": [{"role": "system", "content": "x"}, {"role": "assistant", "content": "y"}]}, "roles system"),
        ({"messages": [{"role": "user", "content": "x", "tool_calls": []}]}, "messages that are no list"),
    ],
)
def test_a_wrong_row_is_refused_with_its_number(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    with pytest.raises(WinnowError, match=rf"general\.jsonl, row 2: .*(?:{words})"):
        read_general_file(write_jsonl(tmp_path / "general.jsonl", [QUESTION, row]))


def test_all_wrong_rows_are_named_and_a_repeated_one_is_wrong(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"the same request as row 1; expected: each request once"):
        read_general_file(write_jsonl(tmp_path / "general.jsonl", [QUESTION, {**QUESTION, "choices": ["2", "5"]}]))
    with pytest.raises(WinnowError) as error:
        read_general_file(write_jsonl(tmp_path / "general.jsonl", [{}] * (MOST_PROBLEMS + 5)))
    assert len(error.value.problems) == MOST_PROBLEMS + 1
    assert "5 more rows" in error.value.problems[-1].found
    with pytest.raises(WinnowError, match=r"no rows"):
        read_general_file(write_jsonl(tmp_path / "general.jsonl", []))


def test_the_file_of_the_example_is_apart_from_its_dialogues() -> None:
    found = read_general_file(ASSISTANT / "general.jsonl")
    assert (len(found.questions), len(found.instructions)) == (60, 40)
    dialogues = [
        json.loads(line)["messages"]
        for name in ("dialogues.jsonl", "tests.jsonl")
        for line in (ASSISTANT / name).read_text().splitlines()
    ]
    said = {str(message["content"]).casefold() for messages in dialogues for message in messages}
    asked = [row.messages[-1]["content"] for row in (*found.questions, *found.instructions)]
    assert [text for text in asked if text.casefold() in said] == []
