"""Coverage: what the dataset does not hold, what it repeats, which labels overlap, and what to do about each.

Regions of uncovered traffic are drawn from the train reserve alone, because generators and queues will read them: what
is reserved for validation and test is counted in the shares and shown nowhere (rule 3).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from curation.check import Check
from curation.embed import Embedder, Progress, Vectors
from curation.overlap import Overlap, overlaps
from curation.regions import Region, find_regions, fit_space, words_of
from curation.spelling import frequent_words
from curation.store import tables as t
from curation.times import month_of
from curation.vectors import vectors_for
from validators.diversity import Diversity, diversity

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LabelCover:
    """Traffic that looks most like one label, by its nearest train record."""

    label: str
    seen: int
    covered: int

    @property
    def share(self) -> float:
        """Covered of what was seen."""
        return self.covered / self.seen


@dataclass(frozen=True)
class Month:
    """Traffic of one calendar month (UTC)."""

    month: str
    """YYYY-MM, or `unknown` where the source gave no time that can be read."""
    seen: int
    uncovered: int

    @property
    def uncovered_share(self) -> float:
        """Uncovered of what was seen."""
        return self.uncovered / self.seen


@dataclass(frozen=True)
class Group:
    """The diversity of one label's train rows, or of those of one making."""

    label: str
    made_by: str
    """`all`, or `human` beside `synthetic`: these two at equal size, because the measures depend on it."""
    measures: Diversity


@dataclass(frozen=True, repr=False)
class Coverage:
    """Everything that the coverage page shows and the plan is made of."""

    check: Check
    seen: int
    """Unlabeled log queries, each as often as it was seen."""
    covered: int
    """Those with a near train record."""
    synthetic_only: int
    """Those with no near train record but synthetic ones."""
    by_label: list[LabelCover]
    months: list[Month]
    regions: list[Region]
    scattered: int
    """Uncovered records of the train reserve that are in no region."""
    overlaps: list[Overlap]
    diversity: list[Group]
    labeled: dict[str, int]
    """Labeled records by label, over all splits: what `targets.per_label` counts."""

    def __repr__(self) -> str:
        share = "not measured" if self.share is None else f"{self.share:.1%} of traffic covered"
        return f"<Coverage: {share}, {len(self.regions)} regions, {len(self.short_labels)} labels short>"

    def json(self) -> dict[str, Any]:
        """The shape of `coverage --json`; the plan file says what to do about each."""
        return {
            "traffic": {"seen": self.seen, "covered": self.covered, "share": self.share, "near": self.check.cover.near},
            "synthetic_only": self.synthetic_only,
            "by_label": [{**asdict(one), "share": one.share} for one in self.by_label],
            "months": [{**asdict(one), "uncovered_share": one.uncovered_share} for one in self.months],
            "regions": [{**asdict(one), "records": one.records} for one in self.regions],
            "scattered": self.scattered,
            "short_labels": self.short_labels,
            "shortfalls": [asdict(one) for one in self.check.marginals.shortfalls],
            "overlaps": [asdict(one) for one in self.overlaps],
            "diversity": [asdict(one) for one in self.diversity],
        }

    @property
    def share(self) -> float | None:
        """Covered of what was seen; None where there is no traffic, or too little train to say."""
        return self.covered / self.seen if self.seen and self.check.cover.near is not None else None

    @property
    def short_labels(self) -> dict[str, int]:
        """Labels under their target, with how many labeled records they miss."""
        wanted = self.check.task.targets.per_label
        return {label: wanted - count for label, count in self.labeled.items() if count < wanted}


def measure_coverage(
    check: Check,
    times: Mapping[str, Sequence[str]],
    embedder: Embedder,
    *,
    vectors_cache: Path,
    progress: Progress | None = None,
) -> Coverage:
    """Measure everything about one checked selection. `times` are those of each traffic record (`traffic_times`)."""
    table, cover, task = check.table, check.cover, check.task
    train = check.train.sort_values("id")
    traffic = table.iloc[cover.traffic]
    texts = list(dict.fromkeys([*train["text"], *traffic["text"]]))
    vectors = dict(zip(texts, vectors_for(texts, embedder, vectors_cache, progress=progress), strict=True))
    own = _stacked(vectors, train["text"])
    families = np.unique(train["family"].to_numpy().astype(str), return_inverse=True)[1]
    weight = traffic["weight"].to_numpy()
    states = table.loc[table["state"] == "labeled", "label"]
    regions, scattered = _regions(check, train, own, _stacked(vectors, traffic["text"]))
    return Coverage(
        check=check,
        seen=int(weight.sum()),
        covered=int(weight[cover.covered].sum()),
        synthetic_only=int(weight[cover.synthetic_only].sum()),
        by_label=_by_label(table, check),
        months=_months(list(traffic["id"]), times, cover.covered) if cover.near is not None else [],
        regions=regions,
        scattered=scattered,
        overlaps=overlaps(list(train["id"]), list(train["label"]), own, families),
        diversity=_diversity(train, own, task.label_names),
        labeled={label: int(count) for label, count in _counts(states, task.label_names).items()},
    )


def traffic_times(connection: Connection) -> dict[str, list[str]]:
    """When each record was seen by a log, as the source wrote it; an empty word where it did not say."""
    query = (
        select(t.sighting.c.record_id, t.sighting.c.time)
        .join(t.source)
        .where(t.source.c.origin == "log", t.source.c.retracted_at.is_(None))
        .order_by(t.sighting.c.id)
    )
    times: dict[str, list[str]] = {}
    for record, time in connection.execute(query):
        times.setdefault(record, []).append(time or "")
    return times


def _months(ids: Sequence[str], times: Mapping[str, Sequence[str]], covered: NDArray[np.bool_]) -> list[Month]:
    seen: Counter[str] = Counter()
    uncovered: Counter[str] = Counter()
    for record, near in zip(ids, covered.tolist(), strict=True):
        for time in times.get(record, ()):
            month = month_of(time)
            seen[month] += 1
            uncovered[month] += not near
    return [Month(month, seen[month], uncovered[month]) for month in sorted(seen)]


def _by_label(table: pd.DataFrame, check: Check) -> list[LabelCover]:
    cover = check.cover
    if cover.near is None:
        return []
    labels, weight = table["label"].to_numpy(), table["weight"].to_numpy()
    seen: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for row, nearest, near in zip(cover.traffic.tolist(), cover.position.tolist(), cover.covered.tolist(), strict=True):
        seen[labels[nearest]] += int(weight[row])
        covered[labels[nearest]] += int(weight[row]) * near
    found = [LabelCover(label, seen[label], covered[label]) for label in seen]
    return sorted(found, key=lambda one: (one.covered - one.seen, one.label))


def _regions(check: Check, train: pd.DataFrame, own: Vectors, asked: Vectors) -> tuple[list[Region], int]:
    """Regions of the train reserve's traffic that no train record but a synthetic one is near."""
    cover = check.cover
    if cover.near is None:
        return [], 0
    traffic = check.table.iloc[cover.traffic]
    lacking = (~cover.covered | cover.synthetic_only) & (traffic["reserve"] == "train").to_numpy()
    rows = np.flatnonzero(lacking)
    labels = check.table["label"].to_numpy()
    facts = traffic.iloc[rows].assign(
        nearest=labels[cover.position[rows]],
        similarity=cover.similarity[rows],
        synthetic_only=cover.synthetic_only[rows],
    )
    texts = [*train["text"], *traffic.loc[traffic["reserve"] == "train", "text"]]
    common = Counter(word for text in texts for word in words_of(text))
    common.update(dict.fromkeys(frequent_words(check.task.language), len(texts)))  # of no topic, however rare here
    topics = (train["label"] != check.task.fallback).to_numpy()
    space = fit_space(own[topics], list(train["label"][topics]))
    regions = find_regions(facts, asked[rows], space, common, len(texts))
    inside = sum(region.records for region in regions)
    return regions, len(rows) - inside


def _diversity(train: pd.DataFrame, own: Vectors, labels: Sequence[str]) -> list[Group]:
    """Of each label's rows; where people and machines both wrote some, also of as many of each."""
    groups = []
    names, made = train["label"].to_numpy(), (train["origin"] == "synthetic").to_numpy()
    texts = train["text"].to_numpy()
    for label in labels:
        rows = np.flatnonzero(names == label)
        parts = {"all": rows}
        human, synthetic = rows[~made[rows]], rows[made[rows]]
        equal = min(len(human), len(synthetic))
        if equal > 1:  # sorted by id, which is a hash: the first are a random sample
            parts |= {"human": human[:equal], "synthetic": synthetic[:equal]}
        groups += [Group(label, by, diversity(list(texts[at]), own[at])) for by, at in parts.items() if len(at)]
    return groups


def _stacked(vectors: Mapping[str, Any], texts: Iterable[str]) -> Vectors:
    rows = [vectors[text] for text in texts]
    return np.stack(rows) if rows else np.empty((0, 0), dtype=np.float32)


def _counts(labels: pd.Series[str], names: Sequence[str]) -> dict[str, int]:
    counts = Counter(labels)
    return {name: counts[name] for name in names}
