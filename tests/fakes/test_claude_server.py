"""The local Claude server's life and its books: what is paid for, what went out, what is left behind."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import anthropic
import pytest

from tests.fakes.claude import Claude, Price, Tokens, answered, paid, paid_again, read_ledger, total_usd
from tests.fakes.claude.outcomes import cut, dropped, error, overloaded, rate_limited, slow, success
from tests.fakes.claude.scripts import Arrival, first_time, from_json, in_order, mixed
from tests.fakes.claude.sdk_client import ASK, HAIKU, connect, question, text_of
from tests.fakes.claude.server_process import running
from tests.fakes.claude.token_counter import count
from tests.fakes.claude.token_counter import cut as cut_text
from tests.support.paths import ROOT


def test_an_answer_is_a_message_and_a_line_in_the_ledger(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.writer = lambda request: f"You said: {request['messages'][0]['content']}"
    claude.prices = {HAIKU: Price(input=1.0, output=5.0)}
    message = sdk.messages.create(**ASK)
    assert text_of(message) == "You said: Hello there"
    assert message.stop_reason == "end_turn"
    assert message._request_id is not None
    [entry] = claude.ledger.entries()
    assert (entry.what, entry.status, entry.billed, entry.written) == ("message", 200, True, True)
    assert entry.tokens == Tokens(fresh=message.usage.input_tokens, output=message.usage.output_tokens)
    assert entry.usd == pytest.approx((message.usage.input_tokens + 5 * message.usage.output_tokens) / 1e6)
    assert claude.bodies[entry.hash] == ASK


def test_a_lost_answer_is_paid_for_and_paid_again_by_a_retry(claude: Claude) -> None:
    claude.script = first_time(dropped(billed=True))
    with connect(claude, max_retries=1) as client:
        client.messages.create(**ASK)
    entries = claude.ledger.entries()
    assert list(paid(entries).values()) == [2]
    assert list(answered(entries).values()) == [1]
    assert not paid_again(entries)  # nothing had gone out whole when it was asked again


def test_asking_again_for_a_received_answer_is_paid_again(claude: Claude, sdk: anthropic.Anthropic) -> None:
    first = sdk.messages.create(**ASK)
    second = sdk.messages.create(**ASK)
    assert text_of(first) != text_of(second)  # another draw of the same question
    assert list(paid_again(claude.ledger.entries()).values()) == [1]


@pytest.mark.parametrize(
    ("outcome", "status", "billed"),
    [(dropped(), 0, False), (dropped(billed=True), 0, True), (cut(), 200, True)],
)
def test_broken_connections(claude: Claude, sdk: anthropic.Anthropic, outcome: Any, status: int, billed: bool) -> None:
    claude.script = in_order([outcome])
    with pytest.raises(anthropic.APIConnectionError):
        sdk.messages.create(**ASK)
    [entry] = claude.ledger.entries()
    assert (entry.status, entry.billed, entry.written) == (status, billed, False)


def test_an_answer_that_comes_too_late_is_paid_for_and_not_answered(claude: Claude) -> None:
    claude.script = in_order([slow(0.3)])
    with connect(claude, timeout=anthropic.Timeout(9, read=0.1)) as client, pytest.raises(anthropic.APITimeoutError):
        client.messages.create(**ASK)
    claude.wait_until_quiet()
    [entry] = claude.ledger.entries()
    assert (entry.billed, entry.written) == (True, False)


def test_too_many_at_once_are_told_to_wait(claude: Claude) -> None:
    claude.most_at_once = 2
    claude.crowded = rate_limited(0.02)
    claude.script = lambda arrival: slow(0.1)
    with connect(claude, max_retries=100) as client:
        threads = [threading.Thread(target=lambda: client.messages.create(**ASK)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    entries = claude.ledger.entries()
    assert sum(entry.billed for entry in entries) == 8
    assert {entry.status for entry in entries} == {200, 429}
    assert claude.most_in_flight > 2


def test_under_trouble_every_arrival_is_booked_once_and_no_answer_is_lost(claude: Claude) -> None:
    claude.script = mixed(
        [(0.1, overloaded()), (0.05, dropped()), (0.05, dropped(billed=True)), (0.05, cut()), (0.2, slow(0.02))]
    )
    received: list[str] = []

    def ask(numbers: range) -> None:
        with connect(claude) as client:
            for number in numbers:
                with contextlib.suppress(anthropic.APIConnectionError, anthropic.OverloadedError):
                    client.messages.create(**question(str(number)))
                    received.append(str(number))

    threads = [threading.Thread(target=ask, args=(range(start, 240, 8),)) for start in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = claude.ledger.entries()
    kinds = Counter(entry.kind for entry in entries)
    asked = {entry.hash: claude.bodies[entry.hash]["messages"][0]["content"] for entry in entries}
    assert Counter(asked.values()) == Counter(map(str, range(240)))
    assert Counter(asked[digest] for digest in answered(entries)) == Counter(received)
    assert sum(kinds.values()) == len(received) + kinds["error"] + kinds["dropped"] + kinds["cut"]
    assert min(kinds["error"], kinds["dropped"], kinds["cut"]) > 0
    assert len(paid(entries)) == len(received) + kinds["cut"] + sum(e.billed and e.kind == "dropped" for e in entries)


CLIENT = """
import os, sys, threading
import anthropic
client = anthropic.Anthropic(max_retries=0)
def ask(start):
    for number in range(start, 10_000, 4):
        content = [{"role": "user", "content": str(number)}]
        client.messages.create(model="claude-haiku-5-5", max_tokens=50, messages=content)
        os.write(1, f"{number}\\n".encode())
for start in range(4):
    threading.Thread(target=ask, args=(start,)).start()
"""


def test_a_killed_clients_answers_are_all_in_the_ledger(claude: Claude) -> None:
    claude.script = lambda arrival: slow(0.005)
    environment = {**os.environ, "ANTHROPIC_API_KEY": claude.key, "ANTHROPIC_BASE_URL": claude.url}
    with subprocess.Popen([sys.executable, "-c", CLIENT], stdout=subprocess.PIPE, text=True, env=environment) as child:
        assert child.stdout is not None
        received = {child.stdout.readline().strip() for _ in range(40)}
        child.kill()
        received |= {line.strip() for line in child.stdout if line.endswith("\n")}
    claude.wait_until_quiet()
    entries = claude.ledger.entries()
    went_out = {claude.bodies[digest]["messages"][0]["content"] for digest in answered(entries)}
    assert received <= went_out
    assert len(went_out - received) <= 4  # what was in flight
    assert len(paid(entries)) <= len(received) + 4


def test_four_word_characters_are_about_as_long_as_a_real_token() -> None:
    text = "\n".join(path.read_text(encoding="utf-8") for path in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
    english = " ".join(word for word in text.split() if word.strip(".,:;()").isalpha())
    assert count(english) / len(english.split()) == pytest.approx(1.80, rel=0.2)
    for tokens in (0, 1, 2, 5, 10_000_000):
        assert count(cut_text(text, tokens)) == min(tokens, count(text))
        assert text.startswith(cut_text(text, tokens))


def test_a_mixed_script_depends_on_the_request_and_not_on_the_order() -> None:
    script = mixed([(0.3, overloaded()), (0.2, dropped(billed=True))], seed=3)
    arrivals = [Arrival(number, seen, str(number), "", {}) for number in range(1000) for seen in range(2)]
    told = [script(arrival) for arrival in arrivals]
    assert told == [script(arrival) for arrival in reversed(arrivals)][::-1]
    assert told.count(overloaded()) / len(told) == pytest.approx(0.3, abs=0.05)
    assert told.count(dropped(billed=True)) / len(told) == pytest.approx(0.2, abs=0.05)


def test_scripts_from_the_command_line() -> None:
    script = from_json('{"at": "POST /x", "script": [{"kind": "dropped", "billed": true}]}')
    outcomes = [
        script(Arrival(number, 0, "", path, {})) for number, path in enumerate(["GET /x", "POST /x", "POST /x"])
    ]
    assert outcomes == [success(), dropped(billed=True), success()]
    for wrong, named in (
        ('[{"kind": "explode"}]', "explode"),
        ('{"explode": 1, "shares": []}', "explode"),
        ('[{"kind": "error"}]', "status 200"),
    ):
        with pytest.raises(ValueError, match=named):
            from_json(wrong)


def test_the_sdk_logs_prompts_and_no_key(claude: Claude, caplog: pytest.LogCaptureFixture) -> None:
    claude.key = "sk-ant-a-secret"
    claude.script = in_order([error(401)])
    with (
        caplog.at_level(logging.DEBUG),
        connect(claude) as client,
        pytest.raises(anthropic.AuthenticationError) as caught,
    ):
        client.messages.create(**ASK)
    assert "Hello there" in caplog.text
    assert claude.key not in caplog.text + str(caught.value) + repr(caught.value)
    assert claude.key in str(caught.value.request.headers.raw)  # so the exception must not be dumped as it is


def test_nothing_is_left_running() -> None:
    before = set(threading.enumerate())
    with Claude(script=in_order([success(), slow(60)])) as claude:
        client = connect(claude, timeout=anthropic.Timeout(9, read=0.5))  # keeps its connection open
        client.messages.create(**ASK)
        with pytest.raises(anthropic.APITimeoutError):
            client.messages.create(**ASK)
    assert set(threading.enumerate()) <= before
    with pytest.raises(anthropic.APIConnectionError):
        client.messages.create(**ASK)
    client.close()


def test_a_failing_writer_is_not_hidden() -> None:
    def writer(request: dict[str, Any]) -> str:
        raise AssertionError("the prompt lacks the label")

    def ask() -> None:
        with Claude(writer=writer) as claude, connect(claude) as client, pytest.raises(anthropic.APIConnectionError):
            client.messages.create(**ASK)

    with pytest.raises(RuntimeError) as caught:
        ask()
    assert isinstance(caught.value.__cause__, AssertionError)


def test_the_ledger_of_a_process_can_be_read_while_it_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    prices = tmp_path / "prices.json"
    prices.write_text(json.dumps({HAIKU: {"input": 1.0, "output": 5.0}}))
    ledger = tmp_path / "ledger.jsonl"
    script = '[{"kind": "error", "status": 529, "billed": false}, {"kind": "dropped", "billed": true}]'
    with running("--key", "a-secret", "--ledger", ledger, "--prices", prices, "--script", script) as url:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "a-secret")
        with anthropic.Anthropic(max_retries=0) as client:
            for raised in (anthropic.OverloadedError, anthropic.APIConnectionError):
                with pytest.raises(raised):
                    client.messages.create(**ASK)
            message = client.messages.create(**ASK)
            entries = read_ledger(ledger)
    assert [(entry.status, entry.billed, entry.written) for entry in entries] == [
        (529, False, True),
        (0, True, False),
        (200, True, True),
    ]
    assert total_usd(entries) > (message.usage.input_tokens + 5 * message.usage.output_tokens) / 1e6
    assert "a-secret" not in ledger.read_text()
    with anthropic.Anthropic(max_retries=0) as client, pytest.raises(anthropic.APIConnectionError):
        client.messages.create(**ASK)
