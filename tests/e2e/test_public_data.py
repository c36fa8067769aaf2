"""What is known to be in public data is found. Skips, saying so, where the data is not at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

import winnow
from tests.support.public_data import public_data
from winnow.workspace import Workspace


def opened(tmp_path: Path, name: str) -> Workspace:
    path = public_data(name)
    workspace = winnow.init(tmp_path / "ws", from_file=path)
    workspace.add(path, origin="public")
    return workspace


@pytest.fixture
def clinc(tmp_path: Path) -> Workspace:
    return opened(tmp_path, "clinc150/clinc150.jsonl")


def test_clinc150_repeats_five_texts_four_under_two_labels_two_into_test(clinc: Workspace) -> None:
    table = clinc.records()
    repeated = table[table["weight"] > 1]
    assert len(repeated) == 5
    disputed = repeated[repeated["state"] == "disputed"].set_index("text")["candidates"].to_dict()
    assert disputed == {
        "what is on my to do list": ("reminder", "todo_list"),
        "turn up your volume": ("change_volume", "whisper_mode"),
        "what's your designation": ("user_name", "what_is_your_name"),
        "where did you grow up": ("how_old_are_you", "where_are_you_from"),
    }
    given = {text: {s.given_split for s in clinc.show(text).occurrences} for text in repeated["text"]}
    assert sum("test" in splits for splits in given.values()) == 2
    assigned_splits = repeated.set_index("text")["assigned_split"]
    assert all(
        assigned_splits[text] == ("test" if "test" in splits else "validation") for text, splits in given.items()
    )
    assert clinc.task.fallback == "oos"
    assert len(clinc.task.labels) == 151


def test_banking77_repeats_twelve_folded_texts_seven_across_splits(tmp_path: Path) -> None:
    table = opened(tmp_path, "banking77/banking77.jsonl").records()
    assert len(table) == 13_083
    groups = [group for _, group in table.groupby("fold_key") if len(group) > 1]
    assert len(groups) == 12
    official = [{("test" if r == "test" else "train") for r in group["assigned_split"]} for group in groups]
    assert sum(len(splits) == 2 for splits in official) == 7


def test_rasa_duplicated_intent_shows_as_a_pair_of_labels(tmp_path: Path) -> None:
    workspace = opened(tmp_path, "rasa_nlu/rasa_nlu.jsonl")
    gate = next(gate for gate in workspace.check().gates if gate.name == "disputed")
    assert gate.evidence[0] == "8 texts labeled both smalltalk/bot_challenge and smalltalk/deny_smalltalk"


def test_rasas_own_files_are_read(tmp_path: Path) -> None:
    folder = public_data("rasa_nlu")
    files = sorted(folder.glob("*/nlu.yml"))
    total = 0
    for i, path in enumerate(files):
        workspace = winnow.init(tmp_path / str(i), from_file=path)
        result = workspace.add(path)
        assert result.dropped == 0
        total += result.given
    assert total == 1164
