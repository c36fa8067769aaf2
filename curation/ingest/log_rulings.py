"""What follows from the judgments about interactions: decisions about records, and the lines that are taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from winnow.config.task import Task
from winnow.core.interaction_vocabulary import Judgment
from winnow.core.timestamps import parse_time
from winnow.core.vocabulary import Actor, DecisionKind
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.annotations.votes import DISCARDED
from winnow.curation.ingest.merge_interactions import MergedInteraction, MergedLogs
from winnow.curation.ingest.placed_lines import LinePlace, LogLines, PlacedLine
from winnow.curation.ingest.screen import DroppedRow, KeptRow, ScreenContext
from winnow.curation.ingest.screen_file import ScreenedFile
from winnow.curation.store.taken_lines import TakenLine
from winnow.validators.interactions.log_lines import UNTIMED
from winnow.validators.kinds.kind import Kind
from winnow.validators.text import Drop, label_problem

FAILED_ANSWER = "failed_answer"
"""The value of the rejection of an answer that failed."""


class Ruling(NamedTuple):
    """What is decided about a record."""

    actor: Actor
    kind: DecisionKind
    value: str


@dataclass(frozen=True)
class LogEffect:
    """What one interaction changes besides its row."""

    place: LinePlace
    """The line that decided."""
    record: str
    lines: tuple[PlacedLine, ...]
    """The lines that are taken with it."""
    judgment: Judgment
    reason: str
    """Of a failure: a name to count by."""
    is_new: bool
    """No record was stored for it before."""
    ruling: Ruling | None
    why: str
    at: str
    """When people decided: ISO 8601, UTC. Empty for other decisions, and where the log states no time."""
    proposed: str | None
    """The label that the output named."""


@dataclass(frozen=True)
class InteractionCounts:
    """What `add` did with the interactions of logs."""

    known: int
    """Every line was taken before."""
    taken: dict[str, int]
    """New interactions by judgment."""
    updated: int
    """Stored interactions with new results or feedback."""
    failed: dict[str, int]
    """Failed interactions by reason, whether they were dropped or kept as negatives."""


@dataclass(frozen=True)
class RuledLogs:
    """The screened files, and what follows from the interactions in them."""

    screened: list[ScreenedFile]
    effects: list[LogEffect] = field(default_factory=list)
    counts: InteractionCounts | None = None
    """None where no file is a log."""


def without_confirmations(screened: Sequence[ScreenedFile], merged: MergedLogs) -> list[ScreenedFile]:
    """The files without corrections that give what is stored already: they are no rows, and confirm the record."""
    if not merged.interactions:
        return list(screened)
    return [
        replace(one, kept=[row for row in one.kept if row.supersedes != row.record_id]) if one.reading.is_log else one
        for one in screened
    ]


def ruled_logs(
    screened: Sequence[ScreenedFile], merged: MergedLogs, logs: LogLines, task: Task, kind: Kind, context: ScreenContext
) -> RuledLogs:
    """The files with the labels of logs as decisions of their own, and every line of a dropped interaction dropped."""
    if not any(one.reading.is_log for one in screened):
        return RuledLogs(list(screened))
    ruler = _Ruler(screened, logs, task, kind, context)
    effects = [effect for one in merged.interactions if (effect := ruler.effect(one))]
    files = [
        _without_labels(one, ruler.dropped.get(file, {})) if one.reading.is_log else one
        for file, one in enumerate(screened)
    ]
    taken = Counter(one.judgment.value for one in effects if one.is_new)
    failed = merged.failed + Counter(one.reason for one in effects if one.judgment == Judgment.FAILED)
    updated = sum(not one.is_new for one in effects)
    return RuledLogs(files, effects, InteractionCounts(merged.known, dict(taken), updated, dict(failed)))


def _without_labels(one: ScreenedFile, drops: Mapping[int, DroppedRow]) -> ScreenedFile:
    kept = [replace(row, label=None, given_label=None) for row in one.kept]
    dropped = {row.row.number: row for row in one.dropped} | dict(drops)
    return replace(one, kept=kept, dropped=[row for _, row in sorted(dropped.items())])


@dataclass
class _Ruler:
    """What rulings depend on, and the lines that are dropped with their interaction."""

    screened: Sequence[ScreenedFile]
    logs: LogLines
    task: Task
    kind: Kind
    context: ScreenContext
    dropped: dict[int, dict[int, DroppedRow]] = field(default_factory=dict)
    """By file and line."""

    def __post_init__(self) -> None:
        logs = [(file, one) for file, one in enumerate(self.screened) if one.reading.is_log]
        self.kept = {LinePlace(file, row.number): row for file, one in logs for row in one.kept}
        self.targets = self.kind.targets(self.task)
        self.refused = {LinePlace(file, row.row.number): row.drop for file, one in logs for row in one.dropped}

    def effect(self, one: MergedInteraction) -> LogEffect | None:
        """What an interaction changes; None if it is dropped."""
        row = self.kept.get(one.place) if one.place else None
        problem = self.refused.get(one.place) if one.place else None
        label = self._label(one, row) if problem is None else None
        if isinstance(problem or label, Drop):
            self._drop(one, problem or label)  # type: ignore[arg-type]
            return None
        ruling = self._ruling(one, label if isinstance(label, str) else None)
        decisive = _decisive(one)
        return LogEffect(
            place=one.place or decisive.place,
            record=row.record_id if row else one.record,
            lines=one.fresh,
            judgment=one.judged.judgment,
            reason=one.judged.reason,
            is_new=not one.record,
            ruling=ruling if one.changed else None,
            why=self._why(one, decisive),
            at=_at(decisive) if one.judged.by_person else "",
            proposed=None if one.judged.judgment == Judgment.CORRECTED else one.label,
        )

    def _label(self, one: MergedInteraction, row: KeptRow | None) -> str | Drop | None:
        """The label of the record: that of the row, else the one that is given for the stored record."""
        if row:
            return row.label
        given = one.label and current_label(one.label, self.context.renamed)
        if given and given not in self.targets and not self.kind.is_other_target(given, self.task):
            return label_problem(given, self.targets)
        return self.kind.target_of(self.logs.contents.get(one.record, ""), given, self.task)

    def _ruling(self, one: MergedInteraction, label: str | None) -> Ruling | None:
        """What is decided. A model alone decides nothing, and a failed answer is no fault of a query."""
        holds_answer, judged = self.kind.request_key is not None, one.judged
        if judged.judgment == Judgment.FAILED:
            if holds_answer and _is_answered(one):
                return Ruling(Actor.PERSON if judged.by_person else Actor.FILE, DecisionKind.REJECTION, FAILED_ANSWER)
            is_withdrawn = judged.by_person and not holds_answer
            return Ruling(Actor.PERSON, DecisionKind.ABSTENTION, DISCARDED) if is_withdrawn else None
        if label is None:
            return None
        is_tested = judged.judgment == Judgment.GOOD and holds_answer
        actor = Actor.PERSON if judged.by_person else Actor.FILE if is_tested else Actor.MODEL
        return Ruling(actor, DecisionKind.LABEL, label)

    def _why(self, one: MergedInteraction, decisive: PlacedLine) -> str:
        """The line and what it says; comments without private data."""
        feedback = one.merged.feedback
        comments = self.context.scrubber.scrub(feedback.comments).text if feedback and feedback.comments else ""
        return f"row {decisive.place.number}: {one.judged.why}" + (f": {comments}" if comments else "")

    def _drop(self, one: MergedInteraction, drop: Drop) -> None:
        for line in one.fresh:
            if line.place not in self.refused:
                rows = self.dropped.setdefault(line.place.file, {})
                rows[line.place.number] = DroppedRow(line.row, replace(drop, detail=f"its interaction: {drop.detail}"))


def taken_line(effect: LogEffect, line: PlacedLine, source: str) -> TakenLine:
    """A line as it is stored."""
    proposed = effect.proposed if line.content else None
    return TakenLine(
        line.key, line.hash, line.content, effect.record, proposed, line.outcome, source, line.place.number
    )


def _decisive(one: MergedInteraction) -> PlacedLine:
    """The newest line with feedback if a person said something, else the newest line."""
    spoken = [line for line in one.fresh if line.line.feedback] if one.judged.by_person else []
    return max(spoken or one.fresh, key=lambda line: line.line.timestamp)


def _at(line: PlacedLine) -> str:
    """The time of a line in the form of stored times; empty if it has none."""
    read = parse_time(line.line.timestamp) if line.line.timestamp != UNTIMED else None
    return read.isoformat(timespec="microseconds") if read else ""


def _is_answered(one: MergedInteraction) -> bool:
    """Whether anything was answered: a request alone is traffic, and cannot be rejected. Stored ones may be."""
    messages = one.merged.messages or ()
    return bool(one.record) or one.merged.output is not None or any(m.get("role") != "user" for m in messages)
