"""Suspected label errors of a workspace: what rules and a model say against the labels of its records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.label_error_evidence import LabelEvidence
from winnow.core.layout import WorkspaceFolder
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.core.vocabulary import Split, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.label_errors import JudgedLabel
from winnow.curation.annotations.suspected_labels import (
    LabelErrors,
    counts_by_kind,
    out_of_fold_evidence,
    ranked,
    suspected_label,
)
from winnow.curation.annotations.wrong_label_count import suspected_by_model, wrong_label_count
from winnow.curation.checks.judged_records import judge_records
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.pii.scrub import Scrubber
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import LabeledContent

MAX_CELLS = 50_000_000
"""Of records times labels: what is judged in every check. More would need a gigabyte for the probabilities alone."""

TOO_MANY = NotMeasured(f"too many records and labels to judge them in every check: `{command('label-errors')}` does")


@dataclass(frozen=True)
class LabelErrorSearch:
    """What a search for suspected label errors needs, as of one moment."""

    rows: Sequence[WorkingRow]
    task: Task
    embedder: Embedder
    scrubber: Scrubber
    reviewed: Mapping[str, Set[str]]
    """The labels that people gave records which had been suspected, by record."""
    folder: WorkspaceFolder
    """Where vectors and judgments are cached."""

    def in_check(self) -> LabelErrors | NotMeasured:
        """The suspected label errors, unless it would take too much memory."""
        labeled = sum(row.state == State.LABELED for row in self.rows)
        labels = len({row.label for row in self.rows})
        return TOO_MANY if labeled * labels > MAX_CELLS else self.search()

    def search(self, progress: Progress | None = None) -> LabelErrors:
        """All evidence against the labeled records, ranked. Rules look at every split, the model judges train only."""
        caches = {"vectors_cache": self.folder.vectors, "cache": self.folder.label_judgments}
        by_model = judge_records(self.rows, self.task, self.embedder, progress=progress, **caches)
        labeled = [row for row in self.rows if row.state == State.LABELED]
        confirmed = {row.id for row in labeled if row.label in self.reviewed.get(row.id, ())}
        places = {number for number, one in enumerate(by_model.ids) if one in confirmed}
        count = wrong_label_count(by_model.judged, confirmed=places)
        contradicted = suspected_by_model(by_model.judged.ranked, count, confirmed=places)
        evidence = _evidence(labeled, self.task, {by_model.ids[one.position]: one for one in contradicted})
        judged = {by_model.ids[one.position]: one for one in by_model.judged.ranked}
        doubted = [row for row in labeled if evidence[row.id]]
        open_rows = [row for row in doubted if row.id not in confirmed]
        suspected = ranked(
            suspected_label(row, evidence[row.id], judged.get(row.id), self._shown(row)) for row in open_rows
        )
        return LabelErrors(
            records=len(labeled),
            scored=len(by_model.judged.ranked),
            by_kind=counts_by_kind(suspected),
            unscored_labels=by_model.judged.unscored_labels,
            confirmed=len(doubted) - len(open_rows),
            wrong_labels=count,
            suspected=tuple(suspected),
        )

    def _shown(self, row: WorkingRow) -> str:
        """The text of a record for people, in which private data that the task does not allow is replaced."""
        return self.scrubber.scrub(kind_of(self.task).readable(row.content)).text


def _evidence(
    rows: Sequence[WorkingRow], task: Task, contradicted: Mapping[str, JudgedLabel]
) -> dict[str, list[LabelEvidence]]:
    """Everything against each record, by id. Rules compare records of one split only: no other split's answers leak."""
    kind, contents = kind_of(task), {row.id: row.content for row in rows}
    evidence: dict[str, list[LabelEvidence]] = {}
    for split in Split:
        members = [row for row in rows if row.assigned_split == split]
        found = kind.label_evidence([LabeledContent(row.id, row.content, row.label) for row in members], task)
        evidence |= {row.id: list(pieces) for row, pieces in zip(members, found, strict=True)}
    for record, error in contradicted.items():
        if kind.could_be(contents[record], error.proposed):
            evidence[record].append(out_of_fold_evidence(error))
    return evidence
