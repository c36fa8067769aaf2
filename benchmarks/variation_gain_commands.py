"""The effect of variations on `examples/commands`: accuracy over folds of groups, diversity, near-duplicates.

Run by `python -m benchmarks.variation_gain commands`. In every fold the hand-written rows of the other groups are the
seeds; they are varied until every label has WANTED records, and the linear probe predicts the rows of the fold, which
are all hand-written. It is never trained on variations of a held-out group.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

import numpy as np
from numpy.typing import NDArray

from benchmarks.texts import ROOT
from benchmarks.variation_gain import PER_GROUP, Row, Space, among, predicted
from winnow.config.load import read_task
from winnow.config.task import Task
from winnow.curation.engine.exact_search import highest_similarity_outside_group
from winnow.generators.variations.base import Seed, VariationChecks, VariationResult
from winnow.generators.variations.variation_kinds import DEFAULT_KINDS, KINDS
from winnow.generators.variations.vary import vary
from winnow.validators.stats.intervals import CONFIDENCE
from winnow.validators.stats.quantiles import percentile_bounds
from winnow.validators.wording.diversity import distinct

EXAMPLE = ROOT / "examples" / "commands"

WANTED = {"command": 100, "prompt": 200, "workflow": 200}
"""Records per label, seeds and variations together."""

FOLD_SEEDS = range(5)
"""Seeds of the assignments of groups to folds."""

FOLDS = 5

NEAR = 0.97
"""The default of dedup."""

RESAMPLES = 2000

ARMS: Mapping[str, Sequence[str]] = {
    "all kinds": KINDS,
    "the default": DEFAULT_KINDS,
    **{f"{kind} alone": (kind,) for kind in KINDS},
    **{f"the default but {kind}": tuple(one for one in DEFAULT_KINDS if one != kind) for kind in DEFAULT_KINDS},
}


@dataclass(frozen=True)
class FoldPredictions:
    """The predictions of one arm in one fold."""

    places: NDArray[np.int64]
    """Rows of the fold."""
    right: NDArray[np.bool_]
    """Whether each was answered right."""
    even: NDArray[np.bool_]
    """The same where equal group weights."""
    measures: Sequence[float]
    """Records, distinct-2, distinct-2 of as many as there are seeds, near-duplicates."""
    result: VariationResult | None = None


def hand_written() -> list[Seed]:
    """The rows of the example. A row without a group is its own group."""
    rows = map(json.loads, (EXAMPLE / "labeled.jsonl").read_text(encoding="utf-8").splitlines())
    return [Seed(str(i), row["text"], row["label"], row.get("group", str(i))) for i, row in enumerate(rows)]


def one_fold(
    rows: Sequence[Seed], held: NDArray[np.int64], task: Task, key: str, space: Space
) -> dict[str, FoldPredictions]:
    """Every arm, trained on the rows that are not held out."""
    out = set(held.tolist())
    seeds = [seed for i, seed in enumerate(rows) if i not in out]
    have = Counter(seed.label for seed in seeds)
    wanted = {label: count - have[label] for label, count in WANTED.items()}
    asked, labels = [space.vectors([rows[i].text for i in held])], np.array([rows[i].label for i in held])

    def answers(more: Sequence[Row], result: VariationResult | None = None) -> FoldPredictions:
        right, even = (predicted(seeds, more, space, asked, even=even)[0] == labels for even in (False, True))
        texts = [*(seed.text for seed in seeds), *(text for text, _, _ in more)]
        groups = [*(seed.group for seed in seeds), *(group for _, _, group in more)]
        return FoldPredictions(held, right, even, diversity(texts, groups, len(seeds), space), result)

    found = {"seeds alone": answers([]), "seeds, repeated": answers(repeated(seeds, wanted))}
    for arm, kinds in ARMS.items():
        made = vary(seeds, task, kinds=kinds, wanted=wanted, key=key, checks=VariationChecks(among(seeds, space)))
        found[arm] = answers([(one.text, one.label, one.group) for one in made.kept], made)
    return found


def repeated(seeds: Sequence[Seed], wanted: Mapping[str, int]) -> list[Row]:
    """As many rows of each label by repetition: the effect of the row counts alone."""
    rows = []
    for label, count in wanted.items():
        own = [seed for seed in seeds if seed.label == label]
        rows += [(seed.text, seed.label, seed.group) for seed in islice(cycle(own), count)]
    return rows


def diversity(texts: Sequence[str], groups: Sequence[str], size: int, space: Space) -> list[float]:
    """Records, distinct-2, distinct-2 of a sample as large as the seeds, share with a near record of another group."""
    words = [text.casefold().split() for text in texts]
    chance = np.random.default_rng(0)
    samples = [[words[i] for i in chance.permutation(len(words))[:size]] for _ in range(20)]
    vectors, numbers = space.vectors(texts), np.unique(groups, return_inverse=True)[1]
    near = highest_similarity_outside_group(vectors, vectors, numbers, numbers) >= NEAR
    return [len(texts), distinct(words, 2), float(np.mean([distinct(s, 2) for s in samples])), float(near.mean())]


def interval(difference: NDArray[np.float64], groups: Sequence[str]) -> tuple[float, float]:
    """95 % interval of a mean over rows by resampling groups (percentile bootstrap)."""
    numbers = np.unique(groups, return_inverse=True)[1]
    sums, sizes = np.bincount(numbers, weights=difference), np.bincount(numbers)
    drawn = np.random.default_rng(0).integers(0, len(sums), (RESAMPLES, len(sums)))
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return percentile_bounds(means, confidence=CONFIDENCE)


def commands() -> None:
    """Accuracy with and without variations, their effect on diversity, and what was dropped."""
    from sklearn.model_selection import StratifiedGroupKFold

    rows, space = hand_written(), Space()
    task = read_task(EXAMPLE / "winnow.yaml").model_copy(update={"variations_per_seed": PER_GROUP})
    labels, groups = [row.label for row in rows], [row.group for row in rows]
    folds = [
        one_fold(rows, held, task, str(dealing), space)
        for dealing in FOLD_SEEDS
        for _, held in StratifiedGroupKFold(FOLDS, shuffle=True, random_state=dealing).split(labels, labels, groups)
    ]
    by_arm = {arm: [fold[arm] for fold in folds] for arm in folds[0]}
    print(f"\n## {len(rows)} hand-written rows, {FOLDS} folds of groups, assigned {len(FOLD_SEEDS)} times\n")
    accuracy(rows, by_arm)
    measures(by_arm)


def accuracy(rows: Sequence[Seed], by_arm: Mapping[str, Sequence[FoldPredictions]]) -> None:
    """Accuracy over all rows and fold assignments, with intervals over groups."""
    labels, groups = np.array([row.label for row in rows]), [row.group for row in rows]

    def shares(found: Sequence[FoldPredictions], *, even: bool) -> NDArray[np.float64]:
        total = np.zeros(len(rows))
        for fold in found:
            total[fold.places] += fold.even if even else fold.right
        return total / len(FOLD_SEEDS)

    base = shares(by_arm["seeds alone"], even=False)
    print("| train | accuracy | difference | equal group weights | command | prompt | workflow |")
    print("|---|---|---|---|---|---|---|")
    for arm, found in by_arm.items():
        share, even = shares(found, even=False), shares(found, even=True)
        recall = " | ".join(f"{even[labels == label].mean():.3f}" for label in WANTED)
        gains = f"{points(share - base, groups)} | {points(even - base, groups)}"
        print(f"| {arm} | {share.mean():.3f} | {gains} | {recall} |")
    print("\nRecall by label where equal group weights.")


def points(difference: NDArray[np.float64], groups: Sequence[str]) -> str:
    """Mean over rows in percentage points, and its 95 % interval by resampling groups (percentile bootstrap)."""
    low, high = interval(difference, groups)
    return f"{100 * difference.mean():+.1f} ({100 * low:+.1f} to {100 * high:+.1f})"


def measures(by_arm: Mapping[str, Sequence[FoldPredictions]]) -> None:
    """Diversity, and how many variations were kept and dropped."""
    print("\n| train | records | distinct-2 | of as many as the seeds | near another group |\n|---|---|---|---|---|")
    for arm, found in by_arm.items():
        count, two, alike, near = np.mean([fold.measures for fold in found], axis=0)
        print(f"| {arm} | {count:.0f} | {two:.3f} | {alike:.3f} | {near:.1%} |")
    made = [fold.result for fold in by_arm["the default"] if fold.result]
    kinds = sum((Counter(one.kind for one in result.kept) for result in made), Counter[str]())
    reasons = sum((Counter(result.reasons()) for result in made), Counter[str]())
    missing = sum((Counter(result.missing) for result in made), Counter[str]())
    print(f"\nThe default, over {len(made)} folds: kept {dict(kinds.most_common())}; dropped {dict(reasons)};")
    print(f"missing {dict(missing) or 'none'}.")
