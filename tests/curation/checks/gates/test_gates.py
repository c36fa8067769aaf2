"""Each gate has a healthy table that passes it and a mutation that must fail it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest
from typer.main import get_command

from tests.support.paths import EXAMPLE
from tests.support.workspaces import add_example
from winnow.cli.main import app
from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.gates import GATES_OF_EVERY_KIND
from winnow.curation.checks.gates.audited_labels import measure_audited_labels
from winnow.curation.checks.gates.disputed import measure_disputed
from winnow.curation.checks.gates.facet_marginals import measure_facet_marginals
from winnow.curation.checks.gates.fallback_share import measure_fallback_share
from winnow.curation.checks.gates.gate import Gate
from winnow.curation.checks.gates.hold_out_integrity import measure_hold_out_integrity
from winnow.curation.checks.gates.label_balance import measure_label_balance
from winnow.curation.checks.gates.licenses import measure_licenses
from winnow.curation.checks.gates.lost_share import measure_lost_share
from winnow.curation.checks.gates.minimum_per_label import measure_minimum_per_label
from winnow.curation.checks.gates.mix import measure_mix
from winnow.curation.checks.gates.private_data import measure_private_data
from winnow.curation.checks.gates.schema import measure_schema
from winnow.curation.checks.gates.synthetic_share import measure_synthetic_share
from winnow.curation.checks.gates.traffic_coverage import measure_traffic_gate
from winnow.curation.checks.gates.undecided_lots import measure_undecided_lots
from winnow.curation.io.readers.columns import Columns
from winnow.curation.review.label_accuracy import LabelAccuracy
from winnow.curation.store.sources import GenerationBatch
from winnow.workspace import Workspace

LABELS = ["a", "b"]


def healthy() -> pd.DataFrame:
    splits = ["train"] * 6 + ["validation"] * 2 + ["test"] * 2
    return pd.DataFrame(
        {
            "id": [f"{i:020x}" for i in range(10)],
            "text": [f"text {i}" for i in range(10)],
            "label": LABELS * 5,
            "split": splits,
            "assigned_split": splits,
            "origin": "human",
            "group": [f"f{i}" for i in range(10)],
            "weight": 1,
            "decided_by": "file",
            "sources": [("s",)] * 10,
            "licenses": [("MIT",)] * 10,
        }
    )


def changed(column: str, row: int, value: object) -> pd.DataFrame:
    table = healthy()
    table[column] = [value if i == row else old for i, old in enumerate(table[column])]
    return table


def test_healthy_data_passes() -> None:
    table = healthy()
    assert measure_schema(table, LABELS).verdict == "pass"
    assert measure_hold_out_integrity(table).verdict == "pass"


def split_sizes(train: int, validation: int, test: int) -> pd.DataFrame:
    """Healthy rows with so many in each split."""
    splits = ["train"] * train + ["validation"] * validation + ["test"] * test
    table = healthy().iloc[[0] * len(splits)]
    return table.assign(split=splits, assigned_split=splits, group=[f"f{i}" for i in range(len(splits))])


@pytest.mark.parametrize("sizes", [(98, 1, 1), (18_000, 1_000, 1_000), (118_000, 1_000, 1_000), (1, 1, 1)])
def test_a_hold_out_split_that_can_be_measured_passes(sizes: tuple[int, int, int]) -> None:
    assert measure_hold_out_integrity(split_sizes(*sizes)).verdict == "pass"


def test_a_hold_out_split_that_is_too_small_fails_whatever_made_it_so() -> None:
    gate = measure_hold_out_integrity(split_sizes(234, 1, 1))
    assert (gate.measured, gate.verdict) == (2, "fail")
    assert gate.evidence[0] == "the validation split has 1 of 236 rows, less than 1%"
    assert measure_hold_out_integrity(split_sizes(118_001, 1_000, 999)).measured == 1


@pytest.mark.parametrize(
    "table",
    [
        changed("id", 0, "short"),
        changed("id", 0, f"{1:020x}"),
        changed("text", 0, ""),
        changed("label", 0, "c"),
        changed("split", 0, "dev"),
        changed("origin", 0, "somewhere"),
        changed("weight", 0, 0),
        changed("label", 0, None),
    ],
)
def test_schema_fails_a_breach_and_names_it(table: pd.DataFrame) -> None:
    gate = measure_schema(table, LABELS)
    assert (gate.verdict, bool(gate.evidence)) == ("fail", True)


def test_a_label_that_the_task_lost_is_said_in_one_line() -> None:
    gate = measure_schema(healthy(), ["a"])
    assert gate.evidence == ("label 'b' is not in winnow.yaml: put it back (5 rows)",)


@pytest.mark.parametrize(
    ("table", "evidence"),
    [
        (changed("group", 0, "f9"), "group f9 spans 2 splits"),
        (changed("origin", 9, "synthetic"), "is synthetic"),
        (changed("decided_by", 9, "model"), "neither a person nor a file"),
        (changed("assigned_split", 9, "train"), "assigned split is train"),
        (healthy().iloc[:8], "the test split is empty"),
    ],
)
def test_hold_out_integrity_fails_a_breach_and_names_it(table: pd.DataFrame, evidence: str) -> None:
    gate = measure_hold_out_integrity(table)
    assert gate.verdict == "fail"
    assert any(evidence in line for line in gate.evidence), gate.evidence


def lost(before: pd.DataFrame, after: pd.DataFrame) -> Gate:
    by = ("label", "sources")
    return measure_lost_share(
        "duplicates", before, after, share_max=0.5, label_share_max=0.5, by=by, evidence=[], fix="fix"
    )


def test_lost_rows_fail_over_all_and_by_label_and_by_source() -> None:
    table = healthy()
    assert lost(table, table.iloc[:6]).verdict == "pass"
    assert lost(table, table.iloc[:4]).verdict == "fail"
    by_label = lost(table, table[table["label"] == "a"])
    assert (by_label.measured, by_label.verdict) == (0.5, "fail")
    assert "label b loses 100.0%" in by_label.evidence[0]
    table = pd.concat([table] * 5, ignore_index=True)
    table["sources"] = [("copied",) if i < 20 else ("s",) for i in range(50)]
    by_source = lost(table, table.iloc[15:])
    assert by_source.verdict == "fail"
    assert "source copied loses 75.0% (15 of 20 rows)" in by_source.evidence[0]


def test_disputes_fail_above_the_share_and_name_the_labels() -> None:
    states = pd.Series(["labeled"] * 97 + ["disputed"] * 3)
    assert measure_disputed(states, {LABELS_PAIR: 3}, 0.03).verdict == "pass"
    gate = measure_disputed(states, {LABELS_PAIR: 3}, 0.02)
    assert (gate.measured, gate.verdict) == (0.03, "fail")
    assert gate.evidence == ("3 texts labeled both a and b",)


LABELS_PAIR = ("a", "b")


def test_a_starved_label_fails_also_when_it_has_no_row_at_all() -> None:
    train = pd.Series(["a"] * 30 + ["b"] * 9)
    assert measure_minimum_per_label(train, LABELS, 9, 50, train, train).verdict == "pass"
    gate = measure_minimum_per_label(train, LABELS, 10, 50, train, train)
    assert (gate.measured, gate.verdict) == (9, "fail")
    unseen = measure_minimum_per_label(train, LABELS, 9, 50, train, pd.Series(["a"]))
    assert any("nothing measures it: b" in line for line in unseen.evidence)
    assert measure_minimum_per_label(train, [*LABELS, "c"], 1, 50, train, train).measured == 0


def test_an_unbalanced_label_is_a_warning_and_the_fallback_does_not_count() -> None:
    train = pd.Series(["a"] * 30 + ["b"] * 10 + ["other"] * 900)
    assert measure_label_balance(train, "other", 3).verdict == "pass"
    gate = measure_label_balance(train, "other", 2.9)
    assert (gate.verdict, "rows for b" in gate.fix) == ("warning", True)
    assert measure_label_balance(train, None, 3).verdict == "warning"


def test_too_much_synthetic_data_fails() -> None:
    origins = pd.Series(["synthetic"] * 7 + ["human"] * 3)
    assert measure_synthetic_share(origins, 0.7).verdict == "pass"
    assert measure_synthetic_share(origins, 0.69).verdict == "fail"


def test_labels_that_are_worded_alike_are_a_warning_and_those_below_a_target_fail() -> None:
    assert measure_facet_marginals([], 1, 10, 0.1, below_target=1).verdict == "pass"
    gate = measure_facet_marginals(["a: 100% length=short"], 2, 10, 0.1, below_target=1)
    assert (gate.measured, gate.verdict, gate.evidence) == (0.2, "warning", ("a: 100% length=short",))
    assert "winnow coverage" in gate.fix
    assert measure_facet_marginals([], 2, 10, 0.1, below_target=2).verdict == "fail"
    assert measure_facet_marginals([], 0, 0, 0.1, below_target=0).verdict == "not_measured"


def test_too_few_and_too_many_fallback_rows_fail() -> None:
    bounds = (0.10, 0.15)
    train = pd.Series(["a"] * 88 + ["other"] * 12)
    assert measure_fallback_share(train, "other", bounds).verdict == "pass"
    few = measure_fallback_share(pd.Series(["a"] * 95 + ["other"] * 5), "other", bounds)
    assert (few.measured, few.threshold, few.bound, few.verdict) == (0.05, 0.10, "at_least", "fail")
    assert "with 6 or more" in few.fix  # 11 of 106 is 10.4 %, 10 of 105 is only 9.5 %
    many = measure_fallback_share(pd.Series(["a"] * 80 + ["other"] * 20), "other", bounds)
    assert (many.measured, many.threshold, many.bound, many.verdict) == (0.2, 0.15, "at_most", "fail")
    assert measure_fallback_share(train, None, bounds).verdict == "not_measured"


def test_a_composition_that_nobody_wanted_fails() -> None:
    shares = {"human": 0.3, "public": 0.7, "old.csv": 0.7}
    assert measure_mix(shares, {}).verdict == "not_measured"
    assert measure_mix(shares, {"human": (0.3, 1.0)}).verdict == "pass"
    gate = measure_mix(shares, {"human": (0.5, 1.0), "public": (0.0, 0.6)})
    assert (gate.measured, gate.verdict) == (0.2, "fail")
    assert "more of human" in gate.fix
    assert measure_mix(shares, {"old.csv": (0.0, 0.5)}).verdict == "fail"
    assert measure_mix(shares, {"new.csv": (0.1, 1.0)}).measured == 0.1


def test_a_source_file_may_have_a_share_too(tmp_path: object) -> None:
    workspace = add_example(tmp_path / "ws")  # type: ignore[operator]
    text = workspace.folder.task_file.read_text()
    workspace.folder.task_file.write_text(text.replace("targets:", "targets:\n  mix: {labeled.jsonl: [0, 0.5]}", 1))
    gate = gate_of(workspace, "mix")
    assert (gate.measured, gate.verdict) == (0.5, "fail")
    assert "labeled.jsonl is 100.0% of train" in gate.evidence[0]


def test_traffic_that_train_does_not_know_fails_by_how_often_it_was_seen() -> None:
    assert measure_traffic_gate([0.9, 0.2], [3, 1], 0.6, 0.75).verdict == "pass"
    gate = measure_traffic_gate([0.9, 0.2], [1, 3], 0.6, 0.75)
    assert (gate.measured, gate.bound, gate.verdict) == (0.25, "at_least", "fail")
    assert measure_traffic_gate([], [], 0.6, 0.75).verdict == "not_measured"
    assert measure_traffic_gate([0.9], [1], None, 0.75).verdict == "not_measured"


def test_a_synthetic_row_that_no_person_decided_fails() -> None:
    assert measure_undecided_lots(healthy(), 0).verdict == "not_measured"
    assert measure_undecided_lots(healthy(), 5).verdict == "pass"
    made = changed("origin", 0, "synthetic")
    gate = measure_undecided_lots(made, 5)
    assert (gate.measured, gate.verdict) == (1, "fail")
    made["decided_by"] = "person"
    assert measure_undecided_lots(made, 5).verdict == "pass"


@pytest.mark.parametrize(
    "name",
    [
        "unknown", "", "?", "n/a", "CC-BY-NC-4.0", "cc by nc", "Non-Commercial", "research only", "no commercial use",
        "for research purposes only", "not for commercial use", "academic use only", "All rights reserved",
        "cc_by_nc_4.0", "by_nc", "CCBYNC4", "BY-NCSA", "NC-ND", "NC", "non\u2010commercial", "non\u00adcommercial",
        "Commercial use is prohibited", "only for research", "not for sale or commercial use", "NCGL-UK-2.0",
        "unknown.", "(unknown)", "unknown license", "NOASSERTION", "??", ".", "--", "n.a.", "null", "nil", "no license",
        "No licence was stated", "\u3164", "\u200b", "4.0", "own; unknown", "own\uff1b unknown", "own; ?",
        "MIT OR other", "own, unknown", "own; CC-BY-NC-4.0", "do not use", "confidential", "restricted", "proprietary",
        "cc_by_nc_sa", "CC-BY-ND-4.0", "cc by nd", "ccbynd", "no derivatives", "internal use only",
        "MIT AND CC-BY-NC-4.0", "CC-BY-NC-4.0 OR CC-BY-ND-4.0",
    ],
)  # fmt: skip
def test_a_license_that_allows_nothing_fails_unless_the_task_allows_it(name: str) -> None:
    gate = measure_licenses(changed("licenses", 0, (name,)), [])
    assert (gate.measured, gate.verdict) == (1, "fail")
    assert measure_licenses(changed("licenses", 0, (name,)), [name]).verdict == "pass"
    assert (
        measure_licenses(changed("licenses", 0, ("MIT", name)), []).verdict == "pass"
    )  # also shown under a usable one


@pytest.mark.parametrize(
    "name",
    [
        "MIT", "CC-BY-4.0", "Apache-2.0", "own", "NCSA", "CC0-1.0", "NC State", "0BSD", "GPL-2.0+", "MIT; own", "own;",
        "Apache License, 2.0", "MIT OR Apache-2.0", "GPL-2.0-only WITH Classpath-exception-2.0", "Unlicense", "x",
        "CC-BY-SA-4.0", "ODbL-1.0", "public domain", "Commercial license", "no restrictions", "CDLA-Permissive-2.0",
    ],
)  # fmt: skip
def test_usable_licenses_pass(name: str) -> None:
    assert measure_licenses(changed("licenses", 0, (name,)), []).verdict == "pass"


def test_every_license_of_a_text_with_several_must_be_usable_or_allowed() -> None:
    table = changed("licenses", 0, ("own; CC-BY-NC-4.0; unknown",))
    assert measure_licenses(table, ["CC-BY-NC-4.0"]).verdict == "fail"
    assert measure_licenses(table, ["CC-BY-NC-4.0", "unknown"]).verdict == "pass"


def test_a_tiny_source_is_not_judged_by_its_share() -> None:
    table = pd.concat([healthy()] * 5, ignore_index=True)
    table["sources"] = [("tiny",) if i < 2 else ("s",) for i in range(50)]
    assert lost(table, table.iloc[2:]).verdict == "pass"


def test_nothing_to_measure_is_said_and_is_no_pass(make_workspace: Callable[..., Workspace]) -> None:
    verdicts = {gate.name: gate.verdict for gate in make_workspace("a", "b").check().gates}
    assert list(verdicts) == list(GATES_OF_EVERY_KIND)
    assert verdicts["schema"] == verdicts["leakage"] == verdicts["duplicates"] == verdicts["disputed"] == "not_measured"


def gate_of(workspace: Workspace, name: str) -> Gate:
    return next(gate for gate in workspace.check().gates if gate.name == name)


def test_every_failed_gate_names_a_command_that_exists(make_workspace: Callable[..., Workspace]) -> None:
    commands = set(get_command(app).commands)  # type: ignore[attr-defined]
    train = pd.Series(["a"] * 30 + ["b"])
    failed = [
        measure_schema(healthy(), ["a"]),
        measure_hold_out_integrity(healthy().iloc[:8]),
        measure_disputed(pd.Series(["labeled", "disputed"]), {LABELS_PAIR: 1}, 0.02),
        measure_audited_labels(LabelAccuracy(80, 100, 0, 0.71, 0.87, {"human": (80, 100)}), 0.95),
        measure_minimum_per_label(train, LABELS, 10, 50, train, train),
        measure_synthetic_share(pd.Series(["synthetic"]), 0.7),
        measure_facet_marginals(["a: all alike"], 1, 2, 0.1, below_target=1),
        measure_fallback_share(train, "b", (0.1, 0.15)),
        measure_fallback_share(train, "a", (0.1, 0.15)),
        measure_mix({"synthetic": 1.0}, {"human": (0.2, 1.0)}),
        measure_traffic_gate([0.1], [1], 0.5, 0.7),
        measure_undecided_lots(changed("origin", 0, "synthetic"), 0),
        measure_licenses(changed("licenses", 0, ("unknown",)), []),
        measure_private_data({"0" * 20: ["URL"]}, 10),
    ]
    same = [f"wholly the same sentence about the printer {'!' * i}" for i in range(40)]
    apart = ["where do I park my bicycle", "the tax form of last year is wrong"]
    for name, texts, splits in (
        ("copies", [*same, *apart], ["train"] * 40 + ["validation", "test"]),
        ("leaks", same, ["train"] * 38 + ["validation", "test"]),
    ):
        workspace = make_workspace("a", "b", name=name)
        workspace.add(pd.DataFrame({"text": texts, "label": "a", "split": splits}))
        failed += [gate for gate in workspace.check().gates if gate.verdict == "fail"]
    assert {gate.name for gate in failed} == set(GATES_OF_EVERY_KIND) - {"label_balance"}  # which warns
    for gate in failed:
        named = re.findall(r"winnow ([\w-]+)", gate.fix)
        assert gate.verdict == "fail"
        assert named, gate
        assert set(named) <= commands, gate


def test_the_example_passes_every_default_gate(frozen_example: Workspace) -> None:
    verdicts = {gate.name: gate.verdict for gate in frozen_example.check().gates}
    nothing = {
        "label_accuracy",
        "mix",
        "traffic_coverage",
        "undecided_lots",
    }  # nothing to measure
    assert {name for name, verdict in verdicts.items() if verdict == "not_measured"} == nothing
    assert set(verdicts.values()) == {"pass", "not_measured"}


def test_a_file_of_copies_fails_the_duplicates_gate(tmp_path: object, frozen_example: Workspace) -> None:
    workspace = add_example(tmp_path / "ws")  # type: ignore[operator]
    copies = frozen_example.records()
    copies = copies[(copies["state"] == "labeled") & (copies["assigned_split"] == "train")]
    workspace.add(pd.DataFrame({"text": copies["text"] + " !", "label": copies["label"], "split": "train"}))
    gate = gate_of(workspace, "duplicates")
    assert gate.verdict == "fail"


def test_train_that_repeats_test_fails_the_leakage_gate(tmp_path: object, frozen_example: Workspace) -> None:
    workspace = add_example(tmp_path / "ws")  # type: ignore[operator]
    held = frozen_example.records()
    held = held[(held["state"] == "labeled") & (held["assigned_split"] != "train")]
    workspace.add(pd.DataFrame({"text": held["text"] + " .", "label": held["label"], "split": "train"}), origin="human")
    gate = gate_of(workspace, "leakage")
    assert gate.verdict == "fail"
    assert not isinstance(gate.measured, NotMeasured)
    assert gate.measured > 0.2


def test_numbers_are_masked_for_leakage_and_protect_from_dedup(make_workspace: Callable[..., Workspace]) -> None:
    ws = make_workspace("pay", "other")
    train = [f"transfer {i} dollars to my savings account" for i in (20, 30, 40)]
    test = ["transfer 90 dollars to my savings account"]
    split = ["train"] * 3 + ["test"]
    ws.add(pd.DataFrame({"text": train + test, "label": "pay", "split": split}))
    table = ws.check().table.set_index("text")
    assert table.loc[train, "reason"].tolist() == ["leakage"] * 3
    assert (table.loc[train, "similarity"] == 1.0).all()
    other = make_workspace("pay", "other", name="other")
    other.add(pd.DataFrame({"text": train, "label": "pay", "split": ["train", "train", "validation"]}))
    alone = make_workspace("pay", "other", name="alone")
    alone.add(pd.DataFrame({"text": train, "label": "pay", "origin": "x"}), split="train", license="x")
    kept = alone.check().table
    assert "duplicate" not in set(kept["reason"])


def test_undecided_synthetic_rows_are_never_exported(tmp_path: object) -> None:
    workspace = add_example(tmp_path / "ws")  # type: ignore[operator]
    made = pd.DataFrame({"text": ["entirely made up text", "another made up one"], "label": "it_vpn"})
    workspace.add(made, origin="synthetic", batch=GenerationBatch("b", "examples", "v1", "m"))
    checked = workspace.check()
    assert checked.excluded["proposed"] == 2
    assert not set(made["text"]) & set(checked.selected["text"])


def test_unlicensed_rows_fail_the_license_gate_until_they_are_added_with_one(tmp_path: object) -> None:
    workspace = add_example(tmp_path / "ws", license="unknown")  # type: ignore[operator]
    gate = gate_of(workspace, "licenses")
    assert gate.verdict == "fail"
    assert "license is unknown" in gate.evidence[0]
    assigned_splits = workspace.records().set_index("id")["assigned_split"]
    workspace.retract("labeled.jsonl")
    workspace.add(EXAMPLE / "labeled.jsonl", license="Apache-2.0")
    assert gate_of(workspace, "licenses").verdict == "pass"
    pd.testing.assert_series_equal(workspace.records().set_index("id")["assigned_split"], assigned_splits)


def test_traffic_about_something_else_fails_the_coverage_gate(tmp_path: object) -> None:
    workspace = add_example(tmp_path / "ws")  # type: ignore[operator]
    workspace.add(EXAMPLE / "traffic.jsonl", license="Apache-2.0", columns=Columns(group="none"))
    assert gate_of(workspace, "traffic_coverage").verdict == "pass"
    strange = [f"which orchid blooms in week {i} of a rainy season in the highlands" for i in range(400)]
    workspace.add(pd.DataFrame({"text": strange}), license="MIT")
    gate = gate_of(workspace, "traffic_coverage")
    assert gate.verdict == "fail"


def test_a_label_that_is_always_worded_alike_is_a_warning_that_refuses_nothing(
    make_workspace: Callable[..., Workspace],
) -> None:
    words = "scanner lamp chair desk phone badge plant cup window door carpet shelf clock fan heater sofa".split()
    workspace = make_workspace("a", "b")
    texts = [f"my {one} near the {other} is broken again" for one in words[:8] for other in words[8:]]
    workspace.add(pd.DataFrame({"text": texts, "label": "a", "split": "train"}))
    checked = workspace.check()
    gate = next(gate for gate in checked.gates if gate.name == "facet_marginals")
    assert gate.verdict == "warning"
    assert "a: 100% length=medium" in " ".join(gate.evidence)
    warned = CheckResult(**{**vars(checked), "gates": [gate]})
    assert warned.passed


def test_a_team_adds_a_facet_as_a_function(make_workspace: Callable[..., Workspace]) -> None:
    more = "facets: {tone: mine.py:tone}\ntargets: {facets: {tone: {polite: 0.5}}}\n"
    workspace = make_workspace("a", "b", more=more)
    texts = [f"open the {word} please" if i % 4 == 0 else f"open the {word}" for i, word in enumerate(WORDS)]
    workspace.add(pd.DataFrame({"text": texts, "label": "a", "split": "train"}))
    with pytest.raises(WinnowError, match=r"no file mine\.py"):
        workspace.check()
    own = workspace.folder.root / "mine.py"
    own.write_text("def tone(text):\n    return 'polite' if 'please' in text else 'plain'\n")
    with pytest.raises(WinnowError, match=r"not allowed to run.*ws\.trust\('mine\.py'\)"):
        workspace.check()
    workspace.trust("mine.py")
    gate = gate_of(workspace, "facet_marginals")
    assert re.search("a: 2.% tone=polite, wanted at least 50%", gate.evidence[0])
    assert gate.verdict == "fail"
    own.write_text("def tone(text):\n    return 1 / 0\n")
    with pytest.raises(WinnowError, match="has changed since"):
        workspace.check()
    workspace.trust("mine.py")
    with pytest.raises(WinnowError, match="ZeroDivisionError"):
        workspace.check()
    own.write_text("def tone(text):\n    return 5\n")
    workspace.trust("mine.py")
    with pytest.raises(WinnowError, match="expected: a word"):
        workspace.check()


WORDS = (
    "garage safe book bottle valve archive garden theatre sauna tunnel museum kitchen cellar attic stable harbour "
    "market bridge office studio library parcel folder drawer"
).split()


def test_waivers_are_named_dated_and_refused_for_four_gates(tmp_path: object) -> None:
    workspace = add_example(tmp_path / "ws")  # type: ignore[operator]
    today = datetime.now(UTC).date()
    settings = ["minimum_per_label=100"]
    assert not workspace.check(settings).passed
    workspace.waive("minimum_per_label", by="Ann", reason="a pilot", until=today)
    checked = workspace.check(settings)
    assert checked.passed
    gate = next(gate for gate in checked.gates if gate.name == "minimum_per_label")
    assert gate.verdict == "waived"
    assert "a pilot (Ann, until" in gate.evidence[0]
    for name in ("schema", "hold_out_integrity", "undecided_lots", "call_format"):  # design rule 7
        with pytest.raises(WinnowError, match="cannot be waived"):
            workspace.waive(name, by="Ann", reason="x", until=today)
    with pytest.raises(WinnowError) as caught:
        workspace.waive("disputed", by=" ", reason="", until=today - timedelta(days=1))
    assert len(caught.value.problems) == 3
    with pytest.raises(WinnowError, match="no such gate"):
        workspace.waive("beauty", by="Ann", reason="x", until=today)


def test_a_waiver_that_has_run_out_waives_nothing(tmp_path: object) -> None:
    from winnow.curation.store.waivers import waivers_by_gate

    workspace = add_example(tmp_path / "ws")  # type: ignore[operator]
    until = datetime.now(UTC).date()
    workspace.waive("disputed", by="Ann", reason="x", until=until)
    with workspace.store.reading() as connection:
        assert list(waivers_by_gate(connection, until)) == ["disputed"]
        assert waivers_by_gate(connection, date.fromordinal(until.toordinal() + 1)) == {}


def test_other_thresholds_need_no_new_search(frozen_example: Workspace) -> None:
    checked = frozen_example.check()
    strict = checked.rethreshold(duplicates=0.9, leakage=0.9)
    asked = frozen_example.check(["duplicates.cosine=0.9", "leakage.cosine=0.9"])
    pd.testing.assert_frame_equal(strict.table, asked.table)
    assert strict.excluded["duplicate"] >= checked.excluded["duplicate"]
    with pytest.raises(WinnowError, match=r"at least 0\.9"):
        checked.rethreshold(duplicates=0.5)


def test_a_gate_on_train_rows_says_when_labels_are_what_is_missing(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b")
    workspace.add(pd.DataFrame({"text": ["where is my parcel", "cancel my order"]}), origin="log")
    gates = {gate.name: gate for gate in workspace.check().gates}
    why = "no labeled train row yet: 2 records without a label"
    duplicates = gates["duplicates"]
    assert (duplicates.measured, duplicates.evidence) == (NotMeasured(why), (why,))
    assert duplicates.fix == "label records; `winnow status` says how"


def test_a_gate_on_train_rows_says_when_all_of_them_are_excluded(make_workspace: Callable[..., Workspace]) -> None:
    workspace = make_workspace("a", "b")
    texts = ["where is my parcel", "Where is my parcel?", "cancel it", "cancel it!"]
    splits = ["test", "train", "validation", "train"]
    workspace.add(pd.DataFrame({"text": texts, "label": ["a", "a", "b", "b"], "split": splits}))
    gates = {gate.name: gate for gate in workspace.check().gates}
    assert gates["duplicates"].evidence == ("no train row is left of 4 labeled records",)
    assert gates["leakage"].verdict == "fail"
