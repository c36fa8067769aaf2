"""The method `prompt` at a server with OpenAI's chat completions API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.chat import Chat
from tests.fakes.claude import outcomes as o
from tests.fakes.claude.request_log import paid, paid_again
from tests.fakes.claude.scripts import in_order
from winnow.config.task import EndpointConfig, GenerateConfig, Task
from winnow.core.errors import BudgetError, WinnowError
from winnow.curation.releases.release import Release
from winnow.operations.evaluate import evaluate_run
from winnow.training import methods
from winnow.training.prompted.allowance import chosen_allowance
from winnow.training.prompted.prompt_settings import PromptSettings
from winnow.training.prompted.remote_model import run_spend
from winnow.training.run_facts import CostEstimate, PromptRunFacts
from winnow.training.runs import Run
from winnow.training.settings_file import read_settings
from winnow.workspace import Workspace

KEY = "sk-local-secret-0123456789"


@pytest.fixture(scope="module")
def release(frozen_example: Workspace) -> Release:
    return frozen_example.release("first")


@pytest.fixture
def chat(release: Release, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chat]:
    """A local server that knows every label."""
    rows = [release.rows(split)[["text", "label"]] for split in ("train", "validation", "test")]
    gold = {text: label for table in rows for text, label in table.itertuples(index=False)}

    def perfect(request: dict[str, Any]) -> dict[str, Any]:
        queries = json.loads(re.findall(r"<data>(.*)</data>", request["messages"][1]["content"])[-1])
        routes = [(one["query"], gold[one["text"]]) for one in queries]
        return {"routes": [{"query": n, "reason": "", "target": label, "confidence": 0.9} for n, label in routes]}

    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    monkeypatch.setenv("LOCAL_KEY", KEY)
    with Chat(key=KEY, writer=perfect) as server:
        yield server


def endpoint(chat: Chat, prices: str | None = "free") -> dict[str, Any]:
    return {"provider": "openai", "base_url": chat.url, "key_variable": "LOCAL_KEY", "prices": prices}


def trained(release: Release, folder: Path, chat: Chat, prices: str | None = "free", **more: Any) -> Run:
    settings = {"backend": "endpoint", "model": "qwen3-8b", "endpoint": endpoint(chat, prices), **more}
    return methods.train(release, folder, method="prompt", seed=0, settings=settings)[0]


def test_a_free_server_routes_every_text_once_and_no_key_is_stored(
    release: Release, tmp_path: Path, chat: Chat
) -> None:
    run = trained(release, tmp_path, chat, per_request=5)
    estimate = run.facts_of(PromptRunFacts).estimate
    assert isinstance(estimate, CostEstimate)
    assert (estimate.usd, estimate.prices_as_of) == (0, "free, local")
    evaluation, _ = evaluate_run(run, split="validation")
    assert evaluation.measures.accuracy == 1.0
    asked = sum(paid(chat.ledger.entries()).values())
    assert asked == -(-len(release.rows("validation")) // 5)
    methods.predict(run, list(release.rows("validation")["text"]))
    assert sum(paid(chat.ledger.entries()).values()) == asked
    spent = run_spend(run)
    assert (spent["answers"], spent["usd"]) == (asked, 0.0)
    assert spent["output_tokens"] > 0
    assert (run.path / "spend.db").exists()
    assert not [path for path in tmp_path.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]


def test_a_lost_answer_counts_in_the_budget_of_the_run(release: Release, tmp_path: Path, chat: Chat) -> None:
    rates = {"models": {"qwen3-8b": {"input": 2, "output": 10, "cache_read": 0.2}}, "as_of": "2026-11-01"}
    table = tmp_path / "own.json"
    table.write_text(json.dumps({**rates, "batch_share": 1, "cache_write_share": 1}))
    chat.script = in_order([o.dropped(billed=True)] * 3)
    texts = list(release.rows("validation")["text"])
    run = trained(release, tmp_path, chat, str(table), per_request=1)
    methods.predict(run, texts[:2])
    spent = run_spend(run)
    assert spent["lost"] == 3
    trained(release, tmp_path, chat, str(table), per_request=1, budget=spent["usd"])
    with pytest.raises(BudgetError):
        methods.predict(run, texts)
    assert sum(paid(chat.ledger.entries()).values()) == 5
    assert not paid_again(chat.ledger.entries())


def test_another_address_is_the_same_run_and_another_provider_is_not(
    release: Release, tmp_path: Path, chat: Chat
) -> None:
    run = trained(release, tmp_path, chat)
    with Chat(key=KEY) as moved:
        assert trained(release, tmp_path, moved).id == run.id
        stored = json.loads((run.path / "allowance.json").read_text())
        assert stored["endpoint"]["base_url"] == moved.url
    with pytest.raises(WinnowError, match="'other'; expected: claude, openai"):
        trained(release, tmp_path, chat, endpoint={**endpoint(chat), "provider": "other"})


def test_claude_does_not_get_the_model_of_another_endpoint() -> None:
    elsewhere = EndpointConfig(provider="openai", base_url="http://localhost:8000/v1", prices="own.json")
    task = Task(name="t", kind="intents", generate=GenerateConfig(model="qwen3-8b", endpoint=elsewhere))
    with pytest.raises(WinnowError, match=r"qwen3-8b answers at another endpoint; .*backend=endpoint"):
        chosen_allowance(PromptSettings(), task)
    named = chosen_allowance(PromptSettings(model="claude-opus-5-5"), task)
    assert named.endpoint == EndpointConfig()
    followed = chosen_allowance(PromptSettings(backend="endpoint"), task)
    assert followed.endpoint == elsewhere.model_copy(update={"prices": None})  # the table is not part of a release


def test_a_settings_file_names_the_endpoint(tmp_path: Path) -> None:
    file = tmp_path / "prompt.yaml"
    file.write_text(
        "backend: endpoint\nmodel: m\n"
        'endpoint: {provider: openai, base_url: "http://localhost:8000/v1", prices: free}\n'
    )
    told = read_settings(PromptSettings, file=file)
    assert told["endpoint"]["prices"] == "free"
    file.write_text("backend: endpoint\nendpoint: {base_url: localhost}\n")
    with pytest.raises(WinnowError, match="endpoint"):
        read_settings(PromptSettings, file=file)
