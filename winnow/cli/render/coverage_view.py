"""Uncovered traffic, labels below target, labels that overlap."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.cli.render.check_view import print_missing_signal
from winnow.cli.render.terminal import first_few, print_line, print_table
from winnow.core.counted import counted
from winnow.core.vocabulary import SPLITS

if TYPE_CHECKING:
    from winnow.curation.checks.coverage.coverage_report import CoverageReport
    from winnow.curation.checks.coverage.tool_traffic import ToolTraffic
    from winnow.validators.kinds.kind import Noun
    from winnow.validators.tools.tool_coverage import ToolCoverage

TARGETS_SHOWN = 40

STEPS_SHOWN = 10


def _print_share(coverage: CoverageReport, noun: Noun) -> None:
    """The covered share of traffic, and by how sure one can be."""
    if coverage.share is None:
        print_line(f"traffic covered: not measured; {coverage.why_not_measured or f'no unlabeled log {noun.one}'}")
        return
    covered = f"traffic covered: {coverage.share:.1%} of {coverage.queries:,} {noun.many}"
    if coverage.estimate is None:
        print_line(f"{covered} (cosine {coverage.check.traffic_coverage.near_cosine:.3f} or above)")
        return
    share = coverage.estimate.share
    print_line(f"{covered} (95% interval: {1 - share.high:.1%} to {1 - share.low:.1%})")
    print_line("by certainty: " + ", ".join(f"{one.share:.1%} {one.name}" for one in coverage.certainty))


def print_coverage(coverage: CoverageReport) -> None:
    """Print uncovered traffic, labels below the target, labels that overlap, labels with uniform wording."""
    from winnow.curation.checks.coverage.label_overlap import MIN_SHOWN_SCORE
    from winnow.validators.kinds import kind_of

    noun = kind_of(coverage.check.task).noun
    print_missing_signal(coverage.check)
    if coverage.tools is not None:
        _print_tools(coverage.tools)
    _print_share(coverage, noun)
    if coverage.tool_traffic is not None and coverage.tool_traffic.interactions:
        _print_tool_traffic(coverage.tool_traffic)
    if coverage.synthetic_only:
        print_line(f"covered by synthetic records only: {coverage.synthetic_only:,} {noun.many}")
    if coverage.regions:
        print_line()
        rows = [
            (region.id, f"{region.queries:,}", ", ".join(region.words), region.nearest_label, region.examples[0].text)
            for region in coverage.regions[:10]
        ]
        print_table(["uncovered region", noun.many, "words", "nearest label", "for example"], rows, right=[1])
    more = len(coverage.regions) - 10
    if more > 0:
        print_line(f"and {counted(more, 'more uncovered region')} in the report")
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
    if coverage.tools is not None:
        _print_steps(coverage.next_steps)


def _print_tools(tools: ToolCoverage) -> None:
    """Print dialogues and groups of each tool and behavior by split."""
    rows = [
        (one.name, *(f"{count.records:,} ({count.groups:,})" for count in one.splits.values()))
        for one in tools.targets[:TARGETS_SHOWN]
    ]
    print_table(["dialogues (groups)", *SPLITS], rows, right=[1, 2, 3])
    if len(tools.targets) > TARGETS_SHOWN:
        print_line(f"and {len(tools.targets) - TARGETS_SHOWN:,} more in the report")
    print_line()


def _print_tool_traffic(traffic: ToolTraffic) -> None:
    """Print what traffic asks for more often than train has it."""
    print_line()
    rows = [
        (
            one.name,
            f"{one.labeled:,}",
            f"{one.estimated:,}",
            f"{one.share:.1%}",
            f"{one.train_share:.1%}",
            f"{one.missing:,}",
        )
        for one in traffic.gaps[:TARGETS_SHOWN]
    ]
    if rows:
        header = ["traffic asks for", "labeled", "estimated", "of traffic", "of train", "missing"]
        print_table(header, rows, right=[1, 2, 3, 4, 5])
    else:
        print_line("traffic asks for no tool and no behavior that train has too rarely")
    if traffic.unknown:
        print_line(f"not estimated, because no train dialogue is near: {traffic.unknown:,} of {traffic.interactions:,}")


def _print_steps(steps: Sequence[str]) -> None:
    print_line()
    print_line("what to write next:" if steps else "what to write next: nothing is missing")
    for step in steps[:STEPS_SHOWN]:
        print_line(f"- {step}")
    if len(steps) > STEPS_SHOWN:
        print_line(f"and {counted(len(steps) - STEPS_SHOWN, 'more gap')} in the report")
