"""Gate: records with private data that the task does not allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured


def private_data_gate(found: Mapping[str, Sequence[str]], screened: int) -> Gate:
    """Live records with private data that the task does not allow: `found` names the entities, by record id."""
    if not screened:
        return gate_not_measured("private_data", 0, "no record yet", "winnow add FILE")
    evidence = [f"record {record} holds {', '.join(sorted(set(entities)))}" for record, entities in found.items()]
    fix = "winnow forget ID, for each; or allow the entity under private.policy in winnow.yaml"
    return at_most("private_data", len(found), 0, evidence, fix)
