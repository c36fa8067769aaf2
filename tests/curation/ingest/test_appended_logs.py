"""A log that grows for thirty days gives what the final log gives at once, and nothing is taken twice."""

from __future__ import annotations

import random
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import winnow
from tests.support.dialogues import tools_workspace
from tests.support.logged_lines import Line, call, interaction, released_rows, state_of, update, write_log
from winnow.workspace import Workspace

CITIES = ("Paris", "Rome", "Oslo", "Bonn")
RESULTS: tuple[dict[str, Any], ...] = ({}, {"tests_passed": True}, {"status": "error"}, {"review_score": 0.5})
FEEDBACK: tuple[dict[str, Any], ...] = (
    {"rating": 5},
    {"rating": 1},
    {"rating": 1, "corrections": call("Bonn")},
    {"corrections": "It is fine."},
    {"comments": "thanks"},
)


@pytest.fixture(scope="module", params=["drop", "negative"])
def empty(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace to copy, for each policy."""
    root = tmp_path_factory.mktemp(request.param) / "ws"
    tools_workspace(root)
    with (root / "winnow.yaml").open("a") as task:
        task.write(f"interactions: {{failures: {request.param}}}\n")
    return root


def copy_of(empty: Path, root: Path) -> Workspace:
    shutil.rmtree(root, ignore_errors=True)
    return winnow.open(shutil.copytree(empty, root))


def added_in_parts(workspace: Workspace, lines: Sequence[Line], ends: Sequence[int], *, grows: bool) -> None:
    """Add a log as it grows, or as it is rotated, and check that nothing is taken twice."""
    start = 0
    for part, end in enumerate(sorted({*ends, len(lines)})):
        shown = lines[:end] if grows else lines[start:end]
        start = end
        if not shown:
            continue
        path = write_log(workspace.folder.root.parent / f"log-{part}.jsonl", shown)
        result = workspace.add(path, license="own")
        assert result.given == len(shown) == result.added + result.known + result.dropped
        before = state_of(workspace)
        again = workspace.add(path, license="own")
        assert (again.added, again.superseded, again.dropped) == (0, 0, result.dropped)
        assert state_of(workspace) == before


LINES = st.lists(
    st.one_of(
        st.tuples(st.integers(0, 3), st.sampled_from(CITIES), st.sampled_from(RESULTS)),
        st.tuples(st.integers(0, 3), st.sampled_from(FEEDBACK)),
    ),
    min_size=1,
    max_size=8,
)


def log_of(drawn: Sequence[tuple[Any, ...]]) -> list[Line]:
    """A log in which every interaction comes before the updates about it, and no two have the same question."""
    lines: list[Line] = []
    seen = set()
    for second, (number, *rest) in enumerate(drawn):
        name = f"i{number}"
        if len(rest) == 2 and name not in seen:
            seen.add(name)
            city, result = rest
            lines.append(
                interaction(name, f"Weather in {city}, part {number}?", call(city), second=second, result=result)
            )
        elif len(rest) == 2:
            lines.append(update(name, second=second, result=rest[1] or {"status": "ok"}))
        elif name in seen:
            lines.append(update(name, second=second, feedback=rest[0]))
    return lines


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=LINES, ends=st.lists(st.integers(0, 8), max_size=2), grows=st.booleans())
def test_lines_added_one_after_the_other_give_what_they_give_together(
    empty: Path, tmp_path: Path, drawn: list[tuple[Any, ...]], ends: list[int], grows: bool
) -> None:
    lines = log_of(drawn)
    if not lines:
        return
    parts, once = copy_of(empty, tmp_path / "parts" / "ws"), copy_of(empty, tmp_path / "once" / "ws")
    added_in_parts(parts, lines, ends, grows=grows or "drop" in empty.parent.name)
    once.add(write_log(tmp_path / "once" / "log.jsonl", lines), license="own")
    assert released_rows(parts) == released_rows(once)
    # What only the parts hold is not exported: answers that were stored before they failed or were corrected.
    more = {key: found for key, found in state_of(parts).items() if key not in state_of(once)}
    assert {state for state, _, _, _ in more.values()} <= {"superseded", "rejected", "disputed"}


def days(random_state: random.Random, count: int) -> list[list[Line]]:
    """The lines that each day appends: interactions, and feedback about those of the last days."""
    found: list[list[Line]] = []
    open_ones: list[str] = []
    for day in range(count):
        lines = []
        for number in range(4):
            name, city = f"d{day}-{number}", random_state.choice(CITIES)
            wrong = random_state.choice(CITIES)
            result = random_state.choice(RESULTS)
            task = f"Weather in {city} on day {day}, part {number}?"
            lines.append(interaction(name, task, call(wrong), second=100 * day, result=result))
            open_ones.append(name)
        for name in random_state.sample(open_ones, 3):
            lines.append(update(name, second=100 * day + 50, feedback=random_state.choice(FEEDBACK)))
        found.append(lines)
    return found


@pytest.mark.parametrize("is_rotated", [False, True])
def test_thirty_days_take_only_what_is_new(tmp_path: Path, *, is_rotated: bool) -> None:
    workspace = tools_workspace(tmp_path / "ws")
    with (workspace.folder.root / "winnow.yaml").open("a") as task:
        task.write("interactions: {failures: negative}\n")
    appended = days(random.Random(3), 30)
    weights = 0
    for day, lines in enumerate(appended):
        shown = lines if is_rotated else [line for one in appended[: day + 1] for line in one]
        result = workspace.add(write_log(tmp_path / f"day-{day}.jsonl", shown), license="own")
        assert result.given == result.added + result.known + result.dropped
        assert result.dropped == 0
        assert result.interactions is not None
        assert sum(result.interactions.taken.values()) == 4
        weights += result.added
    everything = [line for one in appended for line in one]
    before = state_of(workspace)
    assert sum(weight for _, _, weight, _ in before.values()) == weights
    final = workspace.add(write_log(tmp_path / "final.jsonl", everything), license="own")
    assert (final.added, final.dropped, final.sources) == (0, 0, [])
    assert final.interactions is not None
    assert (final.interactions.known, final.interactions.taken, final.interactions.updated) == (120, {}, 0)
    assert state_of(workspace) == before
    once = tools_workspace(tmp_path / "once")
    shutil.copy(workspace.folder.root / "winnow.yaml", once.folder.root)
    once.add(tmp_path / "final.jsonl", license="own")
    assert released_rows(once) == released_rows(workspace)
