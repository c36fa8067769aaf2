"""Queries and labels in the turns of a chat."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from winnow.core.vocabulary import DropReason
from winnow.validators.intent_rows.chat_rows import CHAT_ROWS, PROMPT_AND_COMPLETION
from winnow.validators.row_layout import ArrangedRow
from winnow.validators.text import Drop
from winnow.workspace import Workspace

USER = {"role": "user", "content": "where is my card?"}
ANSWER = {"role": "assistant", "content": "card"}
SYSTEM = {"role": "system", "content": "Answer with a label."}


def intents(folder: Path) -> Workspace:
    folder.mkdir()
    text = "name: t\nkind: intents\nlabels: [{name: card}, {name: loan}]\nlicenses: {allow: [unknown]}\n"
    (folder / "winnow.yaml").write_text(text)
    return winnow.open(folder)


@pytest.mark.parametrize(
    ("messages", "label"),
    [
        ([USER, ANSWER], "card"),
        ([SYSTEM, USER, ANSWER], "card"),
        (json.dumps([USER, ANSWER]), "card"),
        ([USER], None),
    ],
)
def test_the_user_says_the_query_and_the_assistant_the_label(messages: Any, label: str | None) -> None:
    assert CHAT_ROWS.arrange({"messages": messages}) == ArrangedRow({"text": USER["content"]}, label)


@pytest.mark.parametrize(
    ("messages", "reason"),
    [
        ("[", "the messages are not JSON"),
        ([USER, 1], "the messages are not a list of objects"),
        ([SYSTEM], "turns of nobody"),
        ([USER, ANSWER, USER], "turns of user, assistant, user"),
        ([ANSWER], "turns of assistant"),
        ([USER, {"role": "assistant", "content": None}], "turn 2: the content is not text"),
        ([USER, {**ANSWER, "tool_calls": [{}]}], "turn 2: a call of a tool"),
    ],
)
def test_another_conversation_is_no_query(messages: Any, reason: str) -> None:
    found = CHAT_ROWS.arrange({"messages": messages})
    assert isinstance(found, Drop)
    assert found.detail.startswith(reason)


@pytest.mark.parametrize(("asks", "answers"), [("human", "gpt"), ("user", "assistant"), ("Human", "chatgpt")])
def test_the_speakers_of_sharegpt_have_the_names_that_dialogues_know(asks: str, answers: str) -> None:
    turns = [{"from": asks, "value": USER["content"]}, {"from": answers, "value": "card"}]
    for cell in (turns, json.dumps(turns)):
        assert CHAT_ROWS.arrange({"conversations": cell}) == ArrangedRow({"text": USER["content"]}, "card")
    found = CHAT_ROWS.arrange({"conversations": [*turns, {"from": "stranger", "value": "x"}]})
    assert isinstance(found, Drop)
    assert found.detail.startswith("turns of user, assistant, stranger")


def test_prompt_and_completion_are_two_texts_or_two_lists() -> None:
    found = ArrangedRow({"text": USER["content"]}, "card")
    assert PROMPT_AND_COMPLETION.arrange({"prompt": USER["content"], "completion": " card\n"}) == found
    assert PROMPT_AND_COMPLETION.arrange({"prompt": [SYSTEM, USER], "completion": [ANSWER]}) == found
    assert isinstance(PROMPT_AND_COMPLETION.arrange({"prompt": [USER], "completion": "card"}), Drop)


def test_an_export_as_chat_is_read_back(tmp_path: Path) -> None:
    first = intents(tmp_path / "first")
    rows = [{"text": f"where is my card {n}?", "label": "card"} for n in range(3)]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    first.add(tmp_path / "rows.jsonl", origin="human", license="own")
    lines = [
        json.dumps({"messages": [{"role": "user", "content": row["text"]}, {"role": "assistant", "content": "card"}]})
        for row in rows
    ]
    (tmp_path / "chat.jsonl").write_text("\n".join(lines))
    again = first.add(tmp_path / "chat.jsonl", license="own")
    assert (again.given, again.known) == (3, 3)
    second = intents(tmp_path / "second")
    added = second.add(tmp_path / "chat.jsonl", license="own")
    assert (added.added, set(second.records()["label"])) == (3, {"card"})
    assert added.notes[0].startswith("chat.jsonl: chat messages (3 rows)")


def test_rows_of_all_kinds_are_counted(tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {"text": "raise my limit", "label": "loan", "messages": [USER, ANSWER]},
        {"messages": [USER, {"role": "assistant", "content": "unheard of"}]},
        {"messages": [USER, ANSWER]},
        {"prompt": "a loan please", "completion": "loan"},
        {"prompt": "x", "chosen": "loan", "rejected": "card"},
        {"messages": []},
    ]
    (tmp_path / "rows.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    added = intents(tmp_path / "w").add(tmp_path / "rows.jsonl", origin="human", license="own")
    assert (added.given, added.added) == (6, 3)
    assert added.reasons == {
        DropReason.UNKNOWN_LABEL: 1, DropReason.MALFORMED_ROW: 1, DropReason.MALFORMED_DIALOGUE: 1,
    }  # fmt: skip
