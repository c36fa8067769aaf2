"""Comparisons: symmetric, paired on the common rows, and judged against chance, label noise and goals."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

import winnow
from tests.support.commands import run_winnow
from tests.support.evaluations import a_latency
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.hashing import file_sha256
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import open_release
from winnow.curation.review.label_accuracy_facts import LabelAccuracyFacts
from winnow.reports.comparison_page import comparison_page
from winnow.training.evaluation.compare import compare
from winnow.training.evaluation.comparison_facts import LabelNoise
from winnow.training.evaluation.paired import compare_paired, latency_ratio, within_label_noise
from winnow.training.imported_runs.import_run import import_predictions
from winnow.training.runs import Run
from winnow.validators.stats.differences import paired_difference
from winnow.workspace import Workspace

LABELS = ["a", "b", "c"]

answers = st.lists(st.tuples(*[st.sampled_from(LABELS)] * 3), min_size=1, max_size=60)


@given(answers)
def test_every_row_is_counted_once_and_the_pair_may_be_turned_round(rows: list[tuple[str, str, str]]) -> None:
    gold, first, second = (list(part) for part in zip(*rows, strict=True))
    there, back = (compare_paired(gold, *pair, labels=LABELS, seed=0) for pair in ((first, second), (second, first)))
    counts = [there.both_right, there.only_first_right, there.only_second_right, there.both_wrong]
    assert sum(counts) == len(rows)
    assert there.only_first_right == back.only_second_right
    assert there.p_value == back.p_value
    for one, other in ((there.accuracy, back.accuracy), (there.macro_f1, back.macro_f1)):
        assert one.difference == pytest.approx(-other.difference)
        assert one.low == pytest.approx(-other.high)
    assert sum(one.rows for one in there.per_label) == len(rows)
    gained = sum(one.only_second_right for one in there.per_label)
    assert gained == there.only_second_right
    mistakes = {(one.gold, one.predicted): one for one in there.per_confused_pair}
    assert sum(one.first for one in mistakes.values()) == sum(g != p for g, p in zip(gold, first, strict=True))
    assert sum(one.second for one in mistakes.values()) == sum(g != p for g, p in zip(gold, second, strict=True))


def test_a_model_against_itself_differs_nowhere() -> None:
    gold, said = ["a", "b", "c", "a"], ["a", "b", "a", "a"]
    found = compare_paired(gold, said, said, labels=LABELS, seed=0)
    assert found.accuracy.difference == found.macro_f1.difference == 0
    assert found.p_value == 1
    assert not any(one.differs is True for one in (*found.per_label, *found.per_confused_pair))


def test_the_p_value_is_the_exact_sign_test_on_differing_rows() -> None:
    gold = ["a"] * 30
    first, second = ["b"] * 12 + ["a"] * 18, ["a"] * 10 + ["b"] * 2 + ["b"] * 2 + ["a"] * 16
    found = compare_paired(gold, first, second, labels=LABELS, seed=0)
    assert (found.only_second_right, found.only_first_right) == (10, 2)
    assert found.p_value == pytest.approx(binomtest(10, 12).pvalue)
    assert found.per_confused_pair[0].p_value == pytest.approx(binomtest(10, 12).pvalue)


def test_six_rows_all_in_one_direction_are_the_fewest_that_can_be_beyond_chance() -> None:
    for rows, verdict in ((5, False), (6, True)):
        gold = ["a"] * rows + ["b"] * 50
        found = compare_paired(gold, ["c"] * rows + ["b"] * 50, gold, labels=LABELS, seed=0)
        assert (found.per_label[0].differs is True) == verdict


def test_a_change_in_one_label_is_found_among_labels_that_did_not_change() -> None:
    gold = ["a"] * 40 + ["b"] * 40 + ["c"] * 40
    first = ["c"] * 25 + ["a"] * 15 + ["b"] * 40 + ["c"] * 40
    found = compare_paired(gold, first, gold, labels=LABELS, seed=0)
    assert [(one.label, one.differs is True) for one in found.per_label] == [
        ("a", True),
        ("b", False),
        ("c", False),
    ]
    assert found.per_label[1].differs == NotMeasured("fewer than 6 differing rows")
    assert found.per_label[0].recall.difference == pytest.approx(25 / 40)


@pytest.mark.parametrize(("gained", "verdict"), [(3, "within"), (8, "perhaps"), (30, "beyond")])
def test_a_difference_is_held_against_the_measured_label_noise(gained: int, verdict: str) -> None:
    audit = LabelAccuracyFacts(accuracy=0.97, interval=(0.9, 0.99), right=97, audited=100, unsure=0, by_origin={})
    found = within_label_noise(paired_difference(gained, 0, 100).difference, audit)
    assert isinstance(found, LabelNoise)
    assert found.verdict == verdict
    assert found.wrong_labels_high == pytest.approx(0.1)
    assert isinstance(within_label_noise(0.1, None), NotMeasured)


def test_latency_is_compared_on_one_machine_only() -> None:
    fast, slow = (a_latency(seconds) for seconds in (0.01, 0.03))
    assert latency_ratio(fast, slow) == pytest.approx(3)
    assert isinstance(latency_ratio(fast, slow.model_copy(update={"node": "elsewhere"})), NotMeasured)
    busy = latency_ratio(fast, slow.model_copy(update={"busy": True}))
    assert isinstance(busy, NotMeasured)
    assert "busy" in busy.why
    assert (
        latency_ratio(fast, NotMeasured("never")) == latency_ratio(NotMeasured("never"), fast) == NotMeasured("never")
    )


def imported(workspace: Workspace, folder: Path, name: str, share: float, release: str = "first") -> Run:
    """A run that has a share of the hold-out right, and says the next label elsewhere."""
    opened = workspace.release(release)
    rows: list[dict[str, object]] = []
    for split in ("validation", "test"):
        for i, row in enumerate(opened.rows(split)[["id", "label"]].to_dict("records")):
            wrong = opened.labels[(opened.labels.index(row["label"]) + 1) % len(opened.labels)]
            right = (i * 0.6180339887) % 1 < share
            rows.append({"id": row["id"], "label": row["label"] if right else wrong})
    file = write_jsonl(folder / f"{name}.jsonl", rows)
    return import_predictions(opened, file, folder / "runs", name=name)[0]


def test_runs_are_compared_and_each_look_is_written_into_every_run(frozen_example: Workspace, tmp_path: Path) -> None:
    runs = [imported(frozen_example, tmp_path, name, share) for name, share in (("low", 0.5), ("mid", 0.7), ("top", 1))]
    found = compare(runs, "test", goals={"accuracy": 0.9})
    rows = frozen_example.release("first").counts["test"]
    assert found.facts.rows == rows
    assert set(found.facts.left_out.values()) == {0}
    accuracies = [run.accuracy.value for run in found.facts.runs]
    assert accuracies == sorted(accuracies)
    assert accuracies[2] == 1
    verdicts = [run.goals[0].verdict for run in found.facts.runs]
    assert verdicts == ["not met", "not met", "met"]
    pairs = {(p.first, p.second): p for p in found.facts.pairs}
    assert set(pairs) == {(runs[a].id, runs[b].id) for a, b in ((0, 1), (0, 2), (1, 2))}
    largest = pairs[runs[0].id, runs[2].id]
    assert largest.accuracy.difference == pytest.approx(accuracies[2] - accuracies[0])
    assert largest.differs
    assert largest.p_adjusted >= largest.p_value
    assert [[look.split for look in run.read_looks()] for run in runs] == [["test"]] * 3
    assert list(found.rows.columns) == ["id", "text", "gold", *(run.id for run in runs)]


def test_a_pair_that_was_chosen_among_many_runs_is_held_against_all_their_pairs(
    frozen_example: Workspace, tmp_path: Path
) -> None:
    runs = [imported(frozen_example, tmp_path, f"run{n}", share) for n, share in enumerate((0.7, 0.5, 0.6, 0.8))]
    compare(runs, "validation")
    compare(runs[:3], "test")
    pair = compare([runs[0], runs[3]], "test")
    assert pair.facts.runs_seen == 4
    assert pair.facts.pairs[0].p_if_chosen == pytest.approx(min(1.0, 6 * pair.facts.pairs[0].p_value))
    looks = tmp_path / "runs" / runs[1].id / "looks.jsonl"
    looks.write_text("cut off by a kill", encoding="utf-8")
    assert compare([runs[0], runs[3]], "test").facts.runs_seen == 4  # it may have been a look at test
    looks.unlink()
    assert compare([runs[0], runs[3]], "test").facts.runs_seen == 3
    assert "3 runs of these releases were seen on test" in comparison_page(compare([runs[0], runs[3]], "test"))


def test_releases_are_compared_on_the_rows_that_they_share(frozen_example: Workspace, tmp_path: Path) -> None:
    shutil.copytree(frozen_example.folder.root, tmp_path / "ws")
    workspace = winnow.open(tmp_path / "ws")
    old = imported(workspace, tmp_path, "old", 0.6)
    held = workspace.release("first").rows("validation")
    workspace.forget(held["id"].iloc[0])
    workspace.rename("it_vpn", "it_remote")
    workspace.freeze("second")
    new = imported(workspace, tmp_path, "new", 0.9, release="second")
    found, page = workspace.compare([old.path, new.path])
    assert found.facts.rows == len(held) - 1
    assert found.facts.left_out[old.id] == 1
    assert found.facts.relabeled == 0  # a renamed label is the same label
    assert "it_vpn" not in set(found.rows["gold"])
    assert page.exists()
    plain = compare([old, new], "validation")  # without the workspace nobody knows of the renaming
    assert plain.facts.relabeled == (held["label"].iloc[1:] == "it_vpn").sum()
    assert plain.facts.rows + plain.facts.relabeled == len(held) - 1


def test_what_cannot_be_compared_says_why(frozen_example: Workspace, tmp_path: Path) -> None:
    run = imported(frozen_example, tmp_path, "one", 0.6)
    for runs, why in (([run], "two or more"), ([run, run], "given twice")):
        with pytest.raises(WinnowError, match=why):
            compare(runs)
    with pytest.raises(WinnowError, match="split"):
        compare([run, imported(frozen_example, tmp_path, "two", 0.7)], "dev")
    shutil.copytree(frozen_example.folder.root, tmp_path / "ws")
    workspace = winnow.open(tmp_path / "ws")
    release = workspace.release("first")
    held = release.path / "data" / "validation.parquet"
    shutil.copy(release.path / "data" / "test.parquet", held)  # a release with other validation rows
    manifest = json.loads((release.path / "manifest.json").read_text())
    manifest["files"]["data/validation.parquet"]["sha256"] = file_sha256(held)
    manifest["counts"]["validation"] = manifest["counts"]["test"]
    (release.path / "manifest.json").write_text(json.dumps(manifest))
    other = import_predictions(
        open_release(release.path), tmp_path / "one.jsonl", tmp_path / "runs", name="other", missing="wrong"
    )[0]
    with pytest.raises(WinnowError, match="no validation rows in common"):
        compare([run, other])


def test_one_run_is_not_compared(frozen_example: Workspace, tmp_path: Path) -> None:
    run = imported(frozen_example, tmp_path, "a", 0.5)
    done = run_winnow("compare", run.path, cwd=tmp_path)
    assert done.returncode == 2
    assert "1 run given; expected: two or more" in done.stderr


def test_the_command_compares_without_a_workspace_too(frozen_example: Workspace, tmp_path: Path) -> None:
    runs = [imported(frozen_example, tmp_path, name, share) for name, share in (("a", 0.5), ("b", 0.9))]
    done = run_winnow("compare", runs[0].path, runs[1].path, "--json", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert Path(found["report"]).exists()
    assert found["pairs"][0]["differs"]
    shown = run_winnow("compare", runs[0].path, runs[1].path, cwd=tmp_path)
    assert ": significant (McNemar" in shown.stdout
    assert shown.stdout.strip().splitlines()[-1].startswith("next: ")
    alone = run_winnow("compare", runs[0].path, cwd=tmp_path)
    assert (alone.returncode, "two or more" in alone.stderr) == (2, True)


def test_a_comparison_is_the_same_every_time(frozen_example: Workspace, tmp_path: Path) -> None:
    runs = [imported(frozen_example, tmp_path, name, share) for name, share in (("a", 0.5), ("b", 0.9))]
    assert compare(runs).facts == compare(runs).facts
    assert np.isfinite(compare(runs).facts.pairs[0].macro_f1.low)
