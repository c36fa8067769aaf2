"""What each gate takes from the checked selection: which rows it counts, and which threshold of the task it uses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from winnow.config.task import Label, Task
from winnow.curation.checks.coverage.traffic_similarity import TrafficCoverage
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates import GATES, GATES_OF_EVERY_KIND, NOT_WAIVABLE, measure_gates
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.selection import Selection
from winnow.curation.checks.slot_protection import SlotProtection
from winnow.validators.wording.label_facets import FacetMarginals, FacetShortfall


def table(*rows: dict[str, object]) -> pd.DataFrame:
    """Checked records: exported train rows that a file labeled `a`, unless a row says otherwise."""
    defaults = {
        "text": "text",
        "label": "a",
        "state": "labeled",
        "split": "train",
        "assigned_split": "train",
        "origin": "human",
        "decided_by": "file",
        "weight": 1,
        "candidates": (),
        "reason": "",
        "kept_id": "",
        "similarity": np.nan,
        "sources": ("s1",),
        "licenses": ("MIT",),
        "origin_models": (),
        "supersedes": (),
    }
    filled = [{"id": f"{i:020x}", "group": f"g{i}"} | defaults | row for i, row in enumerate(rows)]
    return pd.DataFrame(filled)


DISPUTED = {"state": "disputed", "split": "excluded", "reason": "disputed", "candidates": ("a", "b")}
PROPOSED = {"state": "proposed", "split": "excluded", "reason": "proposed", "origin": "synthetic"}
HOLD_OUT = {"split": "validation", "assigned_split": "validation"}


def inputs(
    final: pd.DataFrame,
    *,
    eligible: pd.DataFrame | None = None,
    unleaked: pd.DataFrame | None = None,
    near_cosine: float | None = None,
    shortfalls: tuple[FacetShortfall, ...] = (),
    **settings: object,
) -> GateInputs:
    eligible = final if eligible is None else eligible
    unleaked = final if unleaked is None else unleaked
    task = Task.model_validate(
        {"name": "t", "kind": "intents", "labels": [Label(name="a"), Label(name="b")]} | settings
    )
    no_rows, no_cosines = np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
    traffic = np.flatnonzero(final["state"] == "unlabeled")
    coverage = TrafficCoverage(traffic, near_cosine, np.full(len(traffic), 0.5, dtype=np.float32), no_rows, no_cosines)
    return GateInputs(
        task=task,
        selection=Selection(eligible, unleaked, final, lambda _: final),
        conflicts=pd.DataFrame({"left": ["x"], "right": ["y"]}),
        slot_protection=SlotProtection(3, 4, {"device": 3}),
        traffic_coverage=coverage,
        marginals=FacetMarginals({}, {"a": 1000, "b": 1}, list(shortfalls)),
        private={"r": ["URL"]},
        sources={"s1": "old.csv", "s2": "old.csv"},
    )


def measured(name: str, given: GateInputs) -> Gate:
    return GATES[name](given)


def test_the_gates_are_measured_in_the_order_in_which_they_are_shown() -> None:
    assert [gate.name for gate in measure_gates(inputs(table({})))] == list(GATES_OF_EVERY_KIND)
    assert NOT_WAIVABLE == ("schema", "hold_out_integrity", "undecided_lots", "call_format")  # design rule 7


def test_every_gate_says_what_it_was_measured_on() -> None:
    kept = {"label": "b"}
    given = inputs(
        table({}, kept, HOLD_OUT, DISPUTED, {"state": "unlabeled", "split": "excluded", "weight": 7}),
        eligible=table(*[kept] * 5),
        unleaked=table(*[kept] * 4),
        near_cosine=0.4,
        fallback="b",
    )
    found = {gate.name: gate.population for gate in measure_gates(given)}
    assert {name for name, population in found.items() if not population} == {
        "label_accuracy",
        "mix",
        "undecided_lots",
    }  # not measured
    assert found["duplicates"] == "4 train rows without leaks"
    assert found["leakage"] == "5 train rows"
    assert found["disputed"] == "4 labeled or disputed records"
    assert found["minimum_per_label"] == "2 labels, 2 train rows"
    assert found["label_balance"] == "1 label, 2 train rows"
    assert found["facet_marginals"] == "1 label with 20 or more train rows"
    assert found["fallback_share"] == "2 train rows"
    assert found["traffic_coverage"] == "7 unlabeled log queries"
    assert found["licenses"] == found["schema"] == "3 selected rows"
    assert found["private_data"] == "5 active records"


def test_disputes_are_counted_by_their_labels() -> None:
    gate = measured("disputed", inputs(table({"candidates": ("a",)}, DISPUTED, DISPUTED, DISPUTED)))
    assert (gate.measured, gate.threshold) == (0.75, 0.02)
    assert gate.evidence == ("3 texts labeled both a and b",)


def test_duplicates_are_what_was_lost_after_leaks() -> None:
    kept, gone = {}, {"split": "excluded", "reason": "duplicate", "kept_id": f"{0:020x}", "similarity": 0.98}
    gate = measured(
        "duplicates",
        inputs(table(kept, *[gone] * 9), unleaked=table(*[kept] * 10), eligible=table(*[kept] * 4)),
    )
    assert (gate.measured, gate.threshold) == (0.9, 0.2)
    assert gate.evidence[0] == "label a loses 90.0% (9 of 10 rows), more than 50%"
    assert gate.evidence[-2] == "'text' repeats 'text' (0.980)"
    assert gate.notes == tuple(SlotProtection(3, 4, {"device": 3}).notes())
    assert gate.evidence[-1] == "1 near pair has different labels: a person decides, none is dropped"


def test_without_conflicts_none_are_counted() -> None:
    given = inputs(table({}))
    no_conflicts = GateInputs(
        given.task,
        given.selection,
        given.conflicts.iloc[:0],
        given.slot_protection,
        given.traffic_coverage,
        given.marginals,
        given.private,
        given.sources,
    )
    assert measured("duplicates", no_conflicts).evidence == ()


def test_leaks_are_what_was_lost_before_duplicates() -> None:
    kept, gone = {}, {"split": "excluded", "reason": "leakage", "kept_id": f"{0:020x}", "similarity": 0.98}
    gate = measured("leakage", inputs(table(kept), eligible=table(*[kept] * 4), unleaked=table(kept, gone, gone, gone)))
    assert (gate.measured, gate.threshold) == (0.75, 0.1)
    assert gate.evidence[0] == "label a loses 75.0% (3 of 4 rows), more than 25%"


def test_labels_that_fall_short_are_counted_among_those_with_enough_rows() -> None:
    short = FacetShortfall("a", "length", "short", 0.99, 0.95, 3, too_much=True)
    gate = measured("facet_marginals", inputs(table({}), shortfalls=(short, short)))
    assert (gate.measured, gate.threshold) == (1.0, 0.1)
    assert gate.evidence == ("a: 99% length=short, wanted at most 95%",) * 2


def test_the_minimum_counts_train_and_the_target_counts_every_labeled_record() -> None:
    given = inputs(table({}, {}, HOLD_OUT, DISPUTED, {"label": "b"}), targets={"per_label": 2})
    gate = measured("minimum_per_label", given)
    assert (gate.measured, gate.threshold) == (1, 10)
    assert gate.evidence == (
        "b has 1 train row",
        "a has 2 train rows",
        "1 of 2 labels are under the target of 2 labeled records",
        "1 label has no validation or test row, so nothing measures it: b",
    )


@pytest.mark.parametrize(
    ("name", "settings", "value", "threshold"),
    [
        ("fallback_share", {"fallback": "b", "targets": {"fallback_share": (0.2, 0.3)}}, 0.25, 0.3),
        ("label_balance", {"gates": {"label_balance": {"ratio_max": 2}}}, 3.0, 2),
        ("label_balance", {"fallback": "b"}, 1.0, 10),
        ("synthetic_share", {"targets": {"synthetic_share_max": 0.4}}, 0.5, 0.4),
    ],
)
def test_shares_are_those_of_the_selected_train_rows(
    name: str, settings: dict[str, object], value: float, threshold: float
) -> None:
    synthetic = {"origin": "synthetic", "decided_by": "lot"}
    final = table({}, synthetic, synthetic, {"label": "b"}, {"label": "b"} | HOLD_OUT, DISPUTED)
    gate = measured(name, inputs(final, **settings))
    assert (gate.measured, gate.threshold) == (value, threshold)


def test_the_mix_counts_origins_and_the_names_of_files_once_a_record() -> None:
    final = table({"sources": ("s1", "s2", "s3")}, {"origin": "public", "sources": ("s3",)}, {} | HOLD_OUT)
    gate = measured("mix", inputs(final, targets={"mix": {"human": (0, 1), "old.csv": (0, 1), "s3": (0, 0.5)}}))
    assert gate.measured == 0.5
    assert [line.split(" of train")[0] for line in gate.evidence] == [
        "human is 50.0%",
        "old.csv is 50.0%",
        "s3 is 100.0%",
    ]


def test_traffic_counts_by_its_weight() -> None:
    asked = {"state": "unlabeled", "split": "excluded", "weight": 3}
    given = inputs(table({}, asked), near_cosine=0.5, gates={"traffic_coverage": {"share_min": 0.6}})
    gate = measured("traffic_coverage", given)
    assert (gate.measured, gate.threshold) == (1.0, 0.6)
    assert "0 of 3 queries" in gate.evidence[0]


def test_only_proposed_records_await_review() -> None:
    gate = measured("undecided_lots", inputs(table({}, {}, PROPOSED, PROPOSED, DISPUTED)))
    assert (gate.measured, gate.evidence) == (0, ("2 records wait for the verdict on their lot and are not exported",))


def test_private_data_is_looked_for_in_live_records() -> None:
    assert measured("private_data", inputs(table({}, DISPUTED))).measured == 1
    assert measured("private_data", inputs(table({"state": "superseded"}))).verdict == "not_measured"


def test_the_task_may_allow_a_license() -> None:
    final = table({"licenses": ("unknown",)}, DISPUTED | {"licenses": ("unknown",)})
    assert measured("licenses", inputs(final)).measured == 1
    assert measured("licenses", inputs(final, licenses={"allow": ["unknown"]})).verdict == "pass"


def test_the_schema_of_the_selected_rows_alone_is_checked() -> None:
    assert measured("schema", inputs(table({}, DISPUTED | {"label": "c"}))).measured == 0
    assert measured("schema", inputs(table({"label": "c"}))).measured == 1


def test_the_hold_out_is_that_of_the_selected_rows() -> None:
    final = table({}, HOLD_OUT, {"split": "test", "assigned_split": "test"}, PROPOSED | {"group": "g1"})
    assert measured("hold_out_integrity", inputs(final)).measured == 0
