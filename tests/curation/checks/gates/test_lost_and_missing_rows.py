"""Train rows that exclusions remove, and labels that have too few: the exact counts, shares and limits."""

from __future__ import annotations

import pandas as pd

from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.gates.lost_share import excluded_examples, lost_by_value, measure_lost_share
from winnow.curation.checks.gates.minimum_per_label import measure_minimum_per_label


def train(**labels: int) -> pd.DataFrame:
    """So many train rows of each label, all from one source."""
    names = [label for label, count in labels.items() for _ in range(count)]
    return pd.DataFrame({"label": names, "sources": [("s",)] * len(names)})


def lost(before: pd.DataFrame, after: pd.DataFrame, *, share_max: float = 1.0, label_share_max: float = 1.0) -> Gate:
    by = ("label", "sources")
    return measure_lost_share(
        "n", before, after, share_max=share_max, label_share_max=label_share_max, by=by, evidence=["last"], fix="fix"
    )


def test_a_lost_share_exactly_at_its_limit_passes() -> None:
    before, after = train(a=4), train(a=3)
    assert lost(before, after, share_max=0.25).verdict == "pass"
    assert lost(before, after, share_max=0.24).verdict == "fail"


def test_a_label_is_judged_by_the_lower_end_of_the_interval_of_its_share() -> None:
    before, after = train(a=40), train(a=20)
    assert lost(before, after, label_share_max=0.36).verdict == "pass"
    assert lost(before, after, label_share_max=0.35).verdict == "fail"
    assert lost(train(a=2), train(a=1), label_share_max=0.25).verdict == "pass"  # one row of two decides nothing


def test_the_lost_share_has_four_digits_and_a_fix_when_it_fails() -> None:
    gate = lost(train(a=3), train(a=2), share_max=0.3)
    assert (gate.measured, gate.threshold, gate.fix) == (0.3333, 0.3, "fix")
    assert lost(train(a=3), train(a=2)).fix == ""
    assert lost(train(), train()).verdict == "not_measured"


def test_the_three_labels_that_lose_most_are_shown() -> None:
    gate = lost(train(a=4, b=4, c=4, d=4, e=4), train(a=3, b=2, c=1, d=4, e=0))
    assert gate.evidence == (
        "e loses 100.0% (4 of 4 rows)",
        "c loses 75.0% (3 of 4 rows)",
        "b loses 50.0% (2 of 4 rows)",
        "last",
    )


def test_labels_over_the_limit_replace_the_three_that_lose_most() -> None:
    gate = lost(train(a=40, b=40), train(a=10, b=40), label_share_max=0.5)
    assert gate.evidence == ("label a loses 75.0% (30 of 40 rows), more than 50%", "last")


def test_five_labels_over_the_limit_are_shown() -> None:
    gate = lost(train(a=4, b=4, c=4, d=4, e=4, f=4), train(), label_share_max=0.5)
    assert len(gate.evidence) == 6


def test_a_source_that_loses_its_four_rows_is_judged_and_one_that_loses_three_is_not() -> None:
    for count, verdict in ((3, "pass"), (4, "fail")):
        before = train(a=100)
        before["sources"] = [("small",)] * count + [("s",)] * (100 - count)
        gate = lost(before, before.iloc[count:], label_share_max=0.5)
        assert gate.verdict == verdict
    assert gate.evidence[0] == "source small loses 100.0% (4 of 4 rows), more than 50%"


def test_losses_are_sorted_by_share_then_by_count() -> None:
    before = pd.Series(["a"] * 2 + ["b"] * 4 + ["c"] * 4 + ["d"])
    table = lost_by_value(before, pd.Series(["a", "b", "b", "c", "c", "c", "d"]))
    assert table.to_dict("split") == {
        "index": ["b", "a", "c"],
        "columns": ["share", "count", "rows"],
        "data": [[0.5, 2, 4], [0.5, 1, 2], [0.25, 1, 4]],
    }


def test_two_excluded_rows_are_shown_the_least_similar_first() -> None:
    final = pd.DataFrame(
        {
            "id": ["a", "b", "c", "d", "e"],
            "text": ["kept", "y" * 81, "third", "fourth", "other"],
            "reason": ["", "duplicate", "duplicate", "duplicate", "leakage"],
            "kept_id": ["", "a", "b", "a", "a"],
            "similarity": [-1.0, 0.97, 0.98, 0.99, 0.5],
        }
    )
    assert excluded_examples(final, "duplicate") == [
        f"'{'y' * 80}' repeats 'kept' (0.970)",
        f"'third' repeats '{'y' * 80}' (0.980)",
    ]
    assert excluded_examples(final, "leakage") == ["'other' repeats 'kept' (0.500)"]


def minimum(
    rows: dict[str, int],
    labels: list[str],
    *,
    at_least: int = 0,
    target: int = 0,
    labeled: list[str] | None = None,
    hold_out: list[str] | None = None,
) -> Gate:
    labels_of_train = train(**rows)["label"]
    counted = labels_of_train if labeled is None else pd.Series(labeled, dtype=str)
    return measure_minimum_per_label(
        labels_of_train, labels, at_least, target, counted, pd.Series(hold_out or [], dtype=str)
    )


def test_labels_with_exactly_the_minimum_are_not_named() -> None:
    gate = minimum({"a": 5, "b": 3, "c": 4}, ["a", "b", "c"], at_least=4)
    assert (gate.measured, gate.threshold, gate.verdict, gate.bound) == (3, 4, "fail", "at_least")
    assert gate.evidence == ("b has 3 train rows",)
    assert gate.fix == "add labeled rows for b: winnow add FILE"
    passed = minimum({"a": 5, "b": 3}, ["a", "b"], at_least=3)
    assert (passed.verdict, passed.evidence, passed.fix) == ("pass", (), "")


def test_a_label_without_any_row_has_zero() -> None:
    gate = minimum({"a": 5}, ["a", "b"], at_least=1)
    assert (gate.measured, gate.evidence) == (0, ("b has 0 train rows",))


def test_five_starved_labels_are_named_the_smallest_first() -> None:
    gate = minimum({"a": 6, "b": 5, "c": 4, "d": 3, "e": 2, "f": 1}, list("abcdef"), at_least=7)
    assert gate.evidence[0] == "f has 1 train row"
    assert len(gate.evidence) == 5
    assert gate.fix == "add labeled rows for f, e, d, c, b: winnow add FILE"


def test_a_task_without_labels_has_a_minimum_of_zero() -> None:
    assert minimum({}, []).measured == 0


def test_labels_under_the_target_are_counted() -> None:
    target_line = "2 of 3 labels are under the target of 2 labeled records"
    assert minimum({"a": 5, "b": 1}, ["a", "b", "c"], target=2).evidence == (target_line,)
    assert minimum({"a": 2, "b": 2}, ["a", "b"], target=2).evidence == ()
    assert minimum({"a": 2}, ["a"], target=1, labeled=[]).evidence == (
        "1 of 1 labels are under the target of 1 labeled records",
    )


def test_labels_without_a_hold_out_row_are_named_unless_there_is_no_hold_out() -> None:
    rows = dict.fromkeys("abcdefg", 1)
    gate = minimum(rows, list("abcdef"), hold_out=["a"])
    line = "5 labels have no validation or test row, so nothing measures them: b, c, d, e, f"
    assert gate.evidence == (line,)
    assert minimum(rows, list("abcdefg"), hold_out=["a"]).evidence == (
        "6 labels have no validation or test row, so nothing measures them: b, c, d, e, f …",
    )
    assert minimum(rows, list("abcdefg"), hold_out=[]).evidence == ()
    assert minimum({"a": 1}, ["a"], hold_out=["a"]).evidence == ()
