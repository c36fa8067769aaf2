"""Agreement, confusions between annotators, each annotator, label accuracy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_line, print_table

if TYPE_CHECKING:
    from winnow.reports.annotators_page import AnnotatorReport


def print_annotators(report: AnnotatorReport) -> None:
    """Print agreement, confusions between annotators, each annotator and label accuracy."""
    from winnow.reports.formatting import describe_lot, format_alpha, format_difference, format_measure

    found = report.agreement
    if found is None:
        print_line("no answers yet: winnow push label, then winnow pull")
    else:
        print_line(f"Krippendorff's alpha: {format_alpha(found.alpha.overall)}")
        print_line(f"effect of suggestions on answers (anchoring): {format_difference(found.anchoring.difference)}")
        rows = [
            (
                one.who,
                f"{one.responses:,}",
                format_measure(one.majority_agreement),
                format_measure(one.seconds),
                f"{report.implausible.get(one.who, 0):,}",
                f"{len(one.overruled)} of {one.adjudicated}",
            )
            for one in found.annotators
        ]
        print_table(
            ["annotator", "responses", "agrees with the majority", "time per answer", "too fast to read", "overruled"],
            rows,
            right=[1],
        )
        for pair in found.pairs[:5]:
            print_line(
                f"annotators confuse {pair.first} and {pair.second} ({pair.disagreements:,} times): "
                "fix the guideline, not the data"
            )
    if report.arguments:
        by_argument = [(one.tool, one.argument or "(call)", format_measure(one.agreement)) for one in report.arguments]
        print_table(["tool", "argument", "two annotators give the same"], by_argument)
    print_line(f"labels from files: {_label_accuracy(report)}")
    print_line(f"single-annotator hold-out answers confirmed: {format_measure(report.confirmed)}")
    for lot in report.lots:
        print_line(f"lot {lot.name}: {describe_lot(lot)}")


def _label_accuracy(report: AnnotatorReport) -> str:
    one = report.accuracy
    if one is None:
        return "not measured; winnow push audit"
    return f"{one.share:.1%} correct ({one.low:.1%} to {one.high:.1%}, {one.audited:,} audited)"
