"""Queues without a server: who is asked what, what is written for people, what an answer decides, what is left."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event, select

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.config.load import parse_task
from winnow.config.task import Label, Task
from winnow.core.errors import WinnowError
from winnow.core.hashing import keyed_fraction
from winnow.core.vocabulary import DatasetKind, DecidedBy, Origin, Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.derive_label import derive_labels
from winnow.curation.annotations.renamed_labels import LabelRename
from winnow.curation.annotations.votes import DISCARDED, SEVERAL_INTENTS, Vote, needs_adjudication
from winnow.curation.labeling.argilla_types import AnnotatorResponse
from winnow.curation.labeling.dataset_migration import migrate_to_current_labels
from winnow.curation.labeling.enqueue import EnqueueSpec, enqueue, random_ranks
from winnow.curation.labeling.label_options import REJECT_OPTION, SEVERAL_INTENTS_OPTION, UNSURE_OPTION
from winnow.curation.labeling.queue_guidelines import MAX_CHARACTERS, label_definition_changes, queue_guidelines
from winnow.curation.labeling.queues import queue_named
from winnow.curation.labeling.queues.adjudicate import ADJUDICATE, adjudicate_candidates
from winnow.curation.labeling.queues.audit import AUDIT, audit_candidates
from winnow.curation.labeling.queues.candidate import QueueCandidate
from winnow.curation.labeling.queues.label import LABEL, label_candidates
from winnow.curation.labeling.queues.relabel import conflict_candidates
from winnow.curation.labeling.queues.review import REVIEW
from winnow.curation.labeling.response_decision import decision_from_response
from winnow.curation.labeling.response_import import store_responses
from winnow.curation.labeling.response_writer import ImportedResponses
from winnow.curation.labeling.review_form import label_options
from winnow.curation.labeling.throughput import annotator_activity, pace_of_responses
from winnow.curation.store.queue_items import PushedLabels, QueueDataset, pending_work, queue_datasets, queue_items
from winnow.curation.store.tables import decision
from winnow.workspace import Workspace


def vote(who: str, value: str, actor: str = "person", kind: str = "label") -> Vote:
    return Vote("r", actor, who, kind, value)


@pytest.mark.parametrize(
    ("votes", "open_"),
    [
        ([vote("ann", "a")], False),
        ([vote("ann", "a"), vote("bob", "a")], False),
        ([vote("ann", "a"), vote("bob", "b")], True),
        ([vote("ann", "a"), vote("bob", "b"), vote("cy", "a")], False),
        ([vote("ann", "a"), vote("bob", "b"), vote("cy", "a"), vote("dee", "b")], True),
        ([vote("ann", "a"), vote("bob", "b"), vote("ann", "b")], False),
        ([vote("ann", "a"), vote("bob", "b"), vote("lead", "a", "adjudicator")], False),
        ([vote("ann", "unsure", kind="abstention")], True),
        ([vote("ann", DISCARDED, kind="abstention")], False),
        ([vote("ann", "a"), vote("bob", "unsure", kind="abstention")], False),
        ([vote("ann", "a"), vote("bob", SEVERAL_INTENTS, kind="abstention")], True),
        ([vote("ann", "a"), vote("bob", "rejected", kind="rejection")], True),
        ([vote("file:x", "a", "file"), vote("file:y", "b", "file")], False),
        ([], False),
    ],
)
def test_unsettled_is_what_people_leave_open(votes: list[Vote], open_: bool) -> None:
    assert needs_adjudication(votes) is open_


def test_an_abstention_takes_back_what_the_same_person_said() -> None:
    votes = [vote("file:x", "a", "file"), vote("ann", "b"), vote("ann", "unsure", kind="abstention")]
    assert derive_labels(votes)["r"].label == "a"
    assert derive_labels(votes[1:])["r"].state == "unlabeled"
    votes += [vote("lead", "c", "adjudicator"), vote("lead", "unsure", "adjudicator", "abstention")]
    assert derive_labels(votes)["r"].label == "a"


def task(*labels: str, more: str = "") -> Task:
    entries = "".join(f"  - name: {json.dumps(label)}\n" for label in labels)
    return parse_task(f"name: test\nkind: intents\nlabels:\n{entries}{more}")


def test_options_are_labels_and_what_is_none() -> None:
    few, many = task("a", "b", "unsure"), task(*(f"label {i}" for i in range(151)))
    assert list(label_options(few, LABEL))[:3] == ["a", "b", "unsure"]
    assert list(label_options(few, LABEL).values()) == ["a", "b", "unsure", "unsure", "several intents"]
    assert "leave it out" in label_options(few, ADJUDICATE).values()
    assert list(label_options(many, LABEL).values())[:3] == ["unsure", "several intents", "label 0"]
    with pytest.raises(WinnowError, match="2 or more"):
        label_options(task("only"), LABEL)


def test_what_an_answer_decides() -> None:
    labels = ["a", "new"]
    renamed = [LabelRename("old", "new", 7)]
    assert decision_from_response({"label": "a"}, "submitted", labels, renamed) == ("label", "a")
    assert decision_from_response({"label": "old"}, "submitted", labels, renamed) == ("label", "new")
    assert decision_from_response({"label": UNSURE_OPTION}, "submitted", labels, []) == ("abstention", "unsure")
    assert decision_from_response({"label": SEVERAL_INTENTS_OPTION}, "submitted", labels, []) == (
        "abstention",
        SEVERAL_INTENTS,
    )
    assert decision_from_response({"label": REJECT_OPTION}, "submitted", labels, []) == ("rejection", "unusable")
    assert decision_from_response({"label": "a"}, "discarded", labels, []) == ("abstention", DISCARDED)
    assert decision_from_response({}, "discarded", labels, []) == ("abstention", DISCARDED)
    assert decision_from_response({"verdict": "right"}, "submitted", labels, renamed, proposed="old") == (
        "label",
        "new",
    )
    assert decision_from_response(
        {"verdict": "wrong_label", "label": "a"}, "submitted", labels, [], proposed="new"
    ) == ("label", "a")
    assert decision_from_response({"verdict": "unusable"}, "submitted", labels, [], proposed="a") == (
        "rejection",
        "unusable",
    )
    assert (
        decision_from_response({"verdict": "right", "label": "new"}, "submitted", labels, [], proposed="a")[0]
        == "abstention"
    )
    assert (
        decision_from_response({"verdict": "wrong_label", "label": "a"}, "submitted", labels, [], proposed="a")[0]
        == "abstention"
    )
    incomplete = decision_from_response({"verdict": "wrong_label"}, "submitted", labels, [], proposed="a")
    assert incomplete == ("abstention", DISCARDED)
    with pytest.raises(KeyError):
        decision_from_response({"label": "gone"}, "submitted", labels, renamed)


def row(identity: str, **more: Any) -> WorkingRow:
    text = f"text {identity}"
    described = {"state": State.LABELED, "label": "a", "decided_by": DecidedBy.FILE, "origin": Origin.HUMAN, **more}
    empty: dict[str, Any] = dict.fromkeys(("candidates", "sources", "licenses"), ())
    return WorkingRow(
        id=identity, content=text, text=text, fold_key=text, group=identity, assigned_split=Split.TRAIN, weight=1,
        **described, **empty,
    )  # fmt: skip


def test_who_is_a_candidate() -> None:
    rows = [
        row("u", state=State.UNLABELED, label="", decided_by=DecidedBy.NOBODY, origin=Origin.LOG),
        row("f"),
        row("s", origin=Origin.SYNTHETIC),
        row("p", decided_by=DecidedBy.PERSON),
        row("d", state=State.DISPUTED, label=""),
        row("x", state=State.SUPERSEDED),
    ]
    assert [one.record_id for one in label_candidates(rows, task("a", "b"))] == ["u"]
    assert [one.record_id for one in audit_candidates(rows)] == ["f"]
    votes = [
        Vote("p", "person", "ann", "label", "a"),
        Vote("p", "person", "bob", "label", "b"),
        Vote("d", "file", "file:1", "label", "a"),
        Vote("d", "file", "file:2", "label", "b"),
    ]
    said = {("p", "bob"): "by the device"}
    found = {
        one.record_id: one.context for one in adjudicate_candidates(rows, votes, {"1": "one.csv", "2": "two.csv"}, said)
    }
    assert found == {
        "p": "One person says: a\nOne person says: b (“by the device”)",
        "d": "The file one.csv says: a\nThe file two.csv says: b",
    }
    import pandas as pd

    pairs = pd.DataFrame([{"left": "f", "right": "p", "similarity": 0.98}])
    near = conflict_candidates([*rows[:3], row("p", decided_by=DecidedBy.PERSON, label="b")], pairs)
    assert [(one.record_id, one.context) for one in near] == [
        ("f", "Labeled a by a file. Near duplicates with other labels:\nb: text p (similarity 0.98)")
    ]


@given(st.integers(1, 200), st.text(max_size=5))
def test_a_random_order_is_a_permutation_that_repeats(n: int, key: str) -> None:
    candidates = [QueueCandidate(f"{i:05}", "", "", 1, "train") for i in range(n)]
    order = random_ranks(candidates, key, "label")
    assert sorted(order) == list(range(n))
    shuffled = candidates[::-1]
    assert random_ranks(shuffled, key, "label") == order[::-1]


def test_chances_are_even() -> None:
    drawn = [keyed_fraction("key", "blind", str(i)) for i in range(5000)]
    assert 0.18 < sum(x < 0.2 for x in drawn) / 5000 < 0.22


def test_guidelines_fit_and_say_what_they_leave_out() -> None:
    described = [
        Label(name=f"label_{i:03}", description="What it means. " * 8, examples=["one example of it", "another one"])
        for i in range(151)
    ]
    big = task("a", "b").model_copy(update={"labels": described, "fallback": "label_000"})
    text = queue_guidelines(big, LABEL, guidelines_url="/guidelines/x.html")
    assert len(text) <= MAX_CHARACTERS
    assert "(/guidelines/x.html)" in text
    assert all(f"label_{i:03}" in text for i in range(151))
    huge = big.model_copy(update={"labels": [Label(name=f"{i:0100}") for i in range(151)]})
    text = queue_guidelines(huge, LABEL)
    assert len(text) <= MAX_CHARACTERS
    assert "ask your data lead" in text


def test_guidelines_show_images_and_html_as_text() -> None:
    typed = '![x](https://elsewhere.example/x.png) <img src="https://elsewhere.example/y.png"> and [a link](/z)'
    described = task("a", "b").model_copy(update={"labels": [Label(name="a", description=typed), Label(name="b")]})
    text = queue_guidelines(described, LABEL)
    assert "![" not in text
    assert "<" not in text
    assert "[a link](/z)" in text


def test_guidelines_hold_everything_of_a_small_task() -> None:
    more = "confusable: [[a, b]]\nfallback: b\n"
    small = task("a", "b", more=more)
    label = Label(name="a", description="Means A", examples=["like so"], near_miss={"text": "not so", "label": "b"})
    small = small.model_copy(update={"labels": [label, small.labels[1]]})
    before = [{"name": "a", "description": "Meant B", "examples": [], "near_miss": None}, {"name": "gone"}]
    text = queue_guidelines(small, LABEL, before=PushedLabels("2026-01-02T00:00:00", before))
    for expected in (
        "Means A",
        "“like so”",
        "“not so”",
        "a or b?",
        "What changed since 2026-01-02",
        "**gone** was removed",
    ):
        assert expected in text
    assert "suggest" not in queue_guidelines(small, AUDIT).replace("nothing is suggested", "")
    assert "leave it out" in queue_guidelines(small, ADJUDICATE)
    assert label_definition_changes([one.model_dump() for one in small.labels], small.labels) == []


def test_a_blind_dataset_says_nothing_of_a_proposed_label() -> None:
    shown = queue_guidelines(task("a", "b"), REVIEW)
    blind = queue_guidelines(task("a", "b"), REVIEW, dataset_kind=DatasetKind.BLIND)
    assert "A machine wrote these queries. Is the proposed label right" in shown
    assert "People wrote some of these queries" in blind
    assert "proposed" not in blind
    same = queue_guidelines(task("a", "b"), LABEL, dataset_kind=DatasetKind.BLIND)
    assert same == queue_guidelines(task("a", "b"), LABEL)


def test_pace_leaves_pauses_out() -> None:
    at = "2026-01-01T00:{:02}:{:02}+00:00"
    responses = [(at.format(*moment), 8) for moment in ((0, 0), (0, 10), (0, 18), (30, 0), (30, 12))]
    assert pace_of_responses(responses) == (10, 0)
    assert pace_of_responses(responses[:1]) == (None, 0)
    assert pace_of_responses([responses[0], responses[3]]) == (None, 0)


def test_responses_faster_than_reading_are_named_and_left_out_of_the_pace() -> None:
    at = "2026-01-01T00:00:{:09.6f}+00:00"
    in_bulk = [(at.format(1), 8)] * 4
    assert pace_of_responses(in_bulk) == (None, 3)
    read = [(at.format(10), 8), (at.format(16), 8), (at.format(16.8), 8), (at.format(17.7), 2)]
    assert pace_of_responses([*in_bulk, *read]) == (6.0, 4)  # eight words take 0.87 s at least, two take 0.37 s
    long = [(at.format(0), 300), (at.format(20), 300), (at.format(50), 300)]
    assert pace_of_responses(long) == (30.0, 1)


def pushed(workspace: Workspace, queue: str = "label", count: int = 10, **more: Any) -> dict[str, int]:
    """Place records as `push` does, without a server."""
    rows = [WorkingRow(*values) for values in workspace.records().itertuples(index=False, name=None)]
    found = label_candidates(rows, workspace.task) if queue == "label" else audit_candidates(rows)
    order = EnqueueSpec(queue_named(queue), count, **more)

    def choose(free: Any, ranked: list[int], n: int) -> list[int]:
        return sorted(range(len(free)), key=ranked.__getitem__)[:n]

    return enqueue(workspace.store, workspace.task, order, found, choose=choose, suggest=None).datasets


@pytest.fixture
def traffic(make_workspace: Callable[..., Workspace], tmp_path: Path) -> Workspace:
    workspace = make_workspace("a", "b")
    rows: list[dict[str, object]] = [{"text": f"query number {i} of the day"} for i in range(30)]
    workspace.add(write_jsonl(tmp_path / "log.jsonl", rows), origin=Origin.LOG)
    return workspace


def test_a_queue_is_filled_once(traffic: Workspace) -> None:
    assert pushed(traffic, count=10) == {"label": 10}
    assert pushed(traffic, count=10) == {}
    assert pushed(traffic, count=12) == {"label": 2}
    with traffic.store.reading() as connection:
        assert pending_work(connection).records == {"label": 12}
    assert pushed(traffic, count=1000) == {"label": 18}
    assert pushed(traffic, count=1000) == {}


def test_assigned_and_second_looks_have_datasets_of_their_own(traffic: Workspace) -> None:
    assert pushed(traffic, count=9, annotators=("ann", "bob")) == {"label-for-ann": 5, "label-for-bob": 4}
    counts = pushed(traffic, count=29, second_reviewer_share=0.5)
    assert set(counts) == {"label", "label-second-reviewer"}
    with traffic.store.reading() as connection:
        todo = pending_work(connection)
    assert todo.records == {"label": 29}
    assert todo.responses == 29 + counts["label-second-reviewer"]


def store_read(workspace: Workspace, read: Sequence[tuple[QueueDataset, AnnotatorResponse]]) -> ImportedResponses:
    """Store responses as `pull` does, without a server."""
    return store_responses(workspace.store, lambda: workspace.task, read, {}, workspace._context.scrubber)


def responses(workspace: Workspace, *told: tuple[str, str, Any, str], queue: str = "label") -> Any:
    """Enter answers of (record, who, value, minute); a value of "-" is a discard."""
    with workspace.store.reading() as connection:
        by_record = {place.record_id: place.dataset for place in queue_items(connection, queue) if not place.withdrawn}
        known = {dataset.name: dataset for dataset in queue_datasets(connection)}
    read = []
    for record, who, value, minute in told:
        at = f"2026-01-01T00:{minute}:00.000000+00:00"
        status, content = ("discarded", {}) if value == "-" else ("submitted", {"label": value})
        read.append((known[by_record[record]], AnnotatorResponse(record, who, status, content, at, at)))
    return store_read(workspace, read)


def states(workspace: Workspace) -> dict[str, tuple[str, str]]:
    return {one["id"]: (one["state"], one["label"]) for one in workspace.records().to_dict("records")}


def test_answers_become_decisions_once(traffic: Workspace) -> None:
    pushed(traffic, count=5)
    with traffic.store.reading() as connection:
        ids = sorted(place.record_id for place in queue_items(connection))
    told = [(ids[0], "ann", "a", "01"), (ids[1], "ann", "b", "02"), (ids[2], "ann", "-", "03")]
    first = responses(traffic, *told)
    assert (first.responses, first.decisions, first.discarded, len(first.records)) == (3, 3, 1, 3)
    again = responses(traffic, *told)
    assert (again.responses, again.decisions) == (0, 0)
    assert states(traffic)[ids[0]] == ("labeled", "a")
    assert states(traffic)[ids[2]] == ("unlabeled", "")
    edited = responses(traffic, (ids[0], "ann", "b", "09"), *told)
    assert (edited.responses, edited.decisions) == (1, 1)
    assert states(traffic)[ids[0]] == ("labeled", "b")
    back = responses(traffic, (ids[0], "ann", "a", "10"))
    assert back.decisions == 1
    assert states(traffic)[ids[0]] == ("labeled", "a")
    same = responses(traffic, (ids[0], "ann", "a", "11"))
    assert (same.responses, same.decisions) == (1, 0)
    with traffic.store.reading() as connection:
        assert pending_work(connection).records == {"label": 3}
        done = annotator_activity(connection)
        whys = set(connection.execute(select(decision.c.why).where(decision.c.actor == "person")).scalars())
    assert (done[0].name, done[0].responses, done[0].discarded, done[0].seconds) == ("ann", 2, 1, 60.0)
    assert whys == {"queue label, nothing suggested"}


def test_the_order_of_answers_decides_and_not_the_order_of_reading(traffic: Workspace) -> None:
    pushed(traffic, count=2, second_reviewer_share=1.0)
    with traffic.store.reading() as connection:
        record = queue_items(connection)[0].record_id
    responses(traffic, (record, "bob", "b", "05"), (record, "ann", "a", "01"))
    assert states(traffic)[record] == ("labeled", "b")
    shown = traffic.show(record)
    assert [(one.who, one.value) for one in shown.decisions] == [("ann", "a"), ("bob", "b")]


def test_answers_about_what_was_not_pushed_decide_nothing(traffic: Workspace) -> None:
    pushed(traffic, count=2)
    with traffic.store.reading() as connection:
        record = queue_items(connection)[0].record_id
    at = "2026-01-01T00:00:00.000000+00:00"
    dataset = QueueDataset("label", "label", None, 1, "open", (), None, None, None)
    stranger = AnnotatorResponse("no such record", "ann", "submitted", {"label": "a"}, at, at)
    unknown = AnnotatorResponse(record, "ann", "submitted", {"label": "never heard of"}, at, at)
    found = store_read(traffic, [(dataset, stranger), (dataset, unknown)])
    assert found.decisions == 0
    assert sum(found.ignored.values()) == 2
    assert states(traffic)[record] == ("unlabeled", "")


def test_new_labels_move_what_waits_and_keep_what_was_answered(traffic: Workspace) -> None:
    pushed(traffic, count=6, second_reviewer_share=0.5)
    with traffic.store.reading() as connection:
        record = next(place.record_id for place in queue_items(connection) if place.dataset == "label")
    responses(traffic, (record, "ann", "a", "01"))
    text = traffic.folder.task_file.read_text()
    traffic.folder.task_file.write_text(text.replace("labels:\n", 'labels:\n  - name: "c"\n'))
    begun: set[str] = set()

    def take_back(dataset: QueueDataset, records: Sequence[str]) -> list[str]:
        begun.update(records[:1])
        return [one for one in records if one not in begun]

    migrated = dict(migrate_to_current_labels(traffic.store, traffic.task, LABEL, take_back))
    assert migrated == {"label": "label (2)", "label-second-reviewer": "label-second-reviewer (2)"}
    assert len(begun) == 2  # one of each dataset
    assert migrate_to_current_labels(traffic.store, traffic.task, LABEL, take_back) == []
    with traffic.store.reading() as connection:
        standing = [place for place in queue_items(connection) if not place.withdrawn]
        assert pending_work(connection).records == {"label": 5}
    assert {place.dataset for place in standing if place.record_id in begun} == {"label", "label-second-reviewer"}
    moved = {place.dataset for place in standing if place.record_id not in {*begun, record}}
    assert moved == {"label (2)", "label-second-reviewer (2)"}
    assert sorted(p.record_id for p in standing) == sorted({p.record_id for p in standing})
    assert pushed(traffic, count=5) == {}


def test_a_forgotten_record_leaves_no_answer_behind(traffic: Workspace) -> None:
    pushed(traffic, count=2)
    with traffic.store.reading() as connection:
        record = queue_items(connection)[0].record_id
        known = queue_datasets(connection)[0]
    at = "2026-01-01T00:00:00.000000+00:00"
    said = {"label": "a", "comment": "This is Mrs Wxyzw", "flags": ["personal_data"]}
    found = store_read(traffic, [(known, AnnotatorResponse(record, "ann", "submitted", said, at, at))])
    assert found.flagged == {"personal_data": [record]}
    assert [one.name for one in traffic.show(record).flags] == ["personal_data"]
    traffic.forget(record)
    assert b"Wxyzw" not in traffic.folder.database.read_bytes()
    with traffic.store.reading() as connection:
        assert pending_work(connection).records == {"label": 1}
    assert store_read(traffic, [(known, AnnotatorResponse(record, "bob", "submitted", said, at, at))]).responses == 0
    assert b"Wxyzw" not in traffic.folder.database.read_bytes()


def test_requests_that_cannot_be_done(traffic: Workspace) -> None:
    for arguments, expected in (
        (("push", "nothing"), "no such queue"),
        (
            ("push", "label", "--strategy", "best"),
            "'best'; expected: random, uncertainty, diverse, mixed",
        ),
        (("push", "audit", "--strategy", "mixed"), "no strategy mixed"),
        (("push", "label", "--for", "ann", "--second-reviewer-share", "0.1"), "leave one of the two out"),
        (("push", "label", "--count", "0"), "--count"),
    ):
        done = run_winnow(*arguments, cwd=traffic.folder.root)
        assert done.returncode == 2, done.stderr
        assert expected in done.stderr
        assert "Traceback" not in done.stderr
    for verb in (("push", "label"), ("pull",), ("annotators", "list")):
        done = run_winnow(*verb, cwd=traffic.folder.root)
        assert done.returncode == 3
        assert "winnow serve --background" in done.stderr
    environment = {"WINNOW_ARGILLA_URL": "http://127.0.0.1:1"}
    import os

    done = run_winnow("pull", cwd=traffic.folder.root, env={**os.environ, **environment})
    assert done.returncode == 2
    assert "WINNOW_ARGILLA_API_KEY" in done.stderr
    environment["WINNOW_ARGILLA_API_KEY"] = "x"
    done = run_winnow("pull", cwd=traffic.folder.root, env={**os.environ, **environment})
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr


def test_the_time_of_an_answer_counts_also_when_it_is_read_later(traffic: Workspace) -> None:
    pushed(traffic, count=1, second_reviewer_share=1.0)
    with traffic.store.reading() as connection:
        record = queue_items(connection)[0].record_id
    responses(traffic, (record, "bob", "b", "05"))
    responses(traffic, (record, "ann", "a", "01"))
    assert states(traffic)[record] == ("labeled", "b")


def test_an_answer_with_a_label_that_is_not_there_waits_for_it(traffic: Workspace) -> None:
    pushed(traffic, count=1)
    with traffic.store.reading() as connection:
        record = queue_items(connection)[0].record_id
    told = (record, "ann", "later", "01")
    assert responses(traffic, told).decisions == 0
    text = traffic.folder.task_file.read_text()
    traffic.folder.task_file.write_text(text.replace("labels:\n", 'labels:\n  - name: "later"\n'))
    assert responses(traffic, told).decisions == 1
    assert states(traffic)[record] == ("labeled", "later")


def test_a_flag_that_is_unticked_is_taken_back(traffic: Workspace) -> None:
    pushed(traffic, count=1)
    with traffic.store.reading() as connection:
        record, known = queue_items(connection)[0].record_id, queue_datasets(connection)[0]
    for minute, flags in (("01", ["unclear"]), ("02", [])):
        at = f"2026-01-01T00:{minute}:00.000000+00:00"
        told = AnnotatorResponse(record, "ann", "submitted", {"label": "a", "flags": flags}, at, at)
        store_read(traffic, [(known, told)])
        assert [one.name for one in traffic.show(record).flags] == flags


def test_datasets_with_nothing_to_take_back_are_neither_asked_for_nor_written(traffic: Workspace) -> None:
    pushed(traffic, count=6, second_reviewer_share=0.5)
    asked: list[str] = []
    statements: list[str] = []

    def take_back(dataset: QueueDataset, records: Sequence[str]) -> Sequence[str]:
        asked.append(dataset.name)
        return records

    @event.listens_for(traffic.store.engine, "before_cursor_execute")
    def count(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    def migrate() -> list[tuple[str, str]]:
        asked.clear()
        statements.clear()
        return migrate_to_current_labels(traffic.store, traffic.task, LABEL, take_back)

    reads = []
    for name in "cde":
        text = traffic.folder.task_file.read_text()
        traffic.folder.task_file.write_text(text.replace("labels:\n", f'labels:\n  - name: "{name}"\n'))
        assert len(migrate()) == len(asked) == 2
        assert migrate() == asked == []
        reads.append(list(statements))
    assert {one.split()[0] for one in reads[0]} == {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in reads[0]
    assert reads == [reads[0]] * 3  # with two, four and six closed datasets
    with traffic.store.reading() as connection:
        assert sum(one.closed for one in queue_datasets(connection)) == 6


def test_a_dataset_whose_records_are_answered_is_closed_when_the_labels_change(traffic: Workspace) -> None:
    pushed(traffic, count=1)
    with traffic.store.reading() as connection:
        record = queue_items(connection)[0].record_id
    responses(traffic, (record, "ann", "a", "01"))
    text = traffic.folder.task_file.read_text()
    traffic.folder.task_file.write_text(text.replace("labels:\n", 'labels:\n  - name: "c"\n'))
    assert migrate_to_current_labels(traffic.store, traffic.task, LABEL, lambda _, records: records) == []
    with traffic.store.reading() as connection:
        assert [one.closed for one in queue_datasets(connection)] == [True]
    assert pushed(traffic, count=1) == {"label (2)": 1}


def test_what_an_assignee_discards_may_go_to_another(traffic: Workspace) -> None:
    assert pushed(traffic, count=2, annotators=("ann",)) == {"label-for-ann": 2}
    with traffic.store.reading() as connection:
        record = queue_items(connection)[0].record_id
    responses(traffic, (record, "ann", "-", "01"))
    with traffic.store.reading() as connection:
        assert pending_work(connection).records == {"label": 1}
    assert pushed(traffic, count=30, annotators=("bob",)) == {"label-for-bob": 29}


def test_a_record_that_left_a_dataset_may_come_back(traffic: Workspace, tmp_path: Path) -> None:
    from winnow.curation.store.queue_items import withdraw_items

    pushed(traffic, count=3)
    with traffic.store.writing() as connection:
        withdraw_items(connection, "label", [place.record_id for place in queue_items(connection)])
        assert pending_work(connection).records == {}
    assert pushed(traffic, count=30) == {"label": 30}


def test_a_discarded_record_moves_and_a_half_answered_one_waits_where_it_was_begun(traffic: Workspace) -> None:
    pushed(traffic, count=4, second_reviewer_share=1.0)
    with traffic.store.reading() as connection:
        one, two, *_ = [place.record_id for place in queue_items(connection)]
    responses(traffic, (one, "ann", "-", "01"), (two, "ann", "a", "02"))
    text = traffic.folder.task_file.read_text()
    traffic.folder.task_file.write_text(text.replace("labels:\n", 'labels:\n  - name: "c"\n'))
    migrate_to_current_labels(traffic.store, traffic.task, LABEL, lambda _, records: set(records) - {two})
    with traffic.store.reading() as connection:
        migrated = {
            place.record_id
            for place in queue_items(connection)
            if not place.withdrawn and place.dataset.endswith("(2)")
        }
        todo = pending_work(connection)
    assert (todo.records, todo.responses) == ({"label": 4}, 3 * 2 + 1)
    assert one in migrated
    assert two not in migrated
