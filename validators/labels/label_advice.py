"""A finding about labels with its fix, and the labels of a task next to those of rows."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from winnow.core.label_vocabulary import LabelFlaw
from winnow.core.record import Record
from winnow.validators.labels.label_findings import LabelFinding, label_findings
from winnow.validators.labels.label_fixes import LabelSources, label_fix

ROWS_PER_LABEL = 5
"""In rows with fewer per label, labels with a single row are expected: a file of corrections, a first sketch."""


class LabelAdvice(Record):
    """A finding about labels, and what to do about it."""

    finding: LabelFinding
    """The labels and what is wrong with them."""
    fix: str
    """Complete commands in backticks."""

    @classmethod
    def of(cls, finding: LabelFinding, sources: LabelSources) -> LabelAdvice:
        """The finding with its fix for labels that came from these sources."""
        return cls(finding=finding, fix=label_fix(finding, sources))

    def __str__(self) -> str:
        return f"{self.finding.why} (fix: {self.fix})"


def label_advice(
    counts: Mapping[str, int],
    *,
    blank: int = 0,
    fallback: str | None = None,
    routed: Collection[str] = (),
    sources: LabelSources | None = None,
    noun: str = "row",
) -> list[LabelAdvice]:
    """Findings about the labels of a task with their fixes. `counts` are the rows of each label, 0 for one without.

    `noun` is what is counted, if it is not rows. Labels in two levels are no finding where all of them are `routed`.
    """
    found = label_findings(counts, blank=blank, fallback=fallback, noun=noun)
    return _with_fixes((one for one in found if not _is_routed(one, routed)), sources or LabelSources())


def advice_on_rows(
    counts: Mapping[str, int],
    task_labels: Collection[str],
    *,
    blank: int = 0,
    fallback: str | None = None,
    routed: Collection[str] = (),
    sources: LabelSources | None = None,
) -> list[LabelAdvice]:
    """The same for rows that are added to a task: only findings about labels of these rows, and rows without one.

    A label of the rows may be another spelling of one of the task; that of the task is kept.
    """
    every = dict.fromkeys(task_labels, 0) | dict(counts)
    found = label_findings(every, blank=blank, fallback=fallback, kept=task_labels)
    few = sum(counts.values()) < ROWS_PER_LABEL * len(counts)
    shown = (
        one
        for one in found
        if not (_is_routed(one, routed) or (few and one.flaw == LabelFlaw.ONE_ROW))
        and (not one.labels or any(counts.get(label) for label in one.labels[one.is_merge :]))
    )
    return _with_fixes(shown, sources or LabelSources())


def _is_routed(finding: LabelFinding, routed: Collection[str]) -> bool:
    return finding.flaw == LabelFlaw.TWO_LEVELS and {*finding.labels} <= {*routed}


def _with_fixes(findings: Iterable[LabelFinding], sources: LabelSources) -> list[LabelAdvice]:
    return [LabelAdvice.of(one, sources) for one in findings]
