"""Which columns look like a user, a session or a conversation, and which do not."""

from __future__ import annotations

import random
import uuid

import pytest

from tests.support.public_data import public_data
from winnow.curation.io.readers.group_columns import group_candidates

ROWS = 240


def repeated(values: list[str], seed: int = 0) -> list[str]:
    """Values dealt to all rows, in random order."""
    drawn = random.Random(seed)
    return [drawn.choice(values) for _ in range(ROWS)]


def runs(values: list[str], length: int = 4) -> list[str]:
    """Values that each fill some rows in a row, as the messages of a conversation do."""
    return [values[i // length] for i in range(length * len(values))]


def found(column: str, values: list[str]) -> bool:
    return bool(group_candidates([{column: value} for value in values], [column]))


NUMBERED = [f"{n}" for n in range(60)]

NAMES = ["Ada Lind", "Bo Ek", "Cy Roth", "Di Moss", "Ed Hay", "Flo Katz"]


@pytest.mark.parametrize(
    "column",
    [
        "user_id", "UserID", "userId", "session", "Session Nr", "chat-session", "customer name", "conversationId",
        "Kunde", "Kundennummer Kunde", "ID de sesión", "utilisateur", "用户ID", "сессия", "sender", "dialogue_no",
    ],
)  # fmt: skip
def test_a_name_that_means_a_person_or_a_conversation_is_found(column: str) -> None:
    assert found(column, repeated(NAMES))


@pytest.mark.parametrize(
    "column",
    [
        "customer type", "user_language", "session_length", "client_version", "user query", "account status",
        "Customer Age", "device", "category", "channel", "product",
    ],
)  # fmt: skip
def test_a_name_of_something_else_is_not_found(column: str) -> None:
    assert not found(column, repeated(["new", "old", "web"]))


def test_values_that_look_like_repeated_ids_are_found() -> None:
    drawn = random.Random(1)
    assert found("x", repeated([str(uuid.UUID(int=drawn.getrandbits(128))) for _ in range(40)]))
    assert found("x", repeated([f"{drawn.getrandbits(64):016x}" for _ in range(40)]))
    assert found("x", repeated([f"S-{n:04d}" for n in range(40)]))
    assert found("x", repeated([f"u{n}@mail.example" for n in range(40)]))
    assert found("x", runs(NUMBERED))
    assert found("session", ["one"] * ROWS)
    assert not found("x", ["one"] * ROWS)


def test_other_values_are_not_found() -> None:
    assert not found("x", repeated(NUMBERED))  # whole numbers in any order are a measure
    assert not found("x", runs([f"2026-01-{n:02d}" for n in range(1, 29)]))
    assert not found("x", repeated(["billing", "travel", "food"]))
    assert not found("x", repeated([f"c{n}" for n in range(4)]))  # a category with few values
    assert not found("x", [f"S-{n:04d}" for n in range(ROWS)])  # every row has its own
    assert not found("session", [f"S-{n:04d}" for n in range(ROWS)])
    assert not found("user", [f"where is my parcel number {n % 99}" for n in range(ROWS)])  # what the user wrote
    assert not found("session", ["", " "] * ROWS)


def test_the_name_comes_before_the_values() -> None:
    rows = [{"x": value, "user": name} for value, name in zip(runs(NUMBERED), repeated(NAMES), strict=True)]
    assert [one.column for one in group_candidates(rows, ["x", "user"])] == ["user", "x"]


@pytest.mark.parametrize("name", ["banking77", "clinc150", "snips", "metatool_routing", "nlupp", "rasa_nlu"])
def test_public_data_without_such_a_column_is_not_asked_about(name: str) -> None:
    from winnow.curation.io.readers.source_rows import read_file

    assert read_file(public_data(f"{name}/{name}.jsonl")).group_candidates == []
