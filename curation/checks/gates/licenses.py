"""Gate: records without a usable license."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.curation.checks.gate_inputs import GateInputs
from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


UNKNOWN_LICENSES = frozenset(
    ["", "unknown", "none", "n/a", "na", "?", "-", "other", "unspecified", "not specified", "tbd"]
)
"""Values that name no license."""

NON_COMMERCIAL = re.compile(
    r"\bby[- ]nc\b|\bcc\b.*\bnc\b|\bnon?[- ]?commercial|\bnot\b.*\bcommercial"
    r"|\b(?:research|academic|educational?|personal|private|evaluation|testing)\b.*\b(?:only|purposes?|use)\b",
    re.IGNORECASE,
)
"""SPDX identifiers such as CC-BY-NC-4.0, and the same in plain words."""


def licenses_gate(inputs: GateInputs) -> Gate:
    """Selected records that no source provides under a usable license."""
    return measure_licenses(inputs.selected, inputs.task.licenses.allow)


def measure_licenses(selected: pd.DataFrame, allowed: Sequence[str]) -> Gate:
    """The same from the selected rows. A license is unusable when it is unknown or forbids commercial use."""
    if selected.empty:
        return gate_not_measured("licenses", 0, "no labeled record yet", command("add", "FILE"))
    usable = {
        name: license_problem(name) is None or name in allowed for name in selected["licenses"].explode().unique()
    }
    unusable = selected[[not any(usable[name] for name in names) for names in selected["licenses"]]]
    counts = unusable["licenses"].explode().value_counts()
    evidence = [f"{count:,} records under {name!r}: {license_problem(str(name))}" for name, count in counts.items()]
    source = unusable["sources"].iloc[0][0] if len(unusable) else ""
    add_again = command("add", "FILE", license="NAME")
    fix = (
        f"{command('retract', source)}, then {add_again} (assigned splits are kept); or allow it under "
        "licenses.allow in winnow.yaml"
    )
    return at_most("licenses", len(unusable), 0, evidence, fix)


def license_problem(name: str) -> str | None:
    """Why a license may not be used unless the task allows it, or None."""
    if name.strip().casefold() in UNKNOWN_LICENSES:
        return "the license is unknown"
    if "all rights reserved" in name.casefold():
        return "all rights are reserved"
    return "it forbids commercial use" if NON_COMMERCIAL.search(name) else None
