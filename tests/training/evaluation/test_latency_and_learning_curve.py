"""What a model costs and what more data would bring: latency without a cache, and the learning curve."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pandas as pd
import pytest

from tests.support.files import write_jsonl
from winnow.core.errors import ServiceError, WinnowError
from winnow.core.result import NotMeasured
from winnow.training.evaluation.evaluation_facts import Latency
from winnow.training.evaluation.fit_on_validation import FITTED_FILE, FORMAT, load_or_fit
from winnow.training.evaluation.latency import LATENCY_FILE, measure_latency, stored_latency, time_queries
from winnow.training.evaluation.learning_curve import (
    LEARNING_CURVE_FILE,
    group_order,
    groups_in_share,
    measure_learning_curve,
    stored_learning_curve,
)
from winnow.training.imported_runs.import_run import import_predictions
from winnow.training.linear import train
from winnow.training.runs import Run
from winnow.workspace import Workspace


@pytest.fixture
def run(frozen_example: Workspace, tmp_path: Path) -> Run:
    return train(frozen_example.release("first"), tmp_path / "runs", vectors_cache=frozen_example.folder.vectors)[0]


def test_latency_is_measured_in_a_process_of_its_own_and_kept(run: Run, frozen_example: Workspace) -> None:
    assert isinstance(stored_latency(run), NotMeasured)
    found = measure_latency(run, list(frozen_example.release("first").rows("validation")["text"])[:40])
    assert isinstance(found, Latency)
    assert 0 < found.p50_seconds <= found.p95_seconds
    assert found.queries_per_second > 0
    assert found.peak_memory_bytes > 50 * 2**20  # at least the interpreter, NumPy and the model
    assert (found.single_queries, found.bulk_queries) == (40, 40)
    assert found.busy == (found.load_average > 1.5 * found.cores)
    assert stored_latency(run) == found
    for unreadable in ("{", "[]", "{}", json.dumps({"p50_seconds": 1}), json.dumps({"format": 2, "p50_seconds": 1})):
        (run.path / LATENCY_FILE).write_text(unreadable)
        assert isinstance(stored_latency(run), NotMeasured)


def test_a_model_that_cannot_answer_is_a_service_error(run: Run) -> None:
    (run.path / "model.safetensors").unlink()
    with pytest.raises(ServiceError, match="latency of"):
        measure_latency(run, ["my vpn drops"] * 5)


def test_every_query_is_asked_alone_and_then_all_together() -> None:
    asked: list[int] = []
    found = time_queries(lambda texts: asked.append(len(texts)), ["x"] * 30)
    assert asked == [1] * 5 + [1] * 30 + [30] * 3
    assert found.single_queries == 30


def test_parts_are_nested_and_hold_every_label() -> None:
    groups = [f"f{i}" for i in range(60)] + ["both", "both"]
    labels = [("a", "b", "c")[i % 3] for i in range(60)] + ["c", "a"]
    train_rows = pd.DataFrame({"group": groups, "label": labels})
    order = group_order(train_rows, seed=0)
    assert sum(map(len, order.values())) == 61
    assert "both" in order["c"]  # the label of its first row
    parts = [groups_in_share(order, share) for share in (0.01, 0.1, 0.5, 1.0)]
    assert all(small < large for small, large in itertools.pairwise(parts))
    assert len(parts[0]) == 3
    assert parts[-1] == set(groups)
    assert group_order(train_rows, seed=1) != order


def test_the_curve_is_measured_once_and_ends_at_the_run_itself(run: Run, frozen_example: Workspace) -> None:
    release, vectors = frozen_example.release("first"), frozen_example.folder.vectors
    assert isinstance(stored_learning_curve(run), NotMeasured)
    found = measure_learning_curve(run, release, vectors_cache=vectors)
    assert [point.share for point in found.points] == [0.1, 0.25, 0.5, 0.75, 1.0]
    rows = [point.train_rows for point in found.points]
    assert rows == sorted(rows)
    assert rows[-1] == release.counts["train"]
    evaluation, page = frozen_example.evaluate(run.path)
    assert found.points[-1].accuracy.value == evaluation.measures.accuracy
    assert evaluation.measures.learning_curve == found
    assert found.points[-1].accuracy.value > found.points[0].accuracy.value + 0.1
    assert found.gain_of_doubling.low < found.gain_of_doubling.high
    assert "<h2>Learning curve</h2>" in page.read_text()
    kept = (run.path / LEARNING_CURVE_FILE).read_bytes()
    assert measure_learning_curve(run, release, vectors_cache=vectors) == found
    assert (run.path / LEARNING_CURVE_FILE).read_bytes() == kept


def test_a_killed_curve_goes_on_where_it_stopped(run: Run, frozen_example: Workspace) -> None:
    release, vectors = frozen_example.release("first"), frozen_example.folder.vectors
    whole = measure_learning_curve(run, release, vectors_cache=vectors)
    stored = json.loads((run.path / LEARNING_CURVE_FILE).read_text())
    stored["points"] = stored["points"][:2]
    stored["points"][0]["seconds"] = 123.0  # so that a point trained anew would show
    (run.path / LEARNING_CURVE_FILE).write_text(json.dumps(stored))
    assert isinstance(stored_learning_curve(run).gain_of_doubling, NotMeasured)
    again = measure_learning_curve(run, release, vectors_cache=vectors)
    assert again.points[0].seconds == 123.0
    assert [p.accuracy for p in again.points] == [p.accuracy for p in whole.points]


def test_what_is_fitted_on_validation_is_kept_and_never_sees_test(run: Run, frozen_example: Workspace) -> None:
    frozen_example.evaluate(run.path, split="test")
    fitted = json.loads((run.path / FITTED_FILE).read_text())
    release = frozen_example.release("first")
    assert (fitted["split"], fitted["rows"]) == ("validation", release.counts["validation"])
    (run.path / FITTED_FILE).write_text("{torn")
    again = load_or_fit(run, release, vectors_cache=frozen_example.folder.vectors)
    stored = json.loads((run.path / FITTED_FILE).read_text())
    assert {"format": FORMAT, **again.model_dump(mode="json")} == fitted == stored
    first, _ = frozen_example.evaluate(run.path)
    second, _ = frozen_example.evaluate(run.path, split="test")
    assert first.measures.calibration.temperature == second.measures.calibration.temperature


def test_an_import_has_neither(frozen_example: Workspace, tmp_path: Path) -> None:
    release = frozen_example.release("first")
    rows: list[dict[str, object]] = [{"id": i, "label": "fallback"} for i in release.rows("validation")["id"]]
    run, _ = import_predictions(release, write_jsonl(tmp_path / "p.jsonl", rows), tmp_path / "runs", name="rules")
    assert isinstance(measure_latency(run, ["x"]), NotMeasured)
    assert isinstance(stored_learning_curve(run), NotMeasured)
    with pytest.raises(WinnowError, match="were imported"):
        measure_learning_curve(run, release)


def test_what_a_teacher_wrote_is_not_there_for_a_learning_curve(run: Run, frozen_example: Workspace) -> None:
    # a file of that name in the current folder may be another one
    facts = run.facts.model_copy(update={"settings": {**run.facts.settings, "teacher": "teacher.jsonl"}})
    with pytest.raises(WinnowError, match=r"is no part of its release; expected: a run that was trained on"):
        measure_learning_curve(Run(run.path, facts), frozen_example.release("first"))
