"""What cross-validation measured: every fold, their mean and spread, and all rows together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render import terminal
from winnow.cli.render.measure_format import format_share, share_cells
from winnow.core.counted import counted

if TYPE_CHECKING:
    from winnow.training.folds.fold_facts import CrossValidation, FoldSpread


def print_folds(found: CrossValidation) -> None:
    """Print a table of the folds, and what holds for all train rows."""
    terminal.print_line()
    rows = [
        (str(one.fold), f"{one.train_rows:,}", f"{one.rows:,}", format_share(one.accuracy), format_share(one.macro_f1))
        for one in found.per_fold
    ]
    terminal.print_table(["fold", "trained on", "rows", "accuracy", "macro-F1"], rows, right=[0, 1, 2, 3, 4])
    terminal.print_line(f"accuracy {_spread(found.accuracy_spread)}; macro-F1 {_spread(found.macro_f1_spread)}")
    (accuracy, within), (score, score_within) = share_cells(found.accuracy), share_cells(found.macro_f1)
    terminal.print_line(
        f"over all {counted(found.rows, 'row')} ({counted(found.groups, 'group')}), with 95% intervals: "
        f"accuracy {accuracy} ({within}); macro-F1 {score} ({score_within})"
    )
    if found.small_labels:
        named = terminal.first_few(found.small_labels)
        terminal.print_note(f"labels with fewer than {found.folds} groups, which not every model saw: {named}")


def _spread(one: FoldSpread) -> str:
    mean, deviation, lowest, highest = (format_share(x) for x in (one.mean, one.deviation, one.lowest, one.highest))
    return f"{lowest} to {highest}, mean {mean}, standard deviation {deviation}"
