"""What `decide` recommends once its last recommendation was carried out."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.support.files import write_jsonl
from winnow.core.commands import command
from winnow.core.decision_vocabulary import NextAction
from winnow.core.vocabulary import State
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.working_view import working_rows
from winnow.operations.open_work import read_open_work
from winnow.training.monitoring.decision_context import DecisionContext
from winnow.training.monitoring.new_records import count_changed_records
from winnow.training.monitoring.recommend import FREEZE, Recommendation, recommend
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.rules import RuleInputs
from winnow.training.monitoring.work_done import NEWER_TRAFFIC, REVIEW, WorkDone, follow_up
from winnow.workspace import Workspace

COVERAGE = command("coverage")
ENCODER = command("train", "r1", method="encoder")
LABEL, NEGATIVES = command("push label", strategy="mixed"), command("generate negatives")


def said(next_command: str, action: str = "keep") -> Recommendation:
    return Recommendation([], NextAction(action), "the reason", next_command)


@pytest.mark.parametrize(
    ("recommended", "work", "others", "follows", "why"),
    [
        (LABEL, WorkDone(), [], LABEL, ""),
        (LABEL, WorkDone(pending={"review": 4}), [], LABEL, ""),
        (LABEL, WorkDone(pending={"label": 4}), [], "winnow pull", "queue label waits for answers of annotators to 4"),
        (LABEL, WorkDone(changed_records=9), [], FREEZE, "9 labeled records changed since the newest release"),
        (LABEL, WorkDone(pending={"label": 4}, changed_records=9), [], "winnow pull", "4 records"),
        ("winnow push relabel", WorkDone(pending={"relabel": 1}), [], "winnow pull", "to 1 record"),
        (NEGATIVES, WorkDone(), [], NEGATIVES, ""),
        (NEGATIVES, WorkDone(pending={"label": 4}), [], NEGATIVES, ""),
        (NEGATIVES, WorkDone(to_review=50), [], REVIEW, "people have to review 50 records first"),
        (NEGATIVES, WorkDone(changed_records=1), [], FREEZE, "1 labeled record changed"),
        (ENCODER, WorkDone(), [LABEL], ENCODER, ""),
        (ENCODER, WorkDone(trained={ENCODER}), [ENCODER, LABEL], LABEL, ""),
        (ENCODER, WorkDone(trained={ENCODER}, to_review=5), [ENCODER, NEGATIVES], REVIEW, "5 records"),
        (COVERAGE, WorkDone(), [], COVERAGE, ""),
        (COVERAGE, WorkDone(coverage_is_current=True), [LABEL], LABEL, ""),
        (COVERAGE, WorkDone(coverage_is_current=True), [COVERAGE], NEWER_TRAFFIC, "only newer traffic can show more"),
        (FREEZE, WorkDone(), [LABEL], FREEZE, ""),
        (FREEZE, WorkDone(release_is_current=True), [NEGATIVES], "winnow push label", "another one would be the same"),
        (FREEZE, WorkDone(release_is_current=True, pending={"label": 4}), [], "winnow pull", "another one would be"),
        ("winnow deploy r --by NAME", WorkDone(pending={"label": 4}), [LABEL], "winnow deploy r --by NAME", ""),
    ],
)
def test_a_command_that_was_carried_out_is_followed_by_what_it_leaves_to_do(
    recommended: str, work: WorkDone, others: list[str], follows: str, why: str
) -> None:
    found = follow_up(said(recommended), work, fixes=others, collect="winnow push label")
    assert found.next == follows
    assert why in found.reason
    assert found.reason.startswith("the reason")
    assert (found.reason == "the reason") is not bool(why)


def test_with_too_few_labels_more_are_collected_whatever_changed() -> None:
    work = WorkDone(changed_records=40)
    options: dict[str, Any] = {"fixes": [NEGATIVES], "collect": "winnow push label"}
    for action in ("collect", "fix"):
        assert follow_up(said(LABEL, action), work, **options).next == LABEL
        assert follow_up(said("winnow add FILE", action), work, **options).next == "winnow add FILE"
    assert follow_up(said("winnow add FILE"), work, **options).next == FREEZE
    seen = replace(work, coverage_is_current=True)  # traffic is not covered: what to do about it
    assert follow_up(said(COVERAGE, "collect"), seen, **options).next == "winnow push label"
    waiting = replace(seen, pending={"label": 3})
    assert follow_up(said(COVERAGE, "collect"), waiting, **options).next == "winnow pull"


def test_a_deployed_run_without_an_evaluation_is_evaluated_first() -> None:
    nothing = RuleInputs(**dict.fromkeys(RuleInputs.__dataclass_fields__, SourcedValue(0.0, "a test")))
    deployed = DecisionContext(baseline="old", deployed="old", unevaluated="old")
    assert recommend(nothing, deployed).next == "winnow evaluate old"


@pytest.fixture
def workspace(trained_example: tuple[Workspace, str], tmp_path: Path) -> Workspace:
    copied = Workspace.find(Path(shutil.copytree(trained_example[0].folder.root, tmp_path / "ws")))
    shutil.rmtree(copied.folder.runs / trained_example[1] / "evaluation", ignore_errors=True)
    return copied


def test_following_the_recommendations_never_meets_one_twice(workspace: Workspace) -> None:
    run = workspace.runs()[0]["name"]
    carry_out = {
        f"winnow evaluate {run}": lambda: workspace.evaluate(run),
        f"winnow deploy {run} --by NAME --reason TEXT": lambda: workspace.deploy(run, by="Ann", reason="better"),
        "winnow coverage": workspace.coverage,
    }
    recommended = [workspace.decide().decision.next]
    while recommended[-1] in carry_out:
        assert recommended[-1] not in recommended[:-1]
        carry_out[recommended[-1]]()
        recommended.append(workspace.decide().decision.next)
    assert recommended[0] == f"winnow evaluate {run}"
    assert workspace.decide().decision.next == recommended[-1]  # what people have not done yet stays


def open_work(workspace: Workspace) -> WorkDone:
    with workspace.store.reading() as connection:
        return read_open_work(connection, workspace.folder, working_rows(connection), artifacts(connection, "release"))


def test_coverage_is_current_until_the_data_changes(workspace: Workspace) -> None:
    assert open_work(workspace) == WorkDone()
    workspace.coverage()
    assert open_work(workspace).coverage_is_current
    log = write_jsonl(workspace.folder.root / "log.jsonl", [{"text": "who waters the plants in the lobby"}])
    workspace.add(log, origin="log", license="own")
    assert not open_work(workspace).coverage_is_current


def test_a_run_that_was_trained_and_not_evaluated_is_evaluated_first(workspace: Workspace) -> None:
    run = workspace.runs()[0]["name"]
    workspace.evaluate(run)
    workspace.deploy(run, by="Ann", reason="first")
    weak, second = (workspace.train("first", settings={"inverse_penalty": one}).run.id for one in (1e-4, 2e-4))
    workspace.evaluate(weak)
    found = workspace.decide()
    assert (found.candidate, found.decision.next) == (weak, f"winnow evaluate {second}")


def test_a_changed_label_and_a_new_record_are_changes_since_the_release(workspace: Workspace) -> None:
    release = workspace.release("first")
    rows = [row for row in workspace.records().itertuples() if row.state == State.LABELED]

    def changes(some: list[object]) -> int:
        return count_changed_records(some, release, lambda label: label)  # type: ignore[arg-type]

    assert changes(rows) == 0
    frozen = {str(one) for one in release.rows("train")["id"]}
    one = next(row for row in rows if row.id in frozen)
    other = one._replace(label="fallback" if one.label != "fallback" else "it_vpn")
    assert changes([*(row for row in rows if row is not one), other]) == 1
    assert changes([*rows, one._replace(id="0" * 20)]) == 1
    renamed = [row._replace(label="it_tunnel") if row.label == "it_vpn" else row for row in rows]
    current = {"it_vpn": "it_tunnel"}
    assert count_changed_records(renamed, release, lambda label: current.get(label, label)) == 0
