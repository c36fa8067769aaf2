"""Choose the records a queue gets and write down which dataset each goes to; nothing is sent yet."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import asdict, dataclass

from sqlalchemy import Connection

from winnow.config.task import Task
from winnow.core.clock import utc_now
from winnow.core.hashing import keyed_fraction, keyed_hash
from winnow.curation.labeling.queues.definition import QueueCandidate, QueueName
from winnow.curation.labeling.review_form import label_options
from winnow.curation.store import tables
from winnow.curation.store.database import Store
from winnow.curation.store.queue_items import (
    DatasetVariant,
    insert_dataset,
    pending_work,
    queue_datasets,
    queue_items,
    upsert_items,
)

SuggestLabels = Callable[[Sequence[str]], list[tuple[str, float, str]]]
"""Texts to label, probability and agent."""


ChooseCandidates = Callable[[Sequence[QueueCandidate], list[int], int], list[int]]
"""Candidates, their random ranks and how many: positions of the chosen."""


@dataclass(frozen=True)
class EnqueueSpec:
    """What a push is asked to do."""

    queue: QueueName
    count: int
    """Records that should wait in the queue afterwards."""
    strategy: str
    annotators: tuple[str, ...] = ()
    """One dataset each; empty: one for all."""
    second_reviewer_share: float = 0.0
    """Share of the records that two people answer."""
    include_refused: bool = False
    """review: refused lots are read whole."""


def enqueue(
    store: Store,
    task: Task,
    spec: EnqueueSpec,
    candidates: Sequence[QueueCandidate],
    *,
    choose: ChooseCandidates,
    suggest: SuggestLabels | None,
) -> tuple[dict[str, int], int]:
    """Fill a queue up to `order.count` waiting records; returns the new ones by dataset, and how many are blind.

    Nothing changes when as many wait already. `suggest` None: nobody is shown a suggestion.
    """
    with store.reading() as connection:
        taken = {item.record_id for item in queue_items(connection, spec.queue) if not item.withdrawn}
        missing = spec.count - pending_work(connection).records.get(spec.queue, 0)
    free = [one for one in candidates if one.record_id not in taken]
    chosen: list[QueueCandidate] = []
    if missing > 0 and free:
        chosen = [free[i] for i in choose(free, random_ranks(free, task.splits.key, spec.queue), missing)]
    if not chosen:
        return {}, 0
    train = [one for one in chosen if suggest and one.assigned_split == "train"]
    made = suggest([one.text for one in train]) if suggest and train else []
    suggestions = {one.record_id: suggestion for one, suggestion in zip(train, made, strict=False)}
    blind = {one.record_id for one in chosen if one.record_id not in suggestions or _is_blind(one, task)}
    with store.writing() as connection:
        return _insert_items(connection, task, spec, chosen, suggestions, blind), len(blind)


def _is_blind(one: QueueCandidate, task: Task) -> bool:
    """Whether a record belongs to the blind share of train, which shows how far suggestions pull."""
    return keyed_fraction(task.splits.key, "blind", one.record_id) < task.review.blind_share


def _insert_items(
    connection: Connection,
    task: Task,
    spec: EnqueueSpec,
    chosen: Sequence[QueueCandidate],
    suggestions: Mapping[str, tuple[str, float, str]],
    blind: Set[str],
) -> dict[str, int]:
    """Note where each record goes and what is suggested there. No model ever looks at hold-out."""
    settings = {name: value for name, value in asdict(spec).items() if name != "queue"}
    values = {
        "queue": spec.queue,
        "settings": json.dumps(settings),
        "labels": label_definitions_json(task),
        "at": utc_now(),
    }
    push = connection.execute(tables.push.insert().values(**values)).inserted_primary_key
    counts: dict[str, int] = {}
    open_datasets: dict[DatasetVariant, str] = {}
    rows = []
    for number, one in enumerate(chosen):
        variant = _variant_of(task, spec, one, number)
        if variant not in open_datasets:
            open_datasets[variant] = find_or_insert_dataset(connection, task, spec.queue, variant)
        dataset = open_datasets[variant]
        label, score, agent = suggestions.get(one.record_id, (None, None, None))
        counts[dataset] = counts.get(dataset, 0) + 1
        rows.append(
            {
                "dataset": dataset,
                "record_id": one.record_id,
                "queue": spec.queue,
                "push_id": push[0] if push else None,
                "label_at_push": one.label_at_push,
                "suggestion": None if one.record_id in blind else label,
                "score": score,
                "agent": agent,
                "hidden_suggestion": label if one.record_id in blind else None,
                "quoted_ids": json.dumps(one.quoted_ids),
                "delivered_at": None,
                "withdrawn_at": None,
                "at": values["at"],
            }
        )
    upsert_items(connection, rows)
    return counts


def label_definitions_json(task: Task) -> str:
    """The labels with their descriptions, as a push remembers them."""
    return json.dumps([label.model_dump() for label in task.labels], ensure_ascii=False)


def _variant_of(task: Task, spec: EnqueueSpec, one: QueueCandidate, number: int) -> DatasetVariant:
    """Which dataset of the queue a record goes to."""
    if spec.annotators:
        return DatasetVariant(assignee=spec.annotators[number % len(spec.annotators)])
    if one.kind != "open":
        return DatasetVariant(kind=one.kind)
    second = keyed_fraction(task.splits.key, "second look", one.record_id) < spec.second_reviewer_share
    return DatasetVariant(overlap=2 if second else 1)


def find_or_insert_dataset(connection: Connection, task: Task, queue: QueueName, variant: DatasetVariant) -> str:
    """The name of the open dataset of this sort, entered when there is none.

    Argilla cannot add options to a question: other labels need another dataset.
    """
    wanted = option_values(task, queue, variant)
    same = [d for d in queue_datasets(connection, queue) if d.variant == variant]
    for known in same:
        if not known.closed and known.options == wanted:
            return known.name
    name = variant.name(queue) + (f" ({len(same) + 1})" if same else "")  # no person's name holds a space
    insert_dataset(connection, name, queue, variant, wanted)
    return name


def option_values(task: Task, queue: QueueName, variant: DatasetVariant) -> tuple[str, ...]:
    return tuple(sorted(label_options(task, queue, variant.kind)))


def random_ranks(candidates: Sequence[QueueCandidate], key: str, queue: str) -> list[int]:
    """A random order that is the same every time: by a keyed hash of the record."""
    hashes = [keyed_hash(key, queue, one.record_id) for one in candidates]
    order = sorted(range(len(hashes)), key=hashes.__getitem__)
    placed = [0] * len(order)
    for rank, position in enumerate(order):
        placed[position] = rank
    return placed
