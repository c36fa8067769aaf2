"""The rules of lots on planted rows: who is in a lot, what counts as a defect, what is read next, what is recorded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import create_engine

from tests.support.lots import LotTables
from winnow.config.task import ReviewConfig
from winnow.core.vocabulary import DecidedBy, LotVerdict, Origin, Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.review.lots import Lot, draw_lots, load_lots, record_verdicts
from winnow.curation.review.sampling_order import stratified_random_order
from winnow.curation.review.undecided import undecided_records
from winnow.curation.store.lot_tables import latest_verdicts, lot_members, lot_rows
from winnow.curation.store.tables import metadata
from winnow.validators.stats.acceptance_sampling import LotDecision, LotEvidence

REVIEW = ReviewConfig()


@pytest.fixture
def lots() -> Iterator[LotTables]:
    engine = create_engine("sqlite://")
    metadata.create_all(engine)
    with engine.connect() as connection:
        yield LotTables(connection)


def row(record: str, state: str = "proposed", label: str = "a", decided_by: str = "nobody") -> WorkingRow:
    """What the working table says about a record."""
    return WorkingRow(
        id=record,
        content=record,
        text=record,
        fold_key=record,
        group=record,
        assigned_split=Split.TRAIN,
        origin=Origin.SYNTHETIC,
        weight=1,
        state=State(state),
        label=label,
        decided_by=DecidedBy(decided_by),
        candidates=(),
        sources=("s",),
        licenses=("own",),
    )


def names(count: int, prefix: str = "r") -> list[str]:
    return [f"{prefix}{number:03}" for number in range(count)]


def drawn(lots: LotTables, count: int, label: str = "a") -> list[str]:
    """Draw a lot of so many records with one proposed label; the records in the order of the lot."""
    records = names(count)
    lots.produce(dict.fromkeys(records, label))
    draw_lots(lots.connection, [row(record) for record in records], key="k", review=REVIEW)
    (members,) = lot_members(lots.connection).values()
    return [record for record, _ in members]


def planted(verdict: LotVerdict = LotVerdict.NEXT_LOOK, **changes: Any) -> Lot:
    """A lot of 30 records, `a` and `b` in turn, of which the first ten were read and three are defects."""
    members = tuple(names(30))
    evidence = LotEvidence(10, 3, 0.5, 0.5, 0.12345678, 0.98765432)
    made = Lot(
        id="lot",
        producer=("examples", "v1", "m"),
        number=2,
        review=REVIEW,
        members=members,
        proposed={record: "ab"[number % 2] for number, record in enumerate(members)},
        current_names={"a": "a", "b": "b"},
        defective=(True, True, False, False, True, *[False] * 7),
        reviewed=frozenset(members[:12]),
        lot_decision=LotDecision(verdict, 1, 5, evidence),
        recorded_verdict=None,
        verdict_at="",
        fully_inspected_labels=(),
    )
    return replace(made, **changes)


def test_a_lot_holds_the_proposed_records_of_one_producer_that_are_in_no_lot(lots: LotTables) -> None:
    lots.produce(dict.fromkeys(names(3), "a"))
    lots.produce(dict.fromkeys(names(2, "o"), "b"), source="t", generator="contrasts")
    rows = [row("r000"), row("r001"), row("r002", "labeled"), row("o000"), row("o001", "rejected"), row("unknown")]
    draw_lots(lots.connection, rows, key="k", review=REVIEW)
    found = {lot.producer[0]: lot for lot in lot_rows(lots.connection)}
    members = {name: sorted(lot_members(lots.connection)[lot.id]) for name, lot in found.items()}
    assert members == {"examples": [("r000", "a"), ("r001", "a")], "contrasts": [("o000", "b")]}
    assert {lot.number for lot in found.values()} == {1}
    assert {len(lot.id) for lot in found.values()} == {12}
    assert found["examples"].last_decision == 5
    assert ReviewConfig.model_validate_json(found["examples"].settings) == REVIEW
    draw_lots(lots.connection, rows, key="k", review=REVIEW)
    assert len(lot_rows(lots.connection)) == 2
    draw_lots(lots.connection, [row("r002"), *rows], key="k", review=REVIEW)
    assert sorted(lot.number for lot in lot_rows(lots.connection)) == [1, 1, 2]


def test_the_order_of_a_lot_is_stratified_and_depends_on_the_key_and_the_lot(lots: LotTables) -> None:
    labels = {record: "ab"[number % 2] for number, record in enumerate(names(20))}
    lots.produce(labels)
    draw_lots(lots.connection, [row(record) for record in labels], key="k", review=REVIEW)
    ((lot, members),) = lot_members(lots.connection).items()
    assert [record for record, _ in members] == stratified_random_order(labels, key=f"k\0{lot}")
    assert all({label for _, label in members[i : i + 2]} == {"a", "b"} for i in range(0, 20, 2))


def test_what_people_decided_is_read_up_to_the_first_record_that_nobody_reviewed(lots: LotTables) -> None:
    order = drawn(lots, 40)
    rows = {record: row(record) for record in order}
    rows[order[0]] = row(order[0], "labeled", "a", "person")
    rows[order[1]] = row(order[1], "labeled", "b", "agreement")  # another label
    rows[order[2]] = row(order[2], "rejected", "", "adjudicator")
    rows[order[3]] = row(order[3], "disputed", "a", "person")
    rows[order[4]] = row(order[4], "labeled", "a", "lot")  # decided by no person
    rows[order[5]] = row(order[5], "labeled", "b", "person")
    (lot,) = load_lots(lots.connection, rows.values())
    assert lot.members == tuple(order)
    assert lot.defective == (False, True, True, True)
    assert lot.reviewed == {*order[:4], order[5]}
    assert (lot.lot_decision.verdict, lot.lot_decision.more) == ("next_look", 16)
    assert (lot.recorded_verdict, lot.verdict_at, lot.fully_inspected_labels) == (None, "", ())
    (waiting,) = load_lots(lots.connection, rows.values(), undecided=frozenset({order[1]}))
    assert waiting.defective == (False,)


def test_a_lot_that_people_read_whole_has_no_first_unread_record(lots: LotTables) -> None:
    order = drawn(lots, 5)
    (lot,) = load_lots(lots.connection, [row(record, "labeled", "a", "person") for record in order])
    assert lot.defective == (False,) * 5
    assert lot.lot_decision.verdict == "fully_reviewed"


def test_a_removed_record_stays_if_review_had_begun_and_counts_as_a_defect_unless_people_agreed(
    lots: LotTables,
) -> None:
    order = drawn(lots, 8)
    lots.decide(order[0], "a", day=5)
    for record, day in zip(order[1:5], (4, 5, 6, 6), strict=True):
        lots.forget(record, day=day)
    lots.decide(order[3], "a", day=6)
    lots.decide(order[4], "b", day=6)
    lots.decide(order[2], "a", actor="file", who="a file")  # no person
    rows = [row(order[0], "labeled", "a", "person"), *(row(record) for record in order[5:])]
    (lot,) = load_lots(lots.connection, rows)
    assert lot.members == (order[0], *order[2:])  # the second one was forgotten on the day before
    assert lot.defective == (False, True, False, True)


def test_a_superseded_record_is_a_removed_one(lots: LotTables) -> None:
    order = drawn(lots, 4)
    lots.decide(order[0], "a", day=5)
    lots.decide(order[1], "a", day=5)
    rows = [row(order[0], "labeled", "a", "person"), *(row(record) for record in order[3:])]
    (lot,) = load_lots(lots.connection, [*rows, *(row(one, "superseded", "a", "person") for one in order[1:3])])
    assert lot.defective == (False, False, True)


def test_a_lot_without_a_record_left_is_gone(lots: LotTables) -> None:
    order = drawn(lots, 2)
    for record in order:
        lots.forget(record, day=4)
    assert load_lots(lots.connection, []) == []


def test_a_lot_keeps_proposing_a_label_under_its_current_name(lots: LotTables) -> None:
    order = drawn(lots, 3)
    lots.rename("a", "z", last_decision=3)
    (lot,) = load_lots(lots.connection, [row(record, "labeled", "z", "person") for record in order])
    assert set(lot.proposed.values()) == {"z"}
    assert lot.current_names == {"a": "z"}
    assert lot.defective == (False,) * 3


def test_the_sample_is_read_next_without_what_was_read() -> None:
    lot = planted()
    assert lot.records_to_review() == names(17)[12:]
    late = planted(reviewed=frozenset([*lot.members[:12], lot.members[14]]))
    assert late.records_to_review() == [lot.members[number] for number in (12, 13, 15, 16)]


def test_what_is_read_after_a_verdict() -> None:
    left = names(30)[12:]
    accepted = planted(recorded_verdict=LotVerdict.ACCEPTED, fully_inspected_labels=("b",))
    assert accepted.records_to_review() == left[1::2]
    refused = planted(recorded_verdict=LotVerdict.REFUSED)
    assert refused.records_to_review() == []
    assert refused.records_to_review(include_refused=True) == left
    assert planted(recorded_verdict=LotVerdict.FULLY_REVIEWED).records_to_review() == left


def test_suspected_errors_are_shown_outside_the_sample() -> None:
    read = frozenset(["r000", "r028"])
    lot = planted(reviewed=read)
    assert lot.outside_sample() == [*names(30)[20:28], "r029"]  # the largest look has 20 records
    accepted = planted(reviewed=read, recorded_verdict=LotVerdict.ACCEPTED)
    assert accepted.outside_sample() == [record for record in names(30) if record not in read]
    assert planted(reviewed=read, recorded_verdict=LotVerdict.REFUSED).outside_sample() == []
    assert planted(reviewed=read, members=tuple(names(20))).outside_sample() == []  # too small to sample


def test_a_lot_in_figures() -> None:
    facts = planted().facts()
    assert (facts.generator, facts.prompt_version, facts.model, facts.number) == ("examples", "v1", "m", 2)
    assert (facts.records, facts.confidence, facts.verdict, facts.look) == (30, 0.95, "next_look", 1)
    assert (facts.read, facts.defects, facts.more) == (10, 3, 5)
    assert (facts.defect_rate_upper, facts.unread_defect_rate_upper) == (0.123457, 0.987654)
    assert facts.by_label == {"a": (5, 2), "b": (5, 1)}
    assert planted(recorded_verdict=LotVerdict.REFUSED).facts().verdict == "refused"
    assert planted().name == "examples v1 m #2"


def recorded(lots: LotTables, *given: Lot) -> list[tuple[LotVerdict | None, tuple[str, ...]]]:
    """The verdicts that were recorded just now, and the labels that are inspected fully."""
    found = record_verdicts(lots.connection, given)
    return [(lot.recorded_verdict, lot.fully_inspected_labels) for lot in found]


@pytest.mark.parametrize("verdict", [LotVerdict.NEXT_LOOK, LotVerdict.FULL_REVIEW])
def test_a_look_that_decides_nothing_records_nothing(lots: LotTables, verdict: LotVerdict) -> None:
    assert recorded(lots, planted(verdict)) == []
    assert latest_verdicts(lots.connection) == {}


@pytest.mark.parametrize("verdict", [LotVerdict.REFUSED, LotVerdict.FULLY_REVIEWED])
def test_a_final_verdict_is_recorded(lots: LotTables, verdict: LotVerdict) -> None:
    assert recorded(lots, planted(verdict)) == [(verdict, ())]
    stored = latest_verdicts(lots.connection)["lot"]
    assert (stored.verdict, stored.detail["fully_inspected_labels"]) == (verdict, [])
    assert stored.detail["lot_decision"]["verdict"] == verdict


def test_an_accepted_lot_names_the_labels_with_too_many_defects(lots: LotTables) -> None:
    renamed = planted(LotVerdict.ACCEPTED, current_names={"old": "a", "a": "a", "b": "b"})
    assert recorded(lots, renamed) == [(LotVerdict.ACCEPTED, ("a",))]  # two of five; `b` has one of five
    assert latest_verdicts(lots.connection)["lot"].detail["fully_inspected_labels"] == ["old", "a"]


def test_a_recorded_verdict_stays(lots: LotTables) -> None:
    everything = frozenset(names(30))
    accepted = planted(LotVerdict.ACCEPTED, recorded_verdict=LotVerdict.ACCEPTED, reviewed=everything)
    refused = planted(LotVerdict.REFUSED, recorded_verdict=LotVerdict.REFUSED)
    assert recorded(lots, accepted, refused) == []


def test_a_refused_lot_that_was_read_whole_counts_by_its_own_decisions(lots: LotTables) -> None:
    read = planted(LotVerdict.REFUSED, recorded_verdict=LotVerdict.REFUSED, reviewed=frozenset(names(30)))
    assert recorded(lots, read) == [(LotVerdict.FULLY_REVIEWED, ())]


def test_a_stored_verdict_is_read_back(lots: LotTables) -> None:
    order = drawn(lots, 30, "old")
    rows = [row(record, "labeled", "old", "person") for record in order[:20]] + [row(one) for one in order[20:]]
    (before,) = load_lots(lots.connection, rows)
    assert before.lot_decision.verdict == "accepted"
    defects = replace(before, defective=(True, True, *[False] * 18), review=ReviewConfig(defect_rate_max=0.05))
    (decided,) = record_verdicts(lots.connection, [defects])
    lots.rename("old", "new", last_decision=30)
    (after,) = load_lots(lots.connection, [row(record) for record in order])
    assert (after.recorded_verdict, after.lot_decision) == (LotVerdict.ACCEPTED, before.lot_decision)
    assert after.verdict_at == decided.verdict_at
    assert (decided.fully_inspected_labels, after.fully_inspected_labels) == (("old",), ("new",))
    lots.connection.execute(metadata.tables["lot_member"].update().values(proposed="other"))
    (without,) = load_lots(lots.connection, [row(record) for record in order])
    assert without.fully_inspected_labels == ()


def test_records_wait_for_the_second_reviewer_of_an_open_dataset(lots: LotTables) -> None:
    lots.dataset("two", overlap=2)
    lots.dataset("closed", overlap=2, closed=True)
    lots.dataset("audit", overlap=2, queue="audit")
    lots.item("two", "half", responders=("ann",))
    lots.item("two", "whole", responders=("ann", "bob"))
    lots.item("two", "unread")
    lots.item("two", "withdrawn", withdrawn=True, responders=("ann",))
    lots.item("closed", "of closed", responders=("ann",))
    lots.item("audit", "of audit", responders=("ann",))
    lots.item("two", "adjudicated", responders=("ann",))
    lots.decide("adjudicated", "a", actor="adjudicator", who="lead")
    lots.decide("half", "a")
    assert undecided_records(lots.connection) == {"half"}


def test_records_on_which_people_disagree_wait_for_an_adjudicator(lots: LotTables) -> None:
    for record in ("disputed", "settled"):
        lots.decide(record, "a", who="ann")
        lots.decide(record, "b", who="bob")
    lots.decide("settled", "a", actor="adjudicator", who="lead")
    lots.decide("by files", "a", actor="file", who="one")
    lots.decide("by files", "b", actor="file", who="two")
    assert undecided_records(lots.connection) == {"disputed"}
