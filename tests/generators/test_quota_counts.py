"""What the records of a plan count for: dialogues by their content, queries by the step that wrote them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import winnow
from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.core.quota_names import QuotaName
from winnow.generators.plan_part import AddedRecord, PlanPart, part_of
from winnow.generators.plan_quotas import Quota
from winnow.generators.quota_counts import added_by_quota
from winnow.validators.kinds.tools import content_of
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

INTENTS = parse_task("name: t\nkind: intents\nlabels: [{name: a}, {name: b}]\n")

PARAMETERS = {
    "type": "object",
    "properties": {"task_id": {"type": "string"}, "state": {"enum": ["open", "done"]}},
    "required": ["task_id"],
}

TOOLS = [{"name": name, "description": name, "parameters": PARAMETERS} for name in ("show_task", "update_task")]


@pytest.fixture
def tools(tmp_path: Path) -> Task:
    (tmp_path / "tools.json").write_text(json.dumps(TOOLS))
    (tmp_path / "winnow.yaml").write_text("name: t\nkind: tools\ntools: tools.json\n")
    return winnow.open(tmp_path).task


def dialogue(label: str, *, group: str = "g", users: int = 1, result: str = "", **arguments: Any) -> AddedRecord:
    """A record whose calls have these arguments; with a result, an earlier call returned it."""
    names = [name for name in label.split("+") if name.endswith("_task")]
    turns: list[Turn] = [Turn(Role.USER, f"Please {i}.") for i in range(users)]
    if result:
        first = Call("call_0", "show_task", {"task_id": "given"})
        turns += [Turn(Role.ASSISTANT, "", (first,)), Turn(Role.TOOL, result, call_id="call_0")]
    calls = tuple(Call(f"call_{i + 1}", name, {"task_id": "x", **arguments}) for i, name in enumerate(names))
    turns.append(Turn(Role.ASSISTANT, "Done.", calls))
    offered = tuple(Tool(tool["name"], "", PARAMETERS) for tool in TOOLS)  # type: ignore[arg-type]
    return AddedRecord(f"{label}{group}{arguments}", "any", label, content_of(Dialogue(tuple(turns), offered)), group)


def counted(task: Task, added: list[AddedRecord], others: list[AddedRecord], *keys: tuple[str, str]) -> list[int]:
    quotas = [Quota(QuotaName(name), of, 9) for name, of in keys]
    found = added_by_quota(task, quotas, added, others)
    return [found[quota] for quota in quotas]


def test_a_dialogue_counts_for_every_quota_that_it_fits(tools: Task) -> None:
    added = [
        dialogue("show_task", state="open"),
        dialogue("show_task+update_task", users=2),
        dialogue("update_task", result='{"task_id": "x"}'),
        dialogue("ask"),
    ]
    keys = [
        ("per_tool", "show_task"), ("per_tool", "update_task"), ("behaviors", "ask"), ("compound", ""),
        ("multi_turn", ""), ("threads_id", "update_task"), ("arguments", "show_task.state"),
        ("arguments", "show_task.state=done"), ("arguments", "no show_task.state"),
    ]  # fmt: skip
    assert counted(tools, added, [], *keys) == [1, 1, 1, 1, 1, 1, 1, 0, 2]


def test_a_contrastive_pair_may_have_one_side_that_was_there_before(tools: Task) -> None:
    key = ("contrasts", "show_task,update_task")
    other = dialogue("show_task", group="g")
    assert counted(tools, [dialogue("update_task", group="g")], [other], key) == [1]
    assert counted(tools, [dialogue("update_task", group="h")], [other], key) == [0]
    both = [dialogue("update_task", group="g"), dialogue("show_task", group="g", state="done")]
    assert counted(tools, [dialogue("ask", group="h")], both, key) == [0]  # an old pair is none of the plan's


def test_queries_count_for_what_their_step_wrote() -> None:
    def query(step: str, label: str, group: str = "") -> AddedRecord:
        return AddedRecord(f"{step}{label}{group}", step, label, "text", group)

    added = [
        query("variations", "a"), query("examples", "a"), query("ambiguous", "a"), query("region r1", "b"),
        query("contrasts", "a", "1"), query("contrasts", "b", "1"), query("contrasts", "b", "2"),
    ]  # fmt: skip
    keys = [("per_label", "a"), ("ambiguous", ""), ("ambiguous", "a"), ("domain", ""), ("regions", "r1"),
            ("regions", "r2"), ("contrasts", "a,b")]  # fmt: skip
    assert counted(INTENTS, added, [], *keys) == [2, 1, 1, 0, 1, 0, 1]


def test_the_part_of_a_plan_is_stored_with_the_settings_of_a_run() -> None:
    part = PlanPart("p1", "examples")
    assert part_of({"count": 3} | dict(part.facts)) == part
    assert part_of({"count": 3}) is None
