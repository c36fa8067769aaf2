"""Compare runs on the hold-out rows they share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.core.record import Record
from winnow.operations._context import Context
from winnow.training.evaluation.comparison_facts import ComparisonFacts
from winnow.training.evaluation.tools.tool_comparison_facts import ToolComparisonFacts

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.evaluation.compare import Comparison
    from winnow.training.evaluation.tools.compare_tool_runs import ToolComparison
    from winnow.training.runs import Run


class _Reported(Record):
    report: str
    """Path of the page that shows the comparison."""


class ComparisonOutput(_Reported, ComparisonFacts):
    """What `compare --json` prints."""


class ToolComparisonOutput(_Reported, ToolComparisonFacts):
    """What `compare --json` prints for runs that call tools."""


OUTPUTS: dict[type[Record], type[Any]] = {
    ComparisonFacts: ComparisonOutput,
    ToolComparisonFacts: ToolComparisonOutput,
}
"""What is printed, by what was measured."""


class CompareResult(NamedTuple):
    """The comparison, and the page that shows it."""

    comparison: Comparison | ToolComparison
    page: Path

    def output(self) -> ComparisonOutput | ToolComparisonOutput:
        """What `compare --json` prints."""
        facts = self.comparison.facts
        output: ComparisonOutput | ToolComparisonOutput = OUTPUTS[type(facts)](**dict(facts), report=str(self.page))
        return output


def compare(
    context: Context,
    ids_or_paths: Sequence[str | Path],
    *,
    split: str = "validation",
    progress: Progress | None = None,
) -> CompareResult:
    """Compare runs on the hold-out rows they share, and draw the page. Raises WinnowError for fewer than two runs."""
    runs = [context.run(one) for one in ids_or_paths]
    found = compare_runs(context, runs, split=split, progress=progress)
    return CompareResult(found, _writer_of(found.facts)(found, context.page_folder(runs)))


def compare_runs(
    context: Context, runs: Sequence[Run], *, split: str, progress: Progress | None = None
) -> Comparison | ToolComparison:
    """The comparison as the kind of the runs asks for, without a page."""
    from winnow.training.comparers import comparer_of

    return comparer_of(runs)(
        runs,
        split,
        goals=context.goals,
        current_label=context.label_lookup(),
        vectors_cache=context.vectors_cache,
        progress=progress,
    )


def _writer_of(facts: Record) -> Callable[[Any, Path], Path]:
    """What draws the page, by what was measured."""
    from winnow.reports.comparison_page import write_comparison
    from winnow.reports.tool_comparison_page import write_tool_comparison

    writers: dict[type[Record], Callable[[Any, Path], Path]] = {
        ComparisonFacts: write_comparison,
        ToolComparisonFacts: write_tool_comparison,
    }
    return writers[type(facts)]
