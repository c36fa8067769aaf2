"""Earlier turns of a session: of its own source and split alone, in the order of time, as they are stored."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.files import write_jsonl
from winnow.core.vocabulary import Split
from winnow.curation.io.readers.columns import Columns
from winnow.curation.labeling.kind_forms import kind_form
from winnow.curation.labeling.queues.candidate import QueueCandidate
from winnow.curation.labeling.queues.label import label_candidates
from winnow.curation.labeling.session_context import MAX_TURN_CHARACTERS, MAX_TURNS, turns_before, with_earlier_turns
from winnow.curation.store.occurrences import SessionOccurrence, session_occurrences
from winnow.curation.store.working_view import working_rows
from winnow.validators.kinds.intents import INTENTS
from winnow.workspace import Workspace

FORM = kind_form(INTENTS)


def turn(record: str, row: int, *, session: str = "s", source: str = "file", time: str = "") -> SessionOccurrence:
    return SessionOccurrence(record, source, session, row, time)


def before(*turns: SessionOccurrence, test: str = "") -> dict[str, list[str]]:
    """The turns before each record; all records are in train, apart from those of one letter each in `test`."""
    return turns_before(turns, {one.record: Split.TEST if one.record in test else Split.TRAIN for one in turns})


def test_turns_are_ordered_by_time_and_without_times_by_row() -> None:
    timed = [turn("a", 1, time="2026-01-01T10:05:00Z"), turn("b", 2, time="2026-01-01T11:00:00+01:00")]
    assert before(*timed) == {"a": ["b"]}
    assert before(timed[0], turn("b", 2)) == {"b": ["a"]}  # one time is missing
    assert before(turn("b", 2), turn("c", 3), turn("a", 1)) == {"b": ["a"], "c": ["a", "b"]}


def test_sessions_and_sources_are_not_mixed() -> None:
    assert before(turn("a", 1), turn("b", 2, session="t"), turn("c", 3, source="other")) == {}
    again = [turn("b", 1), turn("a", 1, session="t"), turn("b", 2, session="t"), turn("b", 3, session="t")]
    assert before(*again) == {"b": ["a"]}  # the first session in which something comes before it


def session_of(letters: str) -> list[SessionOccurrence]:
    return [turn(letter, row) for row, letter in enumerate(letters)]


def test_the_latest_turns_of_the_own_split_are_counted() -> None:
    assert before(*session_of("abcdefg"))["g"] == list("bcdef")
    assert before(*session_of("vwabcdefxy"), test="vwxy") == {
        **before(*session_of("abcdef")),
        **{"w": ["v"], "x": ["v", "w"], "y": ["v", "w", "x"]},
    }
    assert before(*session_of("bbbbbbabb")) == {"a": ["b"] * MAX_TURNS, "b": ["a"]}  # a repeat is not before itself
    assert turns_before(session_of("ab"), {"b": Split.TRAIN}) == {}


class CountedId(str):
    """An id that counts how often ids are compared, and stops at `LIMIT` comparisons."""

    LIMIT = 20 * 20_000
    __hash__ = str.__hash__
    comparisons = 0

    def __eq__(self, other: object) -> bool:
        CountedId.comparisons += 1
        assert CountedId.comparisons < self.LIMIT
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other


@pytest.mark.parametrize(("different", "expected"), [(1, 0), (2, 2), (20_000, 19_999)])
def test_the_work_is_proportional_to_the_turns(different: int, expected: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(CountedId, "comparisons", 0)
    turns = [turn(CountedId(f"record {row % different}"), row) for row in range(20_000)]
    assert len(before(*turns)) == expected
    assert CountedId.comparisons > 0


@pytest.fixture
def chats(make_workspace: Callable[..., Workspace], tmp_path: Path) -> Workspace:
    workspace = make_workspace("a", "b")
    rows: list[dict[str, object]] = [
        {"text": "signed out and in again, same thing", "session": "s1", "time": "2026-01-01T10:02:00Z"},
        {"text": f"my vpn drops, write to ann.wexley@mailbox.org {'please ' * 60}", "session": "s1",
         "time": "2026-01-01T10:01:00Z"},
        {"text": "another matter", "session": "s2", "time": "2026-01-01T10:00:00Z"},
        *({"text": f"turn number {number}", "session": "s3"} for number in range(8)),
    ]  # fmt: skip
    columns = Columns(group="session", time="time")
    workspace.add(write_jsonl(tmp_path / "chats.jsonl", rows), origin="log", columns=columns)
    return workspace


def candidates(workspace: Workspace, *, other_split: str = "") -> dict[str, QueueCandidate]:
    """Candidates by the beginning of their texts; a record may be moved to another split."""
    with workspace.store.reading() as connection:
        rows, occurrences = working_rows(connection), session_occurrences(connection)
    rows = [replace(row, assigned_split=Split.TRAIN) for row in rows]
    rows = [replace(row, assigned_split=Split.TEST) if other_split and other_split in row.text else row for row in rows]
    found = label_candidates(rows, workspace.task)
    return {one.text[:13]: one for one in with_earlier_turns(found, rows, occurrences, FORM)}


def test_earlier_turns_are_shown_as_they_are_stored(chats: Workspace) -> None:
    shown = candidates(chats)
    follow_up, first = shown["signed out an"], shown["my vpn drops,"]
    assert follow_up.earlier_turns is not None
    assert follow_up.earlier_turns.startswith("1. my vpn drops, write to ")
    assert "wexley" not in follow_up.earlier_turns
    assert follow_up.earlier_turns.endswith("…")
    assert len(follow_up.earlier_turns) == len("1. ") + MAX_TURN_CHARACTERS + len("…")
    assert follow_up.quoted_ids == (first.record_id,)
    assert first.earlier_turns is None
    assert shown["another matte"].earlier_turns is None
    assert shown["turn number 7"].earlier_turns == "\n".join(f"{n}. turn number {n + 1}" for n in range(1, 6))


def test_no_turn_of_another_split_or_of_a_retracted_source_is_shown(chats: Workspace) -> None:
    assert candidates(chats, other_split="my vpn drops")["signed out an"].earlier_turns is None
    assert candidates(chats, other_split="turn number 6")["turn number 7"].earlier_turns is not None
    assert "turn number 6" not in str(candidates(chats, other_split="turn number 6")["turn number 7"].earlier_turns)
    chats.retract("chats.jsonl")
    with chats.store.reading() as connection:
        assert session_occurrences(connection) == []
