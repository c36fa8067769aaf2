"""Uncovered traffic, labels below target, labels that overlap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import first_few, print_line, print_table

if TYPE_CHECKING:
    from winnow.curation.checks.coverage.coverage_report import CoverageReport


def print_coverage(coverage: CoverageReport) -> None:
    """Print uncovered traffic, labels below the target, labels that overlap, labels with uniform wording."""
    from winnow.curation.checks.coverage.label_overlap import MIN_SHOWN_SCORE

    if coverage.share is None:
        print_line(
            "traffic covered: not measured; " + ("train is too small" if coverage.queries else "no unlabeled log query")
        )
    else:
        near = f"cosine {coverage.check.traffic_coverage.near_cosine:.3f} or above"
        print_line(f"traffic covered: {coverage.share:.1%} of {coverage.queries:,} queries ({near})")
    if coverage.synthetic_only:
        print_line(f"covered by synthetic records only: {coverage.synthetic_only:,} queries")
    if coverage.regions:
        print_line()
        rows = [
            (region.id, f"{region.queries:,}", ", ".join(region.words), region.nearest_label, region.examples[0].text)
            for region in coverage.regions[:10]
        ]
        print_table(["uncovered region", "queries", "words", "nearest label", "for example"], rows, right=[1])
    more = len(coverage.regions) - 10
    if more > 0:
        print_line(f"and {more} more uncovered regions in the report")
    overlapping = [
        (" and ".join(one.labels), f"{one.score:.1%}", one.advice)
        for one in coverage.overlaps[:5]
        if one.score >= MIN_SHOWN_SCORE
    ]
    if overlapping:
        print_line()
        print_table(["labels", "overlap", "advice"], overlapping, right=[1])
    print_line()
    short, one_sided = coverage.short_labels, coverage.check.marginals.short_labels()
    target = coverage.check.task.targets.per_label
    print_line(f"labels below the target of {target}: {first_few(list(short))}")
    print_line(f"labels with too uniform wording: {first_few(sorted(one_sided))}")
