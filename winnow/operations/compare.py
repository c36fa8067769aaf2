"""Compare runs on the hold-out rows they share."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from winnow.operations._context import Context
from winnow.training.evaluation.comparison_facts import ComparisonFacts

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.evaluation.compare import Comparison


class ComparisonOutput(ComparisonFacts):
    """What `compare --json` prints."""

    report: str
    """Path of the page that shows the comparison."""


class CompareResult(NamedTuple):
    """The comparison, and the page that shows it."""

    comparison: Comparison
    page: Path

    def output(self) -> ComparisonOutput:
        """What `compare --json` prints."""
        return ComparisonOutput(**dict(self.comparison.facts), report=str(self.page))


def compare(
    context: Context,
    ids_or_paths: Sequence[str | Path],
    *,
    split: str = "validation",
    progress: Progress | None = None,
) -> CompareResult:
    """Compare runs on the hold-out rows they share, and draw the page. Raises WinnowError for fewer than two runs."""
    from winnow.reports.comparison_page import write_comparison
    from winnow.training.evaluation.compare import compare as compare_runs

    runs = [context.run(one) for one in ids_or_paths]
    found = compare_runs(
        runs,
        split,
        goals=context.goals,
        current_label=context.label_lookup(),
        vectors_cache=context.vectors_cache,
        progress=progress,
    )
    return CompareResult(found, write_comparison(found, context.page_folder(runs)))
