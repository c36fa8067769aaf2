from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.support.dialogues import TOOLS, tools_workspace
from tests.support.files import read_dropped, write_jsonl
from winnow.curation.io.readers.columns import Columns
from winnow.curation.io.readers.source_rows import SourceRows, read_file
from winnow.validators.kinds import KINDS

CALL = json.dumps([{"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Paris"}'}}])
BARE_CALL = json.dumps([{"name": "weather", "arguments": {"city": "Rome"}}])

COLUMNS = ("id", "conversation_id", "user_id", "role", "content", "tool_calls", "tool_call_id", "created_at")
MESSAGES: list[tuple[Any, ...]] = [
    (7, "c1", "u1", "user", "Weather in Paris?", None, None, "2026-01-01 10:00:00"),
    (8, "c2", "u1", "user", "Weather in Rome?", None, None, "2026-01-01 10:00:01"),
    (9, "c1", "u1", "assistant", None, CALL, None, "2026-01-01 10:00:02"),
    (10, "c1", "u1", "tool", "sunny", None, "a", "2026-01-01 10:00:03"),
    (11, "c2", "u1", "assistant", None, BARE_CALL, None, "2026-01-01 10:00:03"),
    (12, "c2", "u1", "tool", "rain", None, None, "2026-01-01 10:00:05"),
    (13, "c2", "u1", "assistant", "It rains.", None, None, "2026-01-01 10:00:06"),
    (14, "c1", "u1", "assistant", "It is sunny.", None, None, "2026-01-01 10:00:04"),
]


def database(path: Path, messages: list[tuple[Any, ...]] = MESSAGES, columns: tuple[str, ...] = COLUMNS) -> Path:
    """A SQLite file, or a dump where the suffix is `.sql`, with one table of messages."""
    connection = sqlite3.connect(":memory:")
    connection.execute(f"CREATE TABLE messages ({', '.join(columns)})")
    connection.executemany(f"INSERT INTO messages VALUES ({', '.join('?' * len(columns))})", messages)
    connection.commit()
    if path.suffix == ".sql":
        path.write_text("\n".join(connection.iterdump()))
    else:
        connection.backup(target := sqlite3.connect(path))
        target.close()
    connection.close()
    return path


def roles(reading: SourceRows) -> list[list[tuple[str, str]]]:
    return [[(one["role"], one["content"] or "") for one in row.content["messages"]] for row in reading.rows]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", ["chat.db", "chat.sql"])
def test_each_conversation_is_one_dialogue_in_the_order_of_time(tmp_path: Path, name: str) -> None:
    workspace = tools_workspace(tmp_path / "w")
    added = workspace.add(database(tmp_path / name), license="own", columns=Columns(group="user_id"))
    assert (added.given, added.added, added.reasons) == (2, 2, {})
    assert f"{name}: 8 messages are 2 dialogues by 'conversation_id', in the order of 'created_at'" in added.notes
    found = read_file(tmp_path / name, kind=KINDS["tools"])
    assert roles(found) == [
        [("user", "Weather in Paris?"), ("assistant", ""), ("tool", "sunny"), ("assistant", "It is sunny.")],
        [("user", "Weather in Rome?"), ("assistant", ""), ("tool", "rain"), ("assistant", "It rains.")],
    ]
    assert [(row.number, row.fields["message_rows"], row.time) for row in found.rows] == [
        (1, "1, 3, 4, 8", "2026-01-01 10:00:00"),
        (2, "2, 5, 6, 7", "2026-01-01 10:00:01"),
    ]


def test_a_column_of_users_is_asked_about_and_conversations_are_not(tmp_path: Path) -> None:
    found = read_file(database(tmp_path / "chat.db"), kind=KINDS["tools"])
    assert [one.column for one in found.group_candidates] == ["user_id"]


def test_for_intents_the_messages_of_users_are_queries_in_the_group_of_their_conversation(tmp_path: Path) -> None:
    workspace = winnow.init(tmp_path / "w")
    added = workspace.add(database(tmp_path / "chat.db"), license="own")
    assert (added.given, added.added) == (2, 2)
    assert (
        "chat.db: messages of users in the column 'content'; other roles left out: assistant 4, tool 2" in added.notes
    )
    found = read_file(tmp_path / "chat.db")
    assert [(row.number, row.content["text"], row.session) for row in found.rows] == [
        (1, "Weather in Paris?", "c1"),
        (2, "Weather in Rome?", "c2"),
    ]


def message(role: Any, content: Any, **more: Any) -> dict[str, Any]:
    return {"conversationId": "c1", "role": role, "content": content, **more}


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([message("user", "hi"), message("agent", "hello")], "row 2: role 'agent', expected user, assistant, system"),
        (
            [message("user", "hi", timestamp=1), message("assistant", "a", timestamp="soon")],
            "row 2: timestamp is",
        ),
        ([message("user", "hi", timestamp=1), message("assistant", "a", timestamp=None)], "row 2: timestamp is ''"),
        (
            [message("user", "hi", seq=1), message("assistant", "a", seq="nan")],
            "row 2: seq is 'nan'",
        ),
        ([message("user", "hi"), message("assistant", "", tool_calls="[{")], "row 2: the calls are not JSON"),
        (
            [message("user", "hi"), message("assistant", "", tool_calls='[{"name": "f", "name": "g"}]')],
            "row 2: the calls are not strict JSON: key 'name' occurs twice",
        ),
        (
            [message("user", "hi"), message("assistant", "", tool_calls='{"name": "f"}')],
            "row 2: the calls are not a list",
        ),
        ([message("user", "hi", tools="[]"), message("assistant", "a", tools="[{}]")], "the rows of one conversation"),
        ([message("user", "hi"), message("user", "a", tool_calls=CALL)], "message 2: unknown key 'tool_calls'"),
    ],
)
def test_a_conversation_that_is_no_dialogue_is_dropped_whole_with_the_row(
    tmp_path: Path, rows: list[dict[str, Any]], reason: str
) -> None:
    workspace = tools_workspace(tmp_path / "w")
    rows = [{**row, "conversationId": "c2"} for row in (message("user", "hi"), message("assistant", "Hello!"))] + rows
    rows = [*rows[2:], *rows[:2]]
    if any("seq" in row or "timestamp" in row for row in rows):
        rows = [row if row["conversationId"] == "c1" else {**row, "seq": 1, "timestamp": 1} for row in rows]
        rows = [{key: row[key] for key in row if key in rows[0]} for row in rows]
    added = workspace.add(written(tmp_path / "chat.jsonl", rows), license="own", origin="public")
    assert (added.given, added.added, added.dropped) == (2, 1, 1)
    assert added.dropped_file
    assert read_dropped(added.dropped_file)[0]["detail"].startswith(reason)


def test_places_go_before_times_and_equal_times_keep_the_order_of_the_rows(tmp_path: Path) -> None:
    times = [message("user", "a", created_at="2026-01-01"), message("assistant", "b", created_at="2026-01-01")]
    found = read_file(written(tmp_path / "times.jsonl", times), kind=KINDS["tools"])
    assert roles(found) == [[("user", "a"), ("assistant", "b")]]
    places = [{**times[0], "position": 10}, {**times[1], "position": 9}]
    found = read_file(written(tmp_path / "places.jsonl", places), kind=KINDS["tools"])
    assert roles(found) == [[("assistant", "b"), ("user", "a")]]


def test_a_row_without_a_conversation_is_dropped_and_counted(tmp_path: Path) -> None:
    rows = [message("user", "hi"), message("assistant", "Hello!"), {**message("user", "lost"), "conversationId": ""}]
    found = read_file(written(tmp_path / "chat.jsonl", rows), kind=KINDS["tools"])
    assert [row.problem and row.problem.detail for row in found.rows] == [
        None,
        "row 3 names no conversation in the column 'conversationId'",
    ]
    assert found.notes[0].endswith("1 row could not be read, so that dialogues may lack messages")


def test_conversations_may_have_a_column_of_any_name(tmp_path: Path) -> None:
    rows = [{"case": "k1", "role": "user", "content": "hi"}, {"case": "k1", "role": "assistant", "content": "Hello!"}]
    path = written(tmp_path / "chat.jsonl", rows)
    found = read_file(path, kind=KINDS["tools"], columns=Columns(group="case"))
    assert roles(found) == [[("user", "hi"), ("assistant", "Hello!")]]


@pytest.mark.parametrize(
    "row",
    [
        {"text": "hi", "role": "engineer", "session_id": "s"},
        {"text": "hi", "role": "user"},
        {"text": "hi", "session_id": "s"},
        {"conversation": [{"role": "user", "content": "hi"}], "role": "user", "content": "x"},
        {"messages": [{"role": "user", "content": "hi"}], "session_id": "s", "role": "user", "content": "x"},
    ],
)
def test_other_rows_are_no_messages(tmp_path: Path, row: dict[str, Any]) -> None:
    kind = KINDS["intents" if "text" in row else "tools"]
    found = read_file(written(tmp_path / "rows.jsonl", [row]), kind=kind)
    assert len(found.rows) == 1
    assert not [note for note in found.notes if "messages of users" in note or " dialogue by " in note]
    assert "message_rows" not in found.rows[0].fields


def test_the_tools_of_a_conversation_are_those_of_its_rows(tmp_path: Path) -> None:
    rows = [message("user", "hi", tools=json.dumps(TOOLS)), message("assistant", "Hello!", tools=None)]
    found = read_file(written(tmp_path / "chat.jsonl", rows), kind=KINDS["tools"])
    assert found.rows[0].content["tools"] == json.dumps(TOOLS)


@pytest.mark.parametrize(
    ("day", "order", "texts"),
    [
        (
            "04/03/2024",
            "the rows, because '04/03/2024 10:02' in 'created_at' may begin with the day or the month",
            "ba",
        ),
        ("14/03/2024", "'created_at'", "ab"),
        ("03/14/2024", "'created_at'", "ab"),
    ],
)
def test_times_of_an_open_order_of_day_and_month_leave_the_messages_in_the_order_of_the_rows(
    tmp_path: Path, day: str, order: str, texts: str
) -> None:
    rows = [
        {"conversation_id": "c", "role": "user", "content": "b", "created_at": f"{day} 10:02"},
        {"conversation_id": "c", "role": "assistant", "content": "a", "created_at": f"{day} 10:01"},
    ]
    found = read_file(write_jsonl(tmp_path / "chat.jsonl", rows), kind=KINDS["tools"])
    assert f"chat.jsonl: 2 messages are 1 dialogue by 'conversation_id', in the order of {order}" in found.notes
    assert [[text for _, text in one] for one in roles(found)] == [list(texts)]
