"""Labels that a model proposes for real traffic: which records, their lots, and what a verdict does to them."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

import winnow
from tests.support.files import write_jsonl
from tests.support.workspaces import waive_failing
from winnow.core.errors import WinnowError
from winnow.core.lot_kind import LotKind
from winnow.core.vocabulary import DatasetKind, State
from winnow.curation.labeling.queues.review import review_candidates
from winnow.curation.review.confidence_bands import band_of
from winnow.curation.review.lots import Lot, draw_lots, load_current_lots, record_verdicts
from winnow.curation.review.proposal_rules import read_proposal_rules
from winnow.curation.review.store_proposals import PredictedLabel, ProposedBy, store_proposals
from winnow.curation.store.database import Connection
from winnow.curation.store.label_proposals import NewProposal, insert_proposals, latest_proposals
from winnow.curation.store.tables import decision
from winnow.curation.store.working_view import working_rows
from winnow.workspace import Workspace

TRAFFIC = 400


@pytest.fixture
def ws(make_workspace: Callable[..., Workspace], tmp_path: Path) -> Workspace:
    """Labeled records of two labels, and unlabeled traffic of every split."""
    workspace = make_workspace("a", "b")
    labeled = [{"text": f"known text {i}", "label": "ab"[i % 2]} for i in range(40)]
    workspace.add(write_jsonl(tmp_path / "labeled.jsonl", labeled))
    traffic = [{"text": f"traffic text number {i}"} for i in range(TRAFFIC)]
    workspace.add(write_jsonl(tmp_path / "traffic.jsonl", traffic), origin="log")
    return workspace


def open_records(ws: Workspace, model: str = "m1") -> list[str]:
    with ws.store.reading() as connection:
        return [row.id for row in read_proposal_rules(connection, ws.task, model=model).open_records()]


def propose_all(ws: Workspace, model: str = "m1", confidence: float = 0.97) -> list[str]:
    records = open_records(ws, model)
    predicted = [PredictedLabel(record, "ab"[i % 2], confidence) for i, record in enumerate(records)]
    store_proposals(ws.store, ws.task, predicted, ProposedBy(model), min_confidence=None)
    return records


def current_lots(ws: Workspace) -> list[Lot]:
    with ws.store.writing() as connection:
        draw_lots(connection, working_rows(connection), key="k", review=ws.task.review)
        return load_current_lots(connection, working_rows(connection))


def read_next(ws: Workspace, lot: Lot, wrong: Callable[[int], bool]) -> None:
    """People choose a label for every record that the lot asks for."""
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    with ws.store.writing() as connection:
        for number, record in enumerate(lot.records_to_review()):
            right = lot.proposed[record]
            value = {"a": "b", "b": "a"}[right] if wrong(number) else right
            told = {"record_id": record, "actor": "person", "who": "ann", "kind": "label", "value": value}
            connection.execute(decision.insert().values(**told, why="", at=at))
        record_verdicts(connection, load_current_lots(connection, working_rows(connection)))


def states(ws: Workspace, records: list[str]) -> Counter[tuple[str, str]]:
    rows = ws.records().set_index("id").loc[records]
    return Counter(zip(rows["state"], rows["decided_by"], strict=True))


def test_only_unlabeled_records_of_train_are_proposed_and_twice_adds_nothing(ws: Workspace, tmp_path: Path) -> None:
    rows = ws.records()
    hold_out = rows[(rows["state"] == "unlabeled") & (rows["assigned_split"] != "train")]
    assert len(hold_out) > 0
    repeated = [{"text": f"{text.upper()}!", "split": "train"} for text in hold_out["text"].iloc[:1]]
    ws.add(write_jsonl(tmp_path / "again.jsonl", repeated), origin="log")
    everything = [PredictedLabel(record, "a", 0.97) for record in ws.records()["id"]]
    stored = store_proposals(ws.store, ws.task, everything, ProposedBy("m1"), min_confidence=None)
    after = ws.records()
    proposed = after[after["state"] == "proposed"]
    assert stored.count == len(proposed) > 100
    assert set(proposed["assigned_split"]) == {"train"}
    train = after["assigned_split"] == "train"
    labeled = int((train & (after["state"] == "labeled")).sum())
    refused = {"labeled": labeled, "hold_out": int((~train).sum()), "repeats_hold_out": 1}
    assert Counter(stored.refused.values()) == refused
    assert open_records(ws) == []
    assert store_proposals(ws.store, ws.task, everything, ProposedBy("m1"), min_confidence=None).count == 0
    assert store_proposals(ws.store, ws.task, everything, ProposedBy("m2"), min_confidence=None).count == 0


def test_a_good_lot_is_accepted_from_a_sample_that_is_read_blind(ws: Workspace) -> None:
    records = propose_all(ws)
    (lot,) = current_lots(ws)
    assert (lot.kind, len(lot.members)) == (LotKind.PROPOSED_LABELS, len(records))
    assert (lot.producer, lot.name) == (("propose 0.95-0.99", "-", "m1"), "propose 0.95-0.99 m1 #1")
    assert states(ws, records) == {("proposed", "nobody"): len(records)}
    with ws.store.reading() as connection:
        rows = working_rows(connection)
    shown = review_candidates([lot], rows, {lot.members[-1]: ("doubtful", ())}, ws.task, refused_lots_pushed="")
    assert [one.record_id for one in shown] == lot.records_to_review()
    assert {one.kind for one in shown} == {DatasetKind.BLIND}
    read = 0
    while (more := len(lot.records_to_review())) and not lot.recorded_verdict:
        read_next(ws, lot, lambda _: False)
        read += more
        (lot,) = current_lots(ws)
    assert lot.recorded_verdict == "accepted"
    assert states(ws, records) == {("labeled", "person"): read, ("labeled", "lot"): len(records) - read}
    assert lot.records_to_review() == []
    assert open_records(ws, "m2") == []


def test_the_records_of_a_refused_lot_are_unlabeled_again_and_another_model_may_propose(ws: Workspace) -> None:
    records = propose_all(ws)
    (lot,) = current_lots(ws)
    read = lot.records_to_review()
    read_next(ws, lot, lambda number: number % 3 == 0)
    (lot,) = current_lots(ws)
    assert lot.recorded_verdict == "refused"
    left = len(records) - len(read)
    assert states(ws, records) == {("labeled", "person"): len(read), ("unlabeled", "nobody"): left}
    assert lot.records_to_review(include_refused=True) == []
    assert open_records(ws, "m1") == []
    again = propose_all(ws, "m2")
    assert sorted(again) == sorted(set(records) - set(read))
    first, second = sorted(current_lots(ws), key=lambda one: one.producer)
    assert (first.recorded_verdict, second.recorded_verdict) == ("refused", None)
    assert sorted(second.members) == sorted(again)
    while second.recorded_verdict is None:
        read_next(ws, second, lambda _: False)
        first, second = sorted(current_lots(ws), key=lambda one: one.producer)
    assert first.recorded_verdict == "refused"
    assert Counter(state for state, _ in states(ws, records).elements()) == {"labeled": len(records)}
    assert len(first.decided_records()) == len(read)


def test_peoples_and_files_labels_outrank_a_proposal(ws: Workspace, tmp_path: Path) -> None:
    records = propose_all(ws)
    (lot,) = current_lots(ws)
    text = ws.records().set_index("id").loc[lot.members[-1], "text"]
    ws.add(write_jsonl(tmp_path / "late.jsonl", [{"text": text, "label": "b"}]))
    while not lot.recorded_verdict:
        read_next(ws, lot, lambda _: False)
        (lot,) = current_lots(ws)
    row = ws.records().set_index("id").loc[lot.members[-1]]
    assert (row["label"], row["decided_by"]) == ("b", "file")
    assert states(ws, records)["labeled", "file"] == 1


def test_a_label_that_is_wrong_too_often_stays_out_of_an_accepted_lot(ws: Workspace) -> None:
    records = open_records(ws)
    rare = set(records[:8])
    predicted = [PredictedLabel(record, "b" if record in rare else "a", 0.97) for record in records]
    store_proposals(ws.store, ws.task, predicted, ProposedBy("m1"), min_confidence=None)
    (lot,) = current_lots(ws)
    while not lot.recorded_verdict:
        wanted = lot.records_to_review()
        wrong = {i for i, record in enumerate(wanted) if record in rare}
        read_next(ws, lot, lambda number, wrong=wrong: number in wrong)  # type: ignore[misc]
        (lot,) = current_lots(ws)
    assert lot.recorded_verdict == "accepted"
    assert lot.fully_inspected_labels == ("b",)
    unread = [record for record in rare if record not in lot.reviewed]
    assert states(ws, unread) == {("unlabeled", "nobody"): len(unread)}
    assert lot.records_to_review() == []
    assert not set(unread) & set(lot.decided_records())


def test_a_record_that_a_person_could_not_decide_is_not_decided_by_the_lot(ws: Workspace) -> None:
    records = propose_all(ws)
    (lot,) = current_lots(ws)
    unsure = lot.members[-1]
    with ws.store.writing() as connection:
        told = {"record_id": unsure, "actor": "person", "who": "ann", "kind": "abstention", "value": "unsure"}
        connection.execute(decision.insert().values(**told, why="", at="2026-01-01T00:00:00+00:00"))
    assert states(ws, [unsure]) == {("proposed", "nobody"): 1}
    while not lot.recorded_verdict:
        read_next(ws, lot, lambda _: False)
        (lot,) = current_lots(ws)
    assert states(ws, [unsure]) == {("unlabeled", "nobody"): 1}
    assert len(records) > len(lot.reviewed)
    assert unsure not in open_records(ws, "m2")


def test_a_renamed_label_is_accepted_under_its_new_name(ws: Workspace) -> None:
    records = propose_all(ws)
    ws.rename("a", "c")
    (lot,) = current_lots(ws)
    assert set(lot.proposed.values()) == {"c", "b"}
    with ws.store.reading() as connection:
        assert {one.label for one in latest_proposals(connection).values()} == {"c", "b"}
    assert set(ws.records().set_index("id").loc[records, "label"]) == {"c", "b"}


def test_a_kill_while_proposals_are_stored_leaves_none(ws: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    before = open_records(ws)

    def insert_half(connection: Connection, proposals: list[NewProposal], **values: str) -> None:
        insert_proposals(connection, proposals[::2], **values)
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("winnow.curation.review.store_proposals.insert_proposals", insert_half)
        with pytest.raises(KeyboardInterrupt):
            propose_all(ws)
    assert open_records(ws) == before
    assert len(propose_all(ws)) == len(before)


def test_status_counts_what_waits_for_a_lot(ws: Workspace) -> None:
    records = propose_all(ws, confidence=0.995)
    (waiting,) = ws.status().lots
    assert (waiting.kind, waiting.records) == (LotKind.PROPOSED_LABELS, len(records))
    assert waiting.generator == "propose 0.99-1"
    assert ws.status().by_state[State.PROPOSED] == len(records)
    assert ws.status().next == "winnow push review, then winnow pull"


def test_looser_settings_need_a_name_before_a_lot_is_drawn(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b", more="review: {proposals_sample: 30}\n", name="loose")
    workspace.add(pd.DataFrame({"text": [f"some text {i}" for i in range(30)]}), origin="log")
    propose_all(workspace)
    with pytest.raises(WinnowError, match=r"proposals_sample"):
        current_lots(workspace)


@pytest.mark.parametrize(
    ("confidence", "band"),
    [
        (1.0, "0.99-1"),
        (0.99, "0.99-1"),
        (0.9899, "0.95-0.99"),
        (0.8, "0.8-0.9"),
        (0.0, "0-0.5"),
        (None, "unknown"),
    ],
)
def test_every_confidence_has_one_band(confidence: float | None, band: str) -> None:
    assert band_of(confidence) == band


def test_a_release_states_which_rows_are_machine_labeled_and_restores_them(ws: Workspace, tmp_path: Path) -> None:
    records = propose_all(ws)
    waiting = next(gate for gate in ws.check().gates if gate.name == "undecided_lots")
    assert f"{len(records):,} records wait for the verdict on their lot" in waiting.evidence[0]
    (lot,) = current_lots(ws)
    while not lot.recorded_verdict:
        read_next(ws, lot, lambda _: False)
        (lot,) = current_lots(ws)
    waive_failing(ws)
    checked = ws.check()
    train = checked.train
    by_lot = int((train["decided_by"] == "lot").sum())
    assert by_lot > 100
    gate = next(gate for gate in checked.gates if gate.name == "undecided_lots")
    assert (gate.measured, gate.verdict) == (0, "pass")
    assert gate.notes[0].startswith(f"{by_lot:,} of {len(train):,} train rows")
    ws.freeze("first")
    release = ws.release("first")
    manifest = release.manifest
    assert manifest.machine_labeled == {"train": by_lot, "validation": 0, "test": 0}
    (stated,) = manifest.lots
    decided = set(train.loc[train["decided_by"] == "lot", "id"])
    assert (stated.kind, stated.records) == (LotKind.PROPOSED_LABELS, len(records))
    assert by_lot <= stated.exported <= len(records)
    card = (release.path / "README.md").read_text()
    assert f"Machine-labeled, accepted in a lot that people read a sample of: {by_lot:,} of" in card
    assert "- Machine-labeled: m1, confidence 0.95-0.99, lot 1" in card
    assert "without seeing the proposed labels" in card
    empty = tmp_path / "empty"
    empty.mkdir()
    shutil.copy(ws.folder.task_file, empty)
    shutil.copytree(release.path, empty / "first")
    restored = winnow.open(empty)
    restored.add(empty / "first", license="unknown")
    rows = restored.records().set_index("id").loc[sorted(decided)]
    assert set(zip(rows["state"], rows["decided_by"], rows["origin"], strict=True)) == {("labeled", "lot", "log")}
