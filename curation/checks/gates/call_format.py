"""Gate: answers that cannot be written in the task's call format."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.validators.tools.call_formats import CALL_FORMATS, format_problems


def call_format_gate(inputs: GateInputs) -> Gate:
    """Selected answers that are not read back from the task's call format as they were written; none is allowed."""
    if not inputs.dialogues:
        return gate_not_measured("call_format", 0, "no labeled dialogue yet", command("add", "FILE"))
    call_format = CALL_FORMATS[inputs.task.call_format]
    evidence = [
        f"record {record}, turn {turn + 1}: {problems[0]}"
        for record, dialogue in inputs.dialogues.items()
        for turn, problems in format_problems(dialogue, call_format).items()
    ]
    fix = f"correct the answers and {command('add', 'FILE')}, or set another call_format in winnow.yaml"
    return at_most("call_format", len(evidence), 0, evidence, fix)
