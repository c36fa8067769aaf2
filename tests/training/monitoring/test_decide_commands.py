"""`winnow decide --exit-code` on small real workspaces: what outranks what, and the thresholds of the task file."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.config.decision_rules import DecisionRulesConfig
from winnow.core.decision_vocabulary import EXIT_CODES, NextAction
from winnow.core.layout import TASK_FILE
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import GateVerdict
from winnow.curation.checks.coverage.traffic import LogQuery
from winnow.curation.checks.gates.gate import Gate
from winnow.training.monitoring.decision_facts import DecisionFacts
from winnow.training.monitoring.obstacles import count_failed_gates, first_failed_gate, uncovered_share
from winnow.training.monitoring.workload import months_of_use
from winnow.workspace import Workspace


@pytest.fixture(scope="module")
def evaluated(trained_example: tuple[Workspace, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example with an evaluated linear run; tests copy it."""
    folder = tmp_path_factory.mktemp("evaluated") / "ws"
    shutil.copytree(trained_example[0].folder.root, folder)
    Workspace.find(folder).evaluate(trained_example[1])
    return folder


@pytest.fixture(scope="module")
def with_rules(evaluated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with an imported system that gives every query one label; tests copy it."""
    folder = tmp_path_factory.mktemp("with-rules") / "ws"
    shutil.copytree(evaluated, folder)
    workspace = Workspace.find(folder)
    rows = workspace.release("first").rows("validation")
    answers = [{"text": text, "label": rows["label"].iloc[0]} for text in rows["text"]]
    workspace.evaluate("first", predictions=write_jsonl(folder / "rules.jsonl", answers), name="rules")
    return folder


def copy_with(evaluated: Path, folder: Path, more: str = "") -> Path:
    """A copy of the workspace with more keys in its task file."""
    shutil.copytree(evaluated, folder)
    with (folder / TASK_FILE).open("a", encoding="utf-8") as file:
        file.write(more)
    return folder


def decided(folder: Path) -> dict[str, Any]:
    """What the command prints; its exit code is the one that it states."""
    done = run_winnow("decide", "--exit-code", "--json", cwd=folder)
    found: dict[str, Any] = json.loads(done.stdout)
    assert done.returncode == found["exit_code"] == EXIT_CODES[NextAction(found["recommended_action"])]
    return found


def test_a_better_run_is_deployed_and_a_failed_gate_outranks_it(with_rules: Path, tmp_path: Path) -> None:
    better = decided(with_rules)
    assert (better["recommended_action"], better["exit_code"]) == ("deploy", 12)
    folder = copy_with(with_rules, tmp_path / "ws", "gates: {minimum_per_label: {train_rows: 500}}\n")
    shown = run_winnow("decide", cwd=folder)
    assert shown.returncode == 0  # nobody asked for a code
    assert "reason: a gate fails: minimum_per_label" in shown.stdout
    workspace = Workspace.find(folder)
    blocked = workspace.decide().decision
    assert (blocked.recommended_action, blocked.exit_code) == ("fix", 14)
    assert blocked.next == next(one.fix for one in workspace.check().gates if one.name == "minimum_per_label")
    workspace.waive("minimum_per_label", by="Ann", reason="a pilot", until=datetime.now(UTC).date())
    assert workspace.decide().decision.recommended_action == "deploy"


def test_a_first_run_has_nothing_to_beat(evaluated: Path) -> None:
    first = decided(evaluated)
    assert first["recommended_action"] == "collect"  # below 0.90, and too few examples to fine-tune
    assert "has nothing to be better than, because nothing is deployed or imported" in first["reason"]
    assert first["accuracy_gain"]["status"] == "not_measured"
    shown = run_winnow("decide", cwd=evaluated).stdout
    assert "baseline: none" in shown
    assert (shown.count("no other one"), shown.count("as above") > 1) == (1, True)  # one reason for several rules
    assert Workspace.find(evaluated).status().next == "winnow decide"  # the run is evaluated already


def test_the_thresholds_of_the_task_decide(evaluated: Path, tmp_path: Path) -> None:
    stays = "rules: {stay_below: 1, deploy_gain: 1, fine_tune_below: 1, collect_below: 1"
    folder = copy_with(evaluated, tmp_path / "ws")
    task_file = folder / TASK_FILE
    before = task_file.read_text(encoding="utf-8")

    def with_rules(rules: str) -> DecisionFacts:
        task_file.write_text(f"{before}{rules}}}\n", encoding="utf-8")
        return Workspace.find(folder).decide().facts()

    few = with_rules(stays)
    assert (few.recommended_action, few.exit_code) == ("collect", 10)
    assert few.reason.startswith("fine-tuning needs more examples: few_examples: records of the smallest label")
    enough = with_rules(stays.replace("below: 1, c", "below: 0.1, c"))
    assert (enough.recommended_action, enough.exit_code) == ("keep", 0)
    assert "is sufficient: baseline_is_enough" in enough.reason
    thresholds = {one.rule: one.conditions[0].threshold for one in enough.rules}
    assert (thresholds["clear_gain"], thresholds["baseline_is_enough"]) == (1.0, 0.1)
    with_rules(stays + ", examples_per_label: 1")
    trains = decided(folder)
    assert (trains["exit_code"], trains["next"]) == (11, "winnow train first --method encoder")
    assert trains["method"]["base_model"] == "all-MiniLM-L6-v2"


def test_contradicting_thresholds_are_an_error_and_no_recommendation(evaluated: Path, tmp_path: Path) -> None:
    folder = copy_with(evaluated, tmp_path / "ws", "rules: {deploy_gain: 0.01}\n")
    refused = run_winnow("decide", "--exit-code", cwd=folder)
    assert refused.returncode == 2
    assert "deploy_gain 0.01 is below stay_below 0.05" in refused.stderr
    lines = (folder / TASK_FILE).read_text(encoding="utf-8").splitlines()
    assert f"{TASK_FILE}:{len(lines)}: " in refused.stderr


def test_uncovered_traffic_outranks_a_deployment(with_rules: Path, tmp_path: Path) -> None:
    folder = copy_with(with_rules, tmp_path / "ws")
    asked = [{"text": f"the goalkeeper saved penalty {n} in the final"} for n in range(12)]
    Workspace.find(folder).add(write_jsonl(folder / "log.jsonl", asked), origin="log", license="own")
    found = Workspace.find(folder).decide().decision
    assert (found.recommended_action, found.exit_code, found.next) == ("collect", 10, "winnow coverage")
    assert found.reason.startswith(
        "train does not cover what users ask: uncovered_traffic: uncovered share of traffic 1 (above 0.2); "
        "this outranks clear_gain: accuracy gain "
    )


def test_two_variants_in_production_have_a_code_too(evaluated: Path, tmp_path: Path) -> None:
    successes = {"a": 50, "b": 95}
    rows = [
        {"variant": name, "outcome": int(i < good), "id": f"{name}{i}"}
        for name, good in successes.items()
        for i in range(100)
    ]
    log = write_jsonl(tmp_path / "ab.jsonl", rows)
    folder = copy_with(evaluated, tmp_path / "ws")
    done = run_winnow("decide", "--ab", log, "--baseline", "a", "--exit-code", "--json", cwd=folder)
    assert (done.returncode, json.loads(done.stdout)["exit_code"]) == (12, 12)
    strict = copy_with(evaluated, tmp_path / "strict", "rules: {stay_below: 0.5, deploy_gain: 0.5}\n")
    found = Workspace.find(strict).decide_ab(log, baseline="a")
    assert (found.recommended_action, found.exit_code) == ("collect", 10)


def gate(name: str, measured: float, verdict: str) -> Gate:
    return Gate(name, measured, 0.1, GateVerdict(verdict), fix=f"fix {name}")


def test_the_first_gate_that_fails_is_what_to_fix() -> None:
    verdicts = {"schema": "pass", "leakage": "fail", "mix": "waived", "licenses": "fail"}
    gates = [gate(name, 0.2, verdict) for name, verdict in verdicts.items()]
    found = first_failed_gate(gates)
    assert found is not None
    assert (found.what, found.fix) == ("a gate fails: leakage 0.2 (at most 0.1); 1 more", "fix leakage")
    assert count_failed_gates(gates).value == 2
    assert "licenses 0.2 (at most 0.1)" in count_failed_gates(gates).source
    assert first_failed_gate(gates[:1]) is None


def test_traffic_is_a_rule_of_its_own_unless_it_is_waived() -> None:
    failed = [gate("traffic_coverage", 0.6, "fail")]
    assert first_failed_gate(failed) is None
    assert uncovered_share(failed).value == pytest.approx(0.4)
    assert uncovered_share([gate("traffic_coverage", 0.6, "waived")]).value == NotMeasured("traffic_coverage is waived")
    assert uncovered_share(NotMeasured("no check")).value == NotMeasured("no check")


def test_months_of_logs_confirm_a_use_and_never_deny_one() -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)

    def logs(days: int) -> list[LogQuery]:
        return [LogQuery("r", "q", "g", start), LogQuery("s", "q", "g", start + timedelta(days=days))]

    rules = DecisionRulesConfig()
    assert months_of_use(logs(200), rules).value == 6
    short = months_of_use(logs(40), rules).value
    assert isinstance(short, NotMeasured)
    assert "logs cover fewer than 6 months" in short.why
    assert months_of_use([], DecisionRulesConfig(planned_months=2)).value == 2
