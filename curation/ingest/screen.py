"""Screen rows: which are kept, and why the others are dropped. kept + dropped = given."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from winnow.config.task import ScreenConfig, Task
from winnow.config.tool_mapping import ToolMapping
from winnow.core.example import record_id
from winnow.core.timestamps import parse_time
from winnow.core.vocabulary import DropReason, PiiAction
from winnow.curation.annotations.renamed_labels import LabelRename, current_label
from winnow.curation.ingest.kept_answers import KeptAnswer, kept_answers, most_frequent_label
from winnow.curation.ingest.scrub_content import scrub_content
from winnow.curation.io.readers.columns import parse_split
from winnow.curation.io.readers.source_rows import FrozenRow, SourceRow
from winnow.curation.pii.rewrites import Rewrite
from winnow.curation.pii.scrub import Scrubbed, Scrubber
from winnow.curation.store.sources import StoredSource
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.label_cells import read_label
from winnow.validators.text import Drop, label_problem, route_problem

CACHED_TEXTS = 64
"""So many system prompts are searched for private data once."""


@dataclass(frozen=True)
class KeptRow:
    """A row that passed."""

    number: int
    record_id: str
    content: str
    """In the canonical form of the task's kind."""
    fold_key: str
    stratum: str
    """Hold-out quotas are kept per stratum."""
    label: str | None
    given_label: str | None
    """The label as given in the file, with the task's tools; it may have been renamed since."""
    split: str | None
    session: str | None
    group: str | None
    """The existing group that it joins, if the row names one."""
    time: str | None
    unreadable_time: bool
    """The source gave a time that cannot be parsed; it is not kept, because it could contain anything."""
    rewrites: tuple[Rewrite, ...]
    """The private values that were replaced by surrogates."""
    frozen: FrozenRow | None = None
    """What a release states about the row, if it is one of a release."""
    source_form: str = ""
    """What the row held in addition to the content, as JSON; empty if nothing, or if private data was replaced."""
    supersedes: str | None = None
    """The id of the record that it corrects."""
    origin_model: str | None = None
    """The models that wrote it, where the row names them itself."""
    answers: Sequence[KeptAnswer] = ()
    """What people decided, whom the file names."""

    @property
    def verified(self) -> bool:
        """Whether it is a row of a release, unchanged."""
        return self.frozen is not None and self.frozen.verified


@dataclass(frozen=True)
class DroppedRow:
    """A row that was dropped, and why."""

    row: SourceRow
    drop: Drop


class Screened(NamedTuple):
    """The rows of a file, sorted."""

    kept: list[KeptRow]
    dropped: list[DroppedRow]


@dataclass(frozen=True)
class ScreenContext:
    """What the workspace knows that decides about rows."""

    scrubber: Scrubber
    forgotten: frozenset[str] = frozenset()
    """Ids of records that must not be added again."""
    renamed: Sequence[LabelRename] = ()
    sources: Mapping[str, StoredSource] = field(default_factory=dict)
    """The last source of each file that was added, by the file's hash."""


def screen(
    rows: Iterable[SourceRow],
    task: Task,
    context: ScreenContext,
    *,
    split: str | None = None,
    mapping: ToolMapping | None = None,
) -> Screened:
    """Sort rows into kept and dropped, and scrub the kept ones. `split` is the official split of rows without one.

    A mapping replaces foreign tools by those of the task; it was checked for the task before.
    A renamed label that the task no longer has counts under its new name.
    """
    kept: list[KeptRow] = []
    dropped: list[DroppedRow] = []
    kind = kind_of(task)
    holds = lru_cache(CACHED_TEXTS)(lambda text: bool(context.scrubber.found(text)))
    screener = _RowScreener(task, kind, dict.fromkeys(kind.targets(task)), task.routes, context, split, mapping, holds)
    for row in rows:
        found = screener.screen(row)
        if isinstance(found, Drop):
            dropped.append(DroppedRow(row, found))
        else:
            kept.append(found)
    return Screened(kept, dropped)


class _Decided(NamedTuple):
    """What a row says about its label."""

    given: str | None
    """The target that the file gives, with the task's tools."""
    answers: Sequence[KeptAnswer]
    """What people decided whom the file names."""


@dataclass(frozen=True)
class _RowScreener:
    """What every row of a file is screened with."""

    task: Task
    kind: Kind
    targets: dict[str, None]
    """The labels that a row may have."""
    routes: Mapping[str, str | None]
    context: ScreenContext
    split: str | None
    """The official split of rows that do not name one."""
    mapping: ToolMapping | None
    """What the tools of the rows are in the task."""
    holds_private_data: Callable[[str], bool]
    """Whether a text holds private data; rows of one source often share a system prompt."""

    def screen(self, row: SourceRow) -> KeptRow | Drop:
        """The row as it is kept, or why it is dropped."""
        content = row.problem or self._parsed(row.content, self.task)
        if isinstance(content, Drop):
            return self._content_to_withhold(row) or content
        unchanged = row.frozen is not None and row.frozen.verified  # its private data was replaced before the freeze
        scrubbed = Scrubbed(content) if unchanged else self._scrubbed(content)
        if isinstance(scrubbed, Drop):
            return scrubbed
        decided = self._reason_to_withhold(scrubbed) or self._decided(row)
        if isinstance(decided, Drop):
            return decided
        label = None if decided.given is None else self._current_target(decided.given)
        target = self._problem_with_details(row, label) or self.kind.target_of(scrubbed.text, label, self.task)
        return target if isinstance(target, Drop) else self._kept(row, scrubbed, target, decided)

    def _scrubbed(self, content: str) -> Scrubbed | Drop:
        return scrub_content(self.kind, content, self.task, self.context.scrubber)

    def _parsed(self, content: Mapping[str, object], task: Task) -> str | Drop:
        """The content of a row, with the task's tools."""
        support = self.kind.tool_mapping
        return (
            support.parse(content, task, self.mapping) if support and self.mapping else self.kind.parse(content, task)
        )

    def _decided(self, row: SourceRow) -> _Decided | Drop:
        """The target that a row gives and the answers of people, or why one of them is refused."""
        given = self._given_target(row.label)
        answers = kept_answers(row.answers, self._answered_target, self._name_of_person)
        if isinstance(given, Drop):
            return given
        return answers if isinstance(answers, Drop) else _Decided(given, answers)

    def _given_target(self, label: object) -> str | Drop | None:
        """The target in a cell, with the task's tools; a Drop for a cell with several."""
        read = label if self.kind.holds_dialogues else read_label(label, self.targets)
        if isinstance(read, Drop):
            return read
        given, support = _cell_value(read), self.kind.tool_mapping
        return support.target(given, self.mapping) if given and support and self.mapping else given

    def _answered_target(self, label: object) -> str | Drop | None:
        """The target in the answer of a person, under its name of today."""
        given = self._given_target(label)
        if given is None or isinstance(given, Drop):
            return given
        current = self._current_target(given)
        known = current in self.targets or self.kind.is_other_target(current, self.task)
        return current if known else label_problem(current, list(self.targets))

    def _name_of_person(self, name: str) -> str:
        """The name under which a person is stored; one that is private data, such as an address, gets a pseudonym."""
        named = _cell_value(name)
        return self.context.scrubber.pseudonym(named) if named else ""

    def _current_target(self, given: str) -> str:
        """The target that a row gives, under its name of today."""
        known = given in self.targets or self.kind.is_other_target(given, self.task)
        return given if known else current_label(given, self.context.renamed)

    def _content_to_withhold(self, row: SourceRow) -> Drop | None:
        """Why the content of a row that is dropped for another reason must not be written out."""
        drops_values = PiiAction.DROP in self.context.scrubber.policy.values()
        if not drops_values and not self.context.forgotten:
            return None  # nothing could be found, and a row that is too long takes long to search
        unlimited = self.task.model_copy(update={"screen": ScreenConfig(max_characters=sys.maxsize)})
        content = self._parsed(row.content, unlimited) if row.content else None
        if isinstance(content, str):
            scrubbed = self._scrubbed(content)
            return scrubbed if isinstance(scrubbed, Drop) else self._reason_to_withhold(scrubbed)
        texts = [row.problem.raw if row.problem else "", *(v for v in row.content.values() if isinstance(v, str))]
        blocked = next((one.dropped for one in map(self.context.scrubber.scrub, texts) if one.dropped), "")
        return self._reason_to_withhold(Scrubbed("", dropped=blocked)) if blocked else None

    def _reason_to_withhold(self, scrubbed: Scrubbed) -> Drop | None:
        """Why a content must not be stored or written out: private data, or a forgotten record."""
        if scrubbed.dropped:
            detail = f"it holds {scrubbed.dropped}, which winnow.yaml says to drop; see the source's row"
            return Drop(DropReason.PRIVATE_DATA, detail)
        identity = record_id(self.kind.name, scrubbed.text)
        if identity in self.context.forgotten:
            return Drop(DropReason.FORGOTTEN, f"record {identity} was forgotten and cannot be added again")
        return None

    def _problem_with_details(self, row: SourceRow, label: str | None) -> Drop | None:
        """The problem with the label, the route or the split of a row."""
        if label is not None:
            if label not in self.targets and not self.kind.is_other_target(label, self.task):
                return label_problem(label, list(self.targets))
            route = _cell_value(row.route)
            problem = route_problem(label, route, self.routes) if route is not None else None
            if problem is not None:
                return problem
        split = _cell_value(row.split)
        if split is not None and parse_split(split) is None:
            return Drop(DropReason.UNKNOWN_SPLIT, f"split {split!r}; expected train, validation or test")
        return None

    def _source_form(self, row: SourceRow) -> str:
        """What the row holds besides the content, if there is nothing private in it, such as in its system prompt."""
        form = self.kind.source_form(row.content)
        if not form or self.kind.json_content is None:
            return form
        texts = [form] if self.mapping else self.kind.json_content.source_texts(form)  # a mapping may leave values out
        return "" if any(map(self.holds_private_data, texts)) else form

    def _kept(self, row: SourceRow, scrubbed: Scrubbed, label: str | None, decided: _Decided) -> KeptRow:
        """The row without private data."""
        session, time, split = _cell_value(row.session), _cell_value(row.time), _cell_value(row.split)
        model = _cell_value(row.origin_model)
        return KeptRow(
            number=row.number,
            record_id=record_id(self.kind.name, scrubbed.text),
            content=scrubbed.text,
            fold_key=self.kind.fold_key(scrubbed.text),
            stratum=self.kind.stratum(scrubbed.text, label or most_frequent_label(decided.answers)),
            label=label,
            given_label=decided.given,
            split=parse_split(split) if split else self.split,
            session=self.context.scrubber.pseudonym(session) if session else None,
            group=row.group,
            time=time if time and parse_time(time) else None,
            unreadable_time=bool(time and not parse_time(time)),
            rewrites=scrubbed.rewrites,
            frozen=row.frozen,
            source_form="" if scrubbed.rewrites else self._source_form(row),
            supersedes=_cell_value(row.supersedes),
            origin_model=self.context.scrubber.scrub(model).text if model else None,
            answers=decided.answers,
        )


def _cell_value(value: Any) -> str | None:
    """A cell as text; None when it is empty. Characters that a database cannot store are replaced."""
    if value is None or value != value:
        return None
    text = str(value).strip().encode("utf-8", "replace").decode()
    return text or None
