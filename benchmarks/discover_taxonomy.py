"""Suggestions for labels on public data with the labels hidden, and the constants behind them.

Run by `python -m benchmarks.discover_taxonomy [FOLDER]`, not by `make bench`: it measures quality, not speed. Needs the
public data. FOLDER keeps the vectors. A simulated lead accepts a suggestion if all of its shown examples have one
intent, and merges those with the same one. The queries that belong to no suggestion count as one more group.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import adjusted_mutual_info_score

from benchmarks.texts import PUBLIC
from winnow.curation.checks.coverage.clustering import CenteredSpace, cluster
from winnow.curation.discovery import query_clusters
from winnow.curation.discovery.choose_cut import CUTS, cut_scores, large_groups
from winnow.curation.discovery.suggest_labels import EXAMPLES, MAX_QUERIES
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.curation.engine.vector_cache import embed_with_cache
from winnow.curation.engine.vectors import Vectors

DATA = ("banking77", "clinc150", "snips", "rasa_nlu")

SIZES = (300, 3000, MAX_QUERIES)

MIXED = ("clinc150", "banking77")
"""Together they have 30,000 queries."""

GOOD_ENOUGH = (1.0, 0.98, 0.95, 0.9)
"""Shares of the best silhouette from which the lowest cut would be taken, for fewer suggestions; 1 is the best cut."""

MIN_SHARES = (0.001, 0.002, 0.003, 0.005)


class Hidden(NamedTuple):
    """Queries with their hidden intents."""

    name: str
    vectors: Vectors
    intents: NDArray[np.str_]

    def of_size(self, size: int) -> Hidden:
        """So many of them, drawn at random."""
        rows = np.random.default_rng(0).permutation(len(self.intents))[:size]
        return Hidden(self.name, self.vectors[rows], self.intents[rows])


def hidden(names: Sequence[str], cache: Path | None) -> Hidden:
    """The distinct labeled queries of public datasets."""
    intents: dict[str, str] = {}
    for name in names:
        for line in (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["text"] and row["label"]:
                intents.setdefault(row["text"], f"{name}/{row['label']}")
    vectors = embed_with_cache(list(intents), open_embedder(), cache)
    return Hidden(" + ".join(names), vectors, np.array(list(intents.values())))


def quality(cache: Path | None) -> None:
    """Suggestions against hidden intents, by the number of queries."""
    head = "data | queries | intents | suggestions | in none | AMI | accepted | named | purity | of the queries | s"
    print(f"| {head} |\n|---|---|---|---|---|---|---|---|---|---|---|")
    for names in (*((name,) for name in DATA), MIXED):
        every = hidden(names, cache)
        for size in sorted({min(size, len(every.intents)) for size in SIZES}):
            if names != MIXED or size == MAX_QUERIES:
                print(f"| {row_of(every.of_size(size))} |", flush=True)


def row_of(data: Hidden) -> str:
    """The cells of one measurement."""
    start = time.perf_counter()
    clusters = query_clusters.cluster_queries(data.vectors).clusters
    seconds = time.perf_counter() - start
    found = np.full(len(data.intents), -1, dtype=np.int64)
    for number, one in enumerate(clusters):
        found[one.members] = number
    lead = accepted([one.members for one in clusters], data.intents)
    cells = [
        data.name,
        f"{len(found):,}",
        str(len(set(data.intents))),
        str(len(clusters)),
        f"{(found < 0).mean():.0%}",
        f"{adjusted_mutual_info_score(data.intents, found):.3f}",
        str(lead.suggestions),
        str(lead.named),
        f"{lead.right / lead.queries:.3f}" if lead.queries else "–",
        f"{lead.queries / len(found):.0%}",
        f"{seconds:.1f}",
    ]
    return " | ".join(cells)


class Lead(NamedTuple):
    """What a simulated lead accepted."""

    suggestions: int
    named: int
    """Intents that got a label."""
    queries: int
    """Queries of the accepted suggestions."""
    right: int
    """Those that have the intent of their suggestion."""


def accepted(groups: Sequence[NDArray[np.int64]], intents: NDArray[np.str_]) -> Lead:
    """Accept groups, most central rows first, whose shown examples have one intent."""
    good = [rows for rows in groups if len(set(intents[rows[:EXAMPLES]])) == 1]
    named = {str(intents[rows[0]]) for rows in good}
    right = sum(int((intents[rows] == intents[rows[0]]).sum()) for rows in good)
    return Lead(len(good), len(named), sum(map(len, good)), right)


def constants(cache: Path | None) -> None:
    """The constants that three datasets choose, and how good they are on the fourth.

    The measure is the share of the queries in an accepted suggestion that has their intent, for 300 and 3,000 queries.
    """
    scores = {name: dict(_scores(hidden([name], cache))) for name in DATA}
    print("| left out | good enough | smallest share | the three | the one left out | its best |")
    print("|---|---|---|---|---|---|")
    for left in DATA:
        others = [scores[name] for name in DATA if name != left]
        best = max(others[0], key=lambda one: float(np.mean([other[one] for other in others])))
        mean = np.mean([other[best] for other in others])
        cells = (left, f"{best[0]:g}", f"{best[1]:g}", f"{mean:.3f}", f"{scores[left][best]:.3f}")
        print(f"| {' | '.join(cells)} | {max(scores[left].values()):.3f} |", flush=True)
    print(f"\n| good enough | smallest share | {' | '.join(DATA)} | mean |\n|---|---|{'---|' * len(DATA)}---|")
    for good, share in scores[DATA[0]]:
        means = [scores[name][good, share] for name in DATA]
        print(f"| {good:g} | {share:g} | {' | '.join(f'{one:.3f}' for one in means)} | {np.mean(means):.3f} |")


def _scores(every: Hidden) -> Iterator[tuple[tuple[float, float], float]]:
    """The mean share of queries in an accepted suggestion of their intent, for each setting."""
    parts = [every.of_size(size) for size in SIZES[:2]]
    found: dict[tuple[int, float], NDArray[np.int64]] = {}
    for share in MIN_SHARES:
        values: dict[float, list[float]] = {good: [] for good in GOOD_ENOUGH}
        for number, part in enumerate(parts):
            space = CenteredSpace(np.asarray(part.vectors.mean(axis=0), dtype=np.float32), 0.0)
            centered = space.centered(part.vectors)
            min_size = max(query_clusters.MIN_SIZE, round(share * len(part.intents)))
            by_cut = cut_scores(centered, min_size=min_size)
            for good in GOOD_ENOUGH:
                cut = next(cut for cut, score in zip(CUTS, by_cut, strict=True) if score >= good * max(by_cut))
                if (number, cut) not in found:
                    found[number, cut] = cluster(part.vectors, CenteredSpace(space.center, cut))
                groups = large_groups(found[number, cut], min_size)
                lead = accepted(list(_central_first(groups, centered)), part.intents)
                values[good].append(lead.right / len(part.intents))
        for good in GOOD_ENOUGH:
            yield (good, share), float(np.mean(values[good]))


def _central_first(groups: NDArray[np.int64], centered: Vectors) -> Iterator[NDArray[np.int64]]:
    """The rows of each group, the most central first."""
    for number in range(int(groups.max(initial=-1)) + 1):
        rows = np.flatnonzero(groups == number)
        yield rows[np.argsort(-(centered[rows] @ centered[rows].mean(axis=0)), kind="stable")]


def main() -> None:
    """Both tables."""
    cache = Path(sys.argv[1]) / "vectors.lance" if len(sys.argv) > 1 else None
    quality(cache)
    print()
    constants(cache)


if __name__ == "__main__":
    main()
