"""What a push may be asked for, and what of it cannot be done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from curation.queues.push import Order
from curation.queues.questions import QUEUES, Queue
from curation.task import Task
from validators.faults import Fault, WinnowError

Asked = Literal["random", "uncertainty", "diverse", "mixed", "feedback"]
"""The strategies of curation.strategy, and `feedback`: what lies between the labels that a run confuses."""
STRATEGIES: tuple[Asked, ...] = get_args(Asked)
DEFAULT_COUNT = 200
EVERYTHING = 10**9


@dataclass(frozen=True)
class Request:
    """What `winnow push` was asked for."""

    queue: str
    count: int | None = None
    """Records that shall wait in the queue; None: all in review and adjudicate, else DEFAULT_COUNT."""
    strategy: str = "random"
    people: tuple[str, ...] = ()
    second_look: float | None = None
    """Share that two people answer; None: the task's `review.second_reviewer_share` for label and review, else none."""
    handbook_url: str = ""
    whole: bool = False
    """review: refused lots are read whole, to rescue them."""

    def order(self, task: Task) -> tuple[Order, Asked]:
        """Raises WinnowError for what cannot be done."""
        if self.queue not in QUEUES:
            raise WinnowError(Fault(f"push {self.queue}", "no such queue", ", ".join(QUEUES)))
        if self.strategy not in STRATEGIES:
            raise WinnowError(Fault("--strategy", repr(self.strategy), ", ".join(STRATEGIES), "correct --strategy"))
        if self.strategy != "random" and self.queue != "label":
            fix = "leave out --strategy"
            raise WinnowError(Fault(f"push {self.queue} --strategy", "only label has strategies", "random", fix))
        share = task.review.second_reviewer_share if self.queue in ("label", "review") else 0.0
        share = share if self.second_look is None else self.second_look
        if self.people and self.queue == "review":
            fix = "leave out --for"
            raise WinnowError(Fault("push review --for", "a sample has a blind share and second readers", "none", fix))
        if self.people and self.second_look:
            fix = "leave out one of the two"
            raise WinnowError(Fault("--for and --second-look", "an assigned record has one reader", "one", fix))
        queue = next(name for name in get_args(Queue) if name == self.queue)
        strategy = next(name for name in STRATEGIES if name == self.strategy)
        count = self.count or (EVERYTHING if queue in ("review", "adjudicate") else DEFAULT_COUNT)
        return Order(queue, count, strategy, tuple(dict.fromkeys(self.people)), share, self.whole), strategy
