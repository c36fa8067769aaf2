"""Corrected answers that reviewers write: records that supersede, drafts with the reason, disputes for a lead."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.curation.labeling.test_queues import pushed, states, store_read
from tests.support.dialogues import dialogue, tools_workspace
from tests.support.files import write_jsonl
from winnow.core.vocabulary import DatasetKind
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.enqueue import EnqueueSpec, enqueue
from winnow.curation.labeling.label_options import REJECT_OPTION, UNSURE_OPTION
from winnow.curation.labeling.queues import QUEUES, queue_named
from winnow.curation.labeling.queues.adjudicate import ADJUDICATE, adjudicate_candidates, unqueued_disputes
from winnow.curation.labeling.queues.review import review_candidates
from winnow.curation.labeling.response_table import latest_responses
from winnow.curation.labeling.response_writer import ImportedResponses
from winnow.curation.labeling.returned_responses import RETURNED
from winnow.curation.labeling.review_form import form_questions
from winnow.curation.labeling.throughput import READING_SPEED, annotator_activity, remaining_work
from winnow.curation.review.label_accuracy import measure_label_accuracy
from winnow.curation.review.lots import load_current_lots
from winnow.curation.store.queue_items import argilla_copies, queue_datasets, queue_items
from winnow.curation.store.responses import latest_comments
from winnow.curation.store.sources import GenerationBatch
from winnow.curation.store.working_view import working_rows
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.operations.report_annotators import measure_annotators
from winnow.reports.annotators_page import write_annotators
from winnow.validators.kinds.tools import TOOLS
from winnow.workspace import Workspace

CALL = '```json\n{{"tool": "{tool}", "params": {{"city": "{city}"}}}}\n```'


def call(city: str, tool: str = "weather", prose: str = "I will look.") -> str:
    return "\n\n".join(filter(None, (prose, CALL.format(tool=tool, city=city))))


CITIES = ("Oslo", "Rome", "Bonn")


def in_order(free: Sequence[Any], _: Sequence[int], count: int) -> list[int]:
    return [*range(len(free))][:count]


def in_review(folder: Path, *, blind_share: float) -> Workspace:
    """Three machine-written dialogues, each of which waits for a review and calls with the wrong city."""
    workspace = tools_workspace(folder / "w")
    (workspace.folder.root / "winnow.yaml").open("a").write(f"review: {{blind_share: {blind_share}}}\n")
    rows = [dialogue(f"How is the weather in {city}, not in Paris?", "Paris") for city in CITIES]
    batch = GenerationBatch("made", "dialogues", "1", "claude")
    workspace.add(write_jsonl(folder / "made.jsonl", rows), origin="synthetic", license="own", batch=batch)
    fill_review(workspace)
    return workspace


def fill_review(workspace: Workspace) -> dict[str, int]:
    """Place what the lots need next as `push review` does, without a server; returns the records by dataset."""
    review = queue_named("review")
    assert review.read
    with workspace.store.writing() as connection:
        stored = review.read(connection, workspace.task, working_rows(connection))
        rows = working_rows(connection)
    again = stored.confirmed_blind
    found = review_candidates(stored.lots, rows, {}, workspace.task, refused_lots_pushed="", confirmed_blind=again)
    order = EnqueueSpec(review, 10, second_reviewer_share=0.0)
    return enqueue(workspace.store, workspace.task, order, found, choose=in_order, suggest=None).datasets


@pytest.fixture
def reviewed(tmp_path: Path) -> Workspace:
    return in_review(tmp_path, blind_share=0)


def record_of(workspace: Workspace, city: str) -> str:
    found = workspace.records()
    machine = found[found["text"].str.contains(city) & (found["superseded_by"].map(len) >= 0)]
    return str(min(machine.to_dict("records"), key=lambda row: len(row["supersedes"]))["id"])


def respond(
    workspace: Workspace, record: str, who: str, minute: str, *, queue: str = "review", **content: Any
) -> ImportedResponses:
    with workspace.store.reading() as connection:
        [item] = [one for one in queue_items(connection, queue) if one.record_id == record and not one.withdrawn]
        known = {dataset.name: dataset for dataset in queue_datasets(connection)}
    at = f"2026-01-01T00:{minute}:00.000000+00:00"
    return store_read(workspace, [(known[item.dataset], AnnotatorResponse(record, who, "submitted", content, at, at))])


def wrong(correction: str, **more: Any) -> dict[str, Any]:
    return {"verdict": "wrong_label", "correction": correction, **more}


def row_of(workspace: Workspace, record: str) -> dict[str, Any]:
    table = workspace.records()
    return dict(table[table["id"] == record].to_dict("records")[0])


def corrections_of(workspace: Workspace, record: str) -> list[dict[str, Any]]:
    return [row for row in workspace.records().to_dict("records") if record in row["supersedes"]]


def disputes(workspace: Workspace) -> list[str]:
    with workspace.store.reading() as connection:
        return unqueued_disputes(connection, working_rows(connection))


def test_only_dialogues_are_asked_what_is_wrong_and_for_the_answer(reviewed: Workspace, tmp_path: Path) -> None:
    names = {
        queue.name: [one.name for one in form_questions(reviewed.task, queue, DatasetKind.OPEN)] for queue in QUEUES
    }
    assert names["review"] == ["verdict", "label", "wrong", "correction", "comment", "flags"]
    assert names["label"] == ["label", "comment", "flags"]
    assert all(names[one] == ["label", "wrong", "correction", "comment", "flags"] for one in ("audit", "relabel"))
    blind = form_questions(reviewed.task, queue_named("review"), DatasetKind.BLIND)
    assert [one.name for one in blind] == ["label", "comment", "flags"]


def test_a_corrected_answer_takes_the_place_of_the_reviewed_record(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    done = respond(reviewed, record, "ann", "01", **wrong(call("Oslo") + "\n", wrong=["wrong_argument"]))
    assert (done.decisions, done.corrected, done.returned) == (1, 1, [])
    [new] = corrections_of(reviewed, record)
    old = row_of(reviewed, record)
    assert (new["state"], new["label"], new["decided_by"]) == ("labeled", "weather", "person")
    assert (new["origin"], new["group"], new["assigned_split"]) == ("synthetic", old["group"], "train")
    assert (old["state"], old["superseded_by"]) == ("superseded", (new["id"],))
    messages = json.loads(json.loads(new["content"])["messages"])
    assert [turn["role"] for turn in messages] == ["user", "assistant"]  # the result was that of another call
    assert messages[-1]["calls"][0]["arguments"] == {"city": "Oslo"}
    assert new["origin_models"] == ("claude",)
    with reviewed.store.reading() as connection:
        [lot] = load_current_lots(connection, working_rows(connection))
        assert latest_responses(connection, reviewed.task)["label"].tolist() == ["weather"]
        work = remaining_work(connection, annotator_activity(connection))
    assert (work.pending.responses, work.is_measured) == (2, False)
    readable = [TOOLS.readable(row_of(reviewed, record_of(reviewed, city))["content"]) for city in ("Rome", "Bonn")]
    assert work.minutes == sum(len(text.split()) for text in readable) / READING_SPEED
    shown = reviewed.status()
    assert (shown.seconds, shown.reading_seconds) == (None, 60 * len(readable[0].split()) / READING_SPEED)
    assert record in lot.reviewed
    assert new["id"] not in lot.members
    again = respond(reviewed, record, "ann", "01", **wrong(call("Oslo")))
    assert (again.responses, len(corrections_of(reviewed, record))) == (0, 1)
    source = new["sources"][0]
    reviewed.retract(source)
    assert row_of(reviewed, record)["state"] == "rejected"  # the person found it wrong
    assert row_of(reviewed, new["id"])["state"] == "superseded"


def test_a_corrected_answer_has_every_license_of_what_it_corrects(reviewed: Workspace, tmp_path: Path) -> None:
    rows = [dialogue("How is the weather in Oslo, not in Paris?", "Paris")]
    batch = GenerationBatch("again", "dialogues", "1", "claude")
    reviewed.add(write_jsonl(tmp_path / "again.jsonl", rows), origin="synthetic", license="CC-BY-4.0", batch=batch)
    record = record_of(reviewed, "Oslo")
    respond(reviewed, record, "ann", "01", **wrong(call("Oslo")))
    [new] = corrections_of(reviewed, record)
    assert [*new["licenses"]] == ["CC-BY-4.0", "own"]


def test_calls_that_stay_the_same_keep_what_follows(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    respond(reviewed, record, "ann", "01", **wrong(call("Paris", prose="Looking it up."), wrong=["wording"]))
    [new] = corrections_of(reviewed, record)
    turns = json.loads(json.loads(new["content"])["messages"])
    assert [turn["content"] for turn in turns[1:]] == ["Looking it up.", "fine", "It is fine."]
    last = record_of(reviewed, "Rome")
    respond(reviewed, last, "ann", "02", **wrong("It is fine there.", wrong=["wording"]))
    [new] = corrections_of(reviewed, last)
    turns = json.loads(json.loads(new["content"])["messages"])
    assert [turn["content"] for turn in turns[1:]] == ["I will look.", "fine", "It is fine there."]


CANNOT_BE_KEPT: tuple[tuple[dict[str, Any], str], ...] = (
    (wrong('I will look.\n\n```json\n{"tool": "weather", "params": {"city": "Oslo"}\n```'), "line 4"),
    (wrong(call("Oslo", tool="wether")), "weather"),
    (wrong('```json\n{"tool": "weather", "params": {}}\n```'), "city"),
    (wrong(call("<city>")), "city"),
    (wrong(call("Oslo"), label=["ask"]), "contradicts the corrected answer"),
    (wrong("Which country do you mean?"), "choose the behavior"),
    (wrong(call("Paris")), "is the answer of the dialogue"),
    (wrong(""), "right behavior or the corrected answer"),
    (wrong("", label=["weather"]), "proposed behavior"),
    (wrong("", label=["weather", "ask"]), "contradict each other"),
    ({"verdict": "right", "correction": call("Oslo")}, "cannot be right"),
    ({"verdict": "right", "wrong": ["wording"]}, "cannot be right"),
    ({"verdict": "unusable", "correction": call("Oslo")}, "left out"),
    (wrong(call("Oslo"), label=[UNSURE_OPTION]), "unsure"),
    (wrong(call("Oslo"), label=[REJECT_OPTION]), "left out"),
)
"""Responses, and a part of the reason why each returns to its annotator."""


def test_what_cannot_be_kept_returns_as_a_draft_with_the_reason(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    comment = f"{RETURNED}an earlier reason\nmy own words"
    for minute, (content, why) in enumerate(CANNOT_BE_KEPT, 10):
        done = respond(reviewed, record, "ann", str(minute), **content, comment=comment)
        [returned] = done.returned
        assert why in returned.why
        assert (done.decisions, done.corrected, dict(done.incomplete)) == (0, 0, {"ann": 1})
        draft, place = returned.as_draft(), "correction" if content.get("correction") else "comment"
        own = {**content, "comment": "my own words"}
        assert draft.content == {**own, place: f"{RETURNED}{returned.why}\n{own[place]}"}
        assert states(reviewed)[record] == ("proposed", "weather")
    assert len(reviewed.records()) == len(CITIES)
    text = f"{RETURNED}a reason\n{call('Oslo')}"
    fixed = respond(reviewed, record, "ann", "50", **wrong(text), comment=comment)
    assert (fixed.decisions, fixed.returned) == (1, [])
    assert [one for one in reviewed.show(record).decisions if one.kind == "correction"]
    with reviewed.store.reading() as connection:
        assert latest_comments(connection) == {(record, "ann"): "my own words"}


def test_an_answer_that_is_called_wrong_without_another_one_is_rejected(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    respond(reviewed, record, "ann", "01", **wrong("", label=["weather"], wrong=["wrong_argument", "wording"]))
    assert states(reviewed)[record] == ("rejected", "")
    assert reviewed.show(record).decisions[-1].value == "the answer is wrong: wrong argument, wording"
    copied = record_of(reviewed, "Rome")
    done = respond(reviewed, copied, "ann", "02", verdict="right", correction=call("Paris"))
    assert (done.returned, states(reviewed)[copied]) == ([], ("labeled", "weather"))


def test_equal_corrections_are_one_record_and_different_ones_go_to_a_lead(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    respond(reviewed, record, "ann", "01", **wrong(call("Oslo")))
    respond(reviewed, record, "bob", "02", **wrong(call("Oslo")))
    [new] = corrections_of(reviewed, record)
    assert (new["decided_by"], disputes(reviewed)) == ("agreement", [])
    respond(reviewed, record, "bob", "03", **wrong(call("Oslo", prose="")))
    assert len(corrections_of(reviewed, record)) == 2
    assert disputes(reviewed) == [record]
    with reviewed.store.reading() as connection:
        [lot] = load_current_lots(connection, working_rows(connection))
    assert record not in lot.reviewed
    lead(reviewed, record, "05", label=["weather"], correction=call("Oslo", prose=""))
    assert disputes(reviewed) == []
    kept = [row for row in corrections_of(reviewed, record) if row["state"] == "labeled"]
    assert [(row["decided_by"], row["id"] == new["id"]) for row in kept] == [("adjudicator", False)]
    assert row_of(reviewed, new["id"])["state"] == "rejected"


def test_agreement_by_argument_compares_the_answers_that_people_stand_by(reviewed: Workspace) -> None:
    first, second, third = (record_of(reviewed, city) for city in CITIES)
    respond(reviewed, first, "ann", "01", verdict="right")
    respond(reviewed, first, "bob", "02", **wrong(call("Oslo")))
    respond(reviewed, second, "ann", "03", verdict="right")
    respond(reviewed, second, "bob", "04", verdict="right")
    respond(reviewed, third, "ann", "05", verdict="right")
    respond(reviewed, third, "bob", "06", **wrong("", label=["ask"]))  # it stands by no answer
    with reviewed.store.reading() as connection:
        report = measure_annotators(connection, reviewed.task, SpendDatabase(reviewed.folder.spend_database))
    [whole, city] = report.facts().arguments
    assert (whole.tool, whole.argument, whole.agreement.value, whole.agreement.rows) == ("weather", "", 1.0, 2)
    assert (city.argument, city.agreement.value, city.agreement.rows) == ("city", 0.5, 2)
    assert report.agreement
    assert [(one.first, one.second) for one in report.agreement.pairs] == [("ask", "weather")]  # by behavior
    assert "Agreement by argument" in write_annotators(report, reviewed.folder.reports).read_text()


def test_what_was_confirmed_blind_is_read_again_with_its_answer(tmp_path: Path) -> None:
    workspace = in_review(tmp_path, blind_share=1)
    first, second = record_of(workspace, "Oslo"), record_of(workspace, "Rome")
    respond(workspace, first, "ann", "01", label=["weather"])
    respond(workspace, second, "ann", "02", label=["ask"])

    def counted() -> frozenset[str]:
        with workspace.store.reading() as connection:
            [lot] = load_current_lots(connection, working_rows(connection))
        return lot.reviewed

    assert counted() == {second}  # another behavior is right: no answer could be
    assert fill_review(workspace) == {"review": 1}
    assert fill_review(workspace) == {}
    assert counted() == {second}
    respond(workspace, first, "ann", "03", **wrong(call("Oslo")))
    assert counted() == {first, second}
    with workspace.store.reading() as connection:
        table = latest_responses(connection, workspace.task).set_index("record")
    assert table.loc[first, ["label", "suggestion", "model_label"]].tolist() == ["weather", "", "weather"]


def lead(workspace: Workspace, record: str, minute: str, **content: Any) -> None:
    """A lead decides about a record in the queue `adjudicate`."""
    with workspace.store.reading() as connection:
        rows = working_rows(connection)
        assert ADJUDICATE.read
        stored = ADJUDICATE.read(connection, workspace.task, rows)
    found = adjudicate_candidates(rows, stored.votes, stored.source_names, stored.comments, answers=stored.answers)
    [one] = [candidate for candidate in found if candidate.record_id == record]
    assert str(one.context).count('{"tool": "weather", "params": {"city": "Oslo"}}') == 2
    assert len(one.quoted_ids) == 2
    enqueue(workspace.store, workspace.task, EnqueueSpec(ADJUDICATE, 5), found, choose=in_order, suggest=None)
    respond(workspace, record, "lea", minute, queue="adjudicate", **content)


def test_who_takes_a_correction_back_takes_its_record_back(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    respond(reviewed, record, "ann", "01", **wrong(call("Oslo")))
    [new] = corrections_of(reviewed, record)
    respond(reviewed, record, "ann", "02", verdict="right")
    assert states(reviewed)[record] == ("labeled", "weather")
    assert states(reviewed)[new["id"]] == ("rejected", "")
    respond(reviewed, record, "ann", "03", **wrong(call("Oslo")))
    assert row_of(reviewed, record)["state"] == "superseded"
    assert states(reviewed)[new["id"]] == ("labeled", "weather")


def test_a_correction_of_peoples_data_is_human_and_stays_in_its_split(tmp_path: Path) -> None:
    workspace = tools_workspace(tmp_path / "w")
    rows = [dialogue(f"Weather in {city}?", "Paris", split="test") for city in CITIES]
    workspace.add(write_jsonl(tmp_path / "f.jsonl", rows), origin="public", license="own", origin_model="gpt-x")
    pushed(workspace, "audit")
    record = record_of(workspace, "Oslo")
    respond(workspace, record, "ann", "01", queue="audit", label=["weather"], correction=call("Oslo"))
    [new] = corrections_of(workspace, record)
    assert (new["origin"], new["assigned_split"], new["origin_models"]) == ("human", "test", ("gpt-x",))
    other = record_of(workspace, "Rome")
    respond(workspace, other, "ann", "02", queue="audit", label=["weather"], wrong=["wrong_argument"])
    assert states(workspace)[other] == ("rejected", "")
    respond(workspace, record_of(workspace, "Bonn"), "ann", "03", queue="audit", label=["weather"])
    with workspace.store.reading() as connection:
        accuracy = measure_label_accuracy(connection, working_rows(connection))
    assert accuracy
    assert (accuracy.right, accuracy.audited, accuracy.unsure) == (1, 3, 0)


def test_a_forgotten_correction_leaves_no_text_behind(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    respond(reviewed, record, "ann", "01", **wrong(call("Oslo", prose="Wxyzw looks.")))
    [new] = corrections_of(reviewed, record)
    with reviewed.store.reading() as connection:
        copies = argilla_copies_of(connection, new["id"])
    reviewed.forget(new["id"])
    assert copies == [record]
    assert b"Wxyzw" not in reviewed.folder.database.read_bytes()
    refused = respond(reviewed, record, "bob", "02", **wrong(call("Oslo", prose="Wxyzw looks.")))
    assert "forgotten" in refused.returned[0].why


def test_two_corrections_of_a_record_in_one_pull_are_both_deleted_in_argilla_when_forgotten(
    reviewed: Workspace,
) -> None:
    record = record_of(reviewed, "Oslo")
    with reviewed.store.reading() as connection:
        [dataset] = queue_datasets(connection, "review")
    read = []
    for who, prose in (("ann", "I will look."), ("bob", "Wxyzw looks.")):
        at = f"2026-01-01T00:00:{len(read):02}.000000+00:00"
        content = wrong(call("Oslo", prose=prose))
        read.append((dataset, AnnotatorResponse(record, who, "submitted", content, at, at)))
    assert store_read(reviewed, read).corrected == 2
    with reviewed.store.reading() as connection:
        quoting = [argilla_copies_of(connection, new["id"]) for new in corrections_of(reviewed, record)]
    assert quoting == [[record], [record]]


def argilla_copies_of(connection: Any, record: str) -> Sequence[str]:
    """The records whose copies in Argilla quote a record; the datasets are on no server here."""
    assert argilla_copies(connection, {record}) == []
    return [item.record_id for item in queue_items(connection) if record in item.quoted_ids]


def test_a_correction_is_stored_with_its_decision_or_not_at_all(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    with reviewed.store.writing() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER stop BEFORE INSERT ON decision BEGIN SELECT RAISE(ABORT, 'stopped'); END"
        )
    with pytest.raises(Exception, match="stopped"):
        respond(reviewed, record, "ann", "01", **wrong(call("Oslo")))
    assert (len(reviewed.records()), len(reviewed.status().sources)) == (len(CITIES), 1)
    with reviewed.store.writing() as connection:
        connection.exec_driver_sql("DROP TRIGGER stop")
    assert respond(reviewed, record, "ann", "01", **wrong(call("Oslo"))).corrected == 1
    assert (len(reviewed.records()), len(reviewed.status().sources)) == (len(CITIES) + 1, 2)


def test_an_answer_that_was_stored_as_withdrawn_returns_again_after_a_kill(reviewed: Workspace) -> None:
    record = record_of(reviewed, "Oslo")
    respond(reviewed, record, "ann", "01", verdict="right")
    for _ in range(2):  # a kill between the transaction and the draft
        broken = respond(reviewed, record, "ann", "02", **wrong("```json\n{}\n```"))
        assert [one.response.who for one in broken.returned] == ["ann"]
    assert states(reviewed)[record] == ("proposed", "weather")
