"""What a push may be asked for, checked against the queue and the task."""

from __future__ import annotations

from dataclasses import dataclass

from winnow.config.task import Task
from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.ranges import check_range
from winnow.core.vocabulary import AcquisitionStrategy
from winnow.curation.labeling.enqueue import EnqueueSpec
from winnow.curation.labeling.queues import queue_named
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.queues.label import LABEL

NO_LIMIT = 10**9


@dataclass(frozen=True)
class PushRequest:
    """A push as it was asked for."""

    queue: str
    count: int | None = None
    """Records that should be pending afterwards; None: the queue's default; 0 with gold records: only these."""
    strategy: str = AcquisitionStrategy.RANDOM
    annotators: tuple[str, ...] = ()
    """The annotators who get the records; empty: everybody."""
    second_reviewer_share: float | None = None
    """Share of the records that get two annotators; None: the task's share in queues with a second reviewer, else 0."""
    guidelines_url: str = ""
    """Where annotators find the guidelines page of a team's own Argilla."""
    include_refused: bool = False
    """Whether refused lots are reviewed in full."""
    gold: str = ""
    """label: the source whose labeled records are mixed in, to measure the annotators; empty: none."""

    def spec(self, task: Task) -> EnqueueSpec:
        """What to enqueue. Raises WinnowError for a request that makes no sense."""
        queue = queue_named(self.queue)
        check_range("count", self.count, low=0 if self.gold else 1)
        check_range("second_reviewer_share", self.second_reviewer_share, low=0, high=1)
        if self.annotators and not queue.assignable:
            found = f"records of the queue {queue.name} are drawn for everybody"
            raise WinnowError(Problem(Parameter("annotators"), found, "no names", "leave it out"))
        if self.annotators and self.second_reviewer_share:
            found, fix = "an assigned record has one annotator, not two", "leave one of the two out"
            raise WinnowError(Problem(Parameter("annotators"), found, "no second reviewer share", fix))
        if self.gold and queue is not LABEL:
            found = f"the queue {queue.name} has no gold records"
            raise WinnowError(Problem(Parameter("gold"), found, f"the queue {LABEL.name}", "leave it out"))
        share = self.second_reviewer_share
        if share is None:
            share = task.review.second_reviewer_share if queue.second_reviewer else 0.0
        return EnqueueSpec(
            queue=queue,
            count=(queue.default_count or NO_LIMIT) if self.count is None else self.count,
            strategy=self._strategy(queue),
            annotators=tuple(dict.fromkeys(self.annotators)),
            second_reviewer_share=share,
            include_refused=self.include_refused,
            gold=self.gold,
        )

    def _strategy(self, queue: QueueDefinition) -> AcquisitionStrategy:
        strategy = check_choice("strategy", self.strategy, AcquisitionStrategy)
        if strategy not in queue.strategies:
            found = f"the queue {queue.name} has no strategy {strategy}"
            raise WinnowError(Problem(Parameter("strategy"), found, ", ".join(queue.strategies), "leave it out"))
        return strategy
