"""Compare runs on their common hold-out rows and draw the page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from winnow.core.progress import Progress
    from winnow.training.evaluation.compare import Comparison
    from winnow.training.runs import Run


def compare_runs(
    runs: Sequence[Run],
    folder: Path,
    *,
    split: str,
    goals: Mapping[str, float] | None = None,
    current_label: Callable[[str], str] = str,
    vectors_cache: Path | None = None,
    progress: Progress | None = None,
) -> tuple[Comparison, Path]:
    """Hold runs against each other and draw the page into a folder."""
    from winnow.reports.comparison_page import write_comparison
    from winnow.training.evaluation.compare import compare

    found = compare(
        runs, split, goals=goals, current_label=current_label, vectors_cache=vectors_cache, progress=progress
    )
    return found, write_comparison(found, folder)
