"""Check: measure nearness once, select what may be exported, and hold it against every gate."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from curation.embed import Embedder, Progress
from curation.guards import Guards
from curation.measure import Measured, lowest_cosine, measure
from curation.selection import (
    COST_THRESHOLDS,
    EXCLUDED,
    candidates,
    conflicts,
    keep_order,
    without_duplicates,
    without_leaks,
)
from curation.task import Task
from validators import gates as g
from validators.faults import Fault, WinnowError

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Cost:
    """What a dedup and leakage threshold would take out of train."""

    cosine: float
    duplicates: int
    duplicates_share: float
    worst_label_share: float
    leaks: int
    leaks_share: float


@dataclass(frozen=True, repr=False)
class Check:
    """The selection and its gates."""

    task: Task
    table: pd.DataFrame
    """Every record with `split` (or "excluded"), `reason`, `keeper` and `similarity`."""
    gates: list[g.Gate]
    costs: list[Cost]
    conflicts: pd.DataFrame
    measured: Measured
    waived: Mapping[str, str]

    def __repr__(self) -> str:
        verdicts = ", ".join(f"{gate.name} {gate.verdict}" for gate in self.gates)
        return f"<Check {'passed' if self.passed else 'failed'}: {len(self.selected):,} rows selected; {verdicts}>"

    @property
    def passed(self) -> bool:
        """Whether no gate fails."""
        return all(gate.verdict != "fail" for gate in self.gates)

    @property
    def selected(self) -> pd.DataFrame:
        """The rows of the release-to-be."""
        return self.table[self.table["split"] != EXCLUDED]

    @property
    def excluded(self) -> dict[str, int]:
        """How many records stay out, by reason."""
        reasons = self.table.loc[self.table["split"] == EXCLUDED, "reason"]
        return {str(reason): int(count) for reason, count in sorted(Counter(reasons).items())}

    def between_splits(self) -> dict[str, float | None]:
        """Highest similarity left between the splits (cosine, exact search); None where a split is empty."""
        train = (self.table["split"] == "train").to_numpy()
        highest = float(self.measured.nearest.similarity[train].max(initial=-1.0))
        found = {"train_to_hold_out": highest, "validation_to_test": self.measured.validation_to_test}
        return {name: round(value, 6) if value > -1 else None for name, value in found.items()}

    def rethreshold(self, *, duplicates: float | None = None, leakage: float | None = None) -> Check:
        """The same check at other cosines. Nothing is embedded or searched again.

        Raises WinnowError below the lowest cosine that was searched.
        """
        lowest = lowest_cosine(self.task)
        if duplicates is not None and duplicates < lowest:
            fix = f"set gates.duplicates.cosine to {duplicates} and check again"
            raise WinnowError(Fault("rethreshold", f"cosine {duplicates}", f"at least {lowest}", fix))
        kept = self.task.gates
        changed = kept.model_copy(
            update={
                "duplicates": kept.duplicates.model_copy(update={"cosine": duplicates or kept.duplicates.cosine}),
                "leakage": kept.leakage.model_copy(update={"cosine": leakage or kept.leakage.cosine}),
            }
        )
        task = self.task.model_copy(update={"gates": changed})
        return judged(task, self.table, self.measured, self.waived)


def check(
    table: pd.DataFrame,
    task: Task,
    embedder: Embedder,
    *,
    waived: Mapping[str, str],
    vectors_cache: Path,
    near_cache: Path,
    progress: Progress | None = None,
) -> Check:
    """Measure the working table and judge it. With nothing changed since the last check, no model is loaded."""
    measured = measure(
        candidates(table),
        task,
        embedder,
        vectors_cache=vectors_cache,
        near_cache=near_cache,
        progress=progress,
    )
    return judged(task, table, measured, waived)


def judged(task: Task, table: pd.DataFrame, measured: Measured, waived: Mapping[str, str]) -> Check:
    """Select at the task's thresholds and hold the selection against every gate. Pure."""
    limits = task.gates
    placed = candidates(table)
    unleaked = without_leaks(placed, measured.nearest, threshold=limits.leakage.cosine)
    deduplicated = _deduplicator(unleaked, measured, task)
    final = deduplicated(limits.duplicates.cosine)
    torn = conflicts(final, measured.pairs, threshold=limits.duplicates.cosine)
    train_before, train_unleaked, train = (_train(one) for one in (placed, unleaked, final))
    costs = [
        _cost(cosine, train_before, train_unleaked, _train(deduplicated(cosine)), measured)
        for cosine in COST_THRESHOLDS
    ]
    selected = final[final["split"] != EXCLUDED]
    all_gates = [
        g.schema(selected, task.label_names),
        g.hold_out_integrity(selected),
        g.lost(
            "duplicates",
            train_unleaked,
            train,
            share_max=limits.duplicates.share_max,
            label_share_max=limits.duplicates.label_share_max,
            by=("label", "sources"),
            evidence=_duplicate_evidence(final, torn),
            fix="find out why rows repeat: winnow show ID; or raise gates.duplicates in winnow.yaml",
        ),
        g.lost(
            "leakage",
            train_before,
            train_unleaked,
            share_max=limits.leakage.share_max,
            label_share_max=limits.leakage.label_share_max,
            by=("label",),
            evidence=_examples(final, "leakage"),
            fix="add rows that are worded differently; or winnow waive leakage --by NAME --reason WHY --until DATE",
        ),
        g.disputed(table["state"], _dispute_pairs(table), limits.disputed.share_max),
        g.minimum_per_label(
            train["label"],
            task.label_names,
            limits.minimum_per_label.train_rows,
            task.targets.per_label,
            table.loc[table["state"] == "labeled", "label"],
        ),
        g.label_balance(train["label"], task.fallback, limits.label_balance.ratio_max),
        g.synthetic_share(train["origin"], task.targets.synthetic_share_max),
    ]
    return Check(task, final, g.with_waivers(all_gates, waived), costs, torn, measured, waived)


def _train(table: pd.DataFrame) -> pd.DataFrame:
    return table[table["split"] == "train"]


def _deduplicator(unleaked: pd.DataFrame, measured: Measured, task: Task) -> Callable[[float], pd.DataFrame]:
    """Dedup of one table at any cosine; what was asked before is remembered."""
    guards, order = Guards(task.slots), keep_order(unleaked)

    @functools.cache
    def at(cosine: float) -> pd.DataFrame:
        return without_duplicates(
            unleaked,
            measured.pairs,
            guards,
            threshold=cosine,
            variations_per_seed=task.variations_per_seed,
            order=order,
        )

    return at


def _cost(cosine: float, before: pd.DataFrame, unleaked: pd.DataFrame, left: pd.DataFrame, measured: Measured) -> Cost:
    """What a cosine costs: leaks of all train candidates, duplicates of those that do not leak at the task's own."""
    lost = g.lost_by(unleaked["label"], left["label"])
    leaks = int((measured.nearest.similarity[before.index] >= cosine).sum())
    return Cost(
        cosine=cosine,
        duplicates=len(unleaked) - len(left),
        duplicates_share=round(1 - len(left) / len(unleaked), 4) if len(unleaked) else 0.0,
        worst_label_share=round(float(lost["share"].max()), 4) if len(lost) else 0.0,
        leaks=leaks,
        leaks_share=round(leaks / len(before), 4) if len(before) else 0.0,
    )


def _duplicate_evidence(final: pd.DataFrame, torn: pd.DataFrame) -> list[str]:
    evidence = _examples(final, "duplicate")
    if len(torn):
        evidence.append(f"{len(torn)} near pairs stand under different labels: a person decides, none is dropped")
    return evidence


def _examples(final: pd.DataFrame, reason: str) -> list[str]:
    """Two excluded rows beside what they repeat, the least similar first: those that a person may doubt."""
    texts = dict(zip(final["id"], final["text"], strict=True))
    rows = final[final["reason"] == reason].sort_values(["similarity", "id"]).head(2)
    return [
        f"{text[:80]!r} repeats {texts[keeper][:80]!r} ({similarity:.3f})"
        for text, keeper, similarity in rows[["text", "keeper", "similarity"]].itertuples(index=False, name=None)
    ]


def _dispute_pairs(table: pd.DataFrame) -> dict[tuple[str, ...], int]:
    return dict(Counter(table.loc[table["state"] == "disputed", "candidates"]))
