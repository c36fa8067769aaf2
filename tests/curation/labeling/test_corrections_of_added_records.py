"""Corrected answers that equal a dialogue which was added otherwise: that one is not lost, nor is hold-out used."""

from __future__ import annotations

from pathlib import Path

from tests.curation.labeling.test_answers_by_reviewers import call, record_of, respond, reviewed, row_of, wrong
from tests.curation.labeling.test_queues import states
from tests.support.dialogues import dialogue, dialogue_id
from tests.support.files import write_jsonl
from winnow.core.vocabulary import Actor, DecisionKind
from winnow.curation.labeling.answer_corrections import AnswerCorrections
from winnow.curation.labeling.decision_writer import DecisionWriter
from winnow.curation.store.decisions import DecisionKey
from winnow.workspace import Workspace

__all__ = ["reviewed"]


def add_right_answer(workspace: Workspace, folder: Path, split: str) -> str:
    """Add a person's dialogue that equals the corrected answer of the reviewed one about Oslo; its record id."""
    row = dialogue("How is the weather in Oslo, not in Paris?", "Oslo", split=split)
    row["messages"] = row["messages"][:2]  # type: ignore[index]
    workspace.add(write_jsonl(folder / "added.jsonl", [row]), license="own")
    return dialogue_id(row)


def test_who_takes_back_a_correction_rejects_no_record_that_was_added(reviewed: Workspace, tmp_path: Path) -> None:
    record, added = record_of(reviewed, "Oslo"), add_right_answer(reviewed, tmp_path, "train")
    respond(reviewed, record, "ann", "01", **wrong(call("Oslo")))
    assert row_of(reviewed, record)["superseded_by"] == (added,)
    respond(reviewed, record, "ann", "02", verdict="right")
    assert states(reviewed)[added] == ("labeled", "weather")


def test_a_lead_who_decides_otherwise_rejects_no_record_that_was_added(reviewed: Workspace, tmp_path: Path) -> None:
    record, added = record_of(reviewed, "Oslo"), add_right_answer(reviewed, tmp_path, "train")
    respond(reviewed, record, "ann", "01", **wrong(call("Oslo")))
    respond(reviewed, record, "bob", "02", **wrong(call("Oslo", prose="")))
    with reviewed.store.writing() as connection:
        writer = DecisionWriter(connection, {record})
        corrections = AnswerCorrections(connection, reviewed.task, reviewed._context.scrubber, writer)
        neither = DecisionKey(record, Actor.ADJUDICATOR, "lea", DecisionKind.REJECTION, "neither")
        corrections.follow(neither, None, None, at="2026-01-01T00:05:00.000000+00:00")
    assert states(reviewed)[added] == ("labeled", "weather")
    assert [row["id"] != added for row in reviewed.records().to_dict("records") if row["state"] == "rejected"] == [True]


def test_a_correction_never_takes_a_record_of_hold_out(reviewed: Workspace, tmp_path: Path) -> None:
    record, held = record_of(reviewed, "Oslo"), add_right_answer(reviewed, tmp_path, "test")
    before = row_of(reviewed, held)
    [returned] = respond(reviewed, record, "ann", "01", **wrong(call("Oslo"))).returned
    assert f"record {held} of test" in returned.why
    assert row_of(reviewed, held) == before
    assert (before["decided_by"], row_of(reviewed, record)["state"]) == ("file", "proposed")
