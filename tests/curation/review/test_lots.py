"""Lots: drawn once, judged by the looks at their sample, and what a ruling does to the records."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.curation.labeling.queues.review import review_candidates
from winnow.curation.review.lots import Lot, draw_lots, load_lots, record_verdicts
from winnow.curation.review.sampling_order import stratified_random_order
from winnow.curation.review.undecided import undecided_records
from winnow.curation.store.sources import GenerationBatch
from winnow.curation.store.tables import decision
from winnow.curation.store.working_view import working_rows
from winnow.workspace import Workspace

BATCH = GenerationBatch("b1", "examples", "v1", "claude")


@given(st.dictionaries(st.text(min_size=1, max_size=6), st.sampled_from("abc"), min_size=1, max_size=80), st.text())
def test_every_beginning_of_a_random_order_is_proportional(labels: dict[str, str], key: str) -> None:
    order = stratified_random_order(labels, key=key)
    assert sorted(order) == sorted(labels)
    assert order == stratified_random_order(dict(reversed(labels.items())), key=key)
    include_refused = Counter(labels.values())
    for n in range(len(order) + 1):
        for label, count in Counter(labels[record] for record in order[:n]).items():
            assert abs(count - n * include_refused[label] / len(labels)) <= len(include_refused)


def synthetic(ws: Workspace, tmp_path: Path, count: int, batch: GenerationBatch = BATCH, word: str = "made") -> None:
    rows: list[dict[str, object]] = [{"text": f"{word} number {i}", "label": "ab"[i % 2]} for i in range(count)]
    ws.add(write_jsonl(tmp_path / f"{word}.jsonl", rows), origin="synthetic", batch=batch)


def standing(ws: Workspace) -> list[Lot]:
    with ws.store.reading() as connection:
        return load_lots(connection, working_rows(connection), undecided=undecided_records(connection))


def drawn(ws: Workspace) -> list[Lot]:
    with ws.store.writing() as connection:
        draw_lots(connection, working_rows(connection), key="k", review=ws.task.review)
    return standing(ws)


def recorded_verdict(ws: Workspace) -> list[str | None]:
    with ws.store.writing() as connection:
        found = load_lots(connection, working_rows(connection), undecided=undecided_records(connection))
        return [lot.recorded_verdict for lot in record_verdicts(connection, found)]


def say(ws: Workspace, record: str, kind: str, value: str, who: str = "ann") -> None:
    at = datetime.now(UTC).isoformat(timespec="microseconds")
    told = {"record_id": record, "actor": "person", "who": who, "kind": kind, "value": value, "why": "", "at": at}
    with ws.store.writing() as connection:
        connection.execute(decision.insert().values(**told))


def judge(ws: Workspace, records: list[str], lot: Lot, wrong: Callable[[int], bool]) -> None:
    for number, record in enumerate(records):
        if wrong(number):
            say(ws, record, "rejection", "unusable")
        else:
            say(ws, record, "label", lot.proposed[record])


def states(ws: Workspace) -> Counter[tuple[str, str]]:
    return Counter((row["state"], row["decided_by"]) for row in ws.records().to_dict("records"))


@pytest.fixture
def ws(make_workspace: Callable[..., Workspace]) -> Workspace:
    return make_workspace("a", "b", "c")


def test_a_lot_is_drawn_once_and_later_records_make_the_next(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 100)
    assert ws.status().next == "winnow push review, then winnow pull"
    assert "next: ws.push('review'), then ws.pull()" in repr(ws.status())
    (first,) = drawn(ws)
    assert len(first.members) == 100
    assert ws.status().next == "winnow push review, then winnow pull"
    synthetic(ws, tmp_path, 40, GenerationBatch("b2", "examples", "v1", "claude"), "later")
    synthetic(ws, tmp_path, 30, GenerationBatch("b3", "contrasts", "v1", "claude"), "other")
    found = drawn(ws)
    assert sorted((lot.producer[0], lot.number, len(lot.members)) for lot in found) == [
        ("contrasts", 1, 30),
        ("examples", 1, 100),
        ("examples", 2, 40),
    ]
    assert next(lot for lot in found if lot.id == first.id).members == first.members
    assert drawn(ws) == found


def test_a_good_lot_is_accepted_after_a_part(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 300)
    (lot,) = drawn(ws)
    read = 0
    for _ in range(5):
        records_to_review = lot.records_to_review()
        judge(ws, records_to_review, lot, lambda n: False)
        read += len(records_to_review)
        done = recorded_verdict(ws)
        (lot,) = standing(ws)
        if done:
            break
    assert lot.recorded_verdict == "accepted"
    assert 45 <= read < 120
    assert states(ws) == {("labeled", "person"): read, ("labeled", "lot"): 300 - read}
    assert lot.records_to_review() == []
    assert recorded_verdict(ws) == []
    assert 0 < lot.facts().defect_rate_upper <= 0.10
    assert ws.status().lots[0].verdict == "accepted"
    assert ws.status().next == "winnow check"
    accepted = ws.records()
    assert set(accepted.loc[accepted["decided_by"] == "lot", "label"]) == {"a", "b"}


def test_a_bad_lot_is_refused_and_rescued_by_reading_it_whole(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 120)
    (lot,) = drawn(ws)
    judge(ws, lot.records_to_review(), lot, lambda n: n % 3 == 0)
    assert recorded_verdict(ws) == ["refused"]
    (lot,) = standing(ws)
    assert lot.records_to_review() == []
    assert states(ws)["rejected", "lot"] == 120 - len(lot.reviewed)
    left = lot.records_to_review(include_refused=True)
    assert len(left) == 120 - len(lot.reviewed)
    judge(ws, left, lot, lambda n: False)
    assert recorded_verdict(ws) == ["fully_reviewed"]
    assert states(ws)["labeled", "person"] > 80
    assert not {by for _, by in states(ws)} & {"lot"}


@pytest.mark.parametrize("origin", [None, "human", "log", "public"])
def test_a_refused_lot_stays_refused_when_its_file_is_added_again(
    ws: Workspace, tmp_path: Path, origin: str | None
) -> None:
    synthetic(ws, tmp_path, 120)
    (lot,) = drawn(ws)
    judge(ws, lot.records_to_review(), lot, lambda n: n % 3 == 0)
    assert recorded_verdict(ws) == ["refused"]
    before = states(ws)
    original = (tmp_path / "made.jsonl").read_text()
    (tmp_path / "again.jsonl").write_text(original + "\n")
    (tmp_path / "shouted.jsonl").write_text(original.replace("made number", "MADE  number,"))
    again = ws.add(tmp_path / "again.jsonl", origin=origin)
    (note,) = [note for note in again.notes if "machine-written" in note]
    assert note.startswith("120 rows repeat machine-written rows: their origin stays synthetic")
    assert note.endswith(f"{before['rejected', 'lot'] + before['rejected', 'person']} of them were refused")
    assert states(ws) == before
    ws.retract("made.jsonl")
    assert states(ws) == before
    shouted = ws.add(tmp_path / "shouted.jsonl", origin=origin)
    assert shouted.assigned_splits == {"train": 120, "validation": 0, "test": 0}
    assert states(ws) == before + Counter({("rejected", "lot"): 120})
    assert set(ws.records()["origin"]) == {"synthetic"}


def test_rows_of_a_retracted_batch_that_return_under_another_origin_join_a_lot(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 40)
    ws.retract("made.jsonl")
    rows: list[dict[str, object]] = [{"text": f"Made number {i}!", "label": "b"} for i in range(40)]
    ws.add(write_jsonl(tmp_path / "written.jsonl", rows), origin="human")
    assert states(ws)["proposed", "nobody"] == 40
    assert ws.status().next == "winnow push review, then winnow pull"
    (lot,) = drawn(ws)
    assert lot.producer == ("examples", "v1", "claude")
    assert set(lot.proposed.values()) == {"b"}
    judge(ws, list(lot.members), lot, lambda n: False)
    assert states(ws)["labeled", "person"] == 40


def test_a_lot_between_is_read_whole(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 100)
    (lot,) = drawn(ws)
    read = 0
    for _ in range(6):
        records_to_review = lot.records_to_review()
        judge(ws, records_to_review, lot, lambda n, start=read: (start + n) % 14 == 0)  # type: ignore[misc]
        read += len(records_to_review)
        if recorded_verdict(ws):
            break
        (lot,) = standing(ws)
    assert read == 100
    assert standing(ws)[0].recorded_verdict == "fully_reviewed"


def test_a_label_with_too_many_defects_is_taken_out_and_read_whole(ws: Workspace, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"made number {i}", "label": "c" if i % 10 == 0 else "ab"[i % 2]} for i in range(400)
    ]
    ws.add(write_jsonl(tmp_path / "made.jsonl", rows), origin="synthetic", batch=BATCH)
    (lot,) = drawn(ws)
    bad = 0
    for _ in range(4):
        for record in lot.records_to_review():
            wrong = lot.proposed[record] == "c" and bad < 2
            bad += wrong
            say(ws, record, "rejection" if wrong else "label", "unusable" if wrong else lot.proposed[record])
        if recorded_verdict(ws):
            break
        (lot,) = standing(ws)
    (lot,) = standing(ws)
    assert (lot.recorded_verdict, lot.fully_inspected_labels) == ("accepted", ("c",))
    records_to_review = lot.records_to_review()
    assert {lot.proposed[record] for record in records_to_review} == {"c"}
    assert states(ws)["proposed", "nobody"] == len(records_to_review)
    judge(ws, records_to_review, lot, lambda n: n == 0)
    assert standing(ws)[0].records_to_review() == []
    assert states(ws)["proposed", "nobody"] == 0


def test_looks_wait_for_the_second_reader_and_for_disagreements(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 40)
    (lot,) = drawn(ws)
    records_to_review = lot.records_to_review()
    judge(ws, records_to_review, lot, lambda n: False)
    say(ws, records_to_review[3], "rejection", "unusable", who="bob")
    (waiting,) = standing(ws)
    assert len(waiting.defective) == 3
    assert waiting.records_to_review() == [records_to_review[3]]
    assert recorded_verdict(ws) == []
    say(ws, records_to_review[3], "label", lot.proposed[records_to_review[3]], who="cyd")
    (now_read,) = standing(ws)
    assert len(now_read.defective) == len(records_to_review)


def test_suspected_errors_are_reviewed_beside_the_sample_and_not_counted(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 200)
    (lot,) = drawn(ws)
    sample = lot.records_to_review()
    error_evidence = dict.fromkeys((*lot.members[150:160], sample[0]), ("a model would say c", ()))
    with ws.store.reading() as connection:
        found = review_candidates([lot], working_rows(connection), error_evidence, ws.task, refused_lots_pushed="")
    assert [one.record_id for one in found[: len(sample)]] == sample
    assert {one.record_id for one in found if one.kind == "suspected"} == set(lot.members[150:160])
    blind = [one for one in found[: len(sample)] if one.kind == "blind"]
    assert 0 < len(blind) < len(sample)
    assert all("a model would say c" in str(one.context) for one in found if one.kind == "suspected")
    for record in lot.members[150:160]:
        say(ws, record, "rejection", "unusable")
    judge(ws, sample, lot, lambda n: False)
    (after,) = standing(ws)
    assert sum(after.defective) == 0
    assert after.lot_decision.evidence.read == len(sample)


def test_retracted_records_leave_their_lot_and_renamed_labels_stay_proposed(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 60)
    synthetic(ws, tmp_path, 60, GenerationBatch("b2", "examples", "v1", "claude"), "more")
    (lot,) = drawn(ws)
    assert len(lot.members) == 120
    ws.rename("a", "z")
    (lot,) = standing(ws)
    assert set(lot.proposed.values()) == {"z", "b"}
    ws.retract("more.jsonl")
    (lot,) = standing(ws)
    assert len(lot.members) == 60
    for _ in range(4):
        judge(ws, lot.records_to_review(), lot, lambda n: False)
        if recorded_verdict(ws):
            break
        (lot,) = standing(ws)
    table = ws.records()
    assert set(table.loc[table["decided_by"] == "lot", "label"]) <= {"z", "b"}
    assert standing(ws)[0].recorded_verdict in ("accepted", "fully_reviewed")


def test_a_ruling_stays_when_settings_or_answers_change(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 300)
    (lot,) = drawn(ws)
    while not recorded_verdict(ws):
        (lot,) = standing(ws)
        judge(ws, lot.records_to_review(), lot, lambda n: False)
    (before,) = standing(ws)
    text = ws.folder.task_file.read_text() + "review: {defect_rate_target: 0.0, defect_rate_max: 0.0}\n"
    ws.folder.task_file.write_text(text)
    for record in before.members[:30]:
        say(ws, record, "rejection", "unusable")
    (after,) = standing(ws)
    assert (after.recorded_verdict, after.lot_decision) == (before.recorded_verdict, before.lot_decision)
    assert recorded_verdict(ws) == []


def test_the_gate_lets_accepted_lots_through_and_nothing_else(ws: Workspace, tmp_path: Path) -> None:
    person: list[dict[str, object]] = [
        {"text": f"{word} {i} {label}", "label": label}
        for label, word in (("a", "apple pie"), ("b", "blue boat"), ("c", "cat food"))
        for i in range(12)
    ]
    ws.add(write_jsonl(tmp_path / "own.jsonl", person), license="own")
    synthetic(ws, tmp_path, 60)

    def gate() -> Any:
        return next(one for one in ws.check().gates if one.name == "undecided_lots")

    assert gate().verdict == "pass"
    assert "60 records wait for the verdict on their lot" in gate().evidence[0]
    (lot,) = drawn(ws)
    while not recorded_verdict(ws):
        (lot,) = standing(ws)
        judge(ws, lot.records_to_review(), lot, lambda n: False)
    checked = ws.check()
    assert (checked.selected["origin"] == "synthetic").sum() > 0
    assert gate().verdict == "pass"


def test_what_is_taken_from_a_lot_after_reading_makes_it_no_better(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 300)
    (lot,) = drawn(ws)
    records_to_review = lot.records_to_review()
    judge(ws, records_to_review, lot, lambda n: n < 6)
    assert recorded_verdict(ws) == []
    time.sleep(1.1)  # times of forgetting are whole seconds
    for record in records_to_review[:6]:
        ws.forget(record)
    (after,) = standing(ws)
    assert (len(after.members), sum(after.defective)) == (300, 6)
    assert recorded_verdict(ws) == []


def test_the_settings_of_the_day_of_drawing_stay(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 300)
    (lot,) = drawn(ws)
    ws.folder.task_file.write_text(ws.folder.task_file.read_text() + "review: {share: 0.5, confidence: 0.6}\n")
    (after,) = standing(ws)
    assert (after.lot_decision.more, after.facts().confidence) == (lot.lot_decision.more, 0.95)


def test_a_lot_is_drawn_with_loosened_settings_only_by_name_and_the_check_shows_them(
    ws: Workspace, tmp_path: Path
) -> None:
    synthetic(ws, tmp_path, 120)
    task = ws.folder.task_file.read_text()
    for loose in ("confidence: 0.9", "confidence: 0.9, by: Ann", "defect_rate_max: 0.5, by: Ann, reason: a pilot"):
        ws.folder.task_file.write_text(task + f"review: {{{loose}}}\n")
        with pytest.raises(WinnowError, match=r"winnow\.yaml, review\."):
            drawn(ws)
        assert standing(ws) == []
    ws.folder.task_file.write_text(task + "review: {confidence: 0.85, by: Ann, reason: a pilot}\n")
    (lot,) = drawn(ws)
    while not recorded_verdict(ws):
        (lot,) = standing(ws)
        judge(ws, lot.records_to_review(), lot, lambda n: False)
    ws.folder.task_file.write_text(task)
    assert drawn(ws)[0].recorded_verdict == "accepted"
    gate = next(gate for gate in ws.check().gates if gate.name == "undecided_lots")
    said = "review.confidence of an accepted lot is 0.85, looser than its default 0.95 (by Ann: a pilot)"
    assert ([str(one) for one in gate.loosened], gate.verdict) == ([said], "pass")


def test_a_lot_gives_the_label_that_was_proposed_in_it(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 60)
    (lot,) = drawn(ws)
    rows: list[dict[str, object]] = [{"text": f"made number {i}", "label": "c"} for i in range(60)]
    ws.add(
        write_jsonl(tmp_path / "again.jsonl", rows), origin="synthetic", batch=GenerationBatch("b9", "other", "v1", "x")
    )
    while not recorded_verdict(ws):
        (lot,) = standing(ws)
        judge(ws, lot.records_to_review(), lot, lambda n: False)
    table = ws.records()
    assert set(table.loc[table["decided_by"] == "lot", "label"]) == {"a", "b"}


def test_what_people_could_not_decide_no_lot_decides(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 300)
    (lot,) = drawn(ws)
    late = lot.members[-1]
    say(ws, late, "abstention", "several")
    while not recorded_verdict(ws):
        (lot,) = standing(ws)
        judge(ws, lot.records_to_review(), lot, lambda n: False)
    row = next(one for one in ws.records().to_dict("records") if one["id"] == late)
    assert row["state"] == "proposed"


def test_a_row_without_a_proposed_label_is_asked_blind_and_is_a_defect(ws: Workspace, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"made number {i}", **({"label": "a"} if i % 4 else {})} for i in range(40)
    ]
    ws.add(write_jsonl(tmp_path / "made.jsonl", rows), origin="synthetic", batch=BATCH)
    (lot,) = drawn(ws)
    with ws.store.reading() as connection:
        found = review_candidates([lot], working_rows(connection), {}, ws.task, refused_lots_pushed="")
    bare = [one for one in found if one.label_at_push is None]
    assert bare
    assert {one.kind for one in bare} == {"blind"}
    for one in found:
        say(ws, one.record_id, "label", one.label_at_push or "b")
    (after,) = standing(ws)
    assert sum(after.defective) == len(bare)


def test_a_label_name_that_is_used_again_is_not_the_renamed_one(ws: Workspace, tmp_path: Path) -> None:
    ws.rename("a", "z")
    text = ws.folder.task_file.read_text()
    ws.folder.task_file.write_text(text.replace("labels:\n", 'labels:\n  - name: "a"\n'))
    synthetic(ws, tmp_path, 30)
    (lot,) = drawn(ws)
    assert set(lot.proposed.values()) == {"a", "b"}


def test_labels_that_were_merged_are_both_taken_out(ws: Workspace, tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"text": f"made number {i}", "label": "c" if i % 20 == 0 else "a" if i % 20 == 1 else "b"} for i in range(400)
    ]
    ws.add(write_jsonl(tmp_path / "made.jsonl", rows), origin="synthetic", batch=BATCH)
    drawn(ws)
    ws.rename("a", "c", yes=True)
    (lot,) = standing(ws)
    while not recorded_verdict(ws):
        (lot,) = standing(ws)
        bad = iter((True, True))
        for record in lot.records_to_review():
            wrong = lot.proposed[record] == "c" and next(bad, False)
            say(ws, record, "rejection" if wrong else "label", "unusable" if wrong else lot.proposed[record])
    (lot,) = standing(ws)
    assert (lot.recorded_verdict, lot.fully_inspected_labels) == ("accepted", ("c",))
    table = ws.records()
    assert set(table.loc[table["decided_by"] == "lot", "label"]) == {"b"}


def test_what_people_said_of_a_gone_record_counts_by_todays_name(ws: Workspace, tmp_path: Path) -> None:
    synthetic(ws, tmp_path, 300)
    (lot,) = drawn(ws)
    judge(ws, lot.records_to_review()[:30], lot, lambda n: False)
    time.sleep(1.1)  # times of forgetting are whole seconds
    ws.rename("a", "z")
    ws.forget(next(record for record in lot.members[:30] if lot.proposed[record] == "a"))
    (after,) = standing(ws)
    assert len(after.defective) == 30
    assert sum(after.defective) == 0
