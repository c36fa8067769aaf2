"""Gate: share of train rows lost to dedup."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.curation.checks.gates.lost_share import excluded_examples

if TYPE_CHECKING:
    import pandas as pd


def duplicate_evidence(final: pd.DataFrame, conflicts: pd.DataFrame) -> list[str]:
    evidence = excluded_examples(final, "duplicate")
    if len(conflicts):
        evidence.append(f"{len(conflicts)} near pairs stand under different labels: a person decides, none is dropped")
    return evidence
