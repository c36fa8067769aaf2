"""What cross-validation measured: every fold, their mean and spread, and all rows together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render import terminal
from winnow.cli.render.measure_format import format_share, share_cells

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
    terminal.print_line(f"accuracy: {_spread(found.accuracy_spread)}; macro-F1: {_spread(found.macro_f1_spread)}")
    accuracy, score = (" ".join(share_cells(one)) for one in (found.accuracy, found.macro_f1))
    terminal.print_line(f"all {found.rows:,} rows of {found.groups:,} groups: accuracy {accuracy}; macro-F1 {score}")
    if found.small_labels:
        named = terminal.first_few(found.small_labels)
        terminal.print_note(f"labels with fewer than {found.folds} groups, which not every model saw: {named}")


def _spread(one: FoldSpread) -> str:
    return f"mean {one.mean:.1%} ± {one.deviation:.1%} (standard deviation), {one.lowest:.1%} to {one.highest:.1%}"
