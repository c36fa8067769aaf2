"""Runs that call tools, compared on the same answers: by level, behavior and error, with dialogues as units."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import winnow
from tests.support.answer_results import an_answer, an_error, answers
from tests.support.commands import run_winnow
from tests.support.tool_runs import a_run
from winnow.core.errors import WinnowError
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release, open_release
from winnow.reports.tool_comparison_page import changed_answers
from winnow.training.comparers import comparer_of
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.compare_answers import compare_answers
from winnow.training.evaluation.tools.compare_tool_runs import compare_tool_runs
from winnow.training.runs import Run

WRONG_NAME = an_error("wrong_tool", tool="weather")

WRONG_VALUE = an_error("wrong_value", tool="weather", argument="city")


def wrong_value(record: str, **place: int) -> AnswerResult:
    return an_answer(record, "weather", "weather", WRONG_VALUE, passed=5, **place)


def test_a_run_against_itself_differs_nowhere() -> None:
    own = [*answers("a", 5, "weather", "weather"), wrong_value("b"), an_answer("c", "ask", "direct", passed=5)]
    found = compare_answers(own, own)
    for one in (found.accuracy, *found.levels, *found.per_behavior):
        assert (one.only_first_right, one.only_second_right, one.better, one.worse) == (0, 0, 0, 0)
        assert isinstance(one.differs, NotMeasured)
    assert [(one.error, one.fixed, one.introduced) for one in found.errors] == [("wrong_value", 0, 0)]


def test_levels_are_compared_apart_and_selection_counts_only_answers_that_should_call() -> None:
    base = [an_answer(f"v{i}", "weather", "traffic", WRONG_NAME, passed=4) for i in range(8)]
    base += [wrong_value(f"w{i}") for i in range(4)] + answers("d", 4, "direct", "direct")
    better = [an_answer(one.id, one.expected) for one in base]
    found = compare_answers(base, better)
    levels = {one.measure: one for one in found.levels}
    assert list(levels) == ["valid_format", "valid_schema", "known_tools", "right_count", "right_names", "selection"]
    assert levels["valid_format"].difference.difference == 0
    assert levels["right_names"].only_second_right == 8
    assert (levels["right_names"].answers, levels["selection"].answers) == (16, 12)
    assert levels["selection"].difference.difference == pytest.approx(8 / 12)
    assert found.accuracy.only_second_right == 12
    assert levels["right_names"].differs is True
    assert [(one.error, one.fixed, one.introduced) for one in found.errors] == [
        ("wrong_tool", 8, 0),
        ("wrong_value", 4, 0),
    ]
    assert {one.measure: one.second - one.first for one in found.per_behavior} == {"weather": 12, "direct": 0}


def test_many_answers_of_one_dialogue_are_one_discordant_dialogue() -> None:
    turns = range(2, 42, 2)
    base = [*(wrong_value("long", turn=turn) for turn in turns), *answers("r", 20, "weather", "weather")]
    better = [an_answer(one.id, one.expected, turn=one.turn) for one in base]
    found = compare_answers(base, better).accuracy
    assert (found.only_second_right, found.better, found.worse) == (20, 1, 0)
    assert found.p_value == 1.0  # one dialogue is no evidence, although 20 answers changed
    assert found.difference.low < 0


def test_p_values_are_adjusted_for_the_number_of_tests() -> None:
    base = [wrong_value(f"w{i}") for i in range(6)] + answers("r", 20, "traffic", "traffic")
    base += [an_answer(f"t{i}", "direct", "ask", an_error("wrong_behavior"), passed=5) for i in range(6)]
    found = compare_answers(base, [an_answer(one.id, one.expected) for one in base])
    tested = [one for one in found.per_behavior if not isinstance(one.p_adjusted, NotMeasured)]
    assert {one.measure for one in tested} == {"weather", "direct"}
    assert [one.p_value for one in tested] == [0.03125] * 2
    assert [one.p_adjusted for one in tested] == [0.0625] * 2  # twice as large: neither is significant
    assert [one.differs for one in tested] == [False] * 2


@pytest.fixture(scope="module")
def frozen(frozen_assistant: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(frozen_assistant, tmp_path_factory.mktemp("compared") / "ws"))


@pytest.fixture(scope="module")
def release(frozen: Path) -> Release:
    return open_release(frozen / ".winnow" / "releases" / "first")


def right_answers(release: Release) -> list[AnswerResult]:
    """Two answers in each of ten dialogues of validation."""
    return [an_answer(str(record), turn=turn) for record in release.rows("validation")["id"][:10] for turn in (2, 4)]


@pytest.fixture(scope="module")
def runs(frozen: Path, release: Release) -> tuple[Run, Run]:
    """A base model that gets half of the answers wrong, and an adapter that fixes nine of ten and breaks one."""
    right = right_answers(release)
    base = [wrong_value(one.id, turn=one.turn) if i % 2 else one for i, one in enumerate(right)]
    adapter = [wrong_value(one.id, turn=one.turn) if i in (0, 1) else one for i, one in enumerate(right)]
    folder = frozen / "runs"
    return a_run(folder, release, "base", base), a_run(folder, release, "adapter", adapter)


def test_stored_answers_are_compared_and_the_look_is_recorded(runs: tuple[Run, Run]) -> None:
    before = [len(run.read_looks()) for run in runs]
    found = comparer_of(runs)(runs)
    assert [len(run.read_looks()) for run in runs] == [count + 1 for count in before]
    pair = found.facts.pairs[0]
    assert (pair.accuracy.only_first_right, pair.accuracy.only_second_right) == (1, 9)
    assert (found.facts.answers, found.facts.records, found.facts.changed) == (20, 10, 0)
    assert [run.accuracy.value for run in found.facts.runs] == [0.5, 0.9]
    assert pair.accuracy.p_adjusted == pair.accuracy.p_value
    gained = changed_answers(found.answers[pair.second], found.answers[pair.first])
    assert len(gained) == 9
    assert len(changed_answers(found.answers[pair.second], found.answers[pair.first], limit=3)) == 3
    assert gained[0].errors == "wrong_value in this test"


def test_answers_that_releases_expect_differently_are_left_out(
    frozen: Path, release: Release, runs: tuple[Run, Run]
) -> None:
    base, adapter = runs
    results = right_answers(release)
    changed = [one.model_copy(update={"expected_answer": "another"}) for one in results[:3]]
    third = a_run(frozen / "runs", release, "third", [*changed, *results[3:15]])
    facts = compare_tool_runs([base, adapter, third]).facts
    assert (facts.answers, facts.changed) == (12, 3)
    assert facts.left_out == {base.id: 8, adapter.id: 8, third.id: 3}
    assert len(facts.pairs) == 3
    adjusted = {pair.accuracy.p_adjusted for pair in facts.pairs}
    assert adjusted != {pair.accuracy.p_value for pair in facts.pairs}  # for three pairs of runs
    other = a_run(frozen / "runs", release, "other", [an_answer(results[0].id, turn=6)])
    with pytest.raises(WinnowError, match=r"no validation answers in common"):
        compare_tool_runs([base, other])
    with pytest.raises(WinnowError, match=r"given twice"):
        compare_tool_runs([base, replace(base)])


def test_the_command_prints_levels_errors_and_json(frozen: Path, runs: tuple[Run, Run]) -> None:
    names = [run.id for run in runs]
    shown = run_winnow("compare", *(frozen / "runs" / name for name in names), cwd=frozen)
    assert shown.returncode == 0, shown.stderr
    assert "20 shared validation answers in 10 dialogues" in shown.stdout
    assert "wrong value: 10 → 2 (9 fixed, 1 new)" in shown.stdout
    compared = winnow.open(frozen).compare([run.path for run in runs])
    output = compared.output().model_dump(mode="json")
    assert output["pairs"][0]["accuracy"]["only_second_right"] == 9
    assert output["report"] == str(compared.page)
    page = compared.page.read_text()
    assert "Fixed: only" in page
    assert "question of" in page
