"""Deciding: rules on both sides of their thresholds, what follows from them, deployments, drift, and all together."""

from __future__ import annotations

import json
import shutil
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy.exc import IntegrityError

from tests.support.commands import run_winnow
from tests.support.evaluations import a_latency, store_evaluation
from tests.support.files import write_jsonl
from tests.support.paths import ROOT
from winnow.core.decision_vocabulary import EXIT_CODES
from winnow.core.errors import GateError, WinnowError
from winnow.core.result import Measured, NotMeasured
from winnow.core.timestamps import whole_months
from winnow.curation.checks.coverage.traffic import LogQuery, queries_per_day
from winnow.curation.io.readers.columns import Columns
from winnow.training.evaluation.latency import store_latency
from winnow.training.evaluation.stored_results import PredictedRow, stored_measures
from winnow.training.monitoring.accuracy_gain import AccuracyGain, measure_gain, measure_speedup
from winnow.training.monitoring.decision_context import DecisionContext, Obstacle
from winnow.training.monitoring.drift import Drift
from winnow.training.monitoring.new_records import count_new_records
from winnow.training.monitoring.recommend import Recommendation, recommend
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.rules import RuleInputs, RuleThresholds, apply_rules
from winnow.training.monitoring.run_speed import baseline_p95, candidate_p95
from winnow.training.monitoring.select_candidate import EvaluatedRun, select_candidate
from winnow.training.monitoring.uncovered_queries import MIN_QUERIES
from winnow.training.run_facts import LinearRunFacts, ReleaseReference
from winnow.training.runs import Run
from winnow.validators.stats.label_shift import LabelChange, LabelShift, label_shift
from winnow.workspace import Workspace

WHY = NotMeasured("nobody measured it")

NAMES = [field.name for field in fields(RuleInputs)]


def figures(**told: float) -> RuleInputs:
    return RuleInputs(**{name: SourcedValue(told.get(name, WHY), "a test") for name in NAMES})


def verdicts(**told: float) -> dict[str, str]:
    return {rule.name: rule.verdict for rule in apply_rules(figures(**told), RuleThresholds(latency_ms=50))}


@pytest.mark.parametrize(
    ("rule", "holds", "fails"),
    [
        ("no_signal", {"no_signal": 1}, {"no_signal": 0}),
        ("failed_gate", {"failed_gates": 1}, {"failed_gates": 0}),
        ("forgetting", {"forgetting": 1}, {"forgetting": 0}),
        ("uncovered_traffic", {"uncovered_share": 0.21}, {"uncovered_share": 0.2}),  # as the gate: 0.8 covered passes
        ("baseline_is_enough", {"baseline_accuracy": 0.90}, {"baseline_accuracy": 0.8999}),
        ("little_traffic", {"queries_per_day": 9.9}, {"queries_per_day": 10}),
        ("few_labeled_records", {"labeled_records": 499}, {"labeled_records": 500}),
        ("weak_baseline", {"baseline_accuracy": 0.8999}, {"baseline_accuracy": 0.90}),
        ("slow_baseline", {"baseline_p95_ms": 50.1}, {"baseline_p95_ms": 50}),
        ("domain_terms", {"domain_terms": 1}, {"domain_terms": 0}),
        ("moderate_traffic", {"queries_per_day": 99}, {"queries_per_day": 100}),
        ("short_use", {"months_of_use": 5}, {"months_of_use": 6}),
        ("few_examples", {"examples_per_label": 99}, {"examples_per_label": 100}),
        ("small_gain", {"accuracy_gain": 0.049}, {"accuracy_gain": 0.05}),
        (
            "slow_candidate",
            {"candidate_p95_ms": 51, "labeled_records": 10_000},
            {"candidate_p95_ms": 51, "labeled_records": 9_999},
        ),
        (
            "slow_candidate",
            {"candidate_p95_ms": 51, "labeled_records": 10_000},
            {"candidate_p95_ms": 50, "labeled_records": 10_000},
        ),
        ("clear_gain", {"accuracy_gain": 0.10}, {"accuracy_gain": 0.0999}),
        ("clear_gain", {"accuracy_gain": 0.95 - 0.85}, {"accuracy_gain": -0.2}),  # 0.0999... in binary
        ("gain_and_faster", {"accuracy_gain": 0.05, "speedup": 1.5}, {"accuracy_gain": 0.05, "speedup": 1.49}),
        ("gain_and_faster", {"accuracy_gain": 0.05, "speedup": 9}, {"accuracy_gain": 0.049, "speedup": 9}),
        ("significant_gain", {"accuracy_gain": 0.05, "p_value": 0.049}, {"accuracy_gain": 0.05, "p_value": 0.05}),
        ("significant_gain", {"accuracy_gain": 0.08, "p_value": 0.001}, {"accuracy_gain": 0.049, "p_value": 0.001}),
        ("goals_missed", {"goals_missed": 1}, {"goals_missed": 0}),
        ("must_pass_cases_failed", {"must_pass_failed": 1}, {"must_pass_failed": 0}),
        ("accuracy_loss", {"accuracy_loss": 0.05}, {"accuracy_loss": 0.049}),
        (
            "many_new_records",
            {"new_records": 1000, "months_since_training": 6},
            {"new_records": 999, "months_since_training": 6},
        ),
        (
            "many_new_records",
            {"new_records": 1000, "months_since_training": 6},
            {"new_records": 1000, "months_since_training": 5},
        ),
        ("old_model", {"months_since_training": 12}, {"months_since_training": 11}),
    ],
)
def test_every_rule_on_both_sides(rule: str, holds: dict[str, float], fails: dict[str, float]) -> None:
    assert verdicts(**holds)[rule] == "holds"
    assert verdicts(**fails)[rule] == "does not hold"
    assert verdicts()[rule] == "not_measured"


def test_a_missing_figure_does_not_save_a_rule_that_fails_anyway() -> None:
    assert verdicts(accuracy_gain=0.01)["gain_and_faster"] == "does not hold"  # whatever its speed
    assert verdicts(accuracy_gain=0.06)["gain_and_faster"] == "not_measured"
    told = next(
        one.facts().model_dump() for one in apply_rules(figures(accuracy_gain=0.06)) if one.name == "gain_and_faster"
    )
    assert told["conditions"][0] == {
        "what": "accuracy gain",
        "measured": 0.06,
        "bound": "at least",
        "threshold": 0.05,
        "source": "a test",
    }
    assert told["conditions"][1]["measured"] == {"why": "nobody measured it", "status": "not_measured"}


BEGINNING = DecisionContext(baseline="old rules", release="r1")

FIRST = DecisionContext(
    baseline="no baseline", release="r1", candidate="new", untuned="new", nothing_to_replace=True, fix_command="M"
)

BETTER = {"accuracy_gain": 0.12, "p_value": 0.001, "labeled_records": 900.0}

WEAK = {"baseline_accuracy": 0.8, "queries_per_day": 400.0, "examples_per_label": 120.0}

SIMPLE = DecisionContext(baseline="linear", deployed="linear", untuned="linear", release="r2", fix_command="M")

LEAKS = Obstacle("a gate fails: leakage 0.2 (at most 0.1)", "winnow waive leakage")

LOSES = Obstacle("new: it degrades on general.jsonl", "add rows")

CHANCE = Obstacle("these labels carry no signal: accuracy 0.208", "winnow label-errors")

RUNNING = DecisionContext(baseline="old", deployed="old", release="r2", newer_release_exists=True, method="encoder")


@pytest.mark.parametrize(
    ("told", "at", "recommended_action", "following"),
    [
        ({"labeled_records": 499}, BEGINNING, "collect", "winnow push label"),
        ({"labeled_records": 500}, BEGINNING, "train", "winnow train r1 --method linear"),
        ({}, replace(BEGINNING, release=None), "train", "winnow check, then winnow freeze NAME"),
        ({"labeled_records": 900, "queries_per_day": 3}, BEGINNING, "keep", "winnow status"),
        (BETTER, replace(BEGINNING, candidate="new"), "deploy", "winnow deploy new --by NAME --reason TEXT"),
        (BETTER | {"failed_gates": 2}, replace(BEGINNING, candidate="new", failed_gate=LEAKS), "fix", "winnow waive"),
        (
            BETTER | {"failed_gates": 2, "no_signal": 1},
            replace(BEGINNING, candidate="new", failed_gate=LEAKS, no_signal=CHANCE),
            "fix",
            "winnow label-errors",
        ),
        (BETTER | {"uncovered_share": 0.4}, replace(BEGINNING, candidate="new"), "collect", "winnow coverage"),
        (BETTER | {"forgetting": 1}, replace(BEGINNING, candidate="new", forgetting=LOSES), "fix", "add rows"),
        (BETTER, replace(BEGINNING, candidate="new", forgetting=LOSES), "fix", "add rows"),  # deploy would refuse it
        ({}, replace(RUNNING, candidate="new", forgetting=LOSES, fix_command="M"), "keep", "M"),  # nobody deploys it
        ({"months_since_training": 12, "failed_gates": 1}, replace(RUNNING, failed_gate=LEAKS), "fix", "winnow waive"),
        (BETTER | {"goals_missed": 1}, replace(BEGINNING, candidate="new", fix_command="M"), "keep", "M"),
        (BETTER | {"must_pass_failed": 2}, replace(BEGINNING, candidate="new", fix_command="M"), "keep", "M"),
        (
            BETTER | {"goals_missed": 1, "labeled_records": 90},
            replace(BEGINNING, candidate="new"),
            "collect",
            "winnow push",
        ),
        (
            BETTER | {"goals_missed": 1, "labeled_records": 90},
            replace(RUNNING, candidate="new", fix_command="M"),
            "keep",
            "M",
        ),
        ({"accuracy_gain": 0.01}, replace(BEGINNING, candidate="new", fix_command="M"), "keep", "M"),
        (
            {"accuracy_gain": 0.01},
            replace(BEGINNING, candidate="new", simplest_run="simple"),
            "keep",
            "winnow decide simple",
        ),
        ({}, replace(BEGINNING, candidate="new", unevaluated="new"), "evaluate", "winnow evaluate new"),
        ({"months_since_training": 12}, RUNNING, "retrain", "winnow train r2 --method encoder"),
        (
            {"accuracy_loss": 0.06},
            replace(RUNNING, newer_release_exists=False),
            "retrain",
            "winnow check, then winnow freeze NAME",
        ),
        (
            {"months_since_training": 12, "accuracy_gain": 0.01},
            replace(RUNNING, candidate="new", candidate_is_newer=True, fix_command="M"),
            "keep",
            "M",
        ),
        (
            {"months_since_training": 12} | BETTER,
            replace(RUNNING, candidate="new", candidate_is_newer=True),
            "deploy",
            "winnow deploy new",
        ),
        ({"baseline_accuracy": 0.93}, FIRST, "keep", "winnow deploy new --by NAME --reason TEXT"),
        ({"baseline_accuracy": 0.93, "goals_missed": 1}, FIRST, "keep", "M"),
        ({"baseline_accuracy": 0.93, "labeled_records": 90}, FIRST, "collect", "winnow push label"),
        ({"baseline_accuracy": 0.85, "queries_per_day": 50.0}, FIRST, "keep", "M"),
        ({"baseline_accuracy": 0.93, "failed_gates": 1}, replace(FIRST, failed_gate=LEAKS), "fix", "winnow waive"),
        (WEAK, replace(SIMPLE, fine_tuned="enc"), "keep", "winnow coverage"),  # there is a fine-tuned run
        (
            WEAK,
            replace(SIMPLE, candidate="enc", fine_tuned="enc", unevaluated="enc"),
            "evaluate",
            "winnow evaluate enc",
        ),
        (WEAK, replace(SIMPLE, unevaluated="linear"), "evaluate", "winnow evaluate linear"),
        (WEAK, replace(SIMPLE, has_simple_run=False), "train", "winnow train r2 --method linear"),
        (WEAK | {"examples_per_label": 99.0}, SIMPLE, "collect", "winnow push label"),
        (WEAK | {"labeled_records": 499.0}, SIMPLE, "collect", "winnow push label"),
        (WEAK | {"queries_per_day": 9.0}, SIMPLE, "keep", "M"),
        (WEAK | {"accuracy_gain": 0.01, "queries_per_day": 50.0}, replace(SIMPLE, candidate="new"), "keep", "M"),
        (WEAK, SIMPLE, "keep", "M"),  # no release to train on
        (
            {"months_since_training": 3, "labeled_records": 20},
            RUNNING,
            "keep",
            "winnow coverage",
        ),  # who is in production need not begin
    ],
)
def test_one_recommendation_follows(
    told: dict[str, float], at: DecisionContext, recommended_action: str, following: str
) -> None:
    found: Recommendation = recommend(figures(**told), at)
    assert found.recommended_action == recommended_action
    assert found.next.startswith(following)
    assert found.reason
    assert len(found.rules) == len(apply_rules(figures()))
    assert found.exit_code == EXIT_CODES[found.recommended_action]


def test_every_rule_has_a_row_in_the_documentation() -> None:
    page = (ROOT / "docs" / "decide.md").read_text(encoding="utf-8")
    assert [name for name in verdicts() if f"\n| `{name}` | " not in page] == []


def test_the_reason_names_the_rule_and_its_numbers() -> None:
    found = recommend(figures(**BETTER), replace(BEGINNING, candidate="new"))
    assert found.reason == "new is better than old rules: clear_gain: accuracy gain 0.12 (at least 0.1)"


def test_a_retrain_rule_that_was_not_measured_is_not_one_to_come() -> None:
    found = recommend(figures(new_records=1_400), DecisionContext(baseline="old", deployed="old"))
    assert found.reason == "no rule asks to replace old"


def test_a_gain_counts_common_rows_under_the_same_label() -> None:
    old = {str(i): PredictedRow("a", "a" if i < 60 else "b") for i in range(100)}
    new = {str(i): PredictedRow("a", "a" if i >= 30 else "b") for i in range(110)}
    found = measure_gain(old, new)
    assert isinstance(found, AccuracyGain)
    assert (found.rows, found.only_candidate_right, found.only_baseline_right) == (100, 40, 30)
    assert found.accuracy.difference == pytest.approx(0.10)
    assert found.p_value == pytest.approx(0.2820, abs=1e-3)  # binomial, 40 of 70
    assert isinstance(
        measure_gain(old, {"0": PredictedRow("c", "c")}), NotMeasured
    )  # relabeled since: what is right is not known


def test_a_month_is_whole_on_its_day() -> None:
    since = datetime(2025, 8, 31, 12, tzinfo=UTC)
    cases = [((2025, 8, 31), 0), ((2025, 9, 30), 1), ((2026, 2, 27), 5), ((2026, 2, 28), 6), ((2026, 8, 30), 11)]
    assert [whole_months(since, datetime(*day, 13, tzinfo=UTC)) for day, _ in cases] == [n for _, n in cases]
    assert whole_months(since, since.replace(year=2026)) == 12
    assert whole_months(since, since.replace(year=2026, hour=11)) == 12  # the last day of a month is whole
    assert whole_months(since.replace(day=15), since.replace(day=15, year=2026, hour=11)) == 11


def queries(days: list[float], text: str = "q") -> list[LogQuery]:
    begin = datetime(2026, 1, 1, tzinfo=UTC)
    return [LogQuery(f"r{i}", f"{text}{i}", f"f{i}", begin + timedelta(days=day)) for i, day in enumerate(sorted(days))]


def test_traffic_a_day_is_that_of_the_last_four_weeks() -> None:
    assert queries_per_day(queries([i / 10 for i in range(141)])) == pytest.approx(141 / 14)
    busy_once = [0.0] * 5000 + [100 + i / 2 for i in range(57)]
    assert queries_per_day(queries(busy_once)) == pytest.approx(57 / 28)
    assert queries_per_day(queries([0.0, 0.1, 0.2])) == 3  # less than a day counts as one
    assert isinstance(queries_per_day([]), NotMeasured)


def test_a_label_mix_is_tested_against_chance() -> None:
    same = label_shift({"a": 500, "b": 500}, {"a": 100, "b": 100}, against="train", seed=0)
    assert (same.distance, same.p_value, same.differs) == (0.0, 1.0, False)
    moved = label_shift({"a": 500, "b": 500}, {"a": 150, "b": 50}, against="train", seed=0)
    assert moved.distance == pytest.approx(0.25)
    assert moved.differs
    assert moved.changes[0] == LabelChange(label="a", before=0.5, now=0.75)
    new_label = label_shift({"a": 100}, {"a": 90, "z": 10}, against="train", seed=0)
    assert new_label.distance == pytest.approx(0.1)
    assert moved == label_shift({"b": 500, "a": 500}, {"b": 50, "a": 150}, against="train", seed=0)


def test_samples_of_one_mix_are_told_apart_as_rarely_as_stated() -> None:
    generator = np.random.default_rng(0)
    shares = [0.4, 0.3, 0.1, 0.1, 0.05, 0.05]

    def sample(size: int) -> dict[str, int]:
        return {f"l{i}": int(n) for i, n in enumerate(generator.multinomial(size, shares))}

    differing = sum(label_shift(sample(600), sample(150), against="train", seed=i).differs for i in range(200))
    assert 2 <= differing <= 19  # 10 expected of 200 at 5 %; a binomial stays within in 99.7 % of cases


def test_an_evaluation_of_an_older_form_is_not_measured(tmp_path: Path) -> None:
    run = a_run(tmp_path, "low", "linear", 0.8)
    assert stored_measures(run) == store_evaluation(run.path, "low", 0.8)
    for text in ('{"accuracy": 0.8}', '{"accuracy": ', "[]"):
        (run.path / "evaluation" / "validation.json").write_text(text)
        assert stored_measures(run) == NotMeasured("run winnow evaluate low")


@pytest.mark.parametrize(
    "edit",
    [
        {"accuracy": 0.97},
        {"rows": 1000},
        {"confused_pairs": []},
        {"per_label": []},
        {"per_label": [{"recall": 1.0}]},
    ],
)
def test_figures_that_are_not_those_of_the_stored_predictions_are_not_measured(
    tmp_path: Path, edit: dict[str, Any]
) -> None:
    run = a_run(tmp_path, "low", "linear", 0.8)
    path = run.path / "evaluation" / "validation.json"
    stored = json.loads(path.read_text())
    if edit.get("per_label"):
        edit = {"per_label": [stored["per_label"][0] | edit["per_label"][0], *stored["per_label"][1:]]}
    path.write_text(json.dumps(stored | edit))
    found = stored_measures(run)
    assert isinstance(found, NotMeasured)
    assert found.why.endswith("run winnow evaluate low")


def test_without_its_predictions_an_evaluation_is_not_measured(tmp_path: Path) -> None:
    run = a_run(tmp_path, "low", "linear", 0.8)
    (run.path / "evaluation" / "validation-predictions.jsonl").unlink()
    assert isinstance(stored_measures(run), NotMeasured)


def a_run(folder: Path, name: str, method: str, accuracy: float | None, release: str = "r", **facts: Any) -> Run:
    path = folder / name
    (path / "evaluation").mkdir(parents=True)
    if accuracy is not None:
        store_evaluation(path, name, accuracy)
    belongs_to = ReleaseReference(name="r", sha256=release, path="../r")
    told = {"run": name, "method": method, "release": belongs_to, "trained_at": "2026-01-01", **facts}
    return Run(path, LinearRunFacts.model_construct(**told))


def test_who_stands_against_whom(tmp_path: Path) -> None:
    low, high = a_run(tmp_path, "low", "linear", 0.8), a_run(tmp_path, "high", "linear", 0.9)
    encoder, blank = a_run(tmp_path, "enc", "encoder", 0.85), a_run(tmp_path, "blank", "encoder", None)
    rules_run, other = a_run(tmp_path, "rules", "imported", 0.7), a_run(tmp_path, "other", "linear", 0.99, "older")

    def chosen(
        *runs: Run, deployed: str | None = None, wanted: str | None = None
    ) -> tuple[str, str | None, str | None]:
        found = select_candidate(runs, deployed=deployed, release="r", wanted=wanted)
        ids = [side.run.id if side else None for side in (found.baseline, found.candidate)]
        return found.role, ids[0], ids[1]

    assert chosen() == ("no baseline", None, None)
    assert chosen(low, high, other) == ("no baseline", None, "high")  # the other is of an older release
    assert chosen(low, high, encoder, blank) == ("simplest run", "high", "enc")
    assert chosen(low, encoder, wanted="low") == ("no baseline", None, "low")
    assert chosen(low, rules_run, encoder) == ("imported", "rules", "enc")
    assert chosen(low, rules_run, encoder, deployed="low") == ("deployed", "low", "enc")
    assert chosen(low, other, deployed="low", wanted="other") == ("deployed", "low", "other")
    assert chosen(blank, deployed=None) == ("no baseline", None, "blank")
    with pytest.raises(WinnowError, match="already deployed"):
        chosen(low, deployed="low", wanted="low")
    with pytest.raises(WinnowError, match="not a run of this workspace"):
        chosen(low, wanted="foreign")


def test_the_better_of_both_that_are_not_fine_tuned_is_the_baseline_of_fine_tuning(tmp_path: Path) -> None:
    linear, encoder = a_run(tmp_path, "linear", "linear", 0.9), a_run(tmp_path, "enc", "encoder", 0.95)
    parser = a_run(tmp_path, "parser", "imported", 0.7)

    def untuned(*runs: Run, deployed: str | None = None) -> str | None:
        found = select_candidate(runs, deployed=deployed, release="r", wanted=None).untuned
        return found.run.id if found else None

    assert untuned(linear, parser, deployed="parser") == "linear"
    assert untuned(parser, encoder) == "parser"
    assert untuned(encoder) is None


def test_only_a_system_that_could_be_faster_is_too_slow(tmp_path: Path) -> None:
    runs = {method: EvaluatedRun(a_run(tmp_path, method, method, 0.9), WHY) for method in ("linear", "encoder")}
    for one in runs.values():
        store_latency(one.run, a_latency(0.04))
    assert candidate_p95(runs["encoder"]).value == pytest.approx(40)
    assert candidate_p95(runs["linear"]).value == pytest.approx(40)
    of_linear = baseline_p95(runs["linear"]).value
    assert isinstance(of_linear, NotMeasured)
    assert "fine-tuning makes nothing faster" in of_linear.why
    unmeasured = candidate_p95(EvaluatedRun(a_run(tmp_path, "new", "encoder", 0.9), WHY)).value
    assert isinstance(unmeasured, NotMeasured)
    assert "winnow evaluate new --latency" in unmeasured.why


def test_speed_is_compared_on_one_machine_alone(tmp_path: Path) -> None:
    slow, fast, away = (a_run(tmp_path, name, "linear", 0.9) for name in ("slow", "fast", "away"))
    for run, seconds, node in ((slow, 0.03, "here"), (fast, 0.01, "here"), (away, 0.01, "there")):
        store_latency(run, a_latency(seconds, node=node))
    assert measure_speedup(slow, fast) == pytest.approx(3.0)
    assert isinstance(measure_speedup(slow, away), NotMeasured)
    unevaluated = measure_speedup(slow, a_run(tmp_path, "new", "linear", 0.9))
    assert isinstance(unevaluated, NotMeasured)
    assert "winnow evaluate new --latency" in unevaluated.why


@pytest.fixture
def trained(trained_example: tuple[Workspace, str], tmp_path: Path) -> tuple[Workspace, str]:
    """A copy of the frozen example with its run, which nobody has evaluated."""
    shutil.copytree(trained_example[0].folder.root, tmp_path / "ws")
    workspace, run = Workspace.find(tmp_path / "ws"), trained_example[1]
    shutil.rmtree(workspace.folder.runs / run / "evaluation", ignore_errors=True)
    return workspace, run


def test_a_deployment_is_written_once_and_never_rewritten(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    other = workspace.train("first", settings={"inverse_penalty": 0.01})[0].id
    assert workspace.status().json()["deployed"] == {"status": "nothing_deployed"}
    first, new = workspace.deploy(run, by="Ann", reason="first model")
    assert (first.run, first.by, first.reason, new) == (run, "Ann", "first model", True)
    assert workspace.deploy(run, by="Ann", reason="first model") == (first, False)
    assert workspace.deploy(workspace.folder.runs / other, by="Bo", reason="try it")[1]
    assert workspace.deploy(run, by="Ann", reason="first model")[1]  # going back is a decision of its own
    assert [one.run for one in workspace.deployments()] == [run, other, run]
    assert {entry["name"]: entry["deployed"] for entry in workspace.runs()} == {run: True, other: False}
    assert workspace.status().deployed == workspace.deployments()[-1]
    for statement in ("UPDATE deployment SET reason = ''", "DELETE FROM deployment"):
        with pytest.raises(IntegrityError), workspace.store.writing() as connection:
            connection.exec_driver_sql(statement)


def test_what_cannot_be_deployed(trained: tuple[Workspace, str], tmp_path: Path) -> None:
    workspace, run = trained
    with pytest.raises(WinnowError, match=f"did you mean '{run}'") as caught:
        workspace.deploy(run[:-1], by=" ", reason="")
    assert len(caught.value.problems) == 3  # all at once
    foreign = tmp_path / "foreign"
    shutil.copytree(workspace.folder.runs / run, foreign)
    facts = json.loads((foreign / "run.json").read_text()) | {"run": "foreign"}
    (foreign / "run.json").write_text(json.dumps(facts))
    with pytest.raises(WinnowError, match="are not those of run foreign"):
        workspace.deploy(foreign, by="Ann", reason="x")
    path = workspace.folder.runs / run / "run.json"
    path.write_text(path.read_text() + "\n")
    with pytest.raises(GateError, match="as recorded"):
        workspace.deploy(run, by="Ann", reason="x")
    shutil.rmtree(path.parent)
    with pytest.raises(WinnowError, match="folder is missing"):
        workspace.deploy(run, by="Ann", reason="x")
    assert workspace.deployments() == []


def measured(found: Any, rule: str) -> list[float | NotMeasured]:
    return next([c.measured.value for c in one.conditions] for one in found.decision.rules if one.name == rule)


def test_from_the_first_run_to_production_and_back_to_the_data(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    found = workspace.decide()
    assert (found.candidate, found.decision.next) == (run, f"winnow evaluate {run}")
    assert (found.decision.recommended_action, found.decision.exit_code) == ("evaluate", 15)
    predictions = workspace.evaluate(run)[0].predictions
    right = (predictions["gold"] == predictions["predicted"]).sum()
    found = workspace.decide()
    assert (found.role, found.decision.recommended_action) == ("no baseline", "collect")
    assert f"{run} has nothing to be better than" in found.decision.reason
    assert measured(found, "baseline_is_enough") == [right / len(predictions)]  # of the run: it is not fine-tuned
    assert isinstance(measured(found, "clear_gain")[0], NotMeasured)
    assert not isinstance(found.findings, NotMeasured)
    workspace.deploy(run, by="Ann", reason=found.decision.reason)

    weak = workspace.train("first", settings={"inverse_penalty": 1e-4})[0].id
    lost = workspace.evaluate(weak)[0].predictions
    found = workspace.decide()
    assert (found.role, found.baseline, found.candidate) == ("deployed", run, weak)
    assert found.decision.recommended_action == "collect"  # below 0.90, but with too few examples to fine-tune
    assert found.decision.reason.startswith("fine-tuning needs more examples: few_examples")
    both = predictions.merge(lost, on="id")
    gained = (both["gold_x"] == both["predicted_y"]).mean() - (both["gold_x"] == both["predicted_x"]).mean()
    assert measured(found, "clear_gain") == [pytest.approx(gained)]
    compared = workspace.compare([run, weak])[0].facts.pairs[0]  # counted by other code
    assert isinstance(found.accuracy_gain, AccuracyGain)
    assert found.accuracy_gain.accuracy == compared.accuracy
    assert found.accuracy_gain.p_value == pytest.approx(compared.p_value)
    assert "underfitting" in [one.name for one in found.findings.found]  # type: ignore[union-attr]
    later = datetime.now(UTC) + timedelta(days=370)
    assert measured(workspace.decide(today=later), "old_model") == [12]
    aged = workspace.decide(today=later).decision
    assert (aged.recommended_action, aged.next) == ("retrain", "winnow add FILE")
    assert "another one would be the same" in aged.reason
    assert isinstance(measured(found, "accuracy_loss")[0], NotMeasured)  # no newer release
    assert not workspace.run(run).looks_at_test()


def test_a_newer_release_is_held_against_the_run_in_production(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    predictions = workspace.evaluate(run)[0].predictions
    workspace.deploy(run, by="Ann", reason="x")
    release = workspace.release("first")
    with workspace.store.reading() as connection:
        from winnow.curation.store.working_view import working_rows

        assert count_new_records(working_rows(connection), release) == 0  # repeats and leaks that it left out are none
    newer_release_exists = [
        {"text": f"the coffee machine on floor {i} leaks again", "label": "it_vpn"} for i in range(40)
    ]
    workspace.add(
        write_jsonl(workspace.folder.root / "fresh.jsonl", newer_release_exists), origin="human", license="own"
    )
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date()
    workspace.waive("leakage", by="Ann", reason="forty rows that differ in a number", until=tomorrow)
    workspace.freeze("second")
    found = workspace.decide()
    labeled = measured(found, "many_new_records")[0]
    assert isinstance(labeled, int)
    assert 0 < labeled <= 40
    newest = workspace.release("second").rows("validation")
    told = workspace.predict(run, list(newest["text"]), threshold=0)["label"]
    now = (told == newest["label"]).mean()
    before = (predictions["gold"] == predictions["predicted"]).mean()
    assert measured(found, "accuracy_loss") == [pytest.approx(before - now)]
    looks = len(workspace.run(run).read_looks())
    workspace.decide()
    assert len(workspace.run(run).read_looks()) == looks  # asked once
    workspace.rename("it_vpn", "it_tunnel")
    assert measured(workspace.decide(), "accuracy_loss") == [pytest.approx(before - now)]  # a new name is no mistake


def test_drift_is_measured_on_traffic_since_the_freeze(trained: tuple[Workspace, str]) -> None:
    workspace, run = trained
    workspace.deploy(run, by="Ann", reason="x")
    assert isinstance(workspace.decide().drift, NotMeasured)
    frozen = datetime.fromisoformat(workspace.releases()[0]["at"])
    texts = list(workspace.release("first").rows("train")["text"])

    def log(name: str, asked: list[str], start: datetime) -> None:
        rows = [{"text": text, "time": (start + timedelta(minutes=i)).isoformat()} for i, text in enumerate(asked)]
        workspace.add(write_jsonl(workspace.folder.root / name, rows), origin="log", license="own")

    log("before.jsonl", texts[:150], frozen - timedelta(days=9))
    log("few.jsonl", texts[150 : 150 + MIN_QUERIES - 1], frozen + timedelta(days=1))
    few = workspace.decide().drift
    assert isinstance(few, NotMeasured)
    assert f"{MIN_QUERIES - 1} records of logs" in few.why
    log("more.jsonl", texts[300:400], frozen + timedelta(days=2))
    calm = workspace.decide().drift
    assert isinstance(calm, Drift)
    assert isinstance(calm.label_shift, LabelShift)
    assert (calm.newer, calm.earlier, calm.label_shift.against) == (MIN_QUERIES - 1 + 100, 150, "earlier traffic")
    assert not calm.label_shift.differs
    assert isinstance(calm.uncovered_change, Measured)
    assert calm.uncovered_change.low <= 0 <= calm.uncovered_change.high
    assert isinstance(calm.uncovered, Measured)
    assert calm.uncovered.value < 0.15  # what is called uncovered by chance is taken off
    topics = ("the goalkeeper saved penalty", "violin sonata in a minor key, opus", "a gothic cathedral with arches,")
    strange = [f"{topic} {n}" for topic in topics for n in range(2, 52)]
    log("strange.jsonl", strange, frozen + timedelta(days=3))
    found = workspace.decide().drift
    assert isinstance(found, Drift)
    assert isinstance(found.label_shift, LabelShift)
    assert found.label_shift.differs
    assert isinstance(found.uncovered_change, Measured)
    assert found.uncovered_change.low > 0.2


def test_an_incumbent_that_was_imported_is_the_baseline_and_goals_bar_a_deployment(tmp_path: Path) -> None:
    source = ROOT / "examples" / "commands"
    shutil.copytree(source, tmp_path / "ws")
    workspace = Workspace.find(tmp_path / "ws")
    workspace.add(source / "labeled.jsonl", license="Apache-2.0", columns=Columns(group="group"))
    workspace.freeze("first")
    run = workspace.train("first")[0].id
    workspace.evaluate(run)
    alone = workspace.decide()
    assert alone.role == "no baseline"
    verdict = {rule.name: rule.verdict for rule in alone.decision.rules}
    assert (verdict["clear_gain"], verdict["goals_missed"]) == ("not_measured", "holds")
    assert alone.decision.recommended_action == "collect"  # 305 labeled records
    assert not isinstance(alone.goals, NotMeasured)
    assert [measured(alone, "goals_missed")[0]] == [sum(one.verdict == "not met" for one in alone.goals)]
    incumbent, _ = workspace.evaluate("first", predictions=source / "predictions.jsonl", name="parser")
    found = workspace.decide()
    assert (found.role, found.baseline, found.candidate) == ("imported", incumbent.run.id, run)
    assert measured(found, "baseline_is_enough") == [incumbent.measures.accuracy]
    assert measured(found, "must_pass_cases_failed") == [5]  # examples/commands/README.md
    workspace.deploy(incumbent.run.id, by="Ann", reason="it answers today")
    after = workspace.decide()
    assert (after.role, after.decision.recommended_action) == ("deployed", "collect")  # 305 are too few to fine-tune
    assert isinstance(measured(after, "old_model")[0], NotMeasured)  # nobody said when rules were written


def test_the_commands_print_every_rule_and_end_with_the_next_command(frozen_example: Workspace, tmp_path: Path) -> None:
    place = tmp_path / "ws"
    shutil.copytree(frozen_example.folder.root, place)
    shutil.rmtree(Workspace.find(place).folder.runs, ignore_errors=True)  # of other tests
    told = json.loads(run_winnow("decide", "--json", cwd=place).stdout)
    assert {"recommended_action", "reason", "next", "rules", "findings", "drift", "deployments"} <= set(told)
    assert told["recommended_action"] == "train"
    assert told["exit_code"] == 11
    names = {rule["rule"] for rule in told["rules"]}
    assert names == {rule.name for rule in apply_rules(figures())}
    shown = run_winnow("decide", cwd=place).stdout
    assert all(name in shown for name in names)
    assert shown.strip().splitlines()[-1].startswith("next: winnow")
    refused = run_winnow("deploy", "nothing", "--by", "Ann", "--reason", "x", cwd=place)
    assert (refused.returncode, "no such run in this workspace" in refused.stderr) == (2, True)
    assert json.loads(run_winnow("deploy", "--history", "--json", cwd=place).stdout) == {"deployments": []}
