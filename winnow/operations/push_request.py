"""What a push may be asked for, checked against the task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError
from winnow.curation.labeling.acquisition import PUSH_STRATEGIES, PushStrategy
from winnow.curation.labeling.enqueue import EnqueueSpec
from winnow.curation.labeling.queues.definition import QUEUE_NAMES, QueueName

DEFAULT_COUNT = 200


NO_LIMIT = 10**9


@dataclass(frozen=True)
class PushRequest:
    """What `winnow push` was asked for."""

    queue: str
    count: int | None = None
    """Records that shall wait in the queue; None: all in review and adjudicate, else DEFAULT_COUNT."""
    strategy: str = "random"
    annotators: tuple[str, ...] = ()
    second_reviewer_share: float | None = None
    """Share that two people answer; None: the task's `review.second_reviewer_share` for label and review, else none."""
    handbook_url: str = ""
    include_refused: bool = False
    """review: refused lots are read whole, to rescue them."""

    def spec(self, task: Task) -> tuple[EnqueueSpec, PushStrategy]:
        """Raises WinnowError for what cannot be done."""
        if self.queue not in QUEUE_NAMES:
            raise WinnowError(Problem(f"push {self.queue}", "no such queue", ", ".join(QUEUE_NAMES)))
        if self.strategy not in PUSH_STRATEGIES:
            raise WinnowError(
                Problem("--strategy", repr(self.strategy), ", ".join(PUSH_STRATEGIES), "correct --strategy")
            )
        if self.strategy != "random" and self.queue != "label":
            fix = "leave out --strategy"
            raise WinnowError(Problem(f"push {self.queue} --strategy", "only label has strategies", "random", fix))
        share = task.review.second_reviewer_share if self.queue in ("label", "review") else 0.0
        share = share if self.second_reviewer_share is None else self.second_reviewer_share
        if self.annotators and self.queue == "review":
            fix = "leave out --for"
            raise WinnowError(
                Problem("push review --for", "a sample has a blind share and second readers", "none", fix)
            )
        if self.annotators and self.second_reviewer_share:
            fix = "leave out one of the two"
            raise WinnowError(Problem("--for and --second-look", "an assigned record has one reader", "one", fix))
        queue = next(name for name in get_args(QueueName) if name == self.queue)
        strategy = next(name for name in PUSH_STRATEGIES if name == self.strategy)
        count = self.count or (NO_LIMIT if queue in ("review", "adjudicate") else DEFAULT_COUNT)
        return EnqueueSpec(
            queue, count, strategy, tuple(dict.fromkeys(self.annotators)), share, self.include_refused
        ), strategy
