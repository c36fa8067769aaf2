"""Variations: what rules make of train, held against the dataset and entered as one batch."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from curation.add import AddResult
from curation.generation.candidates import fates
from curation.generation.runs import Run, begin, end
from curation.nearby import Proposed
from curation.store import Store
from curation.task import Task
from generators import variations as v
from generators.proposals import Proposal
from generators.spread import spread
from generators.variations.proposals import Variation
from validators.faults import Fault, WinnowError
from validators.screening import nearest_name
from winnow.workshop import Workshop, less_diverse, total

RULES = "rules"
"""What stands for the model."""
VERSION = "1"
"""Raised when the rules change what they make: it tells lots apart."""


@dataclass(frozen=True)
class Varied:
    """What a run of rules did."""

    run: Run
    known: bool
    """A run made the same of the same seeds before."""
    added: AddResult
    kept: int
    suspects: int
    seeds: int
    by_kind: dict[str, int]
    by_label: dict[str, int]
    refused: dict[str, int]
    """Variations that rules made and refused themselves, by reason."""
    missing: dict[str, int]
    """Variations short of what was asked for, by label."""
    less_diverse: Sequence[str]

    def json(self) -> dict[str, Any]:
        """The shape of `generate variations --json`."""
        return {
            **asdict(self.added),
            "run": self.run.id,
            "end": "known" if self.known else "done",
            "kept": self.kept,
            "suspects": self.suspects,
            "seeds": self.seeds,
            "by_kind": self.by_kind,
            "by_label": self.by_label,
            "refused": self.refused,
            "missing": self.missing,
            "less_diverse": list(self.less_diverse),
        }


def vary(
    task: Task,
    store: Store,
    workshop: Callable[[Run], Workshop],
    *,
    labels: Sequence[str] = (),
    count: int | None = None,
    kinds: Sequence[str] = (),
) -> Varied:
    """Vary train records until families are full or `count` is reached; the same seeds give the same variations.

    Raises WinnowError for an unknown label or kind.
    """
    chosen = _checked(task, labels, count, kinds)
    shop = workshop(Run("", "variations", VERSION, RULES, {}, ended=False, new=True))
    facts = [f"{seed.id} {seed.label}" for seed in shop.seeds]
    settings = {
        "labels": list(labels),
        "count": count,
        "kinds": list(chosen),
        "per_family": task.variations_per_seed,
        "slots": {name: list(values) for name, values in task.slots.items()},
        "seeds": hashlib.sha256("\n".join(facts).encode()).hexdigest()[:16],
    }
    with store.writing() as connection:
        run = begin(connection, generator="variations", prompt_version=VERSION, model=RULES, settings=settings)
        entered = any(fates(connection, run.id).values())
        if entered:
            end(connection, run.id)  # they enter together: a kill can only have come between
    shop.run = run
    made = v.VariationResult([], [], {}) if entered or run.ended else _made(shop, task, labels, count, chosen)
    shop.enter([_proposal(one) for one in made.kept])
    with store.writing() as connection:
        end(connection, run.id)
    return Varied(
        run=run,
        known=entered or run.ended,
        added=total(shop.added),
        kept=shop.kept(),
        suspects=shop.suspects,
        seeds=len(shop.seeds),
        by_kind=dict(Counter(one.kind for one in made.kept).most_common()),
        by_label=dict(Counter(one.label for one in made.kept)),
        refused=made.reasons(),
        missing=made.missing,
        less_diverse=less_diverse(shop),
    )


def _checked(task: Task, labels: Sequence[str], count: int | None, kinds: Sequence[str]) -> Sequence[str]:
    """The kinds of a run. Raises WinnowError with everything that is wrong."""
    known = v.kinds_for(task.language)
    faults = [
        Fault(option, f"{name!r} is unknown", ", ".join(names), f"did you mean {nearest_name(name, names)!r}?")
        for option, told, names in (("--label", labels, task.label_names), ("--kind", kinds, known))
        for name in told
        if name not in names
    ]
    if count is not None and count <= 0:
        faults.append(Fault("--count", str(count), "more than 0", "correct --count"))
    if faults:
        raise WinnowError(faults)
    return kinds or [kind for kind in v.DEFAULT_KINDS if kind in known]


def _made(
    shop: Workshop, task: Task, labels: Sequence[str], count: int | None, kinds: Sequence[str]
) -> v.VariationResult:
    nearby = shop.nearby()
    members = Counter(row["family"] for row in nearby.rows)
    seeds = [
        v.Seed(seed.id, seed.text, seed.label, seed.family) for seed in shop.seeds if not labels or seed.label in labels
    ]
    have = Counter(row["label"] for row in nearby.rows if row["label"])
    short = {name: max(0, task.targets.per_label - have[name]) for name in dict.fromkeys(seed.label for seed in seeds)}
    wanted = spread(count, short) if count is not None else None

    def nearest(texts: Sequence[str], families: Sequence[str]) -> Sequence[tuple[str, float]]:
        return nearby.labels_near([Proposed(text, "", family) for text, family in zip(texts, families, strict=True)])

    facts = [
        v.LabelFacts(
            one.name,
            one.description,
            one.examples,
            (one.near_miss.text, one.near_miss.label) if one.near_miss else None,
        )
        for one in task.labels
    ]
    rules = v.Rules(task.variations_per_seed, task.language, task.slots, facts, task.confusable)

    def refuse(some: Sequence[Variation]) -> Sequence[str | None]:
        return shop.refusals([_proposal(one) for one in some])

    checks = v.Checks(nearest, refuse)
    return v.vary(seeds, rules, kinds=kinds, wanted=wanted, members=members, key=task.splits.key, checks=checks)


def _proposal(one: Variation) -> Proposal:
    return Proposal(one.text, one.label, {"kind": one.kind, "change": one.detail}, seed=one.seed_id)
