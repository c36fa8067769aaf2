"""How well injected label errors are found, compared with cleanlab; and the most suspected labels of BANKING77.

Run by `python -m benchmarks.label_error_detection [NAME ...]`, not by `make bench`: `flips-banking77`,
`flips-clinc150` (both by default), `random-banking77`, `random-clinc150` and `random-snips` (a twentieth flipped),
`banking77` (its 50 most suspected labels), `tuning`, `constants`, `speed`. Needs the public data; flips, random and
tuning need `cleanlab`.
"""

from __future__ import annotations

import json
import statistics
import sys
import time
import warnings
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

import numpy as np
from numpy.typing import NDArray

from benchmarks.texts import PUBLIC, vectors
from winnow.curation.annotations import label_doubt, label_errors, near_copies, pooled_belief
from winnow.curation.annotations.label_errors import find_label_errors
from winnow.curation.annotations.out_of_fold import FOLDS, assign_folds, out_of_fold_probabilities
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.vectors import Vectors

SEEDS = range(5)

TUNING_SEEDS = range(100, 102)

SHARE = 0.10
"""Share of all labels that are flipped."""

FEW = 0.05
"""Share of the labels that `random` flips."""

FEW_SEEDS = range(2)

PAIRED = 0.5
"""Share of the rows whose labels are in the most confused pairs; flips are drawn among them."""

LISTED = 50

TUNED: dict[tuple[ModuleType, str], tuple[float, ...]] = {
    (label_errors, "MAX_EXCLUDED_SHARE"): (0, 0.5, 0.8),
    (near_copies, "NEAR_COPY"): (0.9, 0.95),
    (label_doubt, "SIMILAR_LABELS"): (0.6, 0.65, 0.7),
    (label_doubt, "STEEPNESS"): (2, 4, 8),
    (pooled_belief, "FIRST_STEPS"): (5, 20),
    (pooled_belief, "FURTHER_STEPS"): (10,),
}
"""Constants of the ranking, changed one at a time. With MAX_EXCLUDED_SHARE 0 the second round leaves out nothing."""


@dataclass(frozen=True)
class Labeled:
    """Texts with true labels; every text is its own group."""

    texts: list[str]
    labels: NDArray[np.str_]
    vectors: Vectors
    groups: list[str]


def labeled(name: str, split: str, label_rows: int = FOLDS) -> Labeled:
    """The rows of one split, without labels that have fewer than `label_rows` rows."""
    rows = [json.loads(line) for line in (PUBLIC / name / f"{name}.jsonl").read_text().splitlines()]
    rows = [row for row in rows if row["split"] == split]
    size = Counter(row["label"] for row in rows)
    rows = [row for row in rows if size[row["label"]] >= label_rows]
    texts = [row["text"] for row in rows]
    groups = [f"{number:05d}" for number in range(len(rows))]
    return Labeled(texts, np.array([row["label"] for row in rows]), open_embedder().encode(texts), groups)


def confused_pairs(data: Labeled) -> dict[str, str]:
    """The partner of each label in the most confused pairs, by out-of-fold confusions of the probe on clean labels.

    The most confused pair first, each label in one pair only, until the pairs cover PAIRED of the rows. Ties are broken
    by the probability that the model gives to the other label.
    """
    probabilities, names = single_run(data, data.labels, 0)
    codes = np.searchsorted(names, data.labels)
    confusion = np.zeros((len(names), len(names)))
    np.add.at(confusion, (codes, probabilities.argmax(axis=1)), 1.0)
    np.add.at(confusion, codes, 1e-3 * probabilities)
    confusion = np.triu(confusion + confusion.T, 1)
    size = np.bincount(codes)
    partner: dict[str, str] = {}
    held = 0
    for place in np.argsort(-confusion, axis=None, kind="stable").tolist():
        one, other = divmod(place, len(names))
        if one < other and names[one] not in partner and names[other] not in partner and held < PAIRED * len(codes):
            partner |= {names[one]: names[other], names[other]: names[one]}
            held += size[one] + size[other]
    return partner


def flipped(data: Labeled, partner: dict[str, str] | None, seed: int, share: float = SHARE) -> NDArray[np.str_]:
    """The labels with a share of them flipped: to any other label, or to the partner's if partners are given."""
    generator = np.random.default_rng(seed)
    given = data.labels.copy()
    names = np.unique(given)
    may = np.ones(len(given), dtype=bool) if partner is None else np.isin(given, list(partner))
    chosen = generator.choice(np.flatnonzero(may), round(share * len(given)), replace=False)
    if partner is None:
        step = generator.integers(1, len(names), len(chosen))
        given[chosen] = names[(np.searchsorted(names, given[chosen]) + step) % len(names)]
    else:
        given[chosen] = [partner[label] for label in given[chosen].tolist()]
    return given


def single_run(data: Labeled, given: NDArray[np.str_], seed: int) -> tuple[Vectors, list[str]]:
    """Out-of-fold probabilities from one assignment to folds."""
    labels = given.tolist()
    return out_of_fold_probabilities(data.vectors, labels, [assign_folds(labels, data.groups, seed)])


def rankings(data: Labeled, given: NDArray[np.str_], seed: int) -> Iterator[tuple[str, NDArray[np.int64]]]:
    """Every ranking of the rows, most suspected first."""
    from cleanlab.filter import find_label_issues

    probabilities, names = single_run(data, given, seed)
    codes = np.searchsorted(names, given)
    own = probabilities[np.arange(len(codes)), codes]
    by_own = np.argsort(own, kind="stable")
    for ranked_by in ("self_confidence", "normalized_margin"):
        issues = find_label_issues(codes, probabilities, return_indices_ranked_by=ranked_by, n_jobs=1)
        rest = by_own[~np.isin(by_own, issues)]
        name = "**cleanlab, its default**" if ranked_by == "self_confidence" else f"cleanlab, {ranked_by}"
        yield name, np.concatenate([issues, rest])
    yield "self-confidence of every row", by_own
    found = find_label_errors(data.vectors, given.tolist(), data.groups, seed=seed)
    yield "**Winnow**", np.array([suspect.position for suspect in found.ranked])


def measured(ranking: NDArray[np.int64], wrong: NDArray[np.bool_]) -> tuple[float, float]:
    """Precision at the number of wrong labels, and average precision, in percent."""
    hit = wrong[ranking]
    precision = np.cumsum(hit) / np.arange(1, len(hit) + 1)
    return 100 * float(hit[: wrong.sum()].mean()), 100 * float(precision[hit].sum() / wrong.sum())


def table(title: str, data: Labeled, seeds: range, share: float = SHARE) -> None:
    """Print the table of one dataset: random flips, and flips within confused pairs."""
    partner = confused_pairs(data)
    rows, names, wrong = len(data.labels), len(set(data.labels)), round(share * len(data.labels))
    print(f"\n## {title}: {rows:,} rows, {names} labels, {wrong:,} flipped, {len(seeds)} seeds")
    print(f"\n{len(partner) // 2} confused pairs\n")
    print("| ranking | random: at the number flipped, AP | pairs |\n|---|---|---|")
    cells: dict[str, list[str]] = defaultdict(list)
    for partners in (None, partner):
        scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for seed in seeds:
            given = flipped(data, partners, seed, share)
            for name, ranking in rankings(data, given, seed):
                scores[name].append(measured(ranking, given != data.labels))
        for name, values in scores.items():
            at, average = zip(*values, strict=True)
            spread = f"{statistics.mean(at):.1f} ± {statistics.stdev(at):.1f}"
            cells[name].append(f"{spread}, {statistics.mean(average):.1f}")
    for name, pair in cells.items():
        print(f"| {name} | {' | '.join(pair)} |", flush=True)


def random_flips(name: str, data: Labeled) -> None:
    """Print what is found of a twentieth of the labels, flipped at random."""
    print(f"\n## {name}: {len(data.labels):,} rows, {len(set(data.labels))} labels, {len(FEW_SEEDS)} seeds\n")
    print(f"| ranking | of {round(FEW * len(data.labels)):,} flips, found among as many suspects | AP |\n|---|---|---|")
    scores: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for seed in FEW_SEEDS:
        given = flipped(data, None, seed, FEW)
        wrong = given != data.labels
        for ranked_by, ranking in rankings(data, given, seed):
            scores[ranked_by].append(measured(ranking, wrong))
        found = find_label_errors(data.vectors, given.tolist(), data.groups, seed=seed)
        suspected = wrong[[one.position for one in found.suspected]]
        print(f"seed {seed}: {len(suspected):,} suspected, {suspected.sum():,} of them flipped")
    for ranked_by, values in scores.items():
        at, average = (statistics.mean(column) for column in zip(*values, strict=True))
        print(f"| {ranked_by} | {at:.1f}% | {average:.1f}% |", flush=True)


def tuning() -> None:
    """The same on the tuning data of the constants, at three error rates."""
    for share in (0.02, 0.10, 0.20):
        table("Rasa NLU", labeled("rasa_nlu", "all", 8), TUNING_SEEDS, share)
        table("CLINC150's validation part", labeled("clinc150", "validation"), TUNING_SEEDS, share)


def constants() -> None:
    """Winnow at 10 % flipped labels, with one constant changed at a time, on the tuning data."""
    sets = (labeled("rasa_nlu", "all", 8), labeled("clinc150", "validation"))
    tasks = [(data, partner) for data in sets for partner in (None, confused_pairs(data))]
    print("\n| constant | Rasa NLU, random | pairs | CLINC150 validation, random | pairs |\n|---|---|---|---|---|")
    for (module, constant), values in TUNED.items():
        kept = getattr(module, constant)
        for value in values:
            setattr(module, constant, value)
            cells = []
            for data, partner in tasks:
                scores = []
                for seed in TUNING_SEEDS:
                    given = flipped(data, partner, seed)
                    found = find_label_errors(data.vectors, given.tolist(), data.groups, seed=seed)
                    ranking = np.array([suspect.position for suspect in found.ranked])
                    scores.append(measured(ranking, given != data.labels))
                at, average = np.mean(scores, axis=0)
                cells.append(f"{at:.1f}, {average:.1f}")
            print(f"| {constant} = {value:g} | {' | '.join(cells)} |", flush=True)
        setattr(module, constant, kept)


def real(name: str) -> None:
    """Print the most suspected published labels."""
    data = labeled(name, "train")
    found = find_label_errors(data.vectors, data.labels.tolist(), data.groups)
    for number, suspect in enumerate(found.ranked[:LISTED], 1):
        print(f"\n{number}. {data.texts[suspect.position]!r}  score {suspect.score:.2f}")
        for label, probability, near in (
            (suspect.given, suspect.given_probability, suspect.near_given),
            (suspect.proposed, suspect.proposed_probability, suspect.near_proposed),
        ):
            shown = "; ".join(f"{data.texts[position]!r} {cosine:.2f}" for position, cosine in near[:2])
            print(f"   {label} ({probability:.2f}): {shown}")
    print(f"\n{len(found.suspected)} of {len(data.labels):,} are suspected; not scored: {found.unscored_labels}")


def speed() -> None:
    """Seconds and memory for 10,000 rows of 150 labels."""
    import resource

    name, some = vectors(10_000)
    some = some[np.random.default_rng(0).permutation(len(some))]
    labels = [f"{number:03d}" for number in (some @ some[:150].T).argmax(axis=1)]
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    found = find_label_errors(some, labels, [str(number) for number in range(len(some))])
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(
        f"\n{len(found.ranked):,} rows scored ({name}): {seconds:.0f} s, {(after - before) / 1024:.0f} MiB more memory"
    )


def main(told: list[str]) -> None:
    others = {"tuning": tuning, "constants": constants, "speed": speed}
    for name in told or ["flips-banking77", "flips-clinc150"]:
        kind, _, source = name.partition("-")
        if name in others:
            others[name]()
        elif kind == "random":
            random_flips(f"{source}, train", labeled(source, "train"))
        elif kind == "flips":
            table(f"{source}, train", labeled(source, "train"), SEEDS)
        else:
            real(name)


if __name__ == "__main__":
    warnings.filterwarnings("ignore")
    main(sys.argv[1:])
