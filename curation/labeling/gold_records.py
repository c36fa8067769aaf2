"""Gold records: records with a known label in the queue `label`, where they measure the annotators who answer them.

An item of that queue is gold if the record had a label when it was pushed; all others have none then. Its responses
decide nothing and are left out of agreement and consensus.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.result import Measure
from winnow.core.suggest import suggestion
from winnow.core.vocabulary import DecisionKind, State
from winnow.core.working_row import WorkingRow
from winnow.curation.annotations.renamed_labels import current_label
from winnow.curation.annotations.weighted_consensus import KNOWN_COLUMNS
from winnow.curation.labeling.queues.candidate import QueueCandidate, candidate_from_row
from winnow.curation.labeling.queues.label import LABEL
from winnow.curation.labeling.response_decision import decision_from_response
from winnow.curation.store.database import Connection
from winnow.curation.store.forgotten import forgotten_ids
from winnow.curation.store.label_renames import label_renames
from winnow.curation.store.queue_items import QueueItem, queue_items
from winnow.curation.store.responses import stored_responses
from winnow.validators.kinds import kind_of
from winnow.validators.stats.intervals import proportion

if TYPE_CHECKING:
    import pandas as pd


def is_gold(item: QueueItem) -> bool:
    """Whether the label of an item was known when it was pushed."""
    return item.queue == LABEL.name and item.label_at_push is not None


def gold_candidates(rows: Iterable[WorkingRow], names: Mapping[str, str], source: str) -> list[QueueCandidate]:
    """The labeled records of a source, which is named as its file; `names` are file names by source id.

    Raises WinnowError for a source that was not added, or without labeled records.
    """
    wanted = {identity for identity, name in names.items() if source in (name, identity)}
    if not wanted:
        fix = suggestion(source, sorted(set(names.values()))) or f"run `{command('add', source)}` first"
        raise WinnowError(Problem(Parameter("gold"), f"no source is called {source}", "a file that was added", fix))
    found = [candidate_from_row(row) for row in rows if row.state == State.LABELED and wanted.intersection(row.sources)]
    if not found:
        raise WinnowError(Problem(Parameter("gold"), f"{source} has no labeled records", "a file with labels"))
    return found


def pushed_gold(rows: Sequence[WorkingRow], items: Iterable[QueueItem]) -> list[QueueCandidate]:
    """The gold records that are in the queue and still have a label."""
    known = {item.record_id for item in items if is_gold(item) and not item.withdrawn}
    return [candidate_from_row(row) for row in rows if row.id in known and row.state == State.LABELED]


def gold_answers(connection: Connection, task: Task) -> pd.DataFrame:
    """Each annotator's first answer to each gold record: `record`, `who`, `label`, and `right`, the known label.

    The first, since somebody may look up the known label later. An abstention is no answer.
    """
    import pandas as pd

    renamed, forgotten, kind = label_renames(connection), forgotten_ids(connection), kind_of(task)
    labels = kind.targets(task)
    items = {(item.dataset, item.record_id): item for item in queue_items(connection, LABEL.name) if is_gold(item)}
    first: dict[tuple[str, str], tuple[str, str, str, str]] = {}
    for response in stored_responses(connection):
        item = items.get((response.dataset, response.record_id))
        if item is None or response.record_id in forgotten:
            continue
        try:
            decided, value = decision_from_response(response.content, response.status, labels, renamed, kind=kind)
        except KeyError:
            continue
        if decided == DecisionKind.LABEL:
            row = (response.record_id, response.who, value, current_label(str(item.label_at_push), renamed))
            first.setdefault(row[:2], row)
    return pd.DataFrame(list(first.values()), columns=list(KNOWN_COLUMNS))


def gold_table(answers: pd.DataFrame, rows: Iterable[WorkingRow]) -> pd.DataFrame:
    """The answers to gold records next to the known labels, wrong ones first: what annotators read after a practice.

    Columns `annotator`, `text`, `answer_label`, `known_label` and `is_right`.
    """
    texts = {row.id: row.text for row in rows}
    table = answers.assign(
        text=[texts.get(record, "") for record in answers["record"]], is_right=answers["label"] == answers["right"]
    )
    named = table.rename(columns={"who": "annotator", "label": "answer_label", "right": "known_label"})
    columns = ["annotator", "text", "answer_label", "known_label", "is_right"]
    return named.sort_values(["annotator", "is_right", "text"], kind="stable")[columns]


def gold_accuracies(answers: pd.DataFrame) -> dict[str, Measure]:
    """The share of each annotator's answers to gold records that is right, with its interval."""
    given, right = Counter(answers["who"]), Counter(answers["who"][answers["label"] == answers["right"]])
    return {who: proportion(right[who], given[who], "no answers to gold records") for who in sorted(given)}
