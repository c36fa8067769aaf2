"""Gate: breaches of the release schema."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.curation.checks.gates.gate import Gate, at_most, gate_not_measured

if TYPE_CHECKING:
    import pandas as pd


def schema_gate(selected: pd.DataFrame, labels: Sequence[str]) -> Gate:
    """Breaches of the release schema; none is allowed."""
    from winnow.core.schemas import schema_problems  # pandera takes its time to load

    if selected.empty:
        return gate_not_measured("schema", 0, "no labeled record yet", "winnow add FILE")
    problems = schema_problems(selected, labels)
    return at_most("schema", len(problems), 0, problems, "mend winnow.yaml, or mend the rows and winnow add FILE")
