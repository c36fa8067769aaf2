"""Goals for how a run is served: verdicts by the stored measurement, and where they show."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.evaluations import a_latency
from winnow.cli.render.measure_format import print_goals
from winnow.config.load import parse_task
from winnow.config.serving_goals import SERVING_GOALS
from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.reports.svg import goal_whiskers
from winnow.training.evaluation.evaluation_facts import GoalVerdict
from winnow.training.evaluation.goals import judge_share
from winnow.training.evaluation.judge_serving import MEASURES, judge_goals_of_run
from winnow.training.evaluation.latency import store_latency
from winnow.training.runs import Run
from winnow.workspace import Workspace

HEAD = "name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n"


@pytest.fixture
def workspace(trained_example: tuple[Workspace, str], tmp_path: Path) -> Workspace:
    """A copy of the example with its run."""
    return Workspace.find(Path(shutil.copytree(trained_example[0].folder.root, tmp_path / "ws")))


@pytest.fixture
def run(workspace: Workspace, trained_example: tuple[Workspace, str]) -> Run:
    """The run, without a measurement of its latency."""
    found = workspace.run(trained_example[1])
    (found.path / "latency.json").unlink(missing_ok=True)
    return found


def judged(run: Run, **goals: float) -> dict[str, GoalVerdict]:
    return {one.goal: one for one in judge_goals_of_run(goals, run, lambda shares: [])}


def test_every_serving_goal_has_a_measure() -> None:
    assert set(MEASURES) == set(SERVING_GOALS)


@pytest.mark.parametrize(
    ("name", "met", "missed", "measured"),
    [
        ("latency_p95_ms", 20, 19.9, 20),  # 0.02 seconds a query
        ("throughput", 50, 50.1, 50),
        ("memory_mb", 268.5, 268.4, 268.435456),  # 2^28 bytes
    ],
)
def test_a_goal_is_met_on_its_side_of_the_measured_value(
    name: str, met: float, missed: float, measured: float, run: Run
) -> None:
    store_latency(run, a_latency(0.02))
    found = judged(run, **{name: met})[name]
    assert (found.verdict, found.measured, found.unit) == ("met", pytest.approx(measured), SERVING_GOALS[name].unit)
    assert found.note
    assert judged(run, **{name: missed})[name].verdict == "not met"


def test_the_size_is_that_of_the_files_of_the_run_alone(run: Run) -> None:
    (run.path / "adapter").mkdir()
    (run.path / "adapter" / "adapter_model.safetensors").write_bytes(b"0" * 500_000)
    classifier = (run.path / "model.safetensors").stat().st_size
    found = judged(run, adapter_mb=1)["adapter_mb"]
    assert found.measured == pytest.approx(0.5 + classifier / 1e6)
    assert (found.verdict, found.rows) == ("met", 0)
    assert judged(run, adapter_mb=0.5)["adapter_mb"].verdict == "not met"
    shutil.rmtree(run.path / "adapter")
    (run.path / "model.safetensors").unlink()
    without = judged(run, adapter_mb=1)["adapter_mb"]
    assert without.verdict == "not enough evidence"
    assert without.measured == NotMeasured("a run of method linear has no weights of its own")


def test_what_was_not_measured_names_the_command_that_measures(run: Run) -> None:
    for name in ("latency_p95_ms", "throughput", "memory_mb"):
        found = judged(run, **{name: 100})[name]
        assert found.verdict == "not enough evidence"
        assert found.measured == NotMeasured(f"run winnow evaluate {run.id} --latency")


def test_a_busy_machine_can_meet_a_goal_but_not_miss_it(run: Run) -> None:
    store_latency(run, a_latency(0.02).model_copy(update={"busy": True, "load_average": 7.0}))
    assert judged(run, latency_p95_ms=20)["latency_p95_ms"].verdict == "met"
    missed = judged(run, latency_p95_ms=19, throughput=51, memory_mb=1)
    assert missed["latency_p95_ms"].verdict == missed["throughput"].verdict == "not enough evidence"
    assert f"load 7): run winnow evaluate {run.id} --latency again" in str(missed["throughput"].note)
    assert missed["memory_mb"].verdict == "not met"  # memory does not depend on other processes


def test_goals_keep_the_order_of_the_task(run: Run) -> None:
    goals = {"throughput": 1.0, "accuracy": 0.9, "adapter_mb": 9.0}
    found = judge_goals_of_run(goals, run, lambda shares: [judge_share(name, shares[name], 1, 1) for name in shares])
    assert [one.goal for one in found] == list(goals)
    drawn = goal_whiskers(found)
    assert [one is None for one in drawn] == [True, False, True]  # only shares have a common scale


def test_values_above_1_are_for_serving_goals_alone() -> None:
    goals = "goals: {accuracy: 0.9, latency_p95_ms: 15, throughput: 200, memory_mb: 900.5, adapter_mb: 3}\n"
    assert parse_task(HEAD + goals).goals["memory_mb"] == 900.5
    assert parse_task(f"name: t\nkind: tools\ntools: t.json\n{goals}").goals["throughput"] == 200
    for wrong, why in (
        ("accuracy: 95", r"goals\.accuracy is 95; expected: less than or equal to 1; fix: write a share"),
        ("throughput: 0", r"goals\.throughput is 0; expected: more than 0 queries/s"),
        ("throughput: -1", r"goals\.throughput is -1; expected: greater than or equal to 0"),
        ("latency_p95: 5", r"unknown goal 'latency_p95'.*did you mean 'latency_p95_ms'"),
        ("memory_mb: 1 GB", r"a number such as 0\.95"),
        ("memory_mb: .inf", r"a finite number"),
    ):
        with pytest.raises(WinnowError, match=why) as caught:
            parse_task(f"{HEAD}goals:\n  {wrong}\n")
        assert [one.where for one in caught.value.problems] == ["winnow.yaml:5"]


def test_goals_of_serving_show_with_their_units_wherever_goals_do(
    workspace: Workspace, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    task = workspace.folder.task_file
    task.write_text(task.read_text() + "\ngoals: {accuracy: 0.2, latency_p95_ms: 15, throughput: 40, memory_mb: 100}\n")
    store_latency(run, a_latency(0.02))
    evaluation, page = workspace.evaluate(run.id)
    verdicts = {one.goal: one.verdict for one in evaluation.measures.goals}
    assert verdicts == {"accuracy": "met", "latency_p95_ms": "not met", "throughput": "met", "memory_mb": "not met"}
    text = page.read_text()
    assert all(shown in text for shown in ("20 ms", "15 ms", "50 queries/s", "268 MB", "100 MB"))
    print_goals(evaluation.measures.goals)
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert any(line.startswith("latency_p95_ms 15 ms 20 ms not met 200 queries one at a time") for line in lines)
    found = workspace.decide(run.id)
    (rule,) = (one for one in found.decision.rules if one.name == "goals_missed")
    assert rule.conditions[0].measured.value == 2
    compared, page = workspace.compare([run.id, workspace.train("first", seed=1).run.id])
    assert "20 ms" in page.read_text()
    assert compared.facts.runs[0].goals[1].measured == pytest.approx(20)
