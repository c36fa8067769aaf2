"""Push and pull against a real Argilla: out, answered by people over HTTP, back as decisions."""

from __future__ import annotations

import json
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sqlalchemy import select

import winnow
from tests.support.commands import WINNOW_SCRIPT, run_winnow
from tests.support.files import write_jsonl
from tests.support.labeling import LabelingSetup, annotators_of
from tests.support.workspaces import waive_failing
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.curation.io.readers.columns import Columns
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.store import tables
from winnow.curation.store.tables import push, queue_item
from winnow.curation.store.workspace_id import workspace_id
from winnow.workspace import Workspace


def test_out_and_back(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    done = workspace.push("label", count=40, second_reviewer_share=0.25)
    assert done.records == 40 == done.pending
    assert set(done.datasets) == {"label", "label-second-reviewer"}
    again = workspace.push("label", count=40, second_reviewer_share=0.25)
    assert (again.records, again.pending) == (0, 40)
    shared, twice = labeling.records("label"), labeling.records("label-second-reviewer")
    assert {"label": len(shared), "label-second-reviewer": len(twice)} == done.datasets
    ann, bob = annotators_of(labeling, "ann", "bob")
    labels = workspace.task.label_names
    labeling.answer(ann, shared[0], labels[0], comment="sure", flags=["personal_data"])
    labeling.answer(ann, shared[1], labels[1], status="draft")
    labeling.answer(ann, shared[2], labels[2], status="discarded")
    labeling.answer(ann, twice[0], labels[0])
    labeling.answer(bob, twice[0], labels[1])
    report = workspace.pull()
    assert report.json()["records"] == 3
    assert (report.imported.responses, report.imported.decisions, report.imported.discarded) == (4, 4, 1)
    assert report.imported.flagged == {"personal_data": [shared[0]["external_id"]]}
    assert report.remaining.pending.records == {"label": 38}
    assert report.unresolved == 2  # the disagreement, and the example's disputed text
    assert report.next == "winnow push adjudicate"
    nothing = workspace.pull()
    assert (nothing.imported.responses, nothing.imported.decisions) == (0, 0)
    stored = {one["id"]: one for one in workspace.records().to_dict("records")}
    first = stored[shared[0]["external_id"]]
    assert (first["label"], first["decided_by"]) == (labels[0], "person")
    assert stored[shared[1]["external_id"]]["state"] == "unlabeled"
    assert stored[twice[0]["external_id"]]["label"] == labels[1]
    decision = workspace.show(first["id"]).decisions[-1]
    assert decision.who.startswith("ann-")
    assert decision.at.startswith(("2", "3"))
    response = shared[0]["id"]
    stays = next(one for one in labeling.records("label") if one["id"] == response)["responses"][0]
    ann.send("PUT", f"responses/{stays['id']}", {"values": {"label": {"value": labels[3]}}, "status": "submitted"})
    edited = workspace.pull()
    assert (edited.imported.responses, edited.imported.decisions) == (1, 1)
    assert workspace.show(first["id"]).record.label == labels[3]


def test_hold_out_and_the_blind_share_carry_no_suggestion(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    done = workspace.push("label", count=120, second_reviewer_share=0)
    stored = {one["id"]: one for one in workspace.records().to_dict("records")}
    blind: dict[str, int] = {"train": 0, "validation": 0, "test": 0}
    shown = 0
    for one in labeling.records("label"):
        assigned_split = stored[one["external_id"]]["assigned_split"]
        if one["suggestions"]:
            assert assigned_split == "train"
            shown += 1
            suggestion = one["suggestions"][0]
            assert 0 < suggestion["score"] <= 1
            assert suggestion["agent"].startswith("winnow-probe-")
        else:
            blind[assigned_split] += 1
        assert len(one["vectors"]["meaning"]) == 384
        assert set(one["metadata"]) == {"frequency", "words"}
        assert one["fields"]["text"] == stored[one["external_id"]]["text"]
        assert set(one["fields"]) <= {"text", "session"}
    assert blind["validation"] + blind["test"] > 10
    assert blind["train"] > 0
    assert done.blind == sum(blind.values()) == 120 - shown


def test_strategies_but_random_take_train_only_and_no_near_duplicates(labeling: LabelingSetup, tmp_path: Path) -> None:
    import numpy as np

    workspace = labeling.workspace
    repeats = [{"text": f"where is the defibrillator, please{'!' * i}"} for i in range(1, 12)]
    workspace.add(write_jsonl(tmp_path / "repeats.jsonl", repeats), origin="log", license="Apache-2.0")
    stored = {one["id"]: one for one in workspace.records().to_dict("records")}
    for strategy, suffix in (("random", ""), ("uncertainty", ".2"), ("diverse", ".3"), ("mixed", ".4")):
        count = workspace.pull().remaining.pending.records.get("label", 0) + 25
        done = workspace.push("label", count=count, strategy=strategy, second_reviewer_share=0)
        assert done.records == 25, (strategy, suffix)
    with workspace.store.reading() as connection:
        rounds: dict[str, list[str]] = {}
        query = select(queue_item.c.record_id, push.c.settings).join(push, push.c.id == queue_item.c.push_id)
        for record, settings in connection.execute(query):
            rounds.setdefault(json.loads(settings)["strategy"], []).append(record)
    from winnow.curation.engine.embedders.embedder import open_embedder

    for strategy, records in rounds.items():
        vectors = open_embedder().encode([stored[one]["text"] for one in records])
        similar = vectors @ vectors.T - 2 * np.eye(len(vectors))
        assert similar.max() < 0.97, strategy
        if strategy != "random":
            assert {stored[one]["assigned_split"] for one in records} == {"train"}
    assert {stored[one]["assigned_split"] for one in rounds["random"]} > {"train"}


def test_adjudication_outranks_and_annotators_do_not_see_it(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=10, second_reviewer_share=1.0)
    ann, bob = annotators_of(labeling, "ann", "bob")
    record = labeling.records("label-second-reviewer")[0]
    labels = workspace.task.label_names
    labeling.answer(ann, record, labels[0])
    labeling.answer(bob, record, labels[1])
    workspace.pull()
    assert workspace.status().queues["adjudicate"] == 2
    done = workspace.push("adjudicate")
    assert done.records == 2
    told = {one["external_id"]: one for one in labeling.records("adjudicate", "-leads")}
    said = told[record["external_id"]]["fields"]["context"]
    assert said == f"One person says: {labels[0]}\nOne person says: {labels[1]}"
    assert "File" not in said
    seen = {one["name"] for one in ann.get("me/datasets")["items"]}
    assert "adjudicate" not in seen
    dataset = labeling.dataset("adjudicate", "-leads")["id"]
    with pytest.raises(WinnowError, match="403"):
        ann.send("POST", f"me/datasets/{dataset}/records/search", {})
    with pytest.raises(WinnowError, match="403"):
        labeling.answer(ann, told[record["external_id"]], labels[0])
    labeling.answer(labeling.api, told[record["external_id"]], labels[2])
    report = workspace.pull()
    assert report.unresolved == 0
    shown = workspace.show(record["external_id"])
    assert (shown.record.label, shown.record.decided_by) == (labels[2], "adjudicator")
    assert workspace.push("adjudicate").records == 0


def test_an_audit_measures_the_labels_and_the_card_says_so(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    done = workspace.push("audit", count=30)
    assert done.records == 30 == done.blind
    (ann,) = annotators_of(labeling, "ann")
    stored = {one["id"]: one for one in workspace.records().to_dict("records")}
    records = labeling.records("audit")
    assert {stored[one["external_id"]]["assigned_split"] for one in records} > {"train"}
    wrong = 0
    for number, one in enumerate(records[:25]):
        right = stored[one["external_id"]]["label"]
        other = next(name for name in workspace.task.label_names if name != right)
        wrong += number % 10 == 0
        labeling.answer(ann, one, other if number % 10 == 0 else right)
    workspace.pull()
    assert [gate.name for gate in workspace.check().gates if gate.verdict == "fail"] == ["label_accuracy"]
    waive_failing(workspace)
    workspace.freeze("audited")
    manifest = json.loads((workspace.folder.releases / "audited" / "manifest.json").read_text())
    measured = manifest["label_accuracy"]
    assert (measured["right"], measured["audited"]) == (25 - wrong, 25)
    low, high = measured["interval"]
    assert low < (25 - wrong) / 25 < high
    card = (workspace.folder.releases / "audited" / "README.md").read_text()
    assert f"{25 - wrong} of 25 labels were right" in card
    assert not any(one["suggestions"] for one in records)


def test_relabel_shows_what_is_known_and_suggests_nothing(labeling: LabelingSetup, tmp_path: Path) -> None:
    workspace = labeling.workspace
    text = "the vpn client cannot reach the gateway from my hotel"
    rows: list[dict[str, object]] = [{"text": text, "label": "it_vpn"}, {"text": text + ".", "label": "it_wifi"}]
    workspace.add(write_jsonl(tmp_path / "torn.jsonl", rows), license="Apache-2.0", split="train")
    done = workspace.push("relabel", count=2)  # what is nearly the same comes before what a model doubts
    assert done.records == 2
    told = labeling.records("relabel")
    assert all("Near duplicates with other labels" in one["fields"]["context"] for one in told)
    assert not any(one["suggestions"] for one in told)


def test_assigned_records_are_seen_by_their_person_only(labeling: LabelingSetup) -> None:
    ann, bob = annotators_of(labeling, "ann", "bob")
    names = [f"{name}-{labeling.argilla_workspace}" for name in ("ann", "bob")]
    done = labeling.workspace.push("label", count=10, annotators=names)
    assert set(done.datasets.values()) == {5}
    assert {one["name"] for one in ann.get("me/datasets")["items"]} == {f"label-for-{names[0]}"}
    assert {one["name"] for one in bob.get("me/datasets")["items"]} == {f"label-for-{names[1]}"}
    with pytest.raises(WinnowError, match="no annotator is called"):
        labeling.workspace.push("label", count=20, annotators=("nobody",))


def test_a_killed_push_is_finished_by_the_next(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    annotators_of(labeling, "ann", "bob")

    def found(name: str) -> list[dict[str, Any]]:
        try:
            return labeling.records(name, bare=True)
        except StopIteration:  # the dataset is not there yet
            return []

    for wait in (0.5, 1.5, 2.5, 3.0, 3.5):
        process = subprocess.Popen(
            [str(WINNOW_SCRIPT), "push", "label", "--count", "200"],
            cwd=workspace.folder.root,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    before = {one["external_id"] for name in ("label", "label-second-reviewer") for one in found(name)}
    done = workspace.push("label", count=200)
    assert 200 - len(before) <= done.records <= 200  # what it wrote, whoever reserved it
    assert sum(done.datasets.values()) == done.records
    assert workspace.push("label", count=200).records == 0
    held = [
        one["external_id"] for name in ("label", "label-second-reviewer") for one in labeling.records(name, bare=True)
    ]
    assert len(held) == len(set(held)) == 200


def test_two_pushes_at_once_fill_the_queue_once(labeling: LabelingSetup) -> None:
    annotators_of(labeling, "ann", "bob")
    command_line = [str(WINNOW_SCRIPT), "push", "label", "--count", "60"]
    started = [
        subprocess.Popen(
            command_line, cwd=labeling.workspace.folder.root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
        )
        for _ in range(3)
    ]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    held = [
        one["external_id"] for name in ("label", "label-second-reviewer") for one in labeling.records(name, bare=True)
    ]
    assert len(held) == len(set(held)) == 60


def test_a_forgotten_record_leaves_argilla(labeling: LabelingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=5, second_reviewer_share=0)
    first, second = (one["external_id"] for one in labeling.records("label")[:2])
    assert workspace.forget(first).queues == []
    assert first not in {one["external_id"] for one in labeling.records("label")}
    with monkeypatch.context() as away:
        away.setenv("WINNOW_ARGILLA_URL", "http://127.0.0.1:1")
        assert workspace.forget(second).queues == ["label"]
    assert second in {one["external_id"] for one in labeling.records("label")}
    workspace.pull()
    assert second not in {one["external_id"] for one in labeling.records("label")}
    assert workspace.push("label", count=5, second_reviewer_share=0).pending == 5


def test_a_lost_dataset_is_made_anew(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=6, second_reviewer_share=0)
    (ann,) = annotators_of(labeling, "ann")
    answered, *others = labeling.records("label")
    labeling.answer(ann, answered, workspace.task.label_names[0])
    workspace.pull()
    labeling.api.send("DELETE", f"datasets/{labeling.dataset('label')['id']}", None)
    assert workspace.pull().imported.responses == 0
    workspace.push("label", count=5, second_reviewer_share=0)
    assert {one["external_id"] for one in labeling.records("label")} == {one["external_id"] for one in others}
    labeling.answer(ann, labeling.records("label")[0], workspace.task.label_names[0])
    assert workspace.pull().imported.decisions == 1


def test_another_tasks_dataset_is_left_alone(
    labeling: LabelingSetup, make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    labeling.workspace.push("label", count=5, second_reviewer_share=0)
    other = make_workspace("x", "y", name="other")
    other.add(write_jsonl(tmp_path / "log.jsonl", [{"text": "a query of another task"}]), origin="log")
    with pytest.raises(WinnowError, match="WINNOW_ARGILLA_WORKSPACE"):
        other.push("label", second_reviewer_share=0)
    assert len(labeling.records("label")) == 5


def second_workspace(labeling: LabelingSetup, source: Path, folder: Path) -> Workspace:
    """Another workspace with the same name, labels and records, on the same server."""
    shutil.copytree(source, folder)
    return winnow.open(folder)


def test_two_workspaces_never_share_a_dataset(
    labeling: LabelingSetup, example_with_traffic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = labeling.workspace
    first.push("label", count=5, second_reviewer_share=0)
    (ann,) = annotators_of(labeling, "ann")
    for record in labeling.records("label"):
        labeling.answer(ann, record, first.task.label_names[0])
    second = second_workspace(labeling, example_with_traffic, tmp_path / "second")
    with first.store.writing() as connection:
        owner = workspace_id(connection)
    for _ in range(2):
        with pytest.raises(
            WinnowError, match=f"dataset label: it belongs to the workspace with the id {owner}"
        ) as told:
            second.push("label", count=5, second_reviewer_share=0)
        assert "set WINNOW_ARGILLA_WORKSPACE" in str(told.value)
    assert second.status().pending == {}  # nothing was reserved
    assert second.pull().imported.responses == 0
    assert len(labeling.records("label")) == 5
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("WINNOW_ARGILLA_WORKSPACE", f"{labeling.argilla_workspace}-second")
        assert second.push("label", count=5, second_reviewer_share=0).records == 5
        assert second.pull().imported.responses == 0
    assert first.pull().imported.responses == 5


def test_a_dataset_of_an_earlier_version_is_adopted_by_the_workspace_that_knows_it(
    labeling: LabelingSetup, example_with_traffic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = labeling.workspace, second_workspace(labeling, example_with_traffic, tmp_path / "second")
    first.push("label", count=5, second_reviewer_share=0)
    (ann,) = annotators_of(labeling, "ann")
    dataset = labeling.dataset("label")["id"]
    labeling.api.send("PATCH", f"datasets/{dataset}", {"metadata": None})
    with pytest.raises(WinnowError, match="dataset label: it belongs to no workspace that is known"):
        second.push("label", count=5)  # it has records, and this workspace does not know it
    with monkeypatch.context() as elsewhere:  # until now, two workspaces could have filled one dataset
        elsewhere.setenv("WINNOW_ARGILLA_WORKSPACE", f"{labeling.argilla_workspace}-second")
        second.push("label", count=5, second_reviewer_share=0)
    with second.store.writing() as connection:
        connection.execute(tables.queue_dataset.update().values(server_id=dataset))
    labeling.answer(ann, labeling.records("label")[0], first.task.label_names[0])
    assert first.pull().imported.responses == 1
    with pytest.raises(WinnowError, match="it belongs to the workspace with the id"):
        second.pull()
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("WINNOW_ARGILLA_WORKSPACE", f"{labeling.argilla_workspace}-third")
        assert second.pull().imported.responses == 0
        second.push("label", count=5, second_reviewer_share=0)
    assert first.status().pending == {"label": 4}
    assert second.status().pending == {"label": 5}


class CutWire:
    """A real TCP relay that goes away after so many connections' bytes: Argilla leaving midway."""

    def __init__(self, port: int, allowed: int) -> None:
        self.target, self.remaining = port, allowed
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", self.target))
            threading.Thread(target=self._relay, args=(client, upstream, False), daemon=True).start()
            threading.Thread(target=self._relay, args=(upstream, client, True), daemon=True).start()

    def _relay(self, source: socket.socket, sink: socket.socket, counted: bool) -> None:
        try:
            while data := source.recv(65536):
                self.remaining -= counted
                if self.remaining < 0:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


UPLOAD_RECORDS = ArgillaClient.upload_records


def lose_connection_after_one_bulk(client: ArgillaClient, server_id: str, items: Any) -> Iterator[list[str]]:
    yield next(UPLOAD_RECORDS(client, server_id, items))
    raise ServiceError(Problem(client.url, "the labeling server failed"))


def lose_connection_after_the_bulk_was_stored(client: ArgillaClient, server_id: str, items: Any) -> Iterator[list[str]]:
    """The bulk is stored, and the confirmation does not arrive."""
    list(UPLOAD_RECORDS(client, server_id, items))
    yield from ()
    raise ServiceError(Problem(client.url, "the labeling server failed"))


@pytest.fixture
def wires() -> Iterator[list[CutWire]]:
    made: list[CutWire] = []
    yield made
    for wire in made:
        wire.listening.close()


def test_a_push_reports_what_argilla_has_stored(labeling: LabelingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    workspace = labeling.workspace
    monkeypatch.setattr("winnow.curation.labeling.argilla_client.RECORDS_PER_UPLOAD", 4)
    with monkeypatch.context() as cut:
        cut.setattr(ArgillaClient, "upload_records", lose_connection_after_one_bulk)
        with pytest.raises(ServiceError, match="Argilla had stored 4 records by then"):
            workspace.push("label", count=10, second_reviewer_share=0)
    first = ids_of(labeling, "label")
    assert len(first) == 4
    done = workspace.push("label", count=10, second_reviewer_share=0)
    assert (done.records, done.datasets, done.pending) == (6, {"label": 6}, 10)
    later = [one for one in labeling.records("label") if one["external_id"] not in first]
    assert done.blind == sum(not one["suggestions"] for one in later)


def test_argilla_going_away_midway_loses_nothing(
    labeling: LabelingSetup, wires: list[CutWire], monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=40, second_reviewer_share=0.5)
    (ann,) = annotators_of(labeling, "ann")
    label = workspace.task.label_names[0]
    total = 0
    for name in ("label", "label-second-reviewer"):
        for one in labeling.records(name):
            labeling.answer(ann, one, label)
            total += 1
    got = 0
    failures = 0
    for allowed in (1, 2, 4, 6, 8, 10, 13, 16, 20):
        wire = CutWire(int(labeling.api.url.rpartition(":")[2]), allowed)
        wires.append(wire)
        monkeypatch.setenv("WINNOW_ARGILLA_URL", f"http://127.0.0.1:{wire.port}")
        try:
            got += workspace.pull().imported.responses
        except ServiceError:
            failures += 1
    assert failures > 3
    monkeypatch.setenv("WINNOW_ARGILLA_URL", labeling.api.url)
    workspace.pull()
    with workspace.store.reading() as connection:
        stored = connection.execute(select(tables.response.c.record_id)).scalars().all()
        decided = (
            connection.execute(select(tables.decision.c.record_id).where(tables.decision.c.actor == "person"))
            .scalars()
            .all()
        )
    assert len(stored) == len(set(stored)) == total == 40
    assert len(decided) == len(set(decided)) == 40


def ids_of(labeling: LabelingSetup, name: str) -> set[str]:
    return {one["external_id"] for one in labeling.records(name, bare=True)}


def test_labels_that_change_open_new_datasets(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=10, second_reviewer_share=0.4)
    ann, bob = annotators_of(labeling, "ann", "bob")
    label = workspace.task.label_names[0]
    drafted, answered, *rest = labeling.records("label")
    half, *others = labeling.records("label-second-reviewer")
    labeling.answer(ann, drafted, "it_vpn", status="draft")
    labeling.answer(ann, answered, label)
    labeling.answer(ann, half, "it_vpn")
    workspace.pull()
    workspace.rename("it_vpn", "it_tunnel")
    done = workspace.push("label", count=9, second_reviewer_share=0)
    assert done.migrated == [("label", "label (2)"), ("label-second-reviewer", "label-second-reviewer (2)")]
    assert done.datasets == {"label (2)": len(rest), "label-second-reviewer (2)": len(others)}
    assert (done.records, done.pending) == (7, 9)  # nothing new; one answer of two and a draft wait where they are
    held = {name: ids_of(labeling, name) for name in ("label", "label-second-reviewer", *done.datasets)}
    assert held["label"] == {drafted["external_id"], answered["external_id"]}
    assert held["label-second-reviewer"] == {half["external_id"]}
    assert sum(map(len, held.values())) == len(set().union(*held.values())) == 10
    assert "Closed" in labeling.dataset("label")["guidelines"]
    assert "it_tunnel" in labeling.dataset("label (2)")["guidelines"]
    assert workspace.push("label", count=9, second_reviewer_share=0).records == 0

    (draft,) = next(one for one in labeling.records("label") if one["id"] == drafted["id"])["responses"]
    values = {"label": {"value": "it_vpn"}}
    ann.send("PUT", f"responses/{draft['id']}", {"values": values, "status": "submitted"})
    labeling.answer(bob, half, "it_vpn")
    report = workspace.pull()
    assert (report.imported.decisions, report.remaining.pending.records) == (2, {"label": 7})
    for record in (drafted, half):
        assert workspace.show(record["external_id"]).record.label == "it_tunnel"
    labeling.answer(ann, labeling.records("label (2)")[0], "it_tunnel")
    assert workspace.pull().remaining.pending.records == {"label": 6}


def test_rows_that_an_earlier_version_left_in_a_closed_dataset_are_taken_back(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=4, second_reviewer_share=0)
    with workspace.store.reading() as connection:
        delivered = connection.execute(select(queue_item.c.record_id, queue_item.c.delivered_at)).all()
    workspace.rename("it_vpn", "it_tunnel")
    workspace.push("label", count=4, second_reviewer_share=0)
    spec = {"fields": {"text": "left behind"}, "external_id": delivered[0].record_id}
    labeling.api.send("POST", f"datasets/{labeling.dataset('label')['id']}/records/bulk", {"items": [spec]})
    with workspace.store.writing() as connection:
        old = queue_item.update().where(queue_item.c.dataset == "label")
        connection.execute(old.values(delivered_at=delivered[0].delivered_at))
    workspace.push("label", count=4, second_reviewer_share=0)
    assert labeling.records("label") == []
    assert len(labeling.records("label (2)")) == 4


def test_commands_say_what_happens(labeling: LabelingSetup) -> None:
    root = labeling.workspace.folder.root
    done = run_winnow("push", "label", "--count", "10", "--json", cwd=root)
    told = json.loads(done.stdout)
    assert {"queue", "records", "decisions", "pending"} <= set(told)
    assert (told["queue"], told["records"], told["pending"]) == ("label", 10, 10)
    assert "next: winnow pull" in run_winnow("push", "label", "--count", "10", cwd=root).stdout
    pulled = json.loads(run_winnow("pull", "--json", cwd=root).stdout)
    assert {"queue", "records", "decisions", "pending", "annotators", "remaining_minutes"} <= set(pulled)
    status = json.loads(run_winnow("status", "--json", cwd=root).stdout)
    assert status["queues"]["adjudicate"] == 1
    assert status["pending"] == {"label": 10}
    lea = f"lea-{labeling.argilla_workspace}"
    added = run_winnow("annotators", "add", lea, "--lead", "--json", cwd=root)
    assert json.loads(added.stdout)["lead"] is True
    listed = json.loads(run_winnow("annotators", "list", "--json", cwd=root).stdout)
    assert [
        one["lead"] for one in listed["annotators"] if one["name"].startswith(f"lea-{labeling.argilla_workspace}")
    ] == [True]


def test_a_name_that_is_not_there_changes_nothing(labeling: LabelingSetup) -> None:
    with pytest.raises(WinnowError, match="winnow annotators add nobody"):
        labeling.workspace.push("label", count=5, annotators=("nobody",))
    done = labeling.workspace.push("label", count=5, second_reviewer_share=0)
    assert (done.records, done.pending) == (5, 5)


def test_a_dataset_whose_making_was_cut_short_is_made_anew(labeling: LabelingSetup) -> None:
    api = labeling.api
    annotators_of(labeling, "ann")
    space = next(one["id"] for one in api.get("me/workspaces")["items"] if one["name"] == labeling.argilla_workspace)
    api.send("POST", "datasets", {"name": "label", "workspace_id": space})  # killed before its questions came
    done = labeling.workspace.push("label", count=5, second_reviewer_share=0)
    assert done.records == 5
    assert len(labeling.records("label")) == 5


def test_what_nobody_has_to_answer_any_more_is_taken_back(labeling: LabelingSetup) -> None:
    workspace = labeling.workspace
    workspace.push("label", count=10, second_reviewer_share=0)
    (ann,) = annotators_of(labeling, "ann")
    kept = labeling.records("label")[0]
    labeling.answer(ann, kept, workspace.task.label_names[0], status="draft")
    workspace.retract("traffic.jsonl")
    done = workspace.push("label", count=10, second_reviewer_share=0)
    assert done.records == 0
    assert [one["id"] for one in labeling.records("label")] == [kept["id"]]  # somebody is at it


def test_a_quoted_text_is_forgotten_too(labeling: LabelingSetup, tmp_path: Path) -> None:
    workspace = labeling.workspace
    text = "the vpn client of Mrs Wexley cannot reach the gateway"
    rows: list[dict[str, object]] = [{"text": text, "label": "it_vpn"}, {"text": text + ".", "label": "it_wifi"}]
    workspace.add(write_jsonl(tmp_path / "torn.jsonl", rows), license="Apache-2.0", split="train")
    workspace.push("relabel")
    record = next(one for one in workspace.records().to_dict("records") if one["text"] == text)["id"]
    assert workspace.forget(record).queues == []
    assert not [one for one in labeling.records("relabel") if "Wexley cannot reach the gateway\n" in str(one)]
    assert text not in {one["fields"]["text"] for one in labeling.records("relabel")}
    assert all(text + " (" not in one["fields"]["context"] for one in labeling.records("relabel"))


def test_earlier_turns_of_a_session_are_shown_and_forgotten(labeling: LabelingSetup, tmp_path: Path) -> None:
    workspace = labeling.workspace
    turns = ("the projector of room four stays dark", "I changed its lamp, same thing")
    rows: list[dict[str, object]] = [{"text": text, "session": "projector"} for text in turns]
    workspace.add(write_jsonl(tmp_path / "chat.jsonl", rows), origin="log", columns=Columns(group="session"))
    count = workspace.status().by_state["unlabeled"]
    workspace.push("label", count=count, second_reviewer_share=0)
    shown = {one["fields"]["text"]: one for one in labeling.records("label")}
    assert shown[turns[1]]["fields"]["session"] == f"1. {turns[0]}"
    assert "session" not in shown[turns[0]]["fields"]
    assert workspace.forget(shown[turns[0]]["external_id"]).queues == []
    assert turns[0] not in str(labeling.records("label"))


def test_what_a_later_delivery_quotes_is_forgotten(labeling: LabelingSetup, tmp_path: Path) -> None:
    workspace = labeling.workspace
    lamps, follow_up = ("the lamp of room four is dark", "the lamp of room five is dark"), "I changed it, same thing"

    def add_session(name: str, *texts: str) -> None:
        rows: list[dict[str, object]] = [{"text": text, "session": name} for text in texts]
        file = write_jsonl(tmp_path / f"{name}.jsonl", rows)
        workspace.add(file, origin="log", columns=Columns(group="session"), split="train")

    def push() -> dict[str, dict[str, Any]]:
        count = workspace.status().by_state["unlabeled"]
        workspace.push("label", count=count, second_reviewer_share=0)
        return {one["fields"]["text"]: one for one in labeling.records("label")}

    for name, lamp in zip(("one", "two"), lamps, strict=True):
        add_session(name, lamp, follow_up)
    shown = push()
    first, second = sorted(lamps, key=lambda lamp: lamp not in shown[follow_up]["fields"]["session"])
    assert second not in shown[follow_up]["fields"]["session"]
    assert workspace.forget(shown[first]["external_id"]).queues == []
    shown = push()  # the follow-up is sent again, now with its other session
    assert second in shown[follow_up]["fields"]["session"]
    assert workspace.forget(shown[second]["external_id"]).queues == []
    assert not [one for one in labeling.records("label") if "the lamp of" in str(one["fields"])]
    assert "session" not in push()[follow_up]["fields"]


def test_what_an_interrupted_push_sent_is_forgotten_and_taken_back(
    labeling: LabelingSetup, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    workspace = labeling.workspace
    turns = ("the projector of room four stays dark", "I changed its lamp, same thing")
    rows: list[dict[str, object]] = [{"text": text, "session": "projector"} for text in turns]
    chat = write_jsonl(tmp_path / "chat.jsonl", rows)
    workspace.push("label", count=5, second_reviewer_share=0)
    before = ids_of(labeling, "label")
    workspace.add(chat, origin="log", columns=Columns(group="session"))
    with monkeypatch.context() as killed:
        killed.setattr(ArgillaClient, "upload_records", lose_connection_after_the_bulk_was_stored)
        with pytest.raises(ServiceError, match="Argilla had stored 0 records by then"):
            workspace.push("label", count=workspace.status().by_state["unlabeled"], second_reviewer_share=0)
    sent = {one["fields"]["text"]: one for one in labeling.records("label") if one["external_id"] not in before}
    assert turns[0] in sent[turns[1]]["fields"]["session"]
    assert workspace.forget(sent[turns[0]]["external_id"]).queues == []
    assert turns[0] not in str(labeling.records("label"))  # neither the record nor what quotes it
    traffic = next(one["external_id"] for text, one in sent.items() if text not in turns)
    assert workspace.forget(traffic).queues == []
    assert traffic not in ids_of(labeling, "label")
    assert workspace.forget(traffic).queues == []  # nothing is left to delete
    workspace.retract("traffic.jsonl")
    workspace.push("label", count=5, second_reviewer_share=0)
    assert [one["fields"]["text"] for one in labeling.records("label")] == [turns[1]]


def test_an_annotators_key_is_refused(labeling: LabelingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    (ann,) = annotators_of(labeling, "ann")
    monkeypatch.setenv("WINNOW_ARGILLA_API_KEY", ann.key)
    with pytest.raises(WinnowError, match="use an owner's API key"):
        labeling.workspace.pull()
    monkeypatch.setenv("WINNOW_ARGILLA_API_KEY", "wrong")
    with pytest.raises(WinnowError, match="does not accept the API key"):
        labeling.workspace.pull()
    monkeypatch.setenv("WINNOW_ARGILLA_URL", "argilla.example.org")
    with pytest.raises(WinnowError, match="an address such as https"):
        labeling.workspace.pull()


def test_a_person_of_another_project_keeps_the_password(labeling: LabelingSetup) -> None:
    from winnow.curation.labeling.server.accounts import add_annotator, remove_annotator

    first, second = f"{labeling.argilla_workspace}-a", f"{labeling.argilla_workspace}-b"
    tom = f"tom-{labeling.argilla_workspace}"
    assert add_annotator(labeling.api, tom, first).password
    assert add_annotator(labeling.api, tom, second).password is None
    assert add_annotator(labeling.api, tom, second, lead=True).lead
    remove_annotator(labeling.api, tom, second)
    user = next(one for one in labeling.api.get("users")["items"] if one["username"] == tom)
    spaces = {one["name"] for one in labeling.api.get(f"users/{user['id']}/workspaces")["items"]}
    assert spaces == {first}


def test_another_server_is_named_and_nothing_is_given_up(
    labeling: LabelingSetup, environment: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from winnow.curation.labeling.server.process import start_server, stop_server

    workspace = labeling.workspace
    workspace.push("label", count=3, second_reviewer_share=0)
    record = labeling.records("label")[0]["external_id"]
    other, process = start_server(tmp_path / "other", host="127.0.0.1", port=0, note=print)
    try:
        with monkeypatch.context() as there:
            there.setenv("WINNOW_ARGILLA_URL", other.url)
            there.setenv("WINNOW_ARGILLA_API_KEY", other.owner_api().key)
            assert workspace.pull().imported.missing == ["label"]
            assert workspace.forget(record).queues == ["label"]
        workspace.pull()
        assert record not in {one["external_id"] for one in labeling.records("label")}
    finally:
        stop_server(tmp_path / "other")
        assert process is not None
        process.wait(10)


def test_one_person_alone_has_no_second_look(labeling: LabelingSetup) -> None:
    annotators_of(labeling, "ann")
    assert set(labeling.workspace.push("label", count=40).datasets) == {"label"}


def test_datasets_without_news_are_not_read_again(labeling: LabelingSetup, monkeypatch: pytest.MonkeyPatch) -> None:
    from winnow.curation.labeling import response_import as pulling

    workspace = labeling.workspace
    workspace.push("label", count=4, second_reviewer_share=0)
    (ann,) = annotators_of(labeling, "ann")
    first, second, *_ = labeling.records("label")
    labeling.answer(ann, first, workspace.task.label_names[0])
    monkeypatch.setattr(pulling, "SEARCH_LAG_SECONDS", -1.0)
    assert workspace.pull().imported.responses == 1
    read: list[str] = []
    responses = ArgillaClient.responses

    def counted(self: ArgillaClient, server_id: str, annotators: Any) -> Any:
        read.append(server_id)
        return responses(self, server_id, annotators)

    monkeypatch.setattr(ArgillaClient, "responses", counted)
    assert workspace.pull().imported.responses == 0
    assert read == []
    labeling.answer(ann, second, workspace.task.label_names[0])
    assert workspace.pull().imported.responses == 1


def test_a_task_of_151_labels_works(
    labeling: LabelingSetup, make_workspace: Callable[..., Workspace], tmp_path: Path
) -> None:
    labels = [f"label_{number:03}" for number in range(151)]
    big = make_workspace(*labels, name="big")
    text = big.folder.task_file.read_text()
    for name in labels:
        entry = f'  - name: "{name}"\n'
        text = text.replace(entry, f"{entry}    description: {'What people want who ask for it, at length. ' * 3}\n")
    big.folder.task_file.write_text(text)
    rows: list[dict[str, object]] = [{"text": f"a question about the {word}"} for word in ("sea", "sun", "sky")]
    big.add(write_jsonl(tmp_path / "few.jsonl", rows), origin="log")
    big.push("label", second_reviewer_share=0, guidelines_url="https://example.org/guidelines")
    dataset = labeling.dataset("label")
    assert len(dataset["guidelines"]) <= 10_000
    assert "https://example.org/guidelines" in dataset["guidelines"]
    assert all(name in dataset["guidelines"] for name in labels)
    questions = labeling.api.get(f"datasets/{dataset['id']}/questions")["items"]
    settings = next(one for one in questions if one["name"] == "label")["settings"]
    assert len(settings["options"]) == 153
    assert [one["text"] for one in settings["options"][:2]] == ["unsure", "several intents"]
    assert settings["visible_options"] == 20
    (ann,) = annotators_of(labeling, "ann")
    labeling.answer(ann, labeling.records("label")[0], labels[150])
    assert big.pull().imported.decisions == 1


def test_gold_records_go_out_unseen_and_measure_who_answers_them(labeling: LabelingSetup, tmp_path: Path) -> None:
    workspace = labeling.workspace
    first, second = workspace.task.label_names[:2]
    known: list[dict[str, object]] = [{"text": f"gold question number {i} about it", "label": first} for i in range(4)]
    workspace.add(write_jsonl(tmp_path / "gold.jsonl", known), license="own")
    done = workspace.push("label", count=6, second_reviewer_share=0, gold="gold.jsonl")
    assert done.datasets == {"label": 10}
    assert workspace.push("label", count=6, second_reviewer_share=0).records == 0  # they stay
    records = labeling.records("label")
    gold = [one for one in records if one["fields"]["text"].startswith("gold question")]
    assert len(gold) == 4
    assert not any(one["suggestions"] for one in gold)
    assert {*gold[0]["metadata"]} == {*records[0]["metadata"]}
    (ann,) = annotators_of(labeling, "ann")
    for number, one in enumerate(gold):
        labeling.answer(ann, one, first if number else second)
    pulled = workspace.pull()
    assert (pulled.imported.responses, pulled.imported.decisions) == (4, 0)
    (measured,) = (one["gold"] for one in pulled.json()["annotators"])
    assert (measured["accuracy"], measured["answers"]) == (0.75, 4)
    assert {workspace.show(one["external_id"]).record.label for one in gold} == {first}
    assert pulled.remaining.pending.records == {"label": 6}
    assert pulled.gold_file is not None
    table = pd.read_csv(pulled.gold_file)
    assert table["is_right"].tolist() == [False, True, True, True]  # wrong ones first
    assert table.loc[0, ["answer_label", "known_label"]].tolist() == [second, first]
    assert table["annotator"].str.startswith("ann").all()
    more = [{"text": "practice question about it", "label": first}]
    workspace.add(write_jsonl(tmp_path / "practice.jsonl", more), license="own")
    assert workspace.push("label", count=0, second_reviewer_share=0, gold="practice.jsonl").records == 1
    with pytest.raises(WinnowError, match="count"):
        workspace.push("label", count=0)
