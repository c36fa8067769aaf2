"""Choose the records a queue gets and store which dataset each goes to; nothing is sent yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.hashing import keyed_fraction, keyed_hash
from winnow.core.vocabulary import AcquisitionStrategy, DatasetKind
from winnow.curation.labeling.queues.candidate import QueueCandidate
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.review_form import label_options
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.queue_items import (
    DatasetVariant,
    insert_dataset,
    insert_push,
    pending_work,
    queue_datasets,
    queue_items,
    upsert_items,
)
from winnow.validators.kinds import target_labels

SuggestLabels = Callable[[Sequence[str]], list[tuple[str, float, str]]]
"""Texts to label, probability and agent."""

ChooseCandidates = Callable[[Sequence[QueueCandidate], list[int], int], list[int]]
"""Candidates, their random ranks and how many are wanted: positions of the chosen."""


@dataclass(frozen=True)
class EnqueueSpec:
    """What a push is asked to do."""

    queue: QueueDefinition
    count: int
    """Records that should be pending in the queue afterwards."""
    strategy: AcquisitionStrategy = AcquisitionStrategy.RANDOM
    annotators: tuple[str, ...] = ()
    """Assignees, each with a dataset of their own; empty: one dataset for everybody."""
    second_reviewer_share: float = 0.0
    """Share of the records that get two annotators."""
    include_refused: bool = False
    """Whether refused lots are reviewed in full."""
    gold: str = ""
    """The source whose labeled records are mixed in; empty: none."""


@dataclass(frozen=True)
class NewItems:
    """What was added to a queue."""

    datasets: dict[str, int] = field(default_factory=dict)
    """New records by dataset."""

    @property
    def records(self) -> int:
        """New records in all datasets."""
        return sum(self.datasets.values())


def enqueue(
    store: Store,
    task: Task,
    spec: EnqueueSpec,
    candidates: Sequence[QueueCandidate],
    *,
    choose: ChooseCandidates,
    suggest: SuggestLabels | None,
    gold: Sequence[QueueCandidate] = (),
) -> NewItems:
    """Fill a queue up to `spec.count` pending records, and add `gold` ones, whose label is known, without a suggestion.

    Without `suggest`, no suggestion is shown. Nothing changes when as many are pending already.
    """
    queue = spec.queue.name
    with store.reading() as connection:
        queued = {item.record_id for item in queue_items(connection, queue) if not item.withdrawn}
        missing = spec.count - pending_work(connection).records.get(queue, 0)
    free = [one for one in candidates if one.record_id not in queued]
    chosen: list[QueueCandidate] = []
    if missing > 0 and free:
        chosen = [free[i] for i in choose(free, random_ranks(free, task.splits.key, queue), missing)]
    chosen_gold = [one for one in gold if one.record_id not in queued]
    if not chosen and not chosen_gold:
        return NewItems()
    train = [one for one in chosen if suggest and one.assigned_split == "train"]  # no model ever sees the hold-out
    made = suggest([one.text for one in train]) if suggest and train else []
    suggestions = {one.record_id: suggestion for one, suggestion in zip(train, made, strict=False)}
    chosen += chosen_gold
    blind = {one.record_id for one in chosen if one.record_id not in suggestions or _is_blind(one, task)}
    with store.writing() as connection:
        return NewItems(_insert_items(connection, task, spec, chosen, suggestions, blind))


def find_or_insert_dataset(connection: Connection, task: Task, queue: QueueDefinition, variant: DatasetVariant) -> str:
    """The name of the open dataset of this variant with the current label options; stored if there is none.

    Argilla cannot add options to a question, so changed labels need another dataset.
    """
    options = option_values(task, queue, variant)
    same = [one for one in queue_datasets(connection, queue.name) if one.variant == variant]
    for known in same:
        if not known.closed and known.options == options:
            return known.name
    name = dataset_name(queue.name, variant) + (f" ({len(same) + 1})" if same else "")  # no account name has a space
    insert_dataset(connection, name, queue.name, variant, options)
    return name


def dataset_name(queue: str, variant: DatasetVariant) -> str:
    """What the first dataset of a variant is called in Argilla."""
    if variant.assignee:
        return f"{queue}-for-{variant.assignee}"
    if variant.kind != DatasetKind.OPEN:
        return f"{queue}-{variant.kind}"
    return queue if variant.overlap == 1 else f"{queue}-second-reviewer"


def option_values(task: Task, queue: QueueDefinition, variant: DatasetVariant) -> tuple[str, ...]:
    """The values of a dataset's label question, sorted."""
    return tuple(sorted(label_options(task, queue, variant.kind)))


def label_definitions_json(task: Task) -> str:
    """The labels with their descriptions, as a push stores them."""
    return json.dumps([label.model_dump() for label in target_labels(task)], ensure_ascii=False)


def random_ranks(candidates: Sequence[QueueCandidate], key: str, queue: str) -> list[int]:
    """A random rank of each candidate, the same every time: by a keyed hash of the record."""
    hashes = [keyed_hash(key, queue, one.record_id) for one in candidates]
    ranks = [0] * len(hashes)
    for rank, position in enumerate(sorted(range(len(hashes)), key=hashes.__getitem__)):
        ranks[position] = rank
    return ranks


def _insert_items(
    connection: Connection,
    task: Task,
    spec: EnqueueSpec,
    chosen: Sequence[QueueCandidate],
    suggestions: Mapping[str, tuple[str, float, str]],
    blind: Set[str],
) -> dict[str, int]:
    """Store which dataset each record goes to and what is suggested there."""
    queue, at = spec.queue, utc_now()
    settings = {name: value for name, value in vars(spec).items() if name != "queue"}
    push = insert_push(connection, queue.name, settings, label_definitions_json(task), at)
    counts: dict[str, int] = {}
    open_datasets: dict[DatasetVariant, str] = {}
    rows = []
    for number, one in enumerate(chosen):
        variant = _variant_of(task, spec, one, number)
        if variant not in open_datasets:
            open_datasets[variant] = find_or_insert_dataset(connection, task, queue, variant)
        dataset = open_datasets[variant]
        label, score, agent = suggestions.get(one.record_id, (None, None, None))
        counts[dataset] = counts.get(dataset, 0) + 1
        rows.append(
            {
                "dataset": dataset,
                "record_id": one.record_id,
                "queue": queue.name,
                "push_id": push,
                "label_at_push": one.label_at_push,
                "suggestion": None if one.record_id in blind else label,
                "score": score,
                "agent": agent,
                "hidden_suggestion": label if one.record_id in blind else None,
                "delivered_at": None,
                "withdrawn_at": None,
                "at": at,
            }
        )
    upsert_items(connection, rows)
    return counts


def _variant_of(task: Task, spec: EnqueueSpec, one: QueueCandidate, number: int) -> DatasetVariant:
    """Which dataset of the queue a record goes to."""
    if spec.annotators:
        return DatasetVariant(assignee=spec.annotators[number % len(spec.annotators)])
    if one.kind != DatasetKind.OPEN:
        return DatasetVariant(kind=one.kind)
    second = keyed_fraction(task.splits.key, "second look", one.record_id) < spec.second_reviewer_share
    return DatasetVariant(overlap=2 if second else 1)


def _is_blind(one: QueueCandidate, task: Task) -> bool:
    """Whether a record belongs to the blind share of train, which measures how much suggestions influence labels."""
    return keyed_fraction(task.splits.key, "blind", one.record_id) < task.review.blind_share
