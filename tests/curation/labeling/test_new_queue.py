"""A new queue is one definition in one list: it is pushed, answered and pulled like the others."""

from __future__ import annotations

import pytest

from tests.support.labeling import LabelingSetup, annotators_of
from winnow.curation.labeling import queues
from winnow.curation.labeling.queues.candidate import candidate_from_row
from winnow.curation.labeling.queues.definition import QueueDefinition, take_in_order

SHORTEST = QueueDefinition(
    name="shortest",
    purpose="These are the shortest labeled queries.",
    find_candidates=lambda inputs: [
        candidate_from_row(row, context=f"{len(row.text)} characters")
        for row in sorted(inputs.rows, key=lambda row: len(row.text))
        if row.state == "labeled"
    ],
    choose=take_in_order,
    default_count=7,
    context_title="Length",
    notes=("Short is not wrong.",),
)


def test_a_new_queue_needs_only_its_definition(labeling: LabelingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queues, "QUEUES", (*queues.QUEUES, SHORTEST))
    workspace = labeling.workspace
    pushed = workspace.push("shortest")
    assert (pushed.datasets, pushed.pending) == ({"shortest": 7}, 7)
    dataset, records = labeling.dataset("shortest"), labeling.records("shortest")
    assert "Short is not wrong." in dataset["guidelines"]
    assert all(record["fields"]["context"].endswith(" characters") for record in records)
    (ann,) = annotators_of(labeling, "ann")
    labeling.answer(ann, records[0], workspace.task.label_names[0])
    pulled = workspace.pull()
    assert dict(pulled.imported.by_queue) == {"shortest": 1}
    decision = workspace.show(records[0]["external_id"]).decisions[-1]
    assert (decision.actor, decision.why) == ("person", "queue shortest")
    assert pulled.remaining.pending.records == {"shortest": 6}
