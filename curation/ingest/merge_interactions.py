"""Merge the lines of interaction logs: each interaction that has new lines is one row, or changes a stored record.

A line is known by its hash, so a log that has grown, a rotated one and a copy give nothing twice. What lines said is
stored without their texts; therefore a judgment is the same whether lines are added together or one after the other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from winnow.config.task import Task
from winnow.core.interaction_line import InteractionLine
from winnow.core.interaction_vocabulary import FailurePolicy, InteractionDrop, Judgment
from winnow.curation.annotations.renamed_labels import LabelRename
from winnow.curation.ingest.interaction_history import InteractionHistory
from winnow.curation.ingest.placed_lines import LinePlace, LogLines, PlacedLine
from winnow.curation.io.readers.source_rows import SourceRow, SourceRows
from winnow.validators.interactions.judge_interaction import JudgedAnswer, judged_answer
from winnow.validators.interactions.log_lines import UNTIMED
from winnow.validators.kinds.kind import Kind
from winnow.validators.row_layout import ArrangedRow, RowRequest
from winnow.validators.text import Drop

OTHER_CONTENT = "another line has this id with another task, answer, role or session; the first one counts"
NOT_READ = "neither these files nor the workspace has the interaction that it is about; add both together"


@dataclass(frozen=True)
class MergedInteraction:
    """An interaction with lines that were not taken before."""

    fresh: tuple[PlacedLine, ...]
    """These lines."""
    merged: InteractionLine
    """With all updates applied, stored ones included."""
    judged: JudgedAnswer
    changed: bool = True
    """The judgment is another one than that of the lines that were taken before."""
    record: str = ""
    """The stored record that the lines are about; empty if none is stored."""
    place: LinePlace | None = None
    """The line whose row has the content; None if only decisions about the stored record follow."""
    label: str | None = None
    """The label that a person or the output named."""


@dataclass(frozen=True)
class MergedLogs:
    """The files of one command, with one row for each new interaction of a log."""

    readings: list[SourceRows]
    interactions: list[MergedInteraction] = field(default_factory=list)
    known: int = 0
    """Interactions of which every line was taken before."""
    failed: Counter[str] = field(default_factory=Counter)
    """Failed interactions that are dropped, by reason."""


def merge_interactions(
    readings: Sequence[SourceRows], logs: LogLines, task: Task, kind: Kind, renamed: Sequence[LabelRename]
) -> MergedLogs:
    """The files with their logs merged. Files that are no log stay as they are."""
    if not any(one.is_log for one in readings):
        return MergedLogs(list(readings))
    merger = _LogMerger(task, kind, [*kind.targets(task), *(one.old for one in renamed)], logs)
    found = [merged for key in logs.placed if (merged := merger.take(key))]
    rows = {**logs.refused, **merger.rows}
    files = [replace(one, rows=_rows_of(file, rows)) if one.is_log else one for file, one in enumerate(readings)]
    return MergedLogs(files, found, merger.known, merger.failed)


def _rows_of(file: int, rows: Mapping[LinePlace, SourceRow]) -> list[SourceRow]:
    """The rows of a log in the order of their lines."""
    return [row for place, row in sorted(rows.items(), key=lambda item: item[0]) if place.file == file]


@dataclass
class _LogMerger:
    """What interactions are merged with, and the rows that came of it."""

    task: Task
    kind: Kind
    labels: Sequence[str]
    """Labels that an output may name."""
    logs: LogLines
    rows: dict[LinePlace, SourceRow] = field(default_factory=dict)
    """Rows with content, and lines that are dropped with their reason."""
    failed: Counter[str] = field(default_factory=Counter)
    known: int = 0

    def take(self, key: str) -> MergedInteraction | None:
        """The interaction, if it has a new line that is not dropped."""
        taken = self.logs.taken.get(key, [])
        known = {one.line_hash for one in taken}
        distinct: dict[str, PlacedLine] = {}
        for line in self.logs.placed[key]:
            distinct.setdefault(line.hash, line)
        lines = [*distinct.values()]
        stored = next((one for one in taken if one.content_hash), None)
        content = stored.content_hash if stored else next((line.content for line in lines if line.content), "")
        fresh = [line for line in lines if line.hash not in known]
        same = [line for line in fresh if line.content in ("", content)]
        self._refuse([line for line in fresh if line not in same], Drop(InteractionDrop.CHANGED, OTHER_CONTENT))
        main = next((line for line in lines if content and line.content == content), None)
        if main is None and stored is None:
            self._refuse(same, Drop(InteractionDrop.UNKNOWN, NOT_READ))
            return None
        if not same:
            self.known += not fresh
            return None
        return self._merged(InteractionHistory(tuple(taken), stored, main, tuple(same)))

    def _merged(self, history: InteractionHistory) -> MergedInteraction | None:
        roles, merged = self.task.interactions.agent_roles, history.merged()
        if roles and history.stored is None and merged.agent_role not in roles:
            found = f"agent_role {merged.agent_role!r}, expected {' or '.join(roles)}"
            self._refuse(history.fresh, Drop(InteractionDrop.OTHER_AGENT, found))
            return None
        judged = judged_answer(merged, self.task.interactions)
        if history.stored is None:
            return self._new(history, merged, judged)
        correction = history.correction(merged) if judged.judgment == Judgment.CORRECTED else None
        if correction:
            return self._corrected(history, merged, judged, correction)
        changed = judged != judged_answer(history.before(), self.task.interactions)
        proposed = next((one.proposed for one in history.taken if one.proposed), None)
        return MergedInteraction(history.fresh, merged, judged, changed, history.record, label=proposed)

    def _new(
        self, history: InteractionHistory, merged: InteractionLine, judged: JudgedAnswer
    ) -> MergedInteraction | None:
        """An interaction that no source has."""
        if judged.judgment == Judgment.FAILED and self.task.interactions.failures == FailurePolicy.DROP:
            self.failed[judged.reason] += 1
            self._refuse(history.fresh, Drop(InteractionDrop.FAILED, judged.why))
            return None
        row = self._row_of(merged)
        if isinstance(row, Drop) or history.main is None:
            self._refuse(history.fresh, row if isinstance(row, Drop) else Drop(InteractionDrop.UNKNOWN, NOT_READ))
            return None
        self._keep(history.main, row, merged)
        return MergedInteraction(history.fresh, merged, judged, place=history.main.place, label=_label(row))

    def _corrected(
        self, history: InteractionHistory, merged: InteractionLine, judged: JudgedAnswer, correction: PlacedLine
    ) -> MergedInteraction | None:
        """A new correction of a stored record: a row that supersedes it, where the answer is part of the content."""
        stored = history.stored.record_id if history.stored and not history.main else ""
        row = self._row_of(merged, self.logs.contents.get(stored, ""))
        if isinstance(row, Drop):
            self._refuse(history.fresh, row)
            return None
        found = MergedInteraction(history.fresh, merged, judged, record=history.record, label=_label(row))
        if not self.kind.request_key or row.label is not None:
            return found
        self._keep(correction, row, merged, supersedes=history.record)
        return replace(found, place=correction.place)

    def _row_of(self, line: InteractionLine, stored: str = "") -> ArrangedRow | Drop:
        """The content of an interaction. Logs for kinds that read none are refused before."""
        if self.kind.interaction_row is None:
            return Drop(InteractionDrop.MALFORMED, f"no interaction is an example of the kind {self.kind.name}")
        keep = self.task.interactions.failures == FailurePolicy.NEGATIVE
        return self.kind.interaction_row(line, RowRequest(stored, self.labels, keep_failed=keep))

    def _keep(
        self, at: PlacedLine, row: ArrangedRow, merged: InteractionLine, *, supersedes: str | None = None
    ) -> None:
        time = None if at.line.timestamp == UNTIMED else at.line.timestamp
        self.rows[at.place] = replace(
            at.row, content=row.content, label=row.label, session=merged.session, time=time, supersedes=supersedes
        )

    def _refuse(self, lines: Sequence[PlacedLine], drop: Drop) -> None:
        for line in lines:
            self.rows[line.place] = replace(line.row, problem=drop)


def _label(row: ArrangedRow) -> str | None:
    return None if row.label is None else str(row.label)
