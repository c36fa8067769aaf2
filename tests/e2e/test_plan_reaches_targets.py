"""A plan that coverage makes for the assistant example, carried out by rules and recorded answers, reaches its targets.

The answers are recorded: a local server in Claude's place gives them. People are recorded too: they accept everything.
"""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

import winnow
from tests.fakes.claude.price_table import Price
from tests.fakes.claude.request_log import paid, paid_again, total_usd
from tests.fakes.claude.server import Claude
from tests.fakes.claude_answers import Json, query
from tests.fakes.dialogue_answers import assistant, careful_assistant, user
from tests.support.assistants import TASK_FILES, example_rows
from tests.support.paths import ROOT
from winnow.core.clock import utc_now
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.decisions import insert_decisions
from winnow.curation.store.lot_tables import proposed_labels
from winnow.operations.coverage import CoverageResult
from winnow.operations.generate_plan import PlanResult
from winnow.workspace import Workspace

ASSISTANT = ROOT / "examples" / "assistant"

THINNED = ("delete_event", "unable", "ask")
"""Labels of which every second dialogue is left out, as is every second one that calls several tools."""

BUDGET = 5.0


def recorded_answer(request: Json) -> Json:
    """The answer of the careful writer, which knows no values of briefs and one pair of tools; these are added here."""
    own = request["messages"][0]["content"]
    schema = request["output_config"]["format"]["schema"]["properties"]
    draw = random.Random(hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest())
    if "dialogues" in schema and '"values": {' in own:
        briefs = json.loads(next(line for line in own.splitlines() if line.startswith('[{"brief"')))
        return {"dialogues": [{"brief": brief["brief"], "turns": with_values(brief, draw)} for brief in briefs]}
    if "pairs" in schema and "delete_event" in own:
        return {"pairs": [delete_pair(draw) for _ in range(int(re.findall(r"Write (\d+) pairs", own)[0]))]}
    if "verdicts" in schema and "Get rid of" in own:
        asked = json.loads(re.findall(r"<data>(.*)</data>", own)[-1])
        return {"verdicts": [{"query": one["query"], "why": "its id", "behavior": "call", "sure": True,
                              "tools": ["delete_event" if "event_" in " ".join(one["user"]) else "delete_task"]}
                             for one in asked]}  # fmt: skip
    return careful_assistant(request)


def with_values(brief: Json, draw: random.Random) -> list[Json]:
    """A request with the values that its brief names, for the two tools whose values the example lacks."""
    thing, values = query(draw), brief.get("values", {})
    said = ", ".join(f"{value} {name}" for name, value in values.items())
    needed = {"title": thing} if brief["tool"] == "create_task" else {}
    return [user(f"{thing}, {said}"), assistant("I'll do it.", (brief["tool"], needed | values))]


def delete_pair(draw: random.Random) -> Json:
    """Two requests that differ in the id."""
    number, thing = draw.randrange(10**6), query(draw)
    sides = {
        side: [
            user(f"Get rid of {noun}_{number}: {thing}"),
            assistant("I'll do it.", (f"delete_{noun}", {f"{noun}_id": f"{noun}_{number}"})),
        ]
        for side, noun in (("first", "task"), ("second", "event"))
    }
    return {**sides, "edit": f"the id {number}"}


def thinned_example(folder: Path) -> Workspace:
    """A workspace with the example, without so many dialogues that it misses its targets."""
    folder.mkdir()
    for name in TASK_FILES:
        (folder / name).write_bytes((ASSISTANT / name).read_bytes())
    seen: Counter[str] = Counter()
    kept = []
    for row in example_rows():
        label = str(row["label"])
        kind = "several" if "+" in label else label
        seen[kind] += 1
        if kind not in (*THINNED, "several") or seen[kind] % 2:
            kept.append(json.dumps(row))
    (folder / "part.jsonl").write_text("\n".join(kept), encoding="utf-8")
    made = winnow.open(folder)
    made.add(folder / "part.jsonl", license="own", columns=Columns(group="group"))
    return made


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Iterator[Claude]:
    prices = {"claude-sonnet-5-5": Price(2.0, 10.0, cache_read_share=0.05)}
    with Claude(writer=recorded_answer, prices=prices) as server:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.url)
        monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
        monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
        yield server


def missed(found: CoverageResult) -> list[str]:
    """The targets of the composition that the dataset does not reach."""
    tools = found.coverage.tools
    assert tools is not None
    return [line.what for line in tools.composition if line.missed]


def carry_out(workspace: Workspace, plan: Path) -> PlanResult:
    return workspace.generate_plan(plan, budget=BUDGET, note=lambda _: None)


def accept_everything(workspace: Workspace) -> None:
    """A person labels every proposed dialogue as it was proposed."""
    records = workspace.records()
    proposed = set(records[records["state"] == "proposed"]["id"])
    with workspace.store.writing() as connection:
        labels = {record: label for record, (_, label) in proposed_labels(connection).items() if record in proposed}
        rows = [
            {"record_id": record, "actor": "person", "who": "ann", "kind": "label", "value": label, "turn": 0,
             "why": "", "at": utc_now(), "source_id": None}
            for record, label in labels.items()
        ]  # fmt: skip
        insert_decisions(connection, rows)


@pytest.mark.slow
def test_the_plan_of_coverage_reaches_the_targets(
    tmp_path: Path, claude: Claude, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = thinned_example(tmp_path / "ws")
    before = workspace.coverage()
    assert len(missed(before)) >= 4
    plan = before.plan

    by_rule = carry_out(workspace, plan)
    assert by_rule.steps[0].added > by_rule.steps[0].wanted / 2
    assert not paid(claude.ledger.entries())

    monkeypatch.setenv("ANTHROPIC_API_KEY", claude.key)
    done = carry_out(workspace, plan)
    assert done.missing == []
    assert done.usd == pytest.approx(total_usd(claude.ledger.entries()))
    assert not paid_again(claude.ledger.entries())
    records = len(workspace.records())
    assert carry_out(workspace, plan).steps == []
    assert len(workspace.records()) == records

    accept_everything(workspace)
    after = workspace.coverage()
    assert missed(after) == []
    assert json.loads(after.plan.read_text())["quotas"]["arguments"] == {}
