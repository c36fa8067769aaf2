"""Dialogues under fire: killed between their three questions, nothing is lost, doubled or paid for twice."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_generate_kills import Writer, arrivals, claude_writer, received, wait_for_requests
from tests.fakes.claude import outcomes
from tests.fakes.claude.request_log import total_usd
from tests.fakes.claude.scripts import always
from tests.fakes.dialogue_answers import careful_assistant
from tests.support.assistants import small_assistant
from tests.support.commands import WINNOW_SCRIPT
from winnow.workspace import Workspace

BUDGET = 30.0


@pytest.fixture
def writer(monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    made = claude_writer(monkeypatch)
    made.server.writer = careful_assistant
    made.server.script = always(outcomes.slow(0.3))
    with made.server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", made.server.url)
        yield made


def begin(place: Workspace, count: int) -> subprocess.Popen[str]:
    tools = ("--tool", "delete_task", "--tool", "create_event")
    command = [str(WINNOW_SCRIPT), "--workspace", str(place.folder.root), "generate", "dialogues", *tools]
    more = ["--count", str(count), "--budget", str(BUDGET), "--json"]
    return subprocess.Popen([*command, *more], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def asked_for(writer: Writer, name: str) -> bool:
    """Whether a question whose answer has this list has arrived."""
    return any(
        name in body["output_config"]["format"]["schema"]["properties"] for body in writer.server.bodies.values()
    )


def wait_until(process: subprocess.Popen[str], arrived: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 200
    while not arrived():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def kill(process: subprocess.Popen[str], place: Workspace, writer: Writer, held: dict[str, str]) -> dict[str, str]:
    """Kill the command; returns the stored answers, of which none of those `held` before was lost or asked again."""
    counts = {digest: len(arrivals(writer.entries(), digest)) for digest in held}
    process.send_signal(signal.SIGKILL)
    process.communicate()
    writer.server.wait_until_quiet()
    now = received(place, writer)
    assert held.items() <= now.items(), "an answer was lost or changed"
    assert all(len(arrivals(writer.entries(), digest)) == number for digest, number in counts.items())
    return now


def end(place: Workspace, writer: Writer, held: dict[str, str], count: int) -> dict[str, Any]:
    """Let the command end, and check what it left."""
    counts = {digest: len(arrivals(writer.entries(), digest)) for digest in held}
    process = begin(place, count)
    said, wrong = process.communicate(timeout=280)
    assert process.returncode == 0, wrong
    entries, told = writer.entries(), json.loads(said)
    assert all(len(arrivals(entries, digest)) == number for digest, number in counts.items()), "paid twice"
    records = place.records()
    assert told["kept"] == (records["origin"] == "synthetic").sum() == count
    assert total_usd(entries) <= told["usd"]["paid"] + told["usd"]["lost"] + 1e-9 <= BUDGET
    assert told["usd"]["reserved"] == 0
    return dict(told)


def test_a_kill_between_calls_and_results_loses_and_doubles_nothing(tmp_path: Path, writer: Writer) -> None:
    place = small_assistant(tmp_path / "ws", every=16, more="generate: {per_request: 2}\n")
    process = begin(place, 8)
    wait_until(process, lambda: asked_for(writer, "results"))
    held = kill(process, place, writer, {})
    assert held
    assert not asked_for(writer, "continuations")
    end(place, writer, held, 8)
    assert asked_for(writer, "continuations")


@pytest.mark.slow
def test_ten_kills_at_random_moments_of_all_three_questions(tmp_path: Path, writer: Writer) -> None:
    place = small_assistant(tmp_path / "ws", more="generate: {per_request: 1}\n")
    draw, held, count = random.Random(3), dict[str, str](), 80
    for _ in range(10):
        process = begin(place, count)
        wait_for_requests(process, writer)
        time.sleep(draw.uniform(0.0, 1.0))
        held = kill(process, place, writer, held)
    told = end(place, writer, held, count)
    print(f"10 kills, {len(received(place, writer))} answers, {told['kept']} dialogues; 0 asked again, 0 lost")
