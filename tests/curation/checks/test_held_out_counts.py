"""A split by unseen tools: what the gate says about it, and an unseen tool outside of test fails it."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from tests.curation.checks.gates.test_gate_inputs import inputs, measured, table
from winnow.config.task import Task
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.held_out_counts import HeldOutToolsFacts, measure_held_out_tools
from winnow.validators.kinds.tools import content_of
from winnow.validators.tools.dialogue import Call, Dialogue, Role, Tool, Turn

TOOLS = tuple(Tool(name, "", {"type": "object"}) for name in ("close", "find", "open"))


def row(split: str, *called: str, **values: object) -> dict[str, object]:
    calls = tuple(Call(f"call_{number}", name, {}) for number, name in enumerate(called, 1))
    one = content_of(Dialogue((Turn(Role.USER, "Please."), Turn(Role.ASSISTANT, "Yes.", calls)), TOOLS))
    return {"content": one, "split": split, "assigned_split": split, **values}


def given(rows: pd.DataFrame, *held_out: str, prompt: str = "") -> GateInputs:
    shown = inputs(rows, kind="tools", labels=[], splits={"hold_out_tools": list(held_out)}, system_prompt="rules.txt")
    return replace(shown, task=shown.task.with_document_texts({"system_prompt": prompt}))


ROWS = table(
    *[row("train", "open")] * 6,
    row("validation", "open"),
    row("test", "find", group="pair"),
    row("test", "find", "open", group="pair"),
    row("test", "open"),
    row("test"),
)


def test_test_records_of_known_and_unseen_tools_are_counted_apart() -> None:
    facts = measure_held_out_tools(ROWS, given(ROWS, "find", "close").task)
    assert facts == HeldOutToolsFacts(
        tools={"close": 0, "find": 2}, unseen_records=2, unseen_groups=1, known_records=1, no_call_records=1
    )
    assert measure_held_out_tools(ROWS, Task(name="t", kind="tools")) is None


def test_the_gate_notes_the_counts_what_is_not_measured_and_what_the_prompt_names() -> None:
    gate = measured("hold_out_integrity", given(ROWS, "find", "close", prompt='{"tool": "find"}, no close-up'))
    assert gate.verdict == "pass"
    assert gate.notes == (
        "test calls held-out tools in 2 records in 1 group (close 0, find 2), only other tools in 1, and no tool in 1",
        "no test record calls close: held out, but not measured",
        "rules.txt names find: a model reads held-out tools in the prompts of train",
    )
    assert measured("hold_out_integrity", given(ROWS)).notes == ()


def test_rows_of_held_out_tools_are_no_part_of_the_share_of_test() -> None:
    many = table(*[row("train", "open")] * 80, *[row("validation", "open")] * 15, *[row("test", "find")] * 15,
                 row("test", "open"))  # fmt: skip
    notes = measured("hold_out_integrity", given(many, "find")).notes
    assert notes[0].startswith("the test split has 1 of 96 rows")
    assert len(measured("hold_out_integrity", given(many)).notes) == 0


def test_a_held_out_tool_outside_of_test_fails() -> None:
    gate = measured("hold_out_integrity", given(ROWS, "open"))
    assert (gate.verdict, gate.measured) == ("fail", 7)
    assert gate.evidence[0] == f"record {0:020x} in train calls a held-out tool"
