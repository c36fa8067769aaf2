"""Gate: records without a usable license."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


UNKNOWN_LICENSES = frozenset(
    ["", "unknown", "none", "n/a", "na", "?", "-", "other", "unspecified", "not specified", "tbd"]
)
"""Words for a license that nobody named."""


NON_COMMERCIAL = re.compile(
    r"\bby[- ]nc\b|\bcc\b.*\bnc\b|\bnon?[- ]?commercial|\bnot\b.*\bcommercial"
    r"|\b(?:research|academic|educational?|personal|private|evaluation|testing)\b.*\b(?:only|purposes?|use)\b",
    re.IGNORECASE,
)
"""As in CC-BY-NC-4.0 and its kin (SPDX identifiers), and in plain words."""


def licenses_gate(selected: pd.DataFrame, allowed: Sequence[str]) -> Gate:
    """Selected records that no source shows under a usable license: `unknown`, or forbidding commercial use."""
    if selected.empty:
        return gate_not_measured("licenses", 0, "no labeled record yet", "winnow add FILE")
    usable = {
        name: license_problem(name) is None or name in allowed for name in selected["licenses"].explode().unique()
    }
    unusable = selected[[not any(usable[name] for name in names) for names in selected["licenses"]]]
    counts = unusable["licenses"].explode().value_counts()
    evidence = [f"{count:,} records under {name!r}: {license_problem(str(name))}" for name, count in counts.items()]
    source = unusable["sources"].iloc[0][0] if len(unusable) else ""
    fix = (
        f"winnow retract {source}, then winnow add FILE --license NAME (the reserves stay); or allow it under "
        "licenses.allow in winnow.yaml"
    )
    return at_most("licenses", len(unusable), 0, evidence, fix)


def license_problem(name: str) -> str | None:
    """Why a license may not be used without a person's word, or None."""
    if name.strip().casefold() in UNKNOWN_LICENSES:
        return "nobody said what may be done with them"
    if "all rights reserved" in name.casefold():
        return "its owner allows nothing"
    return "it forbids commercial use" if NON_COMMERCIAL.search(name) else None
