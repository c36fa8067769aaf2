"""The queues, one file each. To add one, write its file and add its definition to QUEUES."""

from __future__ import annotations

from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.curation.labeling.queues.adjudicate import ADJUDICATE
from winnow.curation.labeling.queues.audit import AUDIT
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.queues.label import LABEL
from winnow.curation.labeling.queues.relabel import RELABEL
from winnow.curation.labeling.queues.review import REVIEW

QUEUES = (LABEL, REVIEW, RELABEL, ADJUDICATE, AUDIT)


def queue_named(name: str) -> QueueDefinition:
    """The queue of a name. Raises WinnowError when there is none."""
    for queue in QUEUES:
        if queue.name == name:
            return queue
    names = [queue.name for queue in QUEUES]
    fix = suggestion(name, names)
    raise WinnowError(Problem(f"queue {name}", "no such queue", ", ".join(names), fix))
