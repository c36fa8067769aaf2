"""Gold records: mixed into the queue, answered like the others, deciding nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.result import Measured
from winnow.core.vocabulary import Origin
from winnow.core.working_row import WorkingRow
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.enqueue import EnqueueSpec, enqueue
from winnow.curation.labeling.gold_records import (
    gold_accuracies,
    gold_answers,
    gold_candidates,
    is_gold,
    pushed_gold,
)
from winnow.curation.labeling.queues.label import LABEL, label_candidates
from winnow.curation.labeling.response_import import store_responses
from winnow.curation.labeling.response_table import latest_responses
from winnow.curation.store.queue_items import pending_work, queue_datasets, queue_items
from winnow.curation.store.sources import source_names
from winnow.curation.store.working_view import working_rows
from winnow.operations.push_request import PushRequest
from winnow.workspace import Workspace


@pytest.fixture
def mixed(make_workspace: Callable[..., Workspace], tmp_path: Path) -> Workspace:
    """Twelve unlabeled queries and eight gold records."""
    workspace = make_workspace("a", "b")
    rows: list[dict[str, object]] = [{"text": f"query number {i} of the day"} for i in range(12)]
    workspace.add(write_jsonl(tmp_path / "log.jsonl", rows), origin=Origin.LOG)
    known: list[dict[str, object]] = [{"text": f"known question {i} here", "label": "ab"[i % 2]} for i in range(8)]
    workspace.add(write_jsonl(tmp_path / "gold.jsonl", known), license="own")
    return workspace


def push(workspace: Workspace, count: int, source: str = "gold.jsonl") -> dict[str, int]:
    """Place records as `push` does, without a server."""
    rows = [WorkingRow(*values) for values in workspace.records().itertuples(index=False, name=None)]
    with workspace.store.reading() as connection:
        gold = gold_candidates(rows, source_names(connection), source)

    def choose(_: Any, __: list[int], n: int) -> list[int]:
        return list(range(n))

    spec, found = EnqueueSpec(LABEL, count, gold=source), label_candidates(rows, workspace.task)
    return enqueue(workspace.store, workspace.task, spec, found, choose=choose, suggest=None, gold=gold).datasets


def answer(workspace: Workspace, who: str, *labels: str, day: int = 1) -> list[str]:
    """Answer the gold records in their order; returns their ids."""
    with workspace.store.reading() as connection:
        (dataset,) = queue_datasets(connection)
        gold = sorted(item.record_id for item in queue_items(connection) if is_gold(item))
    at = f"2026-01-{day:02}T00:00:00+00:00"
    read = [
        (dataset, AnnotatorResponse(record, who, "submitted", {"label": label}, at, at))
        for record, label in zip(gold, labels, strict=False)
    ]
    found = store_responses(workspace.store, lambda: workspace.task, read, {}, workspace._context.scrubber)
    assert (found.responses, found.decisions) == (len(read), 0)
    return gold


def right_labels(workspace: Workspace) -> list[str]:
    with workspace.store.reading() as connection:
        return [str(i.label_at_push) for i in sorted(queue_items(connection), key=lambda i: i.record_id) if is_gold(i)]


def test_gold_records_are_pushed_once_besides_the_others_and_look_like_them(mixed: Workspace) -> None:
    assert push(mixed, 5) == {"label": 13}
    assert push(mixed, 13) == {}
    with mixed.store.reading() as connection:
        items, rows = queue_items(connection), working_rows(connection)
        assert pending_work(connection).records == {"label": 13}
        assert len(pushed_gold(rows, items)) == 8  # a later push keeps them
    assert {item.dataset for item in items} == {"label"}
    assert not any(item.suggestion or item.hidden_suggestion for item in items)


def test_answers_to_gold_records_decide_nothing_and_measure_their_annotator(mixed: Workspace) -> None:
    push(mixed, 5)
    right = right_labels(mixed)
    wrong = ["b" if label == "a" else "a" for label in right]
    before = mixed.records().to_dict("records")
    gold = answer(mixed, "ann", *right[:6], *wrong[6:])
    answer(mixed, "bob", *wrong)
    answer(mixed, "bob", *right, day=2)  # corrected after the known label was looked up
    assert mixed.records().to_dict("records") == before
    assert all(one.actor == "file" for record in gold for one in mixed.show(record).decisions)
    with mixed.store.reading() as connection:
        assert latest_responses(connection, mixed.task).empty
        found = gold_accuracies(gold_answers(connection, mixed.task))
    assert isinstance(found["ann"], Measured)
    assert (found["ann"].value, found["ann"].rows) == (0.75, 8)
    assert 0.3 < found["ann"].low < 0.75 < found["ann"].high < 1
    assert isinstance(found["bob"], Measured)
    assert found["bob"].value == 0


def test_a_renamed_label_and_a_forgotten_record(mixed: Workspace) -> None:
    push(mixed, 5)
    gold = answer(mixed, "ann", *right_labels(mixed))
    mixed.rename("a", "c")
    mixed.forget(gold[0])
    with mixed.store.reading() as connection:
        answers = gold_answers(connection, mixed.task)
    assert len(answers) == 7
    assert set(answers["label"]) == {"b", "c"}
    assert (answers["label"] == answers["right"]).all()


@pytest.mark.parametrize(("source", "said"), [("gold.json", "no source is called"), ("log.jsonl", "no labeled")])
def test_a_source_without_known_labels_is_refused(mixed: Workspace, source: str, said: str) -> None:
    with pytest.raises(WinnowError, match=said):
        push(mixed, 5, source)


def test_only_the_queue_label_has_gold_records(mixed: Workspace) -> None:
    with pytest.raises(WinnowError, match="the queue audit has no gold records"):
        PushRequest("audit", gold="gold.jsonl").spec(mixed.task)
