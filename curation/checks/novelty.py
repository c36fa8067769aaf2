"""Whether a proposed content is new: no known record, no repeat, no leak from hold-out, no other label nearby."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from winnow.config.task import Task
from winnow.core.example import canonical_text, record_id
from winnow.core.vocabulary import NoveltyStatus, Split
from winnow.core.working_row import WorkingRow
from winnow.curation.checks.exact_folds import exact_fold
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.curation.checks.task_texts import ScreenedTask, without_hold_out_texts
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.exact_search import cosines
from winnow.curation.engine.vectors import Vectors
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.wording.guards import Guards, protecting_guard

PROPOSALS_PER_BLOCK = 128
"""Proposals that are compared with all records at a time."""

OTHER_LABEL_COSINE = 0.85
"""From this cosine, a nearest record with another label makes the proposed label suspect, if it is nearer than every
record of the proposed label. This holds for 3.2 % of BANKING77's train rows, and for 73 % of rows that were given a
neighbor's label (`python -m benchmarks.generation_cost nearness`, docs/decisions/0021-generation.md)."""


@dataclass(frozen=True)
class ProposedContent:
    """A content, the label proposed for it, and the group that it belongs to."""

    content: str
    """In the stored form of the task's kind."""
    text: str
    """The text that stands for the content: what is embedded and compared."""
    label: str
    group: str = ""
    """Records and proposals of the same group are not compared with each other; empty if it has none."""

    @classmethod
    def of(cls, kind: Kind, content: str, label: str, group: str = "") -> ProposedContent:
        """A content with the text that its kind compares."""
        return cls(content, kind.embedding_text(content), label, group)


@dataclass(frozen=True)
class Novelty:
    """What is near one proposal."""

    status: NoveltyStatus
    """What it repeats."""
    near_id: str = ""
    """The record that it repeats, or the nearest one of another label; never a hold-out record."""
    near_text: str = ""
    near_label: str = ""
    similarity: float = 0.0
    other_label: bool = False
    """The nearest record has another label, and is near."""


class NearestLabel(NamedTuple):
    """The label of the train record nearest to a proposal."""

    label: str
    cosine: float
    """From -1 to 1."""


NO_LABEL = NearestLabel("", -1.0)
"""There is no train record of another group."""


@dataclass(frozen=True)
class NoveltyCheck:
    """Compares proposals with the records of one moment."""

    rows: Sequence[WorkingRow]
    """Live working rows, and hold-out rows in every state; `proposed` ones carry the proposed label."""
    task: Task
    embedder: Embedder
    vectors_cache: Path

    @cached_property
    def _hold_out(self) -> list[WorkingRow]:
        return [row for row in self.rows if row.assigned_split != Split.TRAIN]

    @cached_property
    def hold_out_texts(self) -> HoldOutTexts:
        """The texts that no prompt may show."""
        return HoldOutTexts.of(self._hold_out, self.task.language)

    @cached_property
    def screened_task(self) -> ScreenedTask:
        """The task that prompts show and rules use: without texts that repeat a hold-out record."""
        return without_hold_out_texts(self.task, self.hold_out_texts)

    @cached_property
    def train(self) -> list[WorkingRow]:
        """The rows of train that do not repeat a hold-out row."""
        return [
            row for row in self.rows if row.assigned_split == Split.TRAIN and not self.hold_out_texts.repeated_by(row)
        ]

    @cached_property
    def _train(self) -> list[WorkingRow]:
        return [row for row in self.train if row.label]

    @cached_property
    def _kind(self) -> Kind:
        return kind_of(self.task)

    @cached_property
    def _guards(self) -> Guards:
        return self._kind.guards(self.task)

    @cached_property
    def _train_vectors(self) -> Vectors:
        return self.vectors([row.text for row in self._train])

    @cached_property
    def _hold_out_vectors(self) -> tuple[Vectors, Vectors]:
        """Vectors of the hold-out rows, plain and with numbers and slot values masked."""
        texts = [row.text for row in self._hold_out]
        return self.vectors(texts), self.vectors([self._guards.masked(text) for text in texts])

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of texts, shape (n, d), to be compared with each other."""
        return compared_vectors(list(texts), self.embedder, self.vectors_cache, ComparedFor.REPEATS)

    def similarity(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """The cosine of each pair of texts; NaN where the embedder does not see all that differs."""
        if not pairs:
            return []
        left, right = [one for one, _ in pairs], [other for _, other in pairs]
        unseen = [(a.unseen, b.unseen) for a, b in zip(*map(self.embedder.sights, (left, right)), strict=True)]
        found = cosines(self.vectors(left), self.vectors(right))
        return [float(c) if one == other else math.nan for c, (one, other) in zip(found, unseen, strict=True)]

    def nearest_texts(self, label: str, texts: Sequence[str], count: int) -> list[str]:
        """Train texts of a label that are nearest to some texts, other than these."""
        given = set(texts)
        own = [i for i, row in enumerate(self._train) if row.label == label and row.text not in given]
        if not own or not texts:
            return []
        near = (self._train_vectors[own] @ self.vectors(texts).T).max(axis=1)
        return [self._train[own[i]].text for i in np.argsort(-near, kind="stable")[:count]]

    def nearest_labels(self, proposed: Sequence[ProposedContent]) -> list[NearestLabel]:
        """For each proposal the label of its nearest train record of another group."""
        found: list[NearestLabel] = []
        groups = np.array([row.group for row in self._train], dtype=object)
        for part, product in self._cosine_blocks(proposed, self._train_vectors):
            for i, one in enumerate(part):
                scores = np.where(groups == one.group, -1.0, product[i]) if one.group else product[i]
                best = int(scores.argmax()) if len(scores) else -1
                found.append(NearestLabel(self._train[best].label, float(scores[best])) if best >= 0 else NO_LABEL)
        return found

    def compare(self, proposed: Sequence[ProposedContent]) -> list[Novelty]:
        """What is near each proposal, including earlier proposals that are clear."""
        exact = self._exact_repeats(proposed)
        leaks = self._leaks(proposed)
        near = [
            Novelty(NoveltyStatus.LEAKS) if leak else one
            for one, leak in zip(self._compare_with_train(proposed), leaks, strict=True)
        ]
        return self._compare_with_each_other(proposed, [first or then for first, then in zip(exact, near, strict=True)])

    def _exact_repeats(self, proposed: Sequence[ProposedContent]) -> list[Novelty | None]:
        """Exact and folded repeats, found without the embedding model."""
        by_id = {row.id: row for row in self.rows}
        by_fold: dict[str, list[WorkingRow]] = defaultdict(list)
        for known in sorted(self.rows, key=lambda row: row.assigned_split == Split.TRAIN):
            by_fold[exact_fold(known.fold_key, known.text, self.task.language)].append(known)
        found: list[Novelty | None] = []
        for one in proposed:
            row = by_id.get(record_id(self.task.kind, one.content))
            folded = by_fold.get(self._fold_of(one), ())
            same = row or next((other for other in folded if not self._is_contrast_of(one, other)), None)
            if same is None:
                found.append(None)
            elif same.assigned_split != Split.TRAIN:
                found.append(Novelty(NoveltyStatus.LEAKS))
            else:
                found.append(_novelty(same, NoveltyStatus.KNOWN if row else NoveltyStatus.REPEATS, 1.0))
        return found

    def _fold_of(self, one: ProposedContent) -> str:
        return exact_fold(self._kind.fold_key(canonical_text(one.content)), one.text, self.task.language)

    def _is_contrast_of(self, one: ProposedContent, other: WorkingRow | ProposedContent) -> bool:
        """Whether two contents of a group have the same text but not the same question, and not the same answer.

        Such as the same turns with other tools; a hold-out record is in no group with a proposal.
        """
        if not (one.group and one.group == other.group and self._kind.question_key):
            return False
        asked_alike = self._kind.question_key(one.content) == self._kind.question_key(other.content)
        return not asked_alike and not self._is_answered_alike(one.content, other.content)

    def _is_answered_alike(self, content: str, other: str) -> bool:
        """Whether the two answers are the same, as far as they are more than a label."""
        return self._kind.answer_key is None or self._kind.answer_key(content) == self._kind.answer_key(other)

    def _leaks(self, proposed: Sequence[ProposedContent]) -> NDArray[np.bool_]:
        """Which proposals repeat a hold-out row, plain or with numbers and slot values masked."""
        least = self.task.gates.leakage.cosine
        leaks = np.zeros(len(proposed), dtype=bool)
        masked = [replace(one, text=self._guards.masked(one.text)) for one in proposed]
        for asked, hold_out in zip((proposed, masked), self._hold_out_vectors, strict=True):
            start = 0
            for part, product in self._cosine_blocks(asked, hold_out):
                leaks[start : start + len(part)] |= product.max(axis=1, initial=-1.0) >= least
                start += len(part)
        return leaks

    def _compare_with_train(self, proposed: Sequence[ProposedContent]) -> list[Novelty]:
        groups = np.array([row.group for row in self._train], dtype=object)
        own = {label: self._labeled_like(label) for label in {one.label for one in proposed}}
        found: list[Novelty] = []
        for part, product in self._cosine_blocks(proposed, self._train_vectors):
            for one, scores in zip(part, product, strict=True):
                outside_group = scores if not one.group else np.where(groups == one.group, -1.0, scores)
                found.append(self._compare_one(one, outside_group, own[one.label]))
        return found

    def _labeled_like(self, label: str) -> NDArray[np.bool_]:
        """Which train rows have the label, or share a part of it where labels are combined."""
        parts = {*self._kind.target_parts(label)}
        return np.array([not parts.isdisjoint(self._kind.target_parts(row.label)) for row in self._train], dtype=bool)

    def _compare_one(self, one: ProposedContent, scores: NDArray[np.float32], own: NDArray[np.bool_]) -> Novelty:
        least = self.task.gates.duplicates.cosine
        signature = self._guards.signature(one.text)
        for i in np.flatnonzero(own & (scores >= least)):
            row = self._train[i]
            protected = protecting_guard(signature, self._guards.signature(row.text)) is not None
            if not protected and self._is_answered_alike(one.content, row.content):
                return _novelty(row, NoveltyStatus.REPEATS, float(scores[i]))
        others = np.where(own, -1.0, scores)
        best = int(others.argmax()) if len(others) else -1
        nearest_own = float(np.where(own, scores, -1.0).max(initial=-1.0))
        measured = self.task.embedder.thresholds
        near = measured.other_label if measured else OTHER_LABEL_COSINE
        if best >= 0 and others[best] >= max(near, nearest_own):
            return replace(_novelty(self._train[best], NoveltyStatus.CLEAR, float(others[best])), other_label=True)
        return Novelty(NoveltyStatus.CLEAR)

    def _compare_with_each_other(self, proposed: Sequence[ProposedContent], found: list[Novelty]) -> list[Novelty]:
        """Compare proposals with each other: of repeats, the first is kept."""
        least = self.task.gates.duplicates.cosine
        kept: list[int] = []
        folds: dict[str, list[int]] = defaultdict(list)
        vectors = self.vectors([one.text for one in proposed]) if proposed else np.empty((0, 0), dtype=np.float32)
        for i, one in enumerate(proposed):
            if found[i].status != NoveltyStatus.CLEAR:
                continue
            folded = folds[self._fold_of(one)]
            before = next((j for j in folded if not self._is_contrast_of(one, proposed[j])), None)
            if before is None and kept:
                signature = self._guards.signature(one.text)
                alike = np.flatnonzero(vectors[kept] @ vectors[i] >= least)
                before = next((kept[j] for j in alike if self._is_repeat(one, proposed[kept[j]], signature)), None)
            if before is not None:
                earlier = proposed[before]
                found[i] = Novelty(NoveltyStatus.REPEATS, near_text=earlier.text, near_label=earlier.label)
                continue
            folded.append(i)
            kept.append(i)
        return found

    def _is_repeat(self, one: ProposedContent, other: ProposedContent, signature: Any) -> bool:
        outside_group = not one.group or one.group != other.group
        return (
            outside_group
            and one.label == other.label
            and protecting_guard(signature, self._guards.signature(other.text)) is None
            and self._is_answered_alike(one.content, other.content)
        )

    def _cosine_blocks(
        self, proposed: Sequence[ProposedContent], base: Vectors
    ) -> Iterator[tuple[Sequence[ProposedContent], NDArray[np.float32]]]:
        """Blocks of proposals with their cosines to all vectors, shape (block, vectors)."""
        own = self.vectors([one.text for one in proposed]) if proposed else base[:0]
        for start in range(0, len(proposed), PROPOSALS_PER_BLOCK):
            part = proposed[start : start + PROPOSALS_PER_BLOCK]
            empty = np.empty((len(part), 0), dtype=np.float32)
            yield part, own[start : start + PROPOSALS_PER_BLOCK] @ base.T if len(base) else empty


def _novelty(row: WorkingRow, status: NoveltyStatus, similarity: float) -> Novelty:
    return Novelty(status, row.id, row.text, row.label, similarity)
