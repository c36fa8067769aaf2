"""Gate: records with private data that the task does not allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured


def private_data_gate(inputs: GateInputs) -> Gate:
    """Live records with private data that the task does not allow."""
    return measure_private_data(inputs.private, int((inputs.final["state"] != "superseded").sum()))


def measure_private_data(found: Mapping[str, Sequence[str]], screened: int) -> Gate:
    """The same from the entities `found` by record id, among so many records `screened`."""
    if not screened:
        return gate_not_measured("private_data", 0, "no record yet", command("add", "FILE"))
    evidence = [f"record {record} contains {', '.join(sorted(set(entities)))}" for record, entities in found.items()]
    fix = f"{command('forget', 'ID')}, for each; or allow the entity under private.policy in winnow.yaml"
    return at_most("private_data", len(found), 0, evidence, fix)
