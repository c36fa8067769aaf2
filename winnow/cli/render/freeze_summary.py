"""The release that freeze made: rows, exclusions, highest similarity, hash."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line

if TYPE_CHECKING:
    from winnow.curation.releases.freeze import FreezeResult


def print_freeze_summary(frozen: FreezeResult) -> None:
    """Print rows, exclusions, highest similarity and hash of a new release."""
    print_line(
        f"{'would freeze' if frozen.dry_run else 'release'} {frozen.release}: "
        + ", ".join(f"{split} {count:,}" for split, count in frozen.counts.items())
    )
    if frozen.excluded:
        print_line("excluded: " + ", ".join(f"{reason} {count:,}" for reason, count in frozen.excluded.items()))
    for pair, highest in frozen.similarity_between_splits.items():
        figure = "not measured" if highest is None else f"{highest:.6f}"
        print_line(f"highest similarity, {pair.replace('_', ' ')}: {figure}")
    if frozen.dry_run:
        print_line("a release is never changed, and its name is never used again")
    print_line(f"path {frozen.path}")
    print_line(f"manifest SHA-256 {frozen.sha256}")
