"""Carrying out a plan: rules first, a model next, one budget, and nothing twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from tests.fakes.claude.price_table import Price
from tests.fakes.claude.request_log import paid, paid_again, total_usd
from tests.fakes.claude.server import Claude
from tests.fakes.claude_answers import careful
from tests.support.commands import run_winnow
from winnow.core.errors import WinnowError
from winnow.operations.generate_plan import PlanResult
from winnow.workspace import Workspace

MORE = "fallback: other\nconfusable: [[it_wifi, it_vpn]]\ntargets: {per_label: 30}\nvariations_per_seed: 2\n"

WORDS = {
    "it_wifi": "I do not know why the wifi in room {} is slow",
    "it_vpn": "I do not know why vpn client number {} does not connect",
    "other": "what is the weather like in city {} tomorrow morning",
}

QUOTAS = {"per_label": {"it_wifi": 14, "it_vpn": 4}, "ambiguous": 6, "negatives": 3, "contrasts": {"it_wifi,it_vpn": 2}}


@pytest.fixture
def workspace(make_workspace: Callable[..., Workspace]) -> Workspace:
    made = make_workspace(*WORDS, more=MORE)
    rows = [
        {"text": f"{text.format(n)} {chr(97 + n) * 4}", "label": label, "split": "train"}
        for label, text in WORDS.items()
        for n in range(6)
    ]
    made.add(pd.DataFrame(rows), license="own")
    return made


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Iterator[Claude]:
    with Claude(writer=careful, prices={"claude-sonnet-5-5": Price(2.0, 10.0, cache_read_share=0.05)}) as server:
        monkeypatch.setenv("ANTHROPIC_API_KEY", server.key)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        yield server


@pytest.fixture
def no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def write_plan(workspace: Workspace, **quotas: Any) -> Path:
    path = workspace.folder.root / "plan.json"
    path.write_text(json.dumps({"id": "p1", "quotas": quotas or QUOTAS}))
    return path


def carry_out(workspace: Workspace, path: Path, **told: Any) -> PlanResult:
    return workspace.generate_plan(path, note=lambda _: None, **told)


def test_rules_come_first_and_the_model_fills_the_rest_once(workspace: Workspace, claude: Claude) -> None:
    path = write_plan(workspace)
    before = len(workspace.records())
    found = carry_out(workspace, path, dry_run=True)
    assert [step.end for step in found.steps] == ["estimated"] * 5
    assert all(step.usd for step in found.steps[1:])
    assert found.steps[1].wanted == 18  # rules may leave less for the model
    assert len(workspace.records()) == before
    assert not paid(claude.ledger.entries())
    made = carry_out(workspace, path, budget=5.0)
    steps = {step.name: step for step in made.steps}
    assert list(steps) == ["variations", "examples", "ambiguous", "negatives", "contrasts"]
    assert steps["variations"].wanted == 18
    assert 0 < steps["variations"].added < 18  # groups of two are full
    assert steps["examples"].wanted == 18 - steps["variations"].added == steps["examples"].added
    assert [one.quota.name for one in made.missing] == []
    assert made.end == "done"
    assert made.usd == pytest.approx(total_usd(claude.ledger.entries()))
    records, asked = len(workspace.records()), sum(paid(claude.ledger.entries()).values())
    assert records > before
    again = carry_out(workspace, path, budget=5.0)
    assert (again.steps, len(workspace.records())) == ([], records)
    assert sum(paid(claude.ledger.entries()).values()) == asked
    assert not paid_again(claude.ledger.entries())
    more = carry_out(workspace, write_plan(workspace, **QUOTAS | {"negatives": 5}), budget=5.0)
    assert [(step.name, step.wanted, step.added) for step in more.steps] == [("negatives", 2, 2)]


def test_without_a_key_rules_run_and_the_rest_is_named(workspace: Workspace, no_key: None) -> None:
    path = write_plan(workspace)
    made = carry_out(workspace, path, budget=1.0)
    assert {step.name: step.end for step in made.steps if step.maker == "model"} == dict.fromkeys(
        ("examples", "ambiguous", "negatives", "contrasts"), ""
    )
    assert made.steps[0].added > 0
    assert "ANTHROPIC_API_KEY" in made.no_model
    records = len(workspace.records())
    printed = run_winnow("generate", "--plan", path, "--budget", "1", cwd=workspace.folder.root).stdout
    assert len(workspace.records()) == records
    assert "no model was asked: ANTHROPIC_API_KEY: it is not set" in printed
    assert "ambiguous" in printed.split("still missing")[1]
    source = next(source for source in workspace.status().sources if source.origin == "synthetic")
    workspace.retract(source.id)  # what was refused or retracted is missing again
    assert carry_out(workspace, path, dry_run=True).steps[0].wanted == 18


def test_one_budget_limits_all_steps_and_a_higher_one_continues(workspace: Workspace, claude: Claude) -> None:
    path = write_plan(workspace, ambiguous=20, negatives=20)
    first = carry_out(workspace, path, budget=0.03)
    spent = total_usd(claude.ledger.entries())
    assert first.end == "budget"
    assert spent <= 0.03
    assert first.missing
    assert first.steps[-1].end == ""  # not started
    done = carry_out(workspace, path, budget=9.0)
    assert not done.missing
    assert not paid_again(claude.ledger.entries())
    assert done.usd == pytest.approx(total_usd(claude.ledger.entries()))


def test_wrong_plans_and_options_are_refused(workspace: Workspace, no_key: None) -> None:
    with pytest.raises(WinnowError, match=r"it is empty"):
        carry_out(workspace, write_plan(workspace, ambiguous=0))
    with pytest.raises(WinnowError, match=r"budget: -1"):
        carry_out(workspace, write_plan(workspace), budget=-1.0)
    root = workspace.folder.root
    for options in (["--plan", "plan.json"], ["--no-wait"]):
        told = run_winnow("generate", *options, "examples", cwd=root).stderr
        assert "options before the name of a generator" in told
    assert "no generator and no plan" in run_winnow("generate", "--budget", "1", cwd=root).stderr
