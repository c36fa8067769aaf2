"""Coverage: what counts as near, regions of what train lacks, overlaps, diversity, the plan and the page."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.commands import run_winnow
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.core.timestamps import month_of
from winnow.curation.checks.coverage.clustering import DEFAULT_CUT, CenteredSpace, cluster, fit_centered_space
from winnow.curation.checks.coverage.label_overlap import label_overlaps
from winnow.curation.checks.coverage.traffic_similarity import near_threshold
from winnow.curation.checks.coverage.uncovered_regions import typical_words
from winnow.curation.engine.exact_search import nearest_outside_group
from winnow.curation.io.readers.columns import Columns
from winnow.validators.wording.diversity import (
    compression_ratio,
    distinct,
    diversity,
    mean_distance,
    opening_concentration,
    vendi_score,
)
from winnow.workspace import Workspace

RNG = np.random.default_rng(0)


def unit(*shape: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=shape).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def topic(center: np.ndarray, count: int, spread: float, seed: int) -> np.ndarray:
    rows = center + spread * np.random.default_rng(seed).normal(size=(count, len(center))).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@given(st.integers(2, 40), st.integers(1, 8), st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_neighbors_are_those_of_the_full_matrix_and_of_other_groups(n: int, k: int, seed: int) -> None:
    vectors = unit(n, 6, seed=seed)
    groups = np.random.default_rng(seed).integers(0, max(n // 2, 1), n)
    index, similarity = nearest_outside_group(vectors, k, groups)
    full = vectors @ vectors.T
    for row in range(n):
        apart = np.flatnonzero(groups != groups[row])
        best = np.sort(full[row, apart])[::-1][: index.shape[1]]
        found = index[row] >= 0
        np.testing.assert_allclose(similarity[row][found], best, atol=1e-6)
        assert (groups[index[row][found]] != groups[row]).all()
        assert found.sum() == min(len(apart), index.shape[1])


def test_near_is_the_tenth_percentile_of_trains_own_neighbors() -> None:
    vectors, groups = unit(300, 8), np.arange(300)
    full = vectors @ vectors.T
    np.fill_diagonal(full, -1)
    expected = np.quantile(full.max(axis=1), 0.10)
    assert near_threshold(vectors, groups, np.arange(300)) == pytest.approx(expected, abs=1e-5)
    twins = np.vstack([vectors, vectors])  # a seed and its variation are no evidence of each other
    pairs = np.concatenate([groups, groups])
    assert near_threshold(twins, pairs, np.arange(600)) == pytest.approx(expected, abs=1e-5)
    assert near_threshold(vectors[:10], groups[:10], np.arange(10)) == -1


def test_topics_become_regions_and_strays_none() -> None:
    centres = unit(4, 32, seed=3)
    vectors = np.vstack([*(topic(c, 20, 0.08, i) for i, c in enumerate(centres)), unit(12, 32, seed=9)])
    found = cluster(vectors, CenteredSpace(np.zeros(32, dtype=np.float32), DEFAULT_CUT))
    for i in range(4):
        assert len(set(found[20 * i : 20 * i + 20])) == 1
    assert len(set(found[:80])) == 4
    assert (found[80:] == -1).sum() >= 10
    order = np.random.default_rng(1).permutation(len(vectors))
    again = cluster(vectors[order], CenteredSpace(np.zeros(32, dtype=np.float32), DEFAULT_CUT))
    assert Counter(found[order]) == Counter(again)  # the order of the rows changes no region
    assert len(cluster(vectors[:3], CenteredSpace(np.zeros(32, dtype=np.float32), DEFAULT_CUT))) == 3


def test_many_queries_are_linked_in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("winnow.curation.checks.coverage.clustering.MAX_LINKED", 50)
    centres = unit(5, 32, seed=3)
    vectors = np.vstack([topic(c, 60, 0.05, i) for i, c in enumerate(centres)])
    found = cluster(vectors, CenteredSpace(np.zeros(32, dtype=np.float32), DEFAULT_CUT))
    assert all(len(set(found[60 * i : 60 * i + 60])) == 1 for i in range(5))
    assert len(set(found)) == 5


def test_the_cut_is_read_off_the_labels_where_there_are_enough() -> None:
    centres = unit(12, 32, seed=3)
    labels = [f"l{i}" for i in range(12) for _ in range(10)]
    tight = np.vstack([topic(c, 10, 0.02, i) for i, c in enumerate(centres)])
    loose = np.vstack([topic(c, 10, 0.2, i) for i, c in enumerate(centres)])
    assert fit_centered_space(tight, labels).cut > fit_centered_space(loose, labels).cut
    assert fit_centered_space(tight[:20], labels[:20]).cut == DEFAULT_CUT


def test_a_region_is_named_by_what_is_typical_of_it_alone() -> None:
    texts = [f"please water the orchid in room {i}" for i in range(10)]
    common = {"please": 900, "the": 1000, "orchid": 10, "water": 12, "room": 300}
    assert typical_words(texts, common, 1000)[:2] == ["orchid", "water"]


def test_overlapping_labels_are_found_with_advice_and_groups_are_no_overlap() -> None:
    centres = unit(3, 32, seed=4)
    mixed = topic(centres[0], 40, 0.05, 1)
    apart = np.vstack([topic(centres[1], 20, 0.05, 2), topic(centres[2], 20, 0.05, 3)])
    vectors = np.vstack([mixed, apart])
    labels = [*("a", "b") * 20, *["c"] * 20, *["d"] * 20]
    ids = [str(i) for i in range(80)]
    found = label_overlaps(ids, labels, vectors, np.arange(80))
    assert [one.labels for one in found] == [("a", "b")]
    assert found[0].advice == "merge"
    assert found[0].pairs[0].similarity > 0.5
    assert labels[int(found[0].pairs[0].left)] == "a"
    contrasts = np.concatenate([np.repeat(np.arange(20), 2), np.arange(20, 60)])
    pairs = {(one.left, one.right) for item in label_overlaps(ids, labels, vectors, contrasts) for one in item.pairs}
    assert all(contrasts[int(a)] != contrasts[int(b)] for a, b in pairs)


def test_one_label_inside_another_is_to_be_defined_more_sharply() -> None:
    center = unit(1, 32, seed=4)[0]
    broad, inside = topic(center, 60, 0.05, 1), topic(center, 6, 0.05, 2)
    found = label_overlaps(
        list(map(str, range(66))), ["broad"] * 60 + ["inside"] * 6, np.vstack([broad, inside]), np.arange(66)
    )
    assert found[0].advice == "sharpen the definition"
    assert "inside is nearest to broad" in found[0].why


def test_labels_with_one_record_are_not_advised_to_merge() -> None:
    center = unit(1, 32, seed=4)[0]
    mixed = topic(center, 20, 0.05, 1)
    single = topic(center, 2, 0.05, 2)
    labels = ["a", "b"] * 10 + ["c", "d"]
    found = label_overlaps(list(map(str, range(22))), labels, np.vstack([mixed, single]), np.arange(22))
    assert found[0].labels == ("a", "b")  # what can be judged comes first
    others = [one for one in found if {"c", "d"} & set(one.labels)]
    assert others
    assert {one.advice for one in others} == {"not measured"}
    assert "has 1 train record" in others[0].why


def test_diversity_measures_have_their_known_values() -> None:
    words = [["a", "b", "a"], ["a", "b"]]
    assert distinct(words, 1) == 2 / 5
    assert distinct(words, 2) == 2 / 3
    assert opening_concentration([["how", "x"], ["how"], ["why"], []]) == 2 / 3
    same, apart = np.tile(np.eye(4, dtype=np.float32)[:1], (5, 1)), np.eye(5, dtype=np.float32)
    assert (mean_distance(same), vendi_score(same)) == pytest.approx((0, 1))
    assert (mean_distance(apart), vendi_score(apart)) == pytest.approx((1, 5))
    assert compression_ratio(["the very same words"] * 50) > 3 * compression_ratio(["quartz jibes vex my glyph down"])
    nothing = diversity([], np.empty((0, 4), dtype=np.float32))
    assert nothing.rows == 0
    assert math.isnan(nothing.vendi)


@given(st.integers(2, 30), st.integers(0, 1000))
@settings(max_examples=30, deadline=None)
def test_short_cuts_of_diversity_agree_with_the_full_matrix(n: int, seed: int) -> None:
    vectors = unit(n, 5, seed=seed)
    cosines = (vectors.astype(float) @ vectors.T.astype(float))[np.triu_indices(n, 1)]
    assert mean_distance(vectors) == pytest.approx(1 - cosines.mean(), abs=1e-5)
    values = np.linalg.eigvalsh(vectors.astype(float) @ vectors.T.astype(float) / n)
    values = values[values > 1e-12]
    assert vendi_score(vectors) == pytest.approx(np.exp(-(values * np.log(values)).sum()), rel=1e-4)


@pytest.mark.parametrize(
    ("time", "month"),
    [
        ("2026-03-04T05:06:07Z", "2026-03"),
        ("2026-03-04", "2026-03"),
        ("2026-03-04 05:06:07.123+02:00", "2026-03"),
        ("1767225600", "2026-01"),
        ("1767225600000", "2026-01"),
        ("1767225600.5", "2026-01"),
        ("", "unknown"),
        ("yesterday", "unknown"),
        ("12", "unknown"),
        ("20240131123000", "unknown"),
        ("2024-01-31T23:30:00-05:00", "2024-02"),
        ("99999999999999999999", "unknown"),
    ],
)
def test_times_are_read_as_sources_write_them(time: str, month: str) -> None:
    assert month_of(time) == month


ORCHIDS = [
    f"{how} my {color} orchid {what}"
    for how in ("how often should I water", "when do I repot", "why is", "what feeds", "can I move")
    for color in ("white", "purple", "yellow", "pink")
    for what in ("in winter", "on the balcony", "after it bloomed")
]


@pytest.fixture(scope="module")
def with_traffic(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    workspace = add_example(tmp_path_factory.mktemp("coverage") / "ws")
    workspace.add(EXAMPLE / "traffic.jsonl", license="Apache-2.0", columns=Columns(group="none"))
    times = [f"2026-{9 + i % 2:02d}-01T10:00:00Z" for i in range(len(ORCHIDS))]
    workspace.add(pd.DataFrame({"text": ORCHIDS, "time": times}), license="Apache-2.0")
    return workspace


def test_what_train_lacks_becomes_a_named_region(with_traffic: Workspace) -> None:
    found, page, plan_path = with_traffic.coverage()
    region = found.regions[0]
    assert region.words[0] == "orchid"
    texts = dict(zip(found.check.table["id"], found.check.table["text"], strict=True))
    assert np.mean(["orchid" in texts[record] for record in region.record_ids]) > 0.9
    assert found.share is not None
    assert found.estimate is not None
    assert found.share == 1 - found.estimate.share.value  # some of the known queries are called uncovered by chance
    assert found.estimate.called == found.queries - found.covered
    assert sum(one.queries for one in found.certainty) == found.queries
    gate = next(one for one in found.check.gates if one.name == "traffic_coverage")
    assert gate.measured == pytest.approx(found.share, abs=1e-4)  # no two commands contradict each other
    assert found.queries == sum(month.queries for month in found.months) == sum(one.queries for one in found.by_label)
    assert found.queries - found.covered == sum(month.uncovered for month in found.months)
    september = next(month for month in found.months if month.month == "2026-09")
    august = next(month for month in found.months if month.month == "2026-08")
    assert september.uncovered_share > august.uncovered_share
    assert page.exists()
    assert json.loads(plan_path.read_text())["regions"][0]["words"][0] == "orchid"


def test_nothing_of_the_hold_out_assigned_splits_is_shown_or_planned(with_traffic: Workspace) -> None:
    found, page, plan_path = with_traffic.coverage()
    table = found.check.table
    held = set(table.loc[table["assigned_split"] != "train", "text"])
    assert any("orchid" in text for text in held)
    shown = page.read_text() + plan_path.read_text()
    assert not [text for text in held if text in shown and len(text) > 25]
    assigned_split = dict(zip(table["id"], table["assigned_split"], strict=True))
    plan = json.loads(plan_path.read_text())
    assert {assigned_split[record] for region in plan["regions"] for record in region["records"]} == {"train"}
    assert {assigned_split[record] for one in plan["overlaps"] for pair in one["pairs"] for record in pair} == {"train"}


def test_what_only_synthetic_records_cover_is_flagged(tmp_path: Path) -> None:
    from winnow.curation.store.sources import GenerationBatch

    workspace = add_example(tmp_path / "ws")
    workspace.add(pd.DataFrame({"text": ORCHIDS[::2]}), origin="log", license="MIT")
    made = pd.DataFrame({"text": ORCHIDS[1::2], "label": "fallback"})
    workspace.add(made, origin="synthetic", license="MIT", batch=GenerationBatch("b", "g", "1", "m"))
    before, *_ = workspace.coverage()
    assert not before.synthetic_only
    decide(workspace, made["text"], "fallback")
    found, *_ = workspace.coverage()
    assert found.synthetic_only > 20
    flagged = [region for region in found.regions if region.synthetic_only]
    assert flagged
    assert flagged[0].words[0] == "orchid"
    by = {group.made_by: group.measures.rows for group in found.diversity if group.label == "fallback"}
    assert by["human"] == by["synthetic"] > 10


def decide(workspace: Workspace, texts: pd.Series, label: str) -> None:
    """As a review would: a person says that these records have the label."""
    from winnow.curation.store import tables as t
    from winnow.curation.store.bulk_insert import insert_new

    table = workspace.records()
    ids = table.loc[table["text"].isin(texts), "id"]
    row = {
        "actor": "person",
        "who": "ann",
        "kind": "label",
        "value": label,
        "turn": 0,
        "why": "",
        "at": "2026-01-01",
        "source_id": None,
    }
    with workspace.store.writing() as connection:
        insert_new(connection, t.decision, [{"record_id": record, **row} for record in ids])


def test_a_plan_asks_for_what_is_missing_and_no_more(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b", more="targets: {per_label: 40}\n")
    texts = [
        f"my {one} is {other}"
        for one in ("lamp", "desk", "chair", "fan", "roof", "van")
        for other in ("gone", "new", "wet", "old", "red")
    ]
    workspace.add(pd.DataFrame({"text": texts, "label": "a", "split": "train"}))
    _, _, plan_path = workspace.coverage()
    planned = {one["label"]: one for one in json.loads(plan_path.read_text())["labels"]}
    assert (planned["a"]["missing"], planned["b"]["missing"]) == (10, 40)
    assert sum(cell["count"] for cell in planned["a"]["cells"]) >= 10
    assert not any(cell["length"] == "short" for cell in planned["a"]["cells"])  # all it has is short
    assert sum(cell["count"] for cell in planned["b"]["cells"]) == 40
    assert len(planned["b"]["cells"]) == 10


def test_an_empty_workspace_has_a_page_too(make_workspace: Callable[..., Workspace]) -> None:
    found, page, _ = make_workspace("a", "b").coverage()
    assert found.share is None
    assert "Not measured" in page.read_text()


def test_the_command_tells_and_ends_with_the_next(with_traffic: Workspace) -> None:
    root = with_traffic.folder.root
    told = run_winnow("coverage", cwd=root)
    assert told.returncode == 0, told.stderr
    assert "orchid" in told.stdout
    assert told.stdout.strip().splitlines()[-1].startswith("next: winnow ")
    data = json.loads(run_winnow("coverage", "--json", cwd=root).stdout)
    assert data["traffic"]["queries"] >= data["traffic"]["covered"]
    assert data["regions"][0]["words"][0] == "orchid"
    assert Path(data["report"]).exists()
    assert Path(data["plan"]).exists()


def test_a_label_that_has_too_much_of_everything_is_planned_for_all_the_same(with_traffic: Workspace) -> None:
    task = with_traffic.folder.task_file
    text = task.read_text()
    task.write_text(text + "\ngates: {facet_marginals: {share_max: 0.15}}\n")
    try:
        _, _, plan_path = with_traffic.coverage()
    finally:
        task.write_text(text)
    assert all(one["cells"] for one in json.loads(plan_path.read_text())["labels"])


def test_hold_out_queries_and_their_repeats_are_in_no_region(tmp_path: Path) -> None:
    from tests.support.files import write_jsonl

    workspace = add_example(tmp_path / "ws")
    workspace.add(write_jsonl(tmp_path / "t.jsonl", [{"text": text} for text in ORCHIDS]), license="MIT")
    words = workspace.coverage()[0].regions[0].words
    held = [{"text": f"bloomed winter balcony {i} {'x' * i}", "split": "test"} for i in range(60)]
    workspace.add(write_jsonl(tmp_path / "h.jsonl", held), license="MIT")
    assert workspace.coverage()[0].regions[0].words == words
    shown = workspace.coverage()[0].regions[0].examples[0]
    repeat = {"text": [f"{shown.text.upper()}?"], "label": workspace.task.label_names[:1]}
    workspace.add(pd.DataFrame(repeat), license="MIT", split="test")
    found, _, plan_path = workspace.coverage()
    assert shown.id not in {record for region in found.regions for record in region.record_ids}
    assert shown.text not in plan_path.read_text()
