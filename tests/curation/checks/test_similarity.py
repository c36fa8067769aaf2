"""A measurement that was brought up to date is the one that is made anew, to the last bit."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.config.task import Label, Task
from winnow.core.example import fold_key, record_id
from winnow.curation.checks import similarity_update as module
from winnow.curation.checks.similarity import measure_similarity
from winnow.curation.checks.similarity_search import Similarities
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.exact_search import near_pairs, near_pairs_with, nearest

TASK = Task(name="t", kind="intents", labels=[Label(name="a")], slots={"device": ["laptop", "phone"]})


def texts() -> list[str]:
    rows = [json.loads(line)["query"] for line in (EXAMPLE / "labeled.jsonl").read_text().splitlines()]
    same = [f"{rows[i]} {tail}" for i in range(0, 200, 4) for tail in ("!", "please")]
    numbers = [f"transfer {i} dollars for my {device}" for i in range(20) for device in ("laptop", "phone")]
    return list(dict.fromkeys([*rows[:200], *same, *numbers, *(row.upper() for row in rows[:40])]))


def placed(chosen: list[str], splits: list[str]) -> pd.DataFrame:
    table = pd.DataFrame({"text": chosen, "split": splits})
    table["id"] = [record_id("intents", text) for text in table["text"]]
    table["fold_key"] = [fold_key(text) for text in table["text"]]
    return table.sort_values("id", ignore_index=True)


def measured(table: pd.DataFrame, cache: Path, vectors: Path) -> Similarities:
    return measure_similarity(table, TASK, open_embedder(), vectors_cache=vectors, near_cache=cache)


def same(one: Similarities, other: Similarities) -> None:
    for part in ("pairs", "nearest"):
        for name, value in asdict(getattr(one, part)).items():
            np.testing.assert_array_equal(value, asdict(getattr(other, part))[name], err_msg=f"{part}.{name}")
    assert one.validation_to_test == other.validation_to_test


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_of_changes_measures_as_if_made_anew(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_CHANGED_SHARE", 2.0)  # so that every change is brought up to date
    chance = np.random.default_rng(seed)
    pool = texts()
    names = np.array(["excluded", "train", "train", "train", "validation", "test"])
    splits = dict(zip(pool, chance.choice(names, len(pool)), strict=True))
    inside = set(chance.choice(pool, len(pool) // 2, replace=False))
    for step in range(7):
        chosen = sorted(inside)
        table = placed(chosen, [splits[text] for text in chosen])
        kept = measured(table, tmp_path / "kept", tmp_path / "v.lance")
        same(kept, measured(table, tmp_path / f"anew{step}", tmp_path / "v.lance"))
        only_train = step % 2 == 0
        for text in chance.choice(pool, 12, replace=False):
            if only_train and splits[text] in ("validation", "test"):
                continue
            inside ^= {text}
        for text in chance.choice(pool, 0 if only_train else 6, replace=False):
            splits[text] = str(chance.choice(names))


@pytest.mark.parametrize("new_split", ["removed", "train", "excluded"])
@pytest.mark.parametrize("changed_text", ["my vpn is down today", "my vpn is down today!"])
def test_the_row_that_holds_the_maximum_no_longer_counts_when_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, new_split: str, changed_text: str
) -> None:
    monkeypatch.setattr(module, "MAX_CHANGED_SHARE", 2.0)
    splits = {
        "my vpn is down today": "validation",
        "my vpn is down today!": "test",
        "where is my parcel": "validation",
        "I want to order a phone": "test",
        "the vpn is down": "train",
        "parcel not found": "train",
    }
    before = measured(placed(list(splits), list(splits.values())), tmp_path / "kept", tmp_path / "v.lance")
    assert before.validation_to_test > 0.95
    splits[changed_text] = new_split
    left = {text: split for text, split in splits.items() if split != "removed"}
    table = placed(list(left), list(left.values()))
    kept = measured(table, tmp_path / "kept", tmp_path / "v.lance")
    assert kept.validation_to_test < 0.7
    same(kept, measured(table, tmp_path / "anew", tmp_path / "v.lance"))


def test_a_small_change_compares_the_new_record_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = add_example(tmp_path / "ws")
    workspace.check()
    monkeypatch.setattr(
        "winnow.curation.checks.similarity.search_all", lambda *_: pytest.fail("everything was measured again")
    )
    workspace.add(pd.DataFrame({"text": ["a wholly new query"], "label": "it_vpn", "split": "train"}), license="MIT")
    assert workspace.check().passed


def test_new_rows_find_the_pairs_that_the_whole_search_finds() -> None:
    rows = np.random.default_rng(0).normal(size=(12, 16))
    vectors = rows[np.random.default_rng(1).integers(0, 12, 300)] + 0.3 * np.random.default_rng(2).normal(
        size=(300, 16)
    )
    vectors = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)
    whole, new = near_pairs(vectors, 0.8), np.array([3, 7, 8, 150, 299])
    some = near_pairs_with(new, vectors, 0.8)
    expected = np.isin(whole.left, new) | np.isin(whole.right, new)
    assert expected.sum() > 10
    np.testing.assert_array_equal(some.left, whole.left[expected])
    np.testing.assert_array_equal(some.right, whole.right[expected])
    np.testing.assert_array_equal(some.similarity, whole.similarity[expected])


def test_of_equally_near_rows_the_first_is_named() -> None:
    base = np.eye(4, dtype=np.float32)[[0, 1, 1, 0, 2]]
    index, similarity = nearest(np.eye(4, dtype=np.float32)[[1, 0, 3]], base)
    assert index.tolist() == [1, 0, 0]
    assert similarity.tolist() == [1.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "form", ["m\u3164y v\u3164pn i\u3164s do\u3164wn", "my, vpn; is... (down)", "m-y v-p-n i-s d-o-w-n"]
)
def test_a_form_of_a_hold_out_text_is_an_exact_repeat_of_it(tmp_path: Path, form: str) -> None:
    table = placed(["where is my parcel", "my vpn is down", form], ["test", "test", "train"])
    found = measured(table, tmp_path / "kept", tmp_path / "v.lance").nearest
    at = {text: i for i, text in enumerate(table["text"])}
    assert found.position[at[form]] == at["my vpn is down"]
    assert found.similarity[at[form]] == 1
