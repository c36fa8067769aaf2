"""Feedback on runs that call tools: failing cells as counts, a plan without texts, and the effect on the same cells."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.claude.price_table import Price
from tests.fakes.claude.server import Claude
from tests.fakes.dialogue_answers import careful_assistant
from tests.support.adapter_runs import adapter_run
from tests.support.answer_results import an_answer, an_error, answers
from tests.support.commands import run_winnow
from winnow.core.feedback_vocabulary import CellKind
from winnow.core.result import NotMeasured
from winnow.curation.annotations.confused_pairs import read_confused_pairs
from winnow.curation.annotations.feedback_facts import FEEDBACK_FILE
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.generators.plan import read_plan
from winnow.operations import feedback as operation
from winnow.operations.feedback import FeedbackResult, ToolFeedbackOutput
from winnow.training.evaluation.tools.answer_results import AnswerResult, write_answer_results
from winnow.training.feedback.cell_impact import ToolFeedbackImpact
from winnow.training.feedback.cell_plan import planned_count
from winnow.training.feedback.failing_cells import Cell, CountedCell, belongs_to, cells_that_fail, failing_cells
from winnow.training.runs import Run
from winnow.workspace import Workspace

TOOL, OTHER = "create_task", "create_event"

WRONG_VALUE = an_error("wrong_value", tool=TOOL, argument="due_date")

WRONG_TOOL = an_error("wrong_tool", tool=TOOL)


def counts(results: list[AnswerResult]) -> dict[tuple[str, str], tuple[int, int]]:
    return {(one.cell.kind, one.cell.name): (one.failing, one.dialogues) for one in failing_cells(results)}


def test_cells_count_dialogues_and_single_failures_are_left_out() -> None:
    results = answers("v", 3, TOOL, TOOL, WRONG_VALUE) + answers("r", 5, TOOL, TOOL)
    results += [an_answer("v0", TOOL, TOOL, WRONG_VALUE, turn=4)]  # the same dialogue again
    results += answers("p", 2, TOOL, OTHER, WRONG_TOOL) + answers(
        "q", 1, OTHER, TOOL, an_error("wrong_tool", tool=OTHER)
    )
    results += answers("a", 2, "ask", TOOL, an_error("called", tool=TOOL)) + answers("u", 1, "unable", "direct")
    results += answers("m", 2, OTHER, "malformed", an_error("malformed"))
    assert counts(results) == {
        (CellKind.TOOL, TOOL): (3, 10),
        (CellKind.ARGUMENT, f"{TOOL}.due_date"): (3, 8),  # those that call another tool cannot fail at it
        (CellKind.PAIR, f"{OTHER},{TOOL}"): (3, 13),
        (CellKind.BEHAVIOR, "ask"): (2, 2),
        (CellKind.TOOL, OTHER): (2, 3),
    }
    assert failing_cells(answers("r", 5, TOOL, TOOL)) == []


def test_a_missed_call_fails_at_its_tool_and_a_wrong_tool_only_at_the_pair() -> None:
    missed = an_answer("a", TOOL, "ask", an_error("did_not_call", tool=TOOL))
    assert cells_that_fail(missed) == {Cell(CellKind.TOOL, TOOL)}
    wrong = an_answer("a", TOOL, OTHER, WRONG_TOOL)
    assert cells_that_fail(wrong) == {Cell(CellKind.PAIR, f"{OTHER},{TOOL}")}
    assert belongs_to(wrong, Cell(CellKind.TOOL, TOOL))
    both = an_answer("a", f"{OTHER}+{TOOL}", None)
    assert not belongs_to(both, Cell(CellKind.PAIR, f"{OTHER},{TOOL}"))


@pytest.mark.parametrize(
    ("cell", "failing", "expected"),
    [
        (Cell(CellKind.TOOL, TOOL), 4, 12),
        (Cell(CellKind.TOOL, "elsewhere"), 4, 0),  # nothing can be generated for it
        (Cell(CellKind.BEHAVIOR, "ask"), 2, 6),
        (Cell(CellKind.PAIR, f"{OTHER},{TOOL}"), 2, 5),
        (Cell(CellKind.PAIR, f"{OTHER},{TOOL}"), 40, 20),
        (Cell(CellKind.ARGUMENT, f"{TOOL}.due_date"), 9, 3),
        (Cell(CellKind.ARGUMENT, f"{TOOL}.title"), 9, 0),  # a required argument comes with the tool
    ],
)
def test_what_is_planned(cell: Cell, failing: int, expected: int) -> None:
    known = {TOOL, OTHER, f"{TOOL}.due_date", f"no {TOOL}.due_date"}
    assert planned_count(CountedCell(cell, failing, 50), known) == expected


@pytest.fixture
def workspace(frozen_assistant: Path, tmp_path: Path) -> Workspace:
    return Workspace.find(Path(shutil.copytree(frozen_assistant, tmp_path / "ws")))


def with_answers(workspace: Workspace, run: Run, wrong: int) -> Run:
    """A run whose first answers fail, in turn by argument, by tool, and as a call in place of a question."""
    results = []
    for i, record in enumerate(map(str, workspace.release("first").rows("validation")["id"])):
        expected, behavior, error = [
            (TOOL, TOOL, WRONG_VALUE),
            (TOOL, OTHER, WRONG_TOOL),
            ("ask", TOOL, an_error("called", tool=TOOL)),
        ][i % 3]
        results.append(an_answer(record, expected, behavior, error) if i < wrong else an_answer(record, expected))
    write_answer_results(run, "validation", results)
    return run


@pytest.fixture
def given(workspace: Workspace) -> FeedbackResult:
    return workspace.feedback(with_answers(workspace, adapter_run(workspace, "first"), 9).id, annotations=40)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from strings(inner)


def test_the_plan_is_carried_out_as_it_is_written_and_the_queues_read_the_focus(
    workspace: Workspace, given: FeedbackResult
) -> None:
    output = given.output()
    assert isinstance(output, ToolFeedbackOutput)
    assert {(one.kind, one.name): one.failing for one in output.cells} == {
        ("argument", f"{TOOL}.due_date"): 3,
        ("behavior", "ask"): 3,
        ("pair", f"{OTHER},{TOOL}"): 3,
        ("tool", TOOL): 3,
    }
    assert all(one.train_rows for one in output.cells)
    plan = read_plan(given.plan, workspace._context.task)
    assert {str(one): one.count for one in plan.quotas}.items() >= {
        f"per_tool {TOOL}": 9,
        "behaviors ask": 9,
        f"contrasts {OTHER},{TOOL}": 5,
    }.items()
    action = output.actions[0]
    assert action.command.startswith("winnow generate --plan .winnow/reports/feedback-")
    assert 0 < action.expected_fixes < output.errors == 9
    focus = read_confused_pairs(workspace.folder.state / FEEDBACK_FILE)
    assert focus.pairs == {(OTHER, TOOL): 3}
    assert isinstance(given.impact, NotMeasured)


@pytest.mark.slow  # asks a model for every dialogue of the plan, and checks the dataset after each step
def test_every_quota_of_the_plan_is_understood_and_counted(
    workspace: Workspace, given: FeedbackResult, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = len(workspace.records())
    with Claude(writer=careful_assistant, prices={"claude-sonnet-5-5": Price(2.0, 10.0)}) as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", server.key)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        made = workspace.generate_plan(given.plan, budget=5.0, note=lambda _: None)
    assert made.left_to_people == []
    assert [step.problem for step in made.steps if step.problem] == []
    planned = {str(one): one.count for one in read_plan(given.plan, workspace._context.task).quotas}
    assert {str(one.quota): one.quota.count for one in made.quotas} == planned
    assert {str(one.quota): one.missing for one in made.quotas} == dict.fromkeys(planned, 0)
    added = len(workspace.records()) - before
    assert sum(one.added for one in made.quotas) >= sum(planned.values())
    again = workspace.generate_plan(given.plan, budget=5.0, note=lambda _: None)
    assert (again.steps, len(workspace.records()) - before) == ([], added)


def test_nothing_of_a_hold_out_dialogue_gets_out(workspace: Workspace, given: FeedbackResult) -> None:
    records = workspace.records()
    held = records[records["assigned_split"] != "train"]
    assert len(held) > 10
    written = [given.plan.read_text(), (workspace.folder.state / FEEDBACK_FILE).read_text()]
    told = [value for text in (*written, given.output().model_dump_json()) for value in strings(json.loads(text))]
    assert not set(held["id"]) & set(told)
    assert not [text for text in held["text"] if any(text in value for value in told)]
    assert set(given.output().suspected_errors) <= set(records[records["assigned_split"] == "train"]["id"])


def test_a_validation_dialogue_that_repeats_a_test_record_is_not_counted(workspace: Workspace) -> None:
    run = with_answers(workspace, adapter_run(workspace, "first"), 10)
    repeated = sorted(workspace.release("first").rows("validation")["id"])[:1]
    rows = workspace.records()
    moved = rows[rows["id"].isin(repeated)]["text"].tolist()
    assert moved

    inputs = operation._FeedbackInputs(
        workspace._context,
        run,
        workspace.release("first"),
        None,
        None,
        HoldOutTexts.of_texts(moved),
        (),
        1,
        "p",
        None,  # type: ignore[arg-type]
    )
    others = set(workspace.release("first").rows("validation")["id"]) - set(repeated)
    assert {one.id for one in operation._validation_answers(inputs)} == others


def test_the_next_run_is_measured_on_the_same_cells(workspace: Workspace, given: FeedbackResult) -> None:
    first = given.output().run
    later = with_answers(workspace, adapter_run(workspace, "first", seed=1), 1)
    found = workspace.feedback(later.id, previous=first).impact
    assert isinstance(found, ToolFeedbackImpact)
    assert (found.before, found.after) == (first, later.id)
    cells = found.cells
    assert (cells.errors_before, cells.errors_after, cells.fixed, cells.introduced) == (9, 1, 8, 0)
    assert cells.p_value == pytest.approx(2 / 2**8)
    each = {(one.kind, one.name): (one.errors_before, one.errors_after) for one in found.each}
    assert each[CellKind.PAIR, f"{OTHER},{TOOL}"] == (3, 0)
    assert each[CellKind.TOOL, TOOL] == (3, 1)
    assert not isinstance(found.answers_of_the_cells, NotMeasured)
    assert found.answers_of_the_cells.only_second_right == 8
    shown = run_winnow("feedback", later.id, "--previous", first, cwd=workspace.folder.root)
    assert "dialogues that fail in its cells 9 → 1" in shown.stdout, shown.stderr
    assert "nothing fails in more than one dialogue" in shown.stdout
