"""The plan for generators that follows from failing cells: quotas of dialogues. It quotes nothing."""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any

from winnow.core.feedback_vocabulary import CellKind
from winnow.core.hashing import json_hash
from winnow.core.quota_names import DIALOGUES_PER_ARGUMENT, PAIR_SEPARATOR, TOOL_QUOTAS, QuotaName
from winnow.curation.annotations.tool_feedback_facts import FeedbackCell
from winnow.training.diagnostics.tools.fixes_of_tools import DIALOGUES_PER_FAILURE
from winnow.training.feedback.failing_cells import Cell, CountedCell
from winnow.training.feedback.generation_plan import CONTRASTS_PER_PAIR, FORMAT

QUOTA_OF = {
    CellKind.TOOL: QuotaName.PER_TOOL,
    CellKind.BEHAVIOR: QuotaName.BEHAVIORS,
    CellKind.PAIR: QuotaName.CONTRASTS,
    CellKind.ARGUMENT: QuotaName.ARGUMENTS,
}
"""The quota that adds dialogues of a cell."""


def planned_count(counted: CountedCell, known: Set[str]) -> int:
    """How many dialogues a cell needs, or pairs of them; 0 where no quota can name it.

    `known` are the tools of the task, and the gaps that its optional arguments may have. Calls with a required argument
    are added with the tool.
    """
    cell = counted.cell
    if cell.kind == CellKind.PAIR:
        least, most = CONTRASTS_PER_PAIR
        return min(most, max(least, counted.failing)) if known >= set(cell.name.split(PAIR_SEPARATOR)) else 0
    if cell.kind == CellKind.ARGUMENT:
        return DIALOGUES_PER_ARGUMENT if cell.name in known else 0
    return DIALOGUES_PER_FAILURE * counted.failing if cell.kind == CellKind.BEHAVIOR or cell.name in known else 0


def cell_plan(run: str, cells: Sequence[FeedbackCell]) -> dict[str, Any]:
    """The plan as JSON, as `winnow generate --plan` carries it out."""
    quotas: dict[str, dict[str, int] | int] = {str(name): 0 for name in TOOL_QUOTAS}
    for kind, quota in QUOTA_OF.items():
        counts = {one.name: one.planned for one in cells if one.kind == kind and one.planned}
        quotas[str(quota)] = counts or 0
    pairs = [Cell(one.kind, one.name) for one in cells if one.kind == CellKind.PAIR and one.planned]
    planned = {one.name: one.planned for one in cells}
    return {
        "format": FORMAT,
        "id": json_hash([run, quotas], length=12),
        "run": run,
        "quotas": quotas,
        "confused": [{"labels": one.name.split(PAIR_SEPARATOR), "count": planned[one.name]} for one in pairs],
        "labels": [],
        "regions": [],
    }
