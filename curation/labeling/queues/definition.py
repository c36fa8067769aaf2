"""What a queue is: its candidates, their order, and how annotators see them. Every queue has its own file here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.labeling.label_options import SEVERAL_INTENTS_OPTION, UNSURE_OPTION
from winnow.curation.labeling.queues.candidate import QueueCandidate, WorkingRows

if TYPE_CHECKING:
    import pandas as pd

    from winnow.config.task import Task
    from winnow.curation.labeling.suggestions import QueueModel
    from winnow.curation.store.database import Connection
    from winnow.validators.kinds.kind import Kind


@dataclass(frozen=True)
class QueueInputs:
    """What candidates are found and chosen from, all of one moment."""

    task: Task
    model: QueueModel
    """The working rows, and what the linear probe says about them (computed when asked for)."""
    strategy: AcquisitionStrategy = AcquisitionStrategy.RANDOM
    include_refused: bool = False
    """Whether refused lots are reviewed in full."""
    conflicts: pd.DataFrame | None = None
    """Near pairs with different labels, for queues with `uses_conflicts`."""
    responses: pd.DataFrame | None = None
    """The latest responses (`latest_responses`), for queues with `uses_responses`."""
    gold: pd.DataFrame | None = None
    """The answers to gold records (`gold_answers`), for the same queues."""
    stored: Any = None
    """What the queue's `read` returned."""

    @property
    def rows(self) -> WorkingRows:
        """The working rows."""
        return self.model.rows


def take_in_order(_: QueueInputs, free: Sequence[QueueCandidate], __: Sequence[int], count: int) -> list[int]:
    """Choose candidates in the order in which they were found."""
    return list(range(len(free)))[:count]


def take_at_random(_: QueueInputs, free: Sequence[QueueCandidate], ranks: Sequence[int], count: int) -> list[int]:
    """Choose candidates in random order."""
    return sorted(range(len(free)), key=ranks.__getitem__)[:count]


@dataclass(frozen=True)
class QueueDefinition:
    """A queue. The defaults describe a random sample that annotators label without further information."""

    name: str
    purpose: str
    """The first paragraph of the guidelines in Argilla, for queries."""
    find_candidates: Callable[[QueueInputs], list[QueueCandidate]]
    blind_purpose: str = ""
    """The same in blind datasets, for queries; empty where it is `purpose`."""
    blind_dialogue_purpose: str = ""
    """The same in blind datasets, for dialogues; empty where it is `dialogue_purpose`."""
    choose: Callable[[QueueInputs, Sequence[QueueCandidate], Sequence[int], int], list[int]] = take_at_random
    """Positions of the chosen candidates, given their random ranks and how many are wanted."""
    read: Callable[[Connection, Task, WorkingRows], Any] | None = None
    """Reads what the queue needs beyond the working rows, in the same transaction."""
    writes: bool = False
    """Whether `read` also writes."""
    default_count: int | None = 200
    """Pending records after a push without a count; None: all candidates."""
    special_options: tuple[str, ...] = (UNSURE_OPTION, SEVERAL_INTENTS_OPTION)
    """Options of the label question besides the labels."""
    blind_special_options: tuple[str, ...] = ()
    """The same in blind datasets."""
    asks_verdict: bool = False
    """Annotators judge a proposed label, except in blind datasets."""
    asks_correction: bool = False
    """Annotators say what is wrong with an answer and may correct it, for kinds with an answer besides the label."""
    context_title: str | None = None
    """Title of what is shown below the text; None: nothing is shown."""
    notes: tuple[str, ...] = ()
    """Further lines of the guidelines in Argilla."""
    dialogue_purpose: str = ""
    """The purpose where the records are dialogues; empty: the same."""
    dialogue_notes: tuple[str, ...] | None = None
    """The notes where the records are dialogues; None: the same."""
    for_leads: bool = False
    """Only leads see it, and what they decide is an adjudication."""
    assignable: bool = True
    """Whether a push may assign records to named annotators."""
    second_reviewer: bool = False
    """Whether a share of the records goes to a second annotator unless the push says otherwise."""
    strategies: tuple[AcquisitionStrategy, ...] = (AcquisitionStrategy.RANDOM,)
    shows_suggestions: bool = False
    """Whether the model's label is suggested, outside the hold-out and the blind share."""
    uses_conflicts: bool = False
    """Whether near pairs with different labels are measured first."""
    uses_responses: bool = False
    """Whether the responses of all queues are read."""
    uses_feedback: bool = False
    """Whether confused pairs of the last feedback are used where there are any."""
    unscored_labels: Callable[[QueueInputs], Mapping[str, int]] = lambda _: {}
    """Labels too rare for the model to find errors in, with their number of groups."""

    def purpose_for(self, kind: Kind, *, blind: bool = False) -> str:
        """The first paragraph of the guidelines for the examples of a kind, in a blind dataset or another one."""
        queries, dialogues = self.purpose, self.dialogue_purpose
        if blind:
            queries, dialogues = self.blind_purpose or queries, self.blind_dialogue_purpose or dialogues
        return (kind.holds_dialogues and dialogues) or queries

    def notes_for(self, kind: Kind) -> tuple[str, ...]:
        """Further lines of the guidelines, in the words of a kind."""
        return self.dialogue_notes if kind.holds_dialogues and self.dialogue_notes is not None else self.notes
