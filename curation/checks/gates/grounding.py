"""Gate: argument values that nobody gave."""

from __future__ import annotations

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured
from winnow.validators.tools.grounding.finding import GroundingLevel
from winnow.validators.tools.grounding.ground import ground


def grounding_gate(inputs: GateInputs) -> Gate:
    """Values in selected dialogues that follow from nothing before them, such as an invented id; none is allowed."""
    if not inputs.dialogues:
        return gate_not_measured("grounding", 0, "no labeled dialogue yet", command("add", "FILE"))
    evidence = [
        f"record {record}, turn {found.turn + 1}, {found.argument}: {found.why}"
        for record, dialogue in inputs.dialogues.items()
        for found in ground(dialogue, system_prompt=inputs.task.system_prompt_text)
        if found.level == GroundingLevel.ERROR
    ]
    fix = (
        "let the user or a result give the value, or let the assistant ask for it: correct the rows, "
        f"{command('retract', 'SOURCE')} and {command('add', 'FILE')}; or {command('waive', 'grounding')}"
    )
    return at_most("grounding", len(evidence), 0, evidence, fix)
