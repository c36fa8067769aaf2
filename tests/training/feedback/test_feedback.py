"""Feedback: planted mistakes are found, nothing of hold-out gets out, queues take what lies in the focus first."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from tests.support.labeling import LabelingSetup
from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.core.errors import WinnowError
from winnow.core.example import fold_key
from winnow.core.result import NotMeasured
from winnow.curation.annotations.agreement import LabelPair
from winnow.curation.annotations.confused_pairs import (
    ConfusedPairs,
    label_errors_between,
    labeling_value,
    read_confused_pairs,
)
from winnow.curation.annotations.feedback_facts import (
    FEEDBACK_FILE,
    FEEDBACK_FORMAT,
    FeedbackAction,
    FeedbackFacts,
    FeedbackPair,
)
from winnow.curation.io.readers.columns import Columns
from winnow.curation.labeling.queues.candidate import QueueCandidate
from winnow.curation.labeling.queues.relabel import label_error_candidates
from winnow.curation.labeling.suggestions import QueueModel
from winnow.curation.store.working_view import working_rows
from winnow.generators.plan import read_plan
from winnow.training.evaluation.confusion_counts import (
    ConfusedPair,
    ConfusionCounts,
    count_confusions,
    rank_confused_pairs,
)
from winnow.training.evaluation.stored_results import stored_predictions
from winnow.training.feedback.actions import split_annotations
from winnow.training.feedback.derive_feedback import derive_feedback
from winnow.training.feedback.guideline_warnings import guideline_warnings
from winnow.training.feedback.impact import AccuracyChange, FeedbackImpact, PairErrors, measure_impact
from winnow.workspace import Workspace

ONE, OTHER = "it_vpn", "it_wifi"

PAIR = (ONE, OTHER)


def planted(folder: Path) -> tuple[Workspace, set[str]]:
    """The example, its VPN rows starved, with wifi rows labeled as VPN and the other way round."""
    workspace = add_example(folder)
    made = [json.loads(line) for line in (EXAMPLE / "synthetic_good.jsonl").read_text().splitlines()]
    swapped = {ONE: OTHER, OTHER: ONE}
    rows: list[dict[str, object]] = [
        {"text": row["text"], "label": swapped[row["intent"]]} for row in made if row["intent"] in PAIR
    ]
    file = write_jsonl(folder.parent / "wrong.jsonl", rows[::3])
    workspace.add(file, license="Apache-2.0", split="train")
    return workspace, {str(row["text"]) for row in rows[::3]}


@dataclasses.dataclass
class Round:
    workspace: Workspace
    wrong: set[str]
    run: str
    fed: Any


@pytest.fixture(scope="module")
def round_one(tmp_path_factory: pytest.TempPathFactory) -> Round:
    workspace, wrong = planted(tmp_path_factory.mktemp("feedback") / "ws")
    traffic = EXAMPLE / "traffic.jsonl"
    workspace.add(traffic, license="Apache-2.0", columns=Columns(group="none"))
    workspace.freeze("first")
    run, _ = workspace.train("first")
    return Round(workspace, wrong, run.id, workspace.feedback(run.id, annotations=60))


def strings(value: object) -> Iterator[str]:
    """Every string in a JSON value."""
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


def test_planted_confusions_and_wrong_labels_are_found(round_one: Round) -> None:
    found = round_one.fed.feedback
    assert found.pairs[0].labels == PAIR
    texts = dict(round_one.workspace.records()[["id", "text"]].itertuples(index=False))
    first = [texts[one] for one in found.suspected_errors[: len(round_one.wrong)]]
    assert len(round_one.wrong & set(first)) > len(round_one.wrong) / 2
    assert len(round_one.wrong) / 2 <= found.wrong <= 2 * len(round_one.wrong)
    shares = {step.name: step.records for step in found.actions}
    assert shares["label"] + shares["relabel"] == 60
    assert all(0 < step.expected_fixes < found.errors for step in found.actions)


def test_nothing_of_a_hold_out_row_gets_out(round_one: Round) -> None:
    workspace, plan = round_one.workspace, round_one.fed.plan.read_text()
    focus = (workspace.folder.state / FEEDBACK_FILE).read_text()
    records = workspace.records()
    held = records[records["assigned_split"] != "train"]
    assert len(held) > 200
    told = round_one.fed.output().model_dump_json()
    values = {value for written in (plan, focus, told) for value in strings(json.loads(written))}
    assert not values & (set(held["text"]) | set(held["id"]))
    long = [text for text in held["text"] if len(text) > 8]  # "hi" is part of many a word
    assert len(long) > 200
    assert not [text for text in long if any(text in value for value in values)]
    train = set(records[records["assigned_split"] == "train"]["text"])
    assert {one["text"] for label in json.loads(plan)["labels"] for one in label["misclassified"]} <= train
    assert not any(text in focus for text in records["text"] if len(text) > 20)


def test_feedback_on_a_run_from_elsewhere_uses_no_hold_out_row_of_the_workspace(
    round_one: Round, tmp_path: Path
) -> None:
    elsewhere = round_one.workspace
    plan = json.loads(round_one.fed.plan.read_text())
    quoted = [one["text"] for label in plan["labels"] for one in label["misclassified"]]
    release = elsewhere.release("first")
    validation = stored_predictions(elsewhere.run(round_one.run))
    wrong = [record for record, one in validation.items() if {one.gold, one.predicted} == set(PAIR)]
    texts = dict(release.rows("validation")[["id", "text"]].itertuples(index=False))
    held = [*quoted, *(texts[record] for record in wrong)]
    assert quoted
    assert wrong
    (tmp_path / "ws").mkdir()
    shutil.copy(elsewhere.folder.task_file, tmp_path / "ws")
    workspace = Workspace.find(tmp_path / "ws")
    workspace.add(
        pd.DataFrame({"text": [f"{text.upper()}!" for text in held], "label": ONE}), license="own", split="test"
    )
    shutil.copytree(release.path, workspace.folder.releases / "first")
    run = shutil.copytree(elsewhere.run(round_one.run).path, workspace.folder.runs / round_one.run)
    fed = workspace.feedback(run)
    written = fed.plan.read_text()
    train = {fold_key(text) for text in release.rows("train")["text"]}
    assert fed.output().left_out == sum(fold_key(text) in train for text in set(quoted))
    assert json.loads(written)["labels"]
    assert not [text for text in held if json.dumps(text, ensure_ascii=False) in written]
    counted = {pair.labels: pair.validation_errors for pair in fed.feedback.pairs}
    assert counted.get(PAIR, 0) == 0 < round_one.fed.feedback.pairs[0].validation_errors


def test_doing_it_twice_changes_nothing_and_another_run_replaces_the_focus(round_one: Round) -> None:
    workspace = round_one.workspace
    files = (
        round_one.fed.plan,
        workspace.folder.state / FEEDBACK_FILE,
        workspace.run(round_one.run).path / FEEDBACK_FILE,
    )
    before = [path.read_bytes() for path in files]
    again = workspace.feedback(round_one.run, annotations=60)
    assert again.output() == round_one.fed.output()
    assert [path.read_bytes() for path in files] == before
    other, _ = workspace.train("first", settings={"inverse_penalty": 0.1})
    workspace.feedback(other.id)
    assert read_confused_pairs(files[1]).run == other.id
    assert files[2].read_bytes() == before[2]
    workspace.feedback(round_one.run, annotations=60)


def test_a_run_whose_evaluation_is_of_an_older_form_is_evaluated_again(round_one: Round, tmp_path: Path) -> None:
    shutil.copytree(round_one.workspace.folder.root, tmp_path / "ws")
    workspace = Workspace.find(tmp_path / "ws")
    stored = workspace.folder.runs / round_one.run / "evaluation" / "validation.json"
    before = stored.read_bytes()
    stored.write_text('{"per_label": [], "confused_pairs": []}')
    assert workspace.feedback(round_one.run, annotations=60).feedback.errors == round_one.fed.feedback.errors > 0
    assert stored.read_bytes() == before


def test_test_rows_have_no_say(round_one: Round) -> None:
    workspace = round_one.workspace
    looks = len(workspace.run(round_one.run).read_looks())
    workspace.evaluate(round_one.run, split="test")
    assert workspace.feedback(round_one.run, annotations=60).output() == round_one.fed.output()
    assert [look.split for look in workspace.run(round_one.run).read_looks()[looks:]] == ["test"]


def test_generators_read_the_plan(round_one: Round) -> None:
    plan = read_plan(round_one.fed.plan, round_one.workspace.task)
    assert next(iter(plan.pairs)) == PAIR
    needs = {need.label: need for need in plan.needs}
    assert set(PAIR) <= set(needs)
    for need in plan.needs:
        assert sum(int(cell["count"]) for cell in need.cells) == need.count
    shown = {one["text"] for need in plan.needs for one in need.misclassified}
    texts = dict(round_one.workspace.records()[["id", "text"]].itertuples(index=False))
    assert not shown & {
        texts[one] for one in round_one.fed.feedback.suspected_errors
    }  # no wrong label teaches a generator


def model_of(workspace: Workspace) -> QueueModel:
    from winnow.curation.engine.embedders.embedder import open_embedder

    with workspace.store.reading() as connection:
        rows = working_rows(connection)
    focus = read_confused_pairs(workspace.folder.state / FEEDBACK_FILE).within(workspace.task.label_names)
    return QueueModel(
        rows, frozenset(), workspace.task.label_names, 0.97, open_embedder(), workspace.folder.vectors, focus=focus
    )


def pair_candidates(model: QueueModel) -> list[QueueCandidate]:
    return label_error_candidates(model.train_rows, model.confused_pair_errors)


def test_the_queues_take_what_lies_in_the_focus_first(round_one: Round) -> None:
    model = model_of(round_one.workspace)
    first = [one.record_id for one in pair_candidates(model)]
    assert len(set(first[:8]) & set(round_one.fed.feedback.suspected_errors[:8])) > 5  # the release leaves out repeats
    stored = {row.id: row for row in model.rows}
    free = [
        QueueCandidate(row.id, row.content, row.text, 1, row.assigned_split)
        for row in model.rows
        if row.state == "unlabeled"
    ]
    chosen = model.choose("feedback", free, list(range(len(free))), 12)
    assert {free[i].assigned_split for i in chosen} == {"train"}
    assert len({free[i].text for i in chosen}) == 12

    def near_the_pair(positions: list[int]) -> float:
        told = model.suggest([free[i].text for i in positions])
        return float(np.mean([label in PAIR for label, _, _ in told]))

    diverse = model.choose("diverse", free, list(range(len(free))), 12)
    assert near_the_pair(chosen) > near_the_pair(diverse)
    assert all(stored[free[i].record_id].state == "unlabeled" for i in chosen)


def test_push_relabel_shows_them_first(round_one: Round, labeling: LabelingSetup) -> None:
    here = LabelingSetup(round_one.workspace, labeling.api, labeling.argilla_workspace)
    suspected_errors = [one.record_id for one in pair_candidates(model_of(round_one.workspace))]
    assert round_one.workspace.push("relabel", count=8).records == 8
    records = {one["external_id"]: one for one in here.records("relabel")}
    assert set(records) == set(suspected_errors[:8])
    told = records[suspected_errors[0]]["fields"]["context"]
    assert "choosing between two labels that the last run confuses" in told
    assert round_one.workspace.push("label", count=5, strategy="feedback").records == 5


def test_without_feedback_the_queue_says_what_to_do(labeling: LabelingSetup) -> None:
    with pytest.raises(WinnowError, match=r"ws\.feedback\('RUN'\)"):
        labeling.workspace.push("label", strategy="feedback")


def test_the_next_release_says_what_was_fixed(round_one: Round, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(round_one.workspace.folder.root, tmp_path / "ws")
    workspace = Workspace.find(tmp_path / "ws")
    assert isinstance(round_one.fed.impact, NotMeasured)
    assert round_one.fed.impact.why.startswith("no feedback on an earlier run")
    workspace.retract("wrong.jsonl", reason="mislabeled")
    workspace.freeze("second")
    run, _ = workspace.train("second")
    told = workspace.feedback(run.id).impact
    assert isinstance(told, FeedbackImpact)
    assert (told.before, told.after) == (round_one.run, run.id)
    cells = told.cells
    assert cells.errors_before - cells.fixed + cells.introduced == cells.errors_after
    own, others = told.labels_of_the_pairs, told.other_labels
    assert isinstance(own, AccuracyChange)
    other_rows = others.rows if isinstance(others, AccuracyChange) else 0  # the pairs may hold every label
    assert own.rows + other_rows == len(workspace.release("second").rows("validation"))
    assert own.accuracy.difference >= 0
    shown = run_winnow("feedback", run.id, cwd=workspace.folder.root)
    assert shown.returncode == 0, shown.stderr
    assert re.search(r"errors in its confused pairs \d+ → \d+", shown.stdout)
    third, _ = workspace.train("second", settings={"inverse_penalty": 0.5})
    with pytest.raises(WinnowError, match="no feedback was derived"):
        workspace.feedback(run.id, previous=third.id)


def test_what_was_forgotten_is_not_quoted(round_one: Round, tmp_path: Path) -> None:
    import shutil

    shutil.copytree(round_one.workspace.folder.root, tmp_path / "ws")
    workspace = Workspace.find(tmp_path / "ws")
    quoted = next(
        one["text"]
        for label in round_one.fed.feedback.plan["labels"]
        for one in label["misclassified"]
        if label["misclassified"]
    )
    records = workspace.records()
    gone = records[records["text"] == quoted]["id"].iloc[0]
    workspace.forget(gone)
    again = workspace.feedback(round_one.run)
    assert json.dumps(quoted)[1:-1] not in again.plan.read_text()
    assert gone not in again.feedback.suspected_errors


def test_commands_say_what_to_do(round_one: Round) -> None:
    root = round_one.workspace.folder.root
    shown = run_winnow("feedback", round_one.run, "--annotations", 60, cwd=root)
    assert shown.returncode == 0, shown.stderr
    assert "it_vpn / it_wifi" in shown.stdout
    assert "winnow push label --strategy feedback --count" in shown.stdout
    assert "an estimate until the next run is evaluated" in shown.stdout
    told = json.loads(run_winnow("feedback", round_one.run, "--annotations", 60, "--json", cwd=root).stdout)
    assert told["pairs"][0]["labels"] == list(PAIR)
    assert Path(told["plan"]).exists()
    assert run_winnow("feedback", "nobody", cwd=root).returncode == 2


def test_confused_pairs_count_both_directions_and_both_splits() -> None:
    validation = ConfusionCounts({"a": 10, "b": 10, "c": 10}, {("a", "b"): 2, ("b", "a"): 1, ("c", "a"): 1})
    train = ConfusionCounts({"a": 5, "b": 15, "c": 80}, {("b", "a"): 5, ("c", "b"): 1})
    found = rank_confused_pairs(validation, train, limit=5)
    assert [pair.labels for pair in found] == [("a", "b")]  # one error each: c may be chance
    assert found[0] == ConfusedPair(("a", "b"), 3, 5, 20, 20)
    assert found[0].share == pytest.approx(8 / 40)
    assert found[0].expected_errors == pytest.approx(4)
    assert rank_confused_pairs(ConfusionCounts(), train, limit=5)[0].expected_errors == pytest.approx(5)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), min_size=1, max_size=60))
def test_counts_keep_every_row(rows: list[tuple[str, str]]) -> None:
    gold, predicted = zip(*rows, strict=True)
    counts = count_confusions(gold, predicted)
    assert sum(counts.rows.values()) == len(rows)
    assert sum(counts.errors.values()) == sum(g != p for g, p in rows)
    assert sum(counts.errors_with_gold(label) for label in "abcd") == sum(counts.errors.values())
    pairs = rank_confused_pairs(counts, ConfusionCounts(), limit=100)
    assert sum(pair.validation_errors for pair in pairs) <= sum(counts.errors.values())


@given(st.integers(1, 500), st.integers(0, 500), st.integers(0, 500))
def test_answers_are_shared_out_wholly(annotations: int, wrong: int, doubted: int) -> None:
    label, relabel = split_annotations(annotations, wrong, doubted)
    assert label + relabel == annotations
    assert 0 <= relabel <= min(wrong, doubted, annotations / 2)


def test_people_who_confuse_a_pair_make_a_guideline_note() -> None:
    pairs = [ConfusedPair(("a", "b"), 3, 5, 20, 20), ConfusedPair(("a", "c"), 2, 1, 20, 20)]
    lines = guideline_warnings(
        pairs, [LabelPair("b", "a", disagreements=7, records=6, agreements=24), LabelPair("c", "d", 9, 9, 0)]
    )
    assert lines == [
        "annotators confuse a and b too: they disagree in 7 of 31 pairs of annotations on 6 records; "
        "clarify the descriptions before labeling more"
    ]


def clusters(per_label: int, seed: int) -> tuple[np.ndarray, list[str]]:
    generator = np.random.default_rng(seed)
    centres = np.eye(8)[:4]
    labels = [name for name in "abcd" for _ in range(per_label)]
    vectors = np.vstack([centres["abcd".index(name)] + 0.15 * generator.normal(size=8) for name in labels])
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32), labels


def test_between_ranks_flipped_labels_first_and_counts_them() -> None:
    vectors, true = clusters(40, 0)
    given_ = list(true)
    flipped = list(range(0, 12, 2))
    for row in flipped:
        given_[row] = "b"
    groups = [f"f{i}" for i in range(len(true))]
    found = label_errors_between(vectors, given_, groups, ConfusedPairs("r", {("a", "b"): 4.0}))
    assert {one.position for one in found.ranked[: len(flipped)]} == set(flipped)
    assert all((one.given, one.proposed) == ("b", "a") for one in found.ranked[: len(flipped)])
    assert len(flipped) / 2 <= found.wrong <= 2 * len(flipped)
    assert label_errors_between(vectors, given_, groups, ConfusedPairs("r", {("a", "z"): 4.0})).ranked == []
    assert label_errors_between(vectors, given_, groups, ConfusedPairs("r", {("c", "d"): 4.0})).wrong <= 1


def test_worth_is_highest_on_the_boundary_of_a_pair_and_even_to_labels_of_few_rows() -> None:
    focus, classes = ConfusedPairs("r", {("a", "b"): 1.0}), ["a", "b", "c"]
    rows = {"a": 50, "b": 50, "c": 50}
    p = np.array([[0.5, 0.5, 0.0], [0.98, 0.01, 0.01], [0.0, 0.02, 0.98], [0.2, 0.0, 0.8]], dtype=np.float32)
    value = labeling_value(p, classes, rows, focus)
    assert value[0] == max(value)
    assert (value >= 0).all()
    assert (value <= 1).all()
    # b has few rows: a query that leans to b a little is in truth as likely b
    leaning = np.array([[0.0, 0.1, 0.9]], dtype=np.float32)
    assert labeling_value(leaning, classes, {"a": 50, "b": 5, "c": 50}, focus) > labeling_value(
        leaning, classes, rows, focus
    )


def test_gain_is_counted_on_the_same_rows() -> None:
    rows = pd.DataFrame(
        {
            "gold": ["a", "a", "b", "b", "c", "c"],
            "old": ["b", "a", "a", "b", "c", "a"],
            "new": ["a", "a", "b", "a", "c", "c"],
        }
    )
    pair = FeedbackPair(
        labels=("a", "b"), validation_errors=2, train_errors=0, validation_rows=4, train_rows=0, expected_errors=2.0
    )
    told = FeedbackFacts(
        format=FEEDBACK_FORMAT,
        run="old",
        release="first",
        estimated_by="linear probe, out-of-fold",
        errors=2.0,
        pairs=[pair],
        underrepresented=[],
        suspected_errors=[],
        wrong=0,
        actions=[FeedbackAction(name="label", command="winnow push label", records=1, rows=1, expected_fixes=1.0)],
        guidelines=[],
    )
    found = measure_impact(told, rows, "new")
    assert found.cells == PairErrors(errors_before=2, errors_after=1, fixed=2, introduced=1, p_value=1.0)
    assert isinstance(found.labels_of_the_pairs, AccuracyChange)
    assert found.labels_of_the_pairs.rows == 4
    assert found.labels_of_the_pairs.accuracy.difference == pytest.approx(0.25)
    assert isinstance(found.other_labels, AccuracyChange)
    assert found.other_labels.accuracy.difference == pytest.approx(0.5)
    assert found.expected_fixes == {"label": 1.0}


def test_a_label_that_train_lacks_breaks_nothing() -> None:
    vectors, labels = clusters(12, 1)
    rows = pd.DataFrame({"id": [f"r{i}" for i in range(48)], "text": [f"t{i}" for i in range(48)], "label": labels})
    rows = rows.assign(group=rows["id"], facets=[["length:short", "phrasing:fragment"]] * 48)
    validation = ConfusionCounts({"new": 9, "a": 9}, {("new", "a"): 9})
    how: dict[str, Any] = {"run": "r", "release": "x", "people": (), "plan_name": "p"}
    found = derive_feedback(rows, vectors, validation, annotations=50, **how)
    assert found.pairs[0].labels == ("a", "new")
    assert found.pairs[0].expected_errors == pytest.approx(9 / 30 * 18)
    assert found.actions[0].records == 50
    moved = np.random.default_rng(0).permutation(48)
    assert (
        derive_feedback(rows.iloc[moved].reset_index(drop=True), vectors[moved], validation, annotations=50, **how)
        == found
    )
    with pytest.raises(WinnowError, match="5 groups"):
        derive_feedback(rows[:4], vectors[:4], validation, annotations=50, **how)
