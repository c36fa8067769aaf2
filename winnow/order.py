"""Orders: what a person asks a generator for, checked against the task, and turned into a job."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from curation.task import Task
from generators.batches import Patience
from generators.plan import PER_PAIR, PER_REGION, Plan, read_plan
from generators.question import Voice
from generators.spread import spread
from generators.work import Job
from generators.writing import KINDS, Need, neighbours
from validators.faults import Fault, WinnowError
from validators.screening import nearest_name
from winnow.workshop import Workshop

FAMILIAR = 3
"""Mistakes of a label that are enough to look for what they have in common."""


@dataclass(frozen=True)
class Order:
    """What a person asks a generator for."""

    generator: str
    labels: tuple[str, ...] = ()
    pairs: tuple[tuple[str, str], ...] = ()
    kind: str = "examples"
    """`examples`, `ambiguous`, `domain` or `fixes`."""
    count: int | None = None
    """Queries to ask for in all; None: what the plan or the targets lack."""
    until: int | None = None
    """Go on until so many survived."""
    plan: Path | None = None
    judge: bool = False
    budget: float | None = None
    """USD that this run may cost."""
    batches: bool = False
    patience: Patience = field(default_factory=Patience)
    again: bool = False
    """Ask once more what a run has done already."""
    dry_run: bool = False


def checked(task: Task, order: Order) -> Plan | None:
    """The plan of an order. Raises WinnowError with everything that is wrong with it."""
    names = task.label_names
    faults = [
        Fault("--label", f"{name!r} is no label", ", ".join(names[:20]), _did_you_mean(name, names))
        for name in (*order.labels, *(side for pair in order.pairs for side in pair))
        if name not in names
    ]
    if order.kind not in KINDS:
        faults.append(Fault("--kind", repr(order.kind), ", ".join(KINDS), _did_you_mean(order.kind, KINDS)))
    for option, value in (("--count", order.count), ("--until", order.until), ("--budget", order.budget)):
        if value is not None and value <= 0:
            faults.append(Fault(option, str(value), "more than 0", f"correct {option}"))
    if order.count is not None and order.until is not None:
        faults.append(Fault("--until", "--count too", "one of them", "leave one out"))
    if order.generator == "negatives" and task.fallback is None:
        faults.append(Fault("winnow.yaml", "no fallback", "the label of what is out of scope", "add `fallback:`"))
    if faults:
        raise WinnowError(faults)
    return read_plan(order.plan, names) if order.plan else None


def _did_you_mean(name: str, known: Sequence[str]) -> str:
    near = nearest_name(name, known)
    return f"did you mean {near!r}?" if near else "correct it"


Mistakes = Callable[[], Mapping[str, Sequence[Mapping[str, str]]]]
"""What the probe gets wrong of train, out of fold: label to `text` and `predicted`."""


def job_of(order: Order, plan: Plan | None, shop: Workshop, mistakes: Mistakes, judge: Voice | None) -> Job:
    """The job of an order, as the dataset stands now. Raises WinnowError when there is nothing to do."""
    size = shop.task.generate.per_request
    wanted = order.count or order.until
    if order.generator == "contrasts":
        pairs = dict.fromkeys(order.pairs) or (plan.pairs if plan else dict.fromkeys(shop.task.confusable))
        if not pairs:
            fix = "say --pair A,B, name pairs under `confusable:`, or give --plan"
            raise WinnowError(Fault("generate contrasts", "no pair of labels", "confusable pairs", fix))
        counts = (
            spread(wanted, dict.fromkeys(pairs, 0)) if wanted else {p: 2 * (n or PER_PAIR) for p, n in pairs.items()}
        )
        return Job(
            "contrasts",
            pairs=[(pair, max(1, n // 2)) for pair, n in counts.items()],
            size=size,
            until=order.until,
            judge=judge,
        )
    needs, regions = _needs(order, plan, shop, mistakes, wanted), []
    if plan and not order.labels and order.generator == "examples":
        texts = {row["id"]: row["text"] for row in shop.nearby().rows if row["reserve"] == "train"}
        for region in plan.regions:
            shown = [texts[record] for record in region.records if record in texts]
            if shown:
                regions.append((region, shown, PER_REGION))
    if not needs and not regions:
        raise WinnowError(_nothing(order))
    generator: Any = "negatives" if order.generator == "negatives" else order.kind
    return Job(generator, needs, regions=regions, size=size, until=order.until, judge=judge)


def _nothing(order: Order) -> Fault:
    """Why there is nothing to do."""
    where = f"generate {order.generator}"
    if order.kind == "fixes":
        found = f"no label has {FAMILIAR} train rows that the probe misreads"
        return Fault(where, found, "mistakes to learn from", "write --kind ambiguous, or give --plan")
    if order.kind == "ambiguous":
        fix = "name pairs under `confusable:`, or near misses"
        return Fault(where, "no label has a neighbour", "labels that look alike", fix)
    return Fault(where, "nothing is missing", "something to write", "say --count N")


def _needs(order: Order, plan: Plan | None, shop: Workshop, mistakes: Mistakes, wanted: int | None) -> list[Need]:
    """How much of each label: what the plan says, else what is missing to the target, spread over `wanted` if told."""
    task = shop.task
    if order.generator == "negatives":
        labels: Sequence[str] = [task.fallback or ""]
    else:
        labels = order.labels or [name for name in task.label_names if name != task.fallback]
    planned = {need.label: need for need in plan.needs} if plan else {}
    wrong = mistakes() if order.kind == "fixes" else {}
    if order.kind == "fixes":
        labels = [name for name in labels if len(wrong.get(name) or ()) >= FAMILIAR or name in planned]
    if order.kind == "ambiguous":
        material = shop.material()
        labels = [name for name in labels if neighbours(material, name)]
    have = shop.labeled()
    missing = {name: max(0, task.targets.per_label - have.get(name, 0)) for name in labels}
    if plan and order.generator != "negatives":
        missing = {name: planned[name].count for name in labels if name in planned}
    counts = spread(wanted, missing) if wanted else missing
    return [
        replace(
            planned.get(name) or Need(name, count),
            count=count,
            mistakes=wrong.get(name) or (planned[name].mistakes if name in planned else ()),
        )
        for name, count in counts.items()
        if count
    ]
