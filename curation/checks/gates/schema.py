"""Gate: violations of the release schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.validators.kinds import allowed_targets

if TYPE_CHECKING:
    import pandas as pd


def schema_gate(inputs: GateInputs) -> Gate:
    """Violations of the release schema; none is allowed."""
    return measure_schema(inputs.selected, allowed_targets(inputs.task, inputs.selected["label"]))


def measure_schema(selected: pd.DataFrame, labels: Sequence[str]) -> Gate:
    """The same from the selected rows and the task's labels."""
    from winnow.core.schemas import schema_problems  # pandera loads slowly

    if selected.empty:
        return gate_not_measured("schema", 0, "no labeled record yet", command("add", "FILE"))
    problems = schema_problems(selected, labels)
    fix = f"correct winnow.yaml, or correct the rows and {command('add', 'FILE')}"
    return at_most("schema", len(problems), 0, problems, fix)
