"""Generating under fire: killed processes, two at once, and one budget for all of them."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import winnow
from tests.fakes.chat import Chat
from tests.fakes.chat.server import as_messages_request
from tests.fakes.claude import Claude, outcomes
from tests.fakes.claude.price_table import Price
from tests.fakes.claude.request_hash import request_hash
from tests.fakes.claude.request_log import Entry, total_usd
from tests.fakes.claude.scripts import always
from tests.fakes.claude_answers import OPENINGS, THINGS, careful
from tests.support.commands import WINNOW_SCRIPT
from winnow.generators.llm.anthropic import message_body
from winnow.generators.llm.openai import chat_body
from winnow.generators.llm.request import LlmRequest
from winnow.generators.llm.spend.spend_database import SpendDatabase
from winnow.workspace import Workspace

RATES = {"input": 2, "output": 10, "cache_read": 0.1, "cache_write": 2.5}
PRICE = Price(2.0, 10.0, cache_read_share=0.05)

TASK = """name: kills
kind: intents
labels: [{name: a}, {name: b}, {name: c}]
licenses: {allow: [unknown]}
generate:
  per_request: 1
"""


@dataclass(frozen=True)
class Writer:
    """A local server that writes queries, how a task names it, and how it is sent a request."""

    server: Any
    settings: str
    body: Callable[[LlmRequest], dict[str, Any]]

    def entries(self) -> list[Entry]:
        return list(self.server.ledger.entries())


def claude_writer(monkeypatch: pytest.MonkeyPatch) -> Writer:
    server = Claude(writer=careful, prices={"claude-sonnet-5-5": PRICE})
    monkeypatch.setenv("ANTHROPIC_API_KEY", server.key)
    return Writer(server, "", message_body)


def openai_writer(monkeypatch: pytest.MonkeyPatch) -> Writer:
    server = Chat(key="test-key", writer=lambda request: careful(as_messages_request(request)))
    server.prices = {"qwen3-8b": PRICE}
    monkeypatch.setenv("LOCAL_KEY", server.key)
    endpoint = "{provider: openai, base_url: URL, key_variable: LOCAL_KEY, prices: prices.json}"
    return Writer(server, f"  model: qwen3-8b\n  endpoint: {endpoint}\n", chat_body)


CLAUDE_FAST = pytest.mark.parametrize(
    "writer",
    [claude_writer, pytest.param(openai_writer, marks=pytest.mark.slow)],
    ids=["claude", "openai"],
    indirect=True,
)
"""What does not depend on the provider is tested with the other one among the slow tests."""


@pytest.fixture(params=[claude_writer, openai_writer], ids=["claude", "openai"])
def writer(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Writer]:
    made: Writer = request.param(monkeypatch)
    made.server.script = always(outcomes.slow(0.03))
    with made.server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", made.server.url)
        yield replace(made, settings=made.settings.replace("URL", made.server.url))


def workspace(folder: Path, writer: Writer) -> Workspace:
    folder.mkdir()
    (folder / "winnow.yaml").write_text(TASK + writer.settings)
    table = {"models": {"qwen3-8b": RATES}, "batch_share": 1, "cache_write_share": 1, "as_of": "2026-11-01"}
    (folder / "prices.json").write_text(json.dumps(table))
    made = winnow.open(folder)
    rows = [
        {"text": f"{said} {thing}", "label": "abc"[i % 3]} for i, thing in enumerate(THINGS) for said in OPENINGS[:3]
    ]
    made.add(pd.DataFrame(rows))
    return made


def begin(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [str(WINNOW_SCRIPT), "--workspace", str(folder), "generate", "examples", *more, "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def received(place: Workspace, writer: Writer) -> dict[str, str]:
    """The answers that are stored: the server's hash of the question, and what it says."""
    found = {}
    with SpendDatabase(place.folder.spend_database).reading() as connection:
        bodies = dict(connection.exec_driver_sql("SELECT id, body FROM llm_request").tuples().all())
    for path in place.folder.answers.rglob("*.json"):
        found[request_hash(writer.body(LlmRequest.model_validate_json(bodies[path.stem])))] = path.read_text()
    return found


def arrivals(entries: list[Entry], digest: str) -> list[str]:
    return [entry.received for entry in entries if entry.hash == digest and entry.what == "message"]


def wait_for_requests(process: subprocess.Popen[str], writer: Writer) -> None:
    """Until a process has sent a request that no earlier one sent."""
    before, deadline = len(writer.server.bodies), time.monotonic() + 60
    while len(writer.server.bodies) == before:
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.01)


def check_kills(folder: Path, writer: Writer, *, kills: int, count: int, seed: int) -> None:
    """Kill the same command at random moments, then let it end: nothing received is asked again, nor lost."""
    place, budget, draw = workspace(folder, writer), 40.0, random.Random(seed)
    order = ("--count", str(count), "--budget", str(budget))
    held: dict[str, str] = {}
    for _ in range(kills):
        process = begin(folder, *order)
        wait_for_requests(process, writer)
        time.sleep(draw.uniform(0.0, 1.0))
        process.send_signal(signal.SIGKILL)
        process.communicate()
        writer.server.wait_until_quiet()
        before = {digest: len(arrivals(writer.entries(), digest)) for digest in held}
        now = received(place, writer)
        assert held.items() <= now.items(), "an answer was lost or changed"
        assert all(len(arrivals(writer.entries(), digest)) == number for digest, number in before.items())
        held = now
    assert 0 < len(held) < count
    counts = {digest: len(arrivals(writer.entries(), digest)) for digest in held}
    process = begin(folder, *order)
    said, wrong = process.communicate(timeout=280)
    assert process.returncode == 0, wrong
    entries = writer.entries()
    assert all(len(arrivals(entries, digest)) == number for digest, number in counts.items()), "paid twice"
    told = json.loads(said)
    assert told["kept"] == len(received(place, writer)) == count
    records = place.records()
    assert (records["origin"] == "synthetic").sum() == count
    assert total_usd(entries) <= told["usd"]["paid"] + told["usd"]["lost"] + 1e-9
    assert told["usd"]["paid"] + told["usd"]["lost"] <= budget
    assert told["usd"]["reserved"] == 0
    arrived = [entry for entry in entries if entry.what == "message"]
    assert len(arrived) > count, "no kill met a request in flight"
    print(f"{kills} kills, {count} answers, {len(arrived)} requests arrived; 0 asked again, 0 lost, 0 over the budget")


@CLAUDE_FAST
def test_a_kill_in_the_middle_loses_and_doubles_nothing(tmp_path: Path, writer: Writer) -> None:
    writer.server.script = always(outcomes.slow(0.2))
    check_kills(tmp_path / "ws", writer, kills=2, count=120, seed=1)


@pytest.mark.slow
def test_twenty_kills_in_the_middle_of_five_hundred_requests(tmp_path: Path, writer: Writer) -> None:
    writer.server.script = always(outcomes.slow(0.4))
    check_kills(tmp_path / "ws", writer, kills=20, count=500, seed=2)


@CLAUDE_FAST
def test_two_processes_share_one_run_and_one_budget(tmp_path: Path, writer: Writer) -> None:
    place = workspace(tmp_path / "ws", writer)
    budget = 0.6
    order = ("--count", "80", "--budget", str(budget))
    both = [begin(place.folder.root, *order) for _ in range(2)]
    ended = [(process.communicate(timeout=280), process.returncode) for process in both]
    assert {code for _, code in ended} <= {0, 4}, ended
    entries = writer.entries()
    assert total_usd(entries) <= budget
    hashes = [entry.hash for entry in entries if entry.billed]
    assert len(hashes) == len(set(hashes)), "both asked the same"
    told = [json.loads(said) for (said, _), _ in ended]
    assert max(one["kept"] for one in told) == len(received(place, writer)) > 0
    assert sum(one["added"] for one in told) == len(received(place, writer))


@CLAUDE_FAST
def test_the_command_line_says_where_the_budget_ended(tmp_path: Path, writer: Writer) -> None:
    place = workspace(tmp_path / "ws", writer)
    process = begin(place.folder.root, "--count", "60", "--budget", "0.1")
    said, _ = process.communicate(timeout=280)
    assert process.returncode == 4
    told = json.loads(said)
    assert told["end"] == "budget"
    assert total_usd(writer.entries()) <= 0.1
    assert writer.server.key not in said
