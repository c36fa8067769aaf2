"""Generating with a server that has OpenAI's chat completions API: who writes, who judges, and what it costs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd
import pytest

from tests.fakes.chat import Chat
from tests.fakes.chat.server import as_messages_request
from tests.fakes.claude import Claude, total_usd
from tests.fakes.claude import outcomes as o
from tests.fakes.claude.price_table import Price
from tests.fakes.claude.scripts import always, in_order, mixed
from tests.fakes.claude_answers import careful
from tests.support.commands import run_winnow
from winnow.core.errors import ServiceError, WinnowError
from winnow.generators.generation_request import GenerationRequest
from winnow.workspace import Workspace

LABELS = ("it_wifi", "it_vpn")
KEY = "sk-local-secret-0123456789"


@pytest.fixture
def chat(monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """The local server; no key of Claude is set."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    monkeypatch.setenv("LOCAL_KEY", KEY)
    with Chat(key=KEY, writer=lambda request: careful(as_messages_request(request))) as server:
        yield server


@pytest.fixture
def workspace(make_workspace: Callable[..., Workspace], chat: Chat) -> Workspace:
    """Two labels with a few rows each; the local server writes for free."""
    endpoint = f"{{provider: openai, base_url: {chat.url}, key_variable: LOCAL_KEY, prices: free}}"
    made = make_workspace(*LABELS, more=f"generate:\n  per_request: 2\n  model: qwen3-8b\n  endpoint: {endpoint}\n")
    texts = [
        (f"{word} number {n} {chr(97 + n) * 4}", label)
        for label, word in zip(LABELS, ("wifi", "vpn"), strict=True)
        for n in range(8)
    ]
    made.add(pd.DataFrame(texts, columns=["text", "label"]), license="own")
    return made


def extend(workspace: Workspace, line: str) -> None:
    """Add a line to the section `generate`, the last one of the task file."""
    path = workspace.folder.task_file
    path.write_text(path.read_text(encoding="utf-8") + f"  {line}\n", encoding="utf-8")


def generate(workspace: Workspace, generator: str = "examples", notes: list[str] | None = None, **more: Any) -> Any:
    note = notes.append if notes is not None else lambda _: None
    return workspace.generate(GenerationRequest(generator, **more), note=note)


def test_a_free_model_needs_no_key_of_claude_and_has_no_budget_to_exceed(workspace: Workspace, chat: Chat) -> None:
    notes: list[str] = []
    made = generate(workspace, count=12, budget=0.01, notes=notes)
    assert (made.end, made.kept, made.free, made.spent.worst_case) == ("done", 12, True, 0)
    assert "free, local" in notes[0]
    run = workspace.status().generation[0]
    assert (run["model"], run["usd"]) == ("qwen3-8b", 0.0)
    assert run["output_tokens"] > 0
    said = run_winnow("generate", "examples", "--count", "4", cwd=workspace.folder.root)
    assert said.returncode == 0, said.stderr
    assert "free, local" in said.stdout
    assert "free, local" in run_winnow("status", cwd=workspace.folder.root).stdout


def test_no_key_lands_in_a_file_or_message(workspace: Workspace, chat: Chat) -> None:
    chat.script = in_order([o.error(400, f"the key {KEY} has no access")])
    made = generate(workspace, count=8)
    assert made.kept > 0
    chat.key = "another"
    with pytest.raises(ServiceError, match="LOCAL_KEY") as told:
        generate(workspace, count=10)
    assert KEY not in str(told.value)
    kept = [path for path in workspace.folder.root.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert kept == []


def test_claude_may_judge_what_another_server_writes(
    workspace: Workspace, chat: Chat, monkeypatch: pytest.MonkeyPatch
) -> None:
    extend(workspace, "judge_model: claude-sonnet-5-5\n  judge_endpoint: {provider: claude}")
    with pytest.raises(WinnowError, match="ANTHROPIC_API_KEY"):
        generate(workspace, count=8, judge=True)
    with Claude(writer=careful, prices={"claude-sonnet-5-5": Price(2.0, 10.0, cache_read_share=0.05)}) as claude:
        monkeypatch.setenv("ANTHROPIC_API_KEY", claude.key)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", claude.url)
        made = generate(workspace, count=8, judge=True, budget=1.0)
        assert {"queries"} == {key for body in chat.bodies.values() for key in asked_for(as_messages_request(body))}
        assert {"verdicts"} == {key for body in claude.bodies.values() for key in asked_for(body)}
        assert made.kept == 8
        assert made.free is False
        assert made.spent.paid > 0
        assert made.spent.paid / 1e9 == pytest.approx(total_usd(claude.ledger.entries()))


def asked_for(request: dict[str, Any]) -> list[str]:
    return list(request["output_config"]["format"]["schema"]["properties"])


def test_batches_need_a_provider_that_has_them(workspace: Workspace, chat: Chat) -> None:
    with pytest.raises(WinnowError) as told:
        generate(workspace, count=8, batches=True)
    [problem] = told.value.problems
    assert "qwen3-8b answers at the provider openai, which has no batch API" in problem.found
    assert (problem.expected, problem.fix) == ("a provider with batches: claude", "leave it out")
    said = run_winnow("generate", "examples", "--count", "4", "--batch-api", cwd=workspace.folder.root)
    assert said.returncode == 2
    assert "--batch-api: qwen3-8b answers" in said.stderr.replace("\n", " ")
    assert chat.bodies == {}


def test_every_way_to_fail_loses_and_doubles_nothing(workspace: Workspace, chat: Chat) -> None:
    chat.script = mixed(
        [
            (0.08, o.error(500)), (0.08, o.error(503, "Loading model")), (0.08, o.rate_limited(0.02)),
            (0.06, o.dropped(billed=True)), (0.06, o.cut()), (0.05, o.garbled()), (0.05, o.page()), (0.06, o.refused()),
            (0.06, o.exhausted()), (0.06, o.truncated()),
        ],
        seed=5,
    )  # fmt: skip
    made = generate(workspace, count=60)
    chat.wait_until_quiet()
    assert made.end == "done"
    assert made.unanswered > 0
    assert 30 <= made.kept < 60
    assert made.spent.reserved == 0
    run = workspace.status().generation[0]
    assert run["refused"] > 0
    assert run["truncated"] > 0
    assert run["lost"] > 0


def test_a_server_that_stopped_ends_the_run_with_its_address_and_the_run_goes_on(
    workspace: Workspace, chat: Chat
) -> None:
    path = workspace.folder.task_file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(chat.url, "http://127.0.0.1:9/v1"), encoding="utf-8")
    with pytest.raises(ServiceError, match=r"http://127\.0\.0\.1:9/v1: no server answers"):
        generate(workspace, count=8)
    path.write_text(text, encoding="utf-8")
    assert generate(workspace, count=8).kept == 8


def test_an_unknown_price_and_an_unknown_provider_are_said(workspace: Workspace, chat: Chat) -> None:
    path = workspace.folder.task_file
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(", prices: free", ""), encoding="utf-8")
    with pytest.raises(WinnowError, match=r"model qwen3-8b: its price is unknown.*`prices`"):
        generate(workspace, count=4, budget=1.0)
    assert generate(workspace, count=4).estimate.usd is None
    assert workspace.status().generation[0]["usd"] is None
    path.write_text(text.replace("provider: openai", "provider: ollama"), encoding="utf-8")
    with pytest.raises(WinnowError, match=r"'ollama'; expected: claude, openai"):
        generate(workspace, count=4)


def test_usage_that_is_not_reported_is_counted_at_its_worst_case(workspace: Workspace, chat: Chat) -> None:
    path = workspace.folder.task_file
    path.write_text(path.read_text(encoding="utf-8").replace("prices: free", "prices: own.json"), encoding="utf-8")
    rates = {"models": {"qwen3-8b": {"input": 2, "output": 10, "cache_read": 0.2}}, "as_of": "2026-11-01"}
    (path.parent / "own.json").write_text(json.dumps({**rates, "batch_share": 1, "cache_write_share": 1}))
    told = generate(workspace, count=8).spent.paid
    chat.with_usage = False
    made = generate(workspace, count=8, again=True)
    assert made.kept == 8
    assert made.spent.paid > 2 * told


def test_a_slow_server_is_waited_for(workspace: Workspace, chat: Chat) -> None:
    chat.script = always(o.slow(0.2))
    assert generate(workspace, count=4).kept == 4
