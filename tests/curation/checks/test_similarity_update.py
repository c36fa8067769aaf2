"""Which rows a new measurement compares, and that it equals the full one: planted vectors, no model."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
import pandas as pd
import pytest

from tests.support.planted_vectors import PlantedEmbedder
from winnow.curation.checks import similarity_update as module
from winnow.curation.checks.similarity_search import (
    SPLIT_CODES,
    NearestHoldOut,
    RowVectors,
    Similarities,
    highest_similarity,
    nearest_hold_out_rows,
    search_all,
    similarities_from_arrays,
)
from winnow.curation.checks.similarity_update import TableChange, table_change, update_similarities
from winnow.curation.engine.exact_search import NearPairs
from winnow.validators.wording.guards import Guards

FLOOR = 0.7

Rows = dict[str, tuple[str, str]]
"""Id to text and split."""


def table(rows: Rows) -> pd.DataFrame:
    ids = sorted(rows)
    texts = [rows[one][0] for one in ids]
    folds = [text.casefold() for text in texts]
    return pd.DataFrame({"id": ids, "text": texts, "fold_key": folds, "split": [rows[one][1] for one in ids]})


def vectors_of(rows: Rows) -> tuple[RowVectors, PlantedEmbedder]:
    embedder = PlantedEmbedder()
    return RowVectors(table(rows), Guards({}), embedder, None, None), embedder


def measured(rows: Rows) -> Similarities:
    return search_all(vectors_of(rows)[0], FLOOR)


def stored(rows: Rows) -> dict[str, Any]:
    """The measurement of these rows in the form that is cached."""
    found, ordered = measured(rows), table(rows)
    return {
        "ids": ordered["id"].to_numpy().astype("U20"),
        "codes": np.array([SPLIT_CODES[split] for split in ordered["split"]], dtype=np.int8),
        "left": found.pairs.left,
        "right": found.pairs.right,
        "similarity": found.pairs.similarity,
        "nearest": found.nearest.position,
        "nearest_similarity": found.nearest.similarity,
        "validation_to_test": found.validation_to_test,
    }


def change(before: Rows, after: Rows) -> TableChange:
    found = table_change(stored(before), table(after))
    assert found
    return found


def updated(before: Rows, after: Rows) -> tuple[Similarities, set[str]]:
    """The updated measurement, and the texts that were embedded for it."""
    row_vectors, embedder = vectors_of(after)
    return update_similarities(change(before, after), row_vectors, FLOOR), set(embedder.embedded)


def same(one: Similarities, other: Similarities) -> None:
    for part in ("pairs", "nearest"):
        for name, value in asdict(getattr(one, part)).items():
            np.testing.assert_array_equal(value, asdict(getattr(other, part))[name], err_msg=f"{part}.{name}")
    assert one.validation_to_test == other.validation_to_test


@pytest.fixture
def _any_change(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHANGED_SHARE", 9.0)


START: Rows = {
    "00": ("a b 1", "validation"),
    "01": ("c d 2", "test"),
    "02": ("a b 3", "train"),
    "03": ("c 4", "train"),
    "04": ("e f 5", "excluded"),
    "05": ("a b c 3", "train"),
}
HOLD_OUT_TEXTS = {"a b 1", "a b 0", "c d 2", "c d 0"}
TRAIN_TEXTS = {"a b 3", "c 4", "a b c 3"}
MASKED_TRAIN = {"a b 0", "c 0", "a b c 0"}


def without(rows: Rows, *ids: str) -> Rows:
    return {one: row for one, row in rows.items() if one not in ids}


@pytest.mark.usefixtures("_any_change")
@pytest.mark.parametrize(
    ("after", "embedded"),
    [
        pytest.param(START, set(), id="nothing changed"),
        pytest.param(without(START, "04"), set(), id="an excluded row went"),
        pytest.param(without(START, "02"), set(), id="a train row went"),
        pytest.param(START | {"06": ("g 6", "excluded")}, set(), id="an excluded row came"),
        pytest.param(
            START | {"06": ("a b c 6", "train")},
            HOLD_OUT_TEXTS | TRAIN_TEXTS | {"a b c 6", "a b c 0"},
            id="a train row came",
        ),
        pytest.param(
            START | {"06": ("a b c 6", "test")},
            HOLD_OUT_TEXTS | TRAIN_TEXTS | MASKED_TRAIN | {"a b c 6"},
            id="a hold-out row came",
        ),
        pytest.param(without(START, "01"), {"a b 1", "a b 0", "c 4", "c 0"}, id="the nearest hold-out row went"),
        pytest.param(
            START | {"01": ("c d 2", "validation")},
            HOLD_OUT_TEXTS | TRAIN_TEXTS | MASKED_TRAIN,
            id="a row moved from test to validation",
        ),
    ],
)
def test_only_what_a_change_concerns_is_embedded(after: Rows, embedded: set[str]) -> None:
    found, texts = updated(START, after)
    assert texts == embedded
    same(found, measured(after))


@pytest.mark.usefixtures("_any_change")
def test_a_hold_out_row_that_is_nearest_to_nothing_only_needs_the_hold_out() -> None:
    before = START | {"06": ("g h", "test")}
    found, texts = updated(before, START)
    assert texts == HOLD_OUT_TEXTS
    same(found, measured(START))


@pytest.mark.usefixtures("_any_change")
def test_the_nearest_row_of_the_first_row_stays() -> None:
    before: Rows = {"00": ("a 1", "train"), "01": ("a 2", "test"), "02": ("b", "excluded")}
    found, texts = updated(before, without(before, "02"))
    assert texts == set()
    assert found.nearest.position.tolist() == [1, -1]


@pytest.mark.usefixtures("_any_change")
@pytest.mark.parametrize("seed", range(60))
def test_any_change_measures_as_if_made_anew(seed: int) -> None:
    chance = np.random.default_rng(seed)
    words = np.array(["a", "b", "c", "1", "2"])
    splits = np.array(["excluded", "train", "train", "validation", "test"])

    def row() -> tuple[str, str]:
        return " ".join(chance.choice(words, chance.integers(1, 4))), str(chance.choice(splits))

    before = {f"{number:02}": row() for number in range(0, 24, 2)}
    after = dict(before)
    for identity in chance.choice(list(before), 3, replace=False):
        del after[identity]
    for identity in chance.choice(list(after), int(chance.integers(0, 3)), replace=False):
        after[identity] = after[identity][0], str(chance.choice(splits))
    for number in chance.choice(np.arange(1, 25, 2), int(chance.integers(0, 3)), replace=False):
        after[f"{number:02}"] = row()
    same(updated(before, after)[0], measured(after))


def numbered(count: int) -> Rows:
    return {f"{number:02}": ("a", "train") for number in range(count)}


def test_up_to_a_tenth_of_the_rows_may_change() -> None:
    twenty = numbered(20)
    assert table_change(stored(without(twenty, "18", "19")), table(twenty))
    assert not table_change(stored(without(twenty, "17", "18", "19")), table(twenty))
    assert table_change(stored(twenty | {"98": ("a", "train"), "99": ("a", "test")}), table(twenty))
    assert not table_change(stored(twenty | {f"9{i}": ("a", "train") for i in range(3)}), table(twenty))
    one_moved, two_moved = (twenty | {f"1{i}": ("a", "test") for i in range(count)} for count in (1, 2))
    assert table_change(stored(twenty), table(one_moved))  # a row that moves is removed and new
    assert not table_change(stored(twenty), table(two_moved))


def test_excluded_rows_are_no_change_and_count_for_nothing() -> None:
    ten = numbered(10)
    excluded: Rows = {f"5{i}": ("b", "excluded") for i in range(10)}
    assert table_change(stored(ten), table(ten | excluded))
    assert table_change(stored(ten | excluded), table(ten))
    two_new: Rows = {"60": ("a", "train"), "61": ("a", "train")}
    assert not table_change(stored(ten | excluded), table(ten | excluded | two_new))
    assert table_change(stored(excluded), table(excluded))


@pytest.mark.parametrize(("before", "after"), [({}, numbered(1)), (numbered(1), {}), ({}, {})])
def test_an_empty_table_is_measured_anew(before: Rows, after: Rows) -> None:
    empty = {"ids": np.empty(0, dtype="U20"), "codes": np.empty(0, dtype=np.int8)}
    assert table_change(stored(before) if before else empty, table(after)) is None


@pytest.mark.usefixtures("_any_change")
def test_a_change_names_where_rows_are_now() -> None:
    before: Rows = {"02": ("a", "train"), "04": ("a", "train"), "06": ("a", "validation"), "09": ("b", "train")}
    after: Rows = {"01": ("c", "train"), "02": ("a", "train"), "04": ("a", "test"), "06": ("a", "validation")}
    found = change(before, after)
    assert found.new_position.tolist() == [1, -1, 3, -1]
    assert found.new.tolist() == [0, 2]


@pytest.mark.usefixtures("_any_change")
@pytest.mark.parametrize(
    ("split", "removed"), [("validation", True), ("test", True), ("train", False), ("excluded", False)]
)
def test_only_a_hold_out_row_that_went_changes_the_hold_out(split: str, removed: bool) -> None:
    rest: Rows = {"01": ("a", "validation"), "02": ("a", "test"), "03": ("a", "train")}
    assert change(rest | {"04": ("a", split)}, rest).hold_out_removed is removed


def test_stored_splits_keep_their_codes() -> None:
    assert SPLIT_CODES == {"excluded": 0, "train": 1, "validation": 2, "test": 3}


NEAREST_CASES: list[tuple[str, list[str], int, float]] = [
    ("a", ["b", "a"], 1, 1.0),
    ("a b", ["a", "b"], 0, 0.7071),
    ("a 1", ["a 1 b", "a 2"], 1, 1.0),  # masked, the second one is the same
    ("a 1", ["a 2 b", "a 1 b"], 0, 0.8165),  # masked, the first one is as near as the second one as written
    ("a 1 2", ["a b 1 2", "a 3 4"], 1, 1.0),
    ("a b 1", ["a 2", "a b"], 0, 0.8165),  # masked, the first one is as near as the second one
]


@pytest.mark.parametrize(("text", "hold_out", "position", "cosine"), NEAREST_CASES)
def test_the_nearest_row_as_written_or_masked(text: str, hold_out: list[str], position: int, cosine: float) -> None:
    rows: Rows = {"99": (text, "train")} | {f"{i:02}": (one, "test") for i, one in enumerate(hold_out)}
    found = measured(rows).nearest
    assert found.position.tolist() == [-1] * len(hold_out) + [position]
    assert found.similarity[-1] == pytest.approx(cosine, abs=1e-4)


def repeated(folds: list[str], texts: list[str]) -> tuple[list[int], list[float]]:
    """The nearest hold-out row of the last row, and their similarity."""
    rows: Rows = {f"{i:02}": (one, "test") for i, one in enumerate(texts[:-1])} | {"99": (texts[-1], "train")}
    ordered = table(rows).assign(fold_key=folds)
    row_vectors = RowVectors(ordered, Guards({}), PlantedEmbedder(), None, None)
    everything = [row_vectors.train, row_vectors.hold_out]
    row_vectors.prepare(plain=everything, masked=everything)
    position, similarity = nearest_hold_out_rows(row_vectors, row_vectors.train, row_vectors.hold_out)
    return position.tolist(), similarity.tolist()


def test_a_row_that_repeats_another_one_when_folded_is_its_exact_repeat() -> None:
    assert repeated(["x", "y", "y"], ["a b", "c", "a"]) == ([1], [1.0])
    assert repeated(["y", "x", "y"], ["c", "a", "a"]) == ([0], [1.0])  # of two exact repeats the first
    assert repeated(["x", "y", "y"], ["a", "c", "a"]) == ([0], [1.0])
    assert repeated(["y", "y", "y"], ["c", "d", "a"]) == ([0], [1.0])
    assert repeated(["pay 5", "pay 7"], ["c", "a"]) == ([0], [1.0])  # numbers are masked


def nearest_planted(vectors: dict[str, tuple[float, ...]], hold_out: list[str]) -> tuple[int, float]:
    """The nearest of these hold-out rows to the train row "t 1", whose masked text is "t 0"."""
    rows: Rows = {f"{i:02}": (one, "test") for i, one in enumerate(hold_out)} | {"99": ("t 1", "train")}
    found = search_all(RowVectors(table(rows), Guards({}), PlantedEmbedder(vectors), None, None), FLOOR).nearest
    return int(found.position[-1]), float(found.similarity[-1])


def test_of_equally_near_rows_the_first_is_named_whether_masked_or_not() -> None:
    text = {"t 1": (1.0, 0.0), "t 0": (0.0, 1.0)}
    assert nearest_planted(text | {"u": (0.5, 0.0), "v": (0.0, 0.5)}, ["u", "v"]) == (0, 0.5)
    assert nearest_planted(text | {"u": (0.0, 0.5), "v": (0.5, 0.0)}, ["u", "v"]) == (0, 0.5)


def test_a_masked_row_that_is_less_near_does_not_count_although_it_is_first() -> None:
    text = {"t 1": (1.0, 0.0), "t 0": (0.0, 1.0)}
    assert nearest_planted(text | {"u": (0.0, 0.25), "v": (0.5, 0.0)}, ["u", "v"]) == (1, 0.5)


def test_no_cosine_is_above_one() -> None:
    assert nearest_planted({"t 1": (1.25, 0.0), "t 0": (0.0, 1.0), "u": (1.0, 0.0)}, ["u"]) == (0, 1.0)


def test_without_a_hold_out_nothing_is_near() -> None:
    found = measured({"00": ("a", "train"), "01": ("a", "train"), "02": ("a", "excluded")})
    assert found.nearest.position.tolist() == [-1, -1, -1]
    assert found.nearest.similarity.tolist() == [-1.0, -1.0, -1.0]
    assert found.validation_to_test == -1.0
    assert (found.pairs.left.tolist(), found.pairs.right.tolist()) == ([0], [1])


@pytest.mark.parametrize("rows", [{"00": ("a", "test")}, {"00": ("a", "validation")}, {"00": ("a", "train")}])
def test_a_missing_split_has_no_similarity_to_the_other(rows: Rows) -> None:
    assert measured(rows).validation_to_test == -1.0


def test_validation_and_test_are_compared_as_written_and_masked() -> None:
    masked: Rows = {"00": ("a 1", "validation"), "01": ("a 2", "test")}
    written: Rows = {"00": ("a b 1", "validation"), "01": ("a b", "test")}
    assert measured(masked).validation_to_test == pytest.approx(1.0)
    assert measured(written).validation_to_test == pytest.approx(0.8165, abs=1e-4)
    row_vectors, _ = vectors_of(masked | {"02": ("b", "train")})
    every = [row_vectors.hold_out]
    row_vectors.prepare(plain=every, masked=every)
    assert highest_similarity(row_vectors, row_vectors.validation, row_vectors.validation) == pytest.approx(1.0)


def test_near_pairs_are_train_rows_by_their_position_in_the_table() -> None:
    rows: Rows = {"00": ("a", "test"), "01": ("a", "train"), "02": ("b", "train"), "03": ("a", "train")}
    found = measured(rows | {"04": ("a", "excluded")}).pairs
    assert (found.left.tolist(), found.right.tolist(), found.similarity.tolist()) == ([1], [3], [1.0])


def test_a_text_is_embedded_once() -> None:
    row_vectors, embedder = vectors_of({"00": ("a", "test"), "01": ("a", "train"), "02": ("b 1", "train")})
    search_all(row_vectors, FLOOR)
    assert embedder.embedded == ["a", "b 1", "b 0"]


def test_what_was_stored_is_read_back() -> None:
    arrays = stored(START)
    same(similarities_from_arrays(arrays), measured(START))
    assert isinstance(measured(START).pairs, NearPairs)
    assert isinstance(measured(START).nearest, NearestHoldOut)
