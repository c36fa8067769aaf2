"""What each gate measures and shows: the value, the evidence and the fix, at its threshold and next to it."""

from __future__ import annotations

import pandas as pd
import pytest

from winnow.config.task import SplitsConfig
from winnow.curation.checks.gates.disputed import measure_disputed
from winnow.curation.checks.gates.facet_marginals import measure_facet_marginals
from winnow.curation.checks.gates.fallback_share import measure_fallback_share
from winnow.curation.checks.gates.gate import at_least, at_most
from winnow.curation.checks.gates.hold_out_integrity import measure_hold_out_integrity, small_split_notes
from winnow.curation.checks.gates.label_balance import measure_label_balance
from winnow.curation.checks.gates.licenses import license_problem, measure_licenses
from winnow.curation.checks.gates.mix import measure_mix
from winnow.curation.checks.gates.private_data import measure_private_data
from winnow.curation.checks.gates.schema import measure_schema
from winnow.curation.checks.gates.synthetic_share import measure_synthetic_share
from winnow.curation.checks.gates.traffic_coverage import measure_traffic_gate
from winnow.curation.checks.gates.undecided_lots import measure_undecided_lots

SIX = ["1", "2", "3", "4", "5", "6"]


def rows(count: int = 4, **columns: object) -> pd.DataFrame:
    """Selected rows that pass every gate, unless a column is given: rows of train, then one of each other split."""
    splits = ["train"] * (count - 2) + ["validation", "test"]
    defaults: dict[str, object] = {
        "id": [f"r{i}" for i in range(count)],
        "split": splits,
        "assigned_split": splits,
        "origin": "human",
        "group": [f"g{i}" for i in range(count)],
        "decided_by": "file",
        "licenses": [("MIT",)] * count,
        "sources": [("s",)] * count,
    }
    return pd.DataFrame(defaults | columns)


def test_a_threshold_itself_passes() -> None:
    assert (at_most("n", 2, 2, SIX, "fix").verdict, at_most("n", 2.1, 2, SIX, "fix").verdict) == ("pass", "fail")
    assert (at_least("n", 2, 2, SIX, "fix").verdict, at_least("n", 1.9, 2, SIX, "fix").verdict) == ("pass", "fail")


def test_five_pieces_of_evidence_are_shown_and_the_others_counted() -> None:
    assert at_most("n", 3, 2, SIX, "fix").evidence == ("1", "2", "3", "4", "5", "and 1 more")
    assert at_most("n", 3, 2, SIX[:5], "fix").evidence == ("1", "2", "3", "4", "5")
    assert at_most("n", 2, 2, SIX, "fix").evidence == ()
    assert at_most("n", 2, 2, SIX, "fix", always=True).evidence == ("1", "2", "3", "4", "5")
    assert at_least("n", 1, 2, SIX, "fix").evidence == ("1", "2", "3", "4", "5")


def test_only_a_failed_gate_names_a_fix() -> None:
    assert (at_most("n", 2, 2, [], "fix").fix, at_most("n", 3, 2, [], "fix").fix) == ("", "fix")
    assert (at_least("n", 2, 2, [], "fix").fix, at_least("n", 1, 2, [], "fix").fix) == ("", "fix")


def test_disputes_are_listed_by_how_many_texts_they_concern() -> None:
    pairs = {("b", "c"): 1, ("a", "c"): 1, ("a", "b"): 2}
    gate = measure_disputed(pd.Series(["labeled"] * 8 + ["disputed"] * 4 + ["unlabeled"] * 5), pairs, 0.3333)
    assert (gate.measured, gate.verdict) == (0.3333, "pass")
    assert gate.evidence == (
        "2 texts labeled both a and b",
        "1 text labeled both a and c",
        "1 text labeled both b and c",
    )


def test_one_record_is_enough_to_measure_disputes() -> None:
    assert measure_disputed(pd.Series(["labeled"]), {}, 0.5).measured == 0
    assert measure_disputed(pd.Series(["disputed"]), {}, 0.5).measured == 1
    assert measure_disputed(pd.Series(["unlabeled"]), {}, 0.5).evidence == ("no labeled record yet",)


def test_labels_worded_alike_are_shown_also_when_the_gate_passes() -> None:
    gate = measure_facet_marginals(["a: all short"], 1, 3, 0.3333, below_target=1)
    assert (gate.measured, gate.verdict, gate.evidence) == (0.3333, "pass", ("a: all short",))


def test_the_fallback_share_is_compared_with_the_nearer_bound() -> None:
    def measured(fallback: int, others: int, bounds: tuple[float, float]) -> tuple[float | None, float, str, str]:
        gate = measure_fallback_share(pd.Series(["other"] * fallback + ["a"] * others), "other", bounds)
        return gate.measured, gate.threshold, gate.bound, gate.verdict

    assert measured(1, 3, (0.25, 0.75)) == (0.25, 0.25, "at_least", "pass")
    assert measured(3, 1, (0.25, 0.75)) == (0.75, 0.75, "at_most", "pass")
    assert measured(2, 2, (0.25, 0.75)) == (0.5, 0.75, "at_most", "pass")
    assert measured(1, 2, (0.25, 0.75)) == (0.3333, 0.25, "at_least", "pass")
    shown = measure_fallback_share(pd.Series(["other"] * 3 + ["a"]), "other", (0.25, 0.75))
    assert shown.evidence == ("other has 3 of 4 train rows; the share may be 0.25 to 0.75",)


def test_the_fallback_gate_counts_the_rows_that_are_missing() -> None:
    gate = measure_fallback_share(pd.Series(["other"] + ["a"] * 9), "other", (0.5, 0.9))
    assert "with 8 or more out-of-scope rows" in gate.fix  # 9 of 18 rows
    assert gate.evidence == ("other has 1 of 10 train rows; the share may be 0.5 to 0.9",)
    everything = measure_fallback_share(pd.Series(["a"] * 3), "other", (1.0, 1.0))
    assert "with 3 or more" in everything.fix  # no number of rows makes it 100 %: as many again as there are


def test_the_fallback_gate_says_why_it_was_not_measured() -> None:
    assert measure_fallback_share(pd.Series(["a"]), None, (0, 1)).evidence == ("the task has no fallback label",)
    assert measure_fallback_share(pd.Series([], dtype=str), "a", (0, 1)).evidence == ("no train row yet",)


def test_the_balance_names_the_largest_and_the_smallest_label() -> None:
    gate = measure_label_balance(pd.Series(["a"] * 7 + ["b"] * 5 + ["c"] * 3), None, 2.33)
    assert (gate.measured, gate.verdict, gate.evidence) == (
        2.33,
        "pass",
        ("a has 7 train rows, c has 3", "diversity 2.84 of 3 labels, by entropy"),
    )
    assert "rows for c, unless" in measure_label_balance(pd.Series(["a"] * 7 + ["b"] * 5 + ["c"] * 3), None, 2).fix
    assert measure_label_balance(pd.Series(["other"]), "other", 2).verdict == "not_measured"


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ({"origin": ["synthetic", "human", "synthetic", "human"]}, "record r2 in validation is synthetic"),
        (
            {"decided_by": ["model", "file", "model", "file"]},
            "record r2 in validation was labeled by neither a person nor a file",
        ),
        (
            {"assigned_split": ["train", "train", "validation", "train"]},
            "record r3 is exported as test, but its assigned split is train",
        ),
        ({"group": ["g0", "g0", "g2", "g0"]}, "group g0 spans 2 splits"),
        ({"split": ["train", "train", "test", "test"], "assigned_split": ["train", "train", "test", "test"]},
         "the validation split is empty"),
    ],
)  # fmt: skip
def test_one_violation_of_the_hold_out_fails(columns: dict[str, object], problem: str) -> None:
    assert measure_hold_out_integrity(rows(**columns)).evidence == (problem,)


def test_groups_that_span_splits_are_listed_in_their_order() -> None:
    table = rows(6, group=["z", "b", "c", "d", "z", "b"])
    assert measure_hold_out_integrity(table).evidence == ("group b spans 2 splits", "group z spans 2 splits")


@pytest.mark.parametrize("decider", ["file", "person", "adjudicator"])
def test_people_and_files_may_label_the_hold_out(decider: str) -> None:
    gate = measure_hold_out_integrity(rows(decided_by=decider))
    assert (gate.measured, gate.threshold, gate.verdict) == (0, 0, "pass")


@pytest.mark.parametrize("decider", ["lot", "model", "nobody"])
def test_neither_lots_nor_models_may_label_the_hold_out(decider: str) -> None:
    assert measure_hold_out_integrity(rows(decided_by=decider)).measured == 2


def test_what_cannot_be_measured_is_compared_with_no_violation() -> None:
    empty = rows().iloc[:0]
    for gate in (
        measure_hold_out_integrity(empty),
        measure_licenses(empty, []),
        measure_schema(empty, ["a"]),
        measure_mix({}, {}),
        measure_mix({}, {"human": (0, 1)}),
        measure_private_data({}, 0),
        measure_undecided_lots(empty, 0),
    ):
        assert (gate.verdict, gate.threshold) == ("not_measured", 0)


def test_licenses_are_counted_and_named() -> None:
    licenses = [("CC-BY-NC-4.0",), ("unknown", "CC-BY-NC-4.0"), ("MIT", "unknown"), ("All rights reserved",)]
    gate = measure_licenses(rows(licenses=licenses, sources=[("s 1", "t"), ("u",), ("u",), ("u",)]), [])
    assert (gate.measured, gate.threshold) == (3, 0)
    assert gate.evidence == (
        "2 records under 'CC-BY-NC-4.0': it forbids commercial use",
        "1 record under 'unknown': the license is unknown",
        "1 record under 'All rights reserved': all rights are reserved",
    )
    assert "find out which it is: winnow retract 's 1', then winnow add FILE --license NAME" in gate.fix
    assert measure_licenses(rows(licenses=licenses), ["CC-BY-NC-4.0", "All rights reserved"]).verdict == "pass"


@pytest.mark.parametrize("name", ["CC-BY-NC-4.0", "cc_by_nc_sa", "CC-BY-ND-4.0", "proprietary", "All rights reserved"])
def test_rows_under_a_known_license_are_never_advised_to_be_declared_under_another(name: str) -> None:
    gate = measure_licenses(rows(licenses=[(name,)] * 4), [])
    assert gate.verdict == "fail"
    assert "--license" not in gate.fix
    assert gate.fix.startswith(
        "leave these rows out with winnow retract s, or, if you have the right to use them, allow"
    )


@pytest.mark.parametrize("name", ["MIT", " Apache-2.0", "MIT OR CC-BY-NC-4.0", "cc-by-nc-4.0 or mit"])
def test_a_usable_license_has_no_problem(name: str) -> None:
    assert license_problem(name) is None


def test_the_mix_is_measured_by_its_worst_entry() -> None:
    bounds = {"human": (0.5, 0.9), "public": (0.1, 0.2), "new": (0.0, 1.0)}
    gate = measure_mix({"human": 0.45, "public": 0.5, "x": 1}, bounds)
    assert (gate.measured, gate.threshold) == (0.3, 0)
    assert gate.evidence[0] == "human is 45.0% of train, the target is 50% to 90%"
    assert gate.evidence[2] == "new is 0.0% of train, the target is 0% to 100%"
    assert "less of public" in gate.fix
    assert "more of human" in measure_mix({"human": 0.1, "public": 0.1}, bounds).fix
    assert measure_mix({"human": 0.5, "public": 0.2}, bounds).measured == 0
    assert measure_mix({"human": 0.12345}, {"human": (0.5, 1.0)}).measured == 0.3765
    assert len(measure_mix({"human": 0.5, "public": 0.2}, bounds).evidence) == 3


def test_private_data_names_each_entity_of_a_record_once() -> None:
    gate = measure_private_data({"r1": ["URL", "EMAIL", "URL"]}, 1)
    assert (gate.measured, gate.threshold, gate.evidence) == (1, 0, ("record r1 contains EMAIL, URL",))
    assert measure_private_data({}, 1).verdict == "pass"


def test_one_violation_of_the_schema_fails() -> None:
    table = rows(text="x", label="a", weight=1, id=[f"{i:020x}" for i in range(4)])
    assert (measure_schema(table, ["a"]).measured, measure_schema(table, ["a"]).threshold) == (0, 0)
    assert measure_schema(table.assign(weight=[1, 0, 1, 1]), ["a"]).measured == 1


def test_the_synthetic_share_has_four_digits() -> None:
    gate = measure_synthetic_share(pd.Series(["synthetic", "human", "public"]), 0.3333)
    assert (gate.measured, gate.verdict) == (0.3333, "pass")
    assert measure_synthetic_share(pd.Series([], dtype=str), 0.5).verdict == "not_measured"


def test_a_query_exactly_at_the_near_cosine_is_covered() -> None:
    gate = measure_traffic_gate([0.6, 0.59, 0.7], [1, 1, 1], 0.6, 0.6667)
    assert (gate.measured, gate.verdict) == (0.6667, "pass")
    assert gate.evidence == ("1 of 3 records have no train record at cosine 0.600 or above",)


def test_traffic_needs_as_many_frequencies_as_similarities() -> None:
    with pytest.raises(ValueError, match="shorter"):
        measure_traffic_gate([0.6, 0.7], [1], 0.6, 0.5)


def test_records_that_await_review_are_counted_and_fail_nothing() -> None:
    gate = measure_undecided_lots(rows(), 1)
    assert (gate.measured, gate.threshold, gate.verdict) == (0, 0, "pass")
    assert gate.evidence == ("1 record waits for the verdict on its lot and is not exported",)
    assert measure_undecided_lots(rows(), 0).evidence == ("no lot",)


@pytest.mark.parametrize(
    ("decider", "undecided"),
    [("person", 0), ("adjudicator", 0), ("lot", 0), ("file", 1), ("nobody", 1), ("model", 1)],
)
def test_a_synthetic_record_needs_a_person_or_a_lot(decider: str, undecided: int) -> None:
    table = rows(origin=["synthetic", "human", "human", "human"], decided_by=[decider, "file", "file", "file"])
    gate = measure_undecided_lots(table, 0)
    assert gate.measured == undecided
    named = "record r0 is synthetic, and neither a person nor a lot decided it"
    assert gate.evidence == (named,) * undecided


@pytest.mark.parametrize(
    "name", ["unknown origin", "4.0", "no license", "un\u200bknown", "\u3164", "MIT and unknown", ""]
)
def test_a_text_that_names_no_license_is_unknown(name: str) -> None:
    assert license_problem(name) == "the license is unknown"


def split_sizes(train: int, validation: int, test: int) -> pd.DataFrame:
    splits = ["train"] * train + ["validation"] * validation + ["test"] * test
    return rows(len(splits), split=splits, assigned_split=splits)


@pytest.mark.parametrize(
    ("sizes", "problems"),
    [
        ((196, 2, 2), 0),  # one percent itself is enough
        ((197, 2, 1), 1),
        ((118_000, 1_000, 1_000), 0),  # a thousand rows are enough, whatever their share
        ((118_001, 1_000, 999), 1),
    ],
)
def test_a_hold_out_split_has_one_percent_or_a_thousand_rows(sizes: tuple[int, int, int], problems: int) -> None:
    assert measure_hold_out_integrity(split_sizes(*sizes)).measured == problems


def test_a_split_under_half_of_its_share_in_the_task_is_noted() -> None:
    splits = SplitsConfig(validation=0.2, test=0.2)
    assert small_split_notes(split_sizes(80, 10, 10), splits) == []  # half itself is enough
    notes = small_split_notes(split_sizes(82, 9, 9), splits)
    assert [note.split(", ")[0] for note in notes] == [
        "the validation split has 9 of 100 rows that are not synthetic (9.0%)",
        "the test split has 9 of 100 rows that are not synthetic (9.0%)",
    ]


def test_synthetic_rows_do_not_make_a_split_small() -> None:
    table = split_sizes(80, 10, 10).assign(origin=["synthetic"] * 60 + ["human"] * 40)
    assert small_split_notes(table, SplitsConfig(validation=0.4, test=0.4)) == []
    assert len(small_split_notes(table.assign(origin="human"), SplitsConfig(validation=0.4, test=0.4))) == 2
