"""The gain of rule-based variations when a label has five or ten real examples, and which kinds help.

Run by `python -m benchmarks.variation_gain [NAME ...]`, not by `make bench`: `tuning` (each kind alone and each left
out, five examples per label, on part of BANKING77's train), `banking` (the default kinds on its official test),
`commands` (the second shipped example, its groups folded); the last two by default. All but `commands` need the
public data.

Accuracy is that of the linear probe. Differences are in percentage points compared with the seeds alone, paired over
draws of the seeds, with 95 % intervals.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from benchmarks.texts import PUBLIC
from winnow.config.task import Task
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.linear_probe import INVERSE_PENALTY, MAX_ITERATIONS, TOLERANCE
from winnow.curation.engine.vectors import Vectors
from winnow.generators.variations.base import FindNearest, NearestLabel, Seed, VariationChecks
from winnow.generators.variations.variation_kinds import DEFAULT_KINDS, KINDS
from winnow.generators.variations.vary import vary

CUTS = (5, 10)
"""Real examples per label."""

DRAWS = range(5)

TUNING_DRAWS = range(100, 110)

HELD_OUT = 3000
"""Train rows that evaluate the kinds in `tuning`; the seeds are drawn from the others."""

PER_GROUP = 6
"""The default of `variations_per_seed`."""

TASK = Task(name="benchmark", kind="intents", variations_per_seed=PER_GROUP)

Row = tuple[str, str, str]
"""Text, label, group."""


@dataclass(frozen=True)
class Space:
    """Embeds texts, each once."""

    embedder: Embedder = field(default_factory=open_embedder)
    known: dict[str, Vectors] = field(default_factory=dict)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors, shape (n, d)."""
        new = list(dict.fromkeys(text for text in texts if text not in self.known))
        self.known.update(zip(new, self.embedder.encode(new), strict=True))
        return np.array([self.known[text] for text in texts], dtype=np.float32).reshape(len(texts), -1)


@dataclass(frozen=True)
class Rows:
    """Texts and their labels."""

    texts: list[str]
    labels: NDArray[np.str_]

    def at(self, places: NDArray[np.int64]) -> Rows:
        """The rows at some positions."""
        return Rows([self.texts[i] for i in places], self.labels[places])


@dataclass(frozen=True)
class Arm:
    """One way to build train from seeds."""

    kinds: Sequence[str] = ()
    checked: bool = True
    """Held against the labels of the other seeds."""
    copies: int = 1
    """How often each seed stands: what its weight alone does."""


def banking77(split: str) -> Rows:
    lines = (PUBLIC / "banking77" / "banking77.jsonl").read_text().splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == split]
    return Rows([row["text"] for row in rows], np.array([row["label"] for row in rows]))


def cut(rows: Rows, per_label: int, draw: int) -> list[Seed]:
    """A number of rows of each label, drawn at random; each is its own group."""
    seen: Counter[str] = Counter()
    seeds = []
    for i in np.random.default_rng(draw).permutation(len(rows.texts)):
        label = str(rows.labels[i])
        if seen[label] < per_label:
            seen[label] += 1
            seeds.append(Seed(str(i), rows.texts[i], label, str(i)))
    return seeds


def among(seeds: Sequence[Seed], space: Space) -> FindNearest:
    """The novelty check that `vary` uses: the nearest record of another group, here among the seeds."""
    own, groups = space.vectors([seed.text for seed in seeds]), np.array([seed.group for seed in seeds])

    def nearest(texts: Sequence[str], of: Sequence[str]) -> list[NearestLabel]:
        cosines = space.vectors(texts) @ own.T
        cosines[np.array(of)[:, None] == groups[None, :]] = -1
        return [(seeds[i].label, float(row[i])) for i, row in zip(cosines.argmax(axis=1), cosines, strict=True)]

    return nearest


def varied(seeds: Sequence[Seed], arm: Arm, draw: int, space: Space) -> list[Row]:
    """The variations of one arm."""
    if not arm.kinds:
        return [(seed.text, seed.label, seed.group) for seed in seeds for _ in range(arm.copies - 1)]
    checks = VariationChecks(among(seeds, space)) if arm.checked else VariationChecks()
    kept = vary(seeds, TASK, kinds=arm.kinds, key=str(draw), checks=checks).kept
    return [(one.text, one.label, one.group) for one in kept]


def predicted(
    seeds: Sequence[Seed], more: Sequence[Row], space: Space, asked: Sequence[Vectors], *, even: bool = False
) -> list[NDArray[np.str_]]:
    """Predictions of the linear probe for several sets of vectors, trained on seeds and additional rows.

    `even`: a group has the weight of its seeds, regardless of its number of variations.
    """
    from sklearn.linear_model import LogisticRegression

    rows = [*((seed.text, seed.label, seed.group) for seed in seeds), *more]
    own, size = Counter(seed.group for seed in seeds), Counter(group for _, _, group in rows)
    weights = np.array([own[group] / size[group] if even else 1.0 for _, _, group in rows])
    model = LogisticRegression(C=INVERSE_PENALTY, max_iter=MAX_ITERATIONS, tol=TOLERANCE)
    with threadpool_limits(1):
        model.fit(space.vectors([text for text, _, _ in rows]), [label for _, label, _ in rows], sample_weight=weights)
    return [model.predict(some) for some in asked]


def as_typed(rows: Rows, kind: str) -> Rows:
    """The rows that a kind of change applies to, each changed once."""
    seeds = [Seed(str(i), text, str(rows.labels[i]), str(i)) for i, text in enumerate(rows.texts)]
    kept = vary(seeds, TASK.model_copy(update={"variations_per_seed": 2}), kinds=[kind], key="typed").kept
    return Rows([one.text for one in kept], np.array([one.label for one in kept]))


TUNED: Mapping[str, Arm] = {
    "each seed six times": Arm(copies=PER_GROUP),
    "all kinds": Arm(KINDS),
    "all, not held against other seeds": Arm(KINDS, checked=False),
    **{f"{kind} alone": Arm((kind,)) for kind in KINDS},
    **{f"all but {kind}": Arm(tuple(one for one in KINDS if one != kind)) for kind in KINDS},
    "the default": Arm(DEFAULT_KINDS),
}

CONFIRMED: Mapping[str, Arm] = {name: TUNED[name] for name in ("each seed six times", "all kinds", "the default")}


@dataclass(frozen=True)
class Scores:
    """Accuracies of one arm in one draw."""

    clean: float
    even: float
    """Groups weigh alike."""
    typed: list[float]
    """By kind, on every text that a change of the kind can be made in, with one."""
    all_typed: float
    """On all of those texts together."""
    per_seed: float
    """Variations a seed."""


def scores(seeds: Sequence[Seed], arm: Arm, draw: int, space: Space, judges: Sequence[Rows]) -> Scores:
    vectors = [space.vectors(rows.texts) for rows in judges]
    more = varied(seeds, arm, draw, space)
    answers = predicted(seeds, more, space, vectors)
    right = [float((got == rows.labels).mean()) for got, rows in zip(answers, judges, strict=True)]
    even = predicted(seeds, more, space, vectors[:1], even=True)[0]
    together = float(np.average(right[1:], weights=[len(rows.texts) for rows in judges[1:]]))
    return Scores(right[0], float((even == judges[0].labels).mean()), right[1:], together, len(more) / len(seeds))


def compare(pool: Rows, evaluated: Rows, arms: Mapping[str, Arm], draws: Sequence[int], cuts: Sequence[int]) -> None:
    """Two tables per cut: every arm compared with the seeds alone, overall and for each kind of change in the texts."""
    space = Space()
    judges = [evaluated, *(as_typed(evaluated, kind) for kind in KINDS)]
    for per_label in cuts:
        drawn = {draw: cut(pool, per_label, draw) for draw in draws}
        base = [scores(seeds, Arm(), draw, space, judges) for draw, seeds in drawn.items()]
        level = statistics.mean(one.clean for one in base)
        print(
            f"\n## {per_label} per label, {len(base)} draws, {len(evaluated.texts):,} texts; seeds alone {level:.2%}\n"
        )
        print("| train | variations per seed | difference | equal group weights | as typed |\n|---|---|---|---|---|")
        by_arm = {}
        for name, arm in arms.items():
            by_arm[name] = found = [scores(seeds, arm, draw, space, judges) for draw, seeds in drawn.items()]
            pairs = list(zip(found, base, strict=True))
            cells = [
                points([a.clean - b.clean for a, b in pairs]),
                points([a.even - b.even for a, b in pairs]),
                points([a.all_typed - b.all_typed for a, b in pairs]),
            ]
            print(f"| {name} | {statistics.mean(a.per_seed for a in found):.1f} | {' | '.join(cells)} |", flush=True)
        by_kind(base, {name: by_arm[name] for name in CONFIRMED}, judges[1:])


def by_kind(base: Sequence[Scores], by_arm: Mapping[str, Sequence[Scores]], typed: Sequence[Rows]) -> None:
    """Accuracy of the seeds alone on texts with one change of a kind, and the gain of each arm."""
    print(f"\n| change in the text | texts | seeds alone |{'|'.join(f' {name} ' for name in by_arm)}|")
    print("|---|---|---|" + "---|" * len(by_arm))
    for i, kind in enumerate(KINDS):
        level = statistics.mean(one.typed[i] for one in base)
        cells = [
            points([a.typed[i] - b.typed[i] for a, b in zip(found, base, strict=True)]) for found in by_arm.values()
        ]
        print(f"| {kind} | {len(typed[i].texts):,} | {level:.2%} | {' | '.join(cells)} |", flush=True)


def points(differences: Sequence[float]) -> str:
    """Mean of paired differences in percentage points, and its 95 % interval by Student's t."""
    from scipy.stats import t

    mean, n = statistics.mean(differences), len(differences)
    half = float(t.ppf(0.975, n - 1)) * statistics.stdev(differences) / n**0.5
    return f"{100 * mean:+.2f} ± {100 * half:.2f}"


def tuning() -> None:
    """Which kinds help and which hurt, without using the official test."""
    train = banking77("train")
    order = np.random.default_rng(0).permutation(len(train.texts))
    compare(train.at(order[HELD_OUT:]), train.at(order[:HELD_OUT]), TUNED, TUNING_DRAWS, CUTS[:1])


def banking() -> None:
    """The default kinds on the official test."""
    compare(banking77("train"), banking77("test"), CONFIRMED, DRAWS, CUTS)


def main(names: Sequence[str]) -> None:
    from benchmarks.variation_gain_commands import commands

    benches = {"tuning": tuning, "banking": banking, "commands": commands}
    for name in names or ("banking", "commands"):
        benches[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
