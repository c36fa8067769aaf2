"""The coverage report: traffic, uncovered regions, label overlap and diversity of one checked selection."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from winnow.core.counted import counted
from winnow.core.progress import Progress
from winnow.core.result import NotMeasured
from winnow.core.timestamps import month_of
from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.coverage.label_overlap import LabelOverlap, label_overlaps
from winnow.curation.checks.coverage.selected_tools import selected_tool_coverage
from winnow.curation.checks.coverage.task_facets import wording_texts
from winnow.curation.checks.coverage.tool_traffic import ToolTraffic, measure_tool_traffic, traffic_steps
from winnow.curation.checks.coverage.traffic_novelty import (
    CertaintyBand,
    UncoveredEstimate,
    certainty_bands,
    estimate_uncovered,
)
from winnow.curation.checks.coverage.uncovered_regions import UncoveredRegion
from winnow.curation.checks.coverage.uncovered_traffic import find_uncovered_traffic, stacked_vectors
from winnow.curation.checks.gate_inputs import separate_targets
from winnow.curation.engine.compared_vectors import ComparedFor, compared_vectors
from winnow.curation.engine.embedders.embedder import Embedder
from winnow.curation.engine.vectors import Vectors
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind, given_target
from winnow.validators.tools.tool_coverage import ToolCoverage
from winnow.validators.tools.writing_steps import writing_steps
from winnow.validators.wording.diversity import Diversity, diversity

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LabelTraffic:
    """Traffic whose nearest train record has one label."""

    label: str
    queries: int
    covered: int

    @property
    def share(self) -> float:
        """Covered share of the queries."""
        return self.covered / self.queries


@dataclass(frozen=True)
class MonthlyTraffic:
    """Traffic of one calendar month (UTC)."""

    month: str
    """YYYY-MM, or `unknown` where the source gave no readable time."""
    queries: int
    uncovered: int

    @property
    def uncovered_share(self) -> float:
        """Uncovered share of the queries."""
        return self.uncovered / self.queries


@dataclass(frozen=True)
class LabelDiversity:
    """The diversity of one label's train rows, or of its human or synthetic ones."""

    label: str
    made_by: str
    """`all`, or `human` and `synthetic`: these two in equal numbers, because the measures depend on size."""
    measures: Diversity


@dataclass(frozen=True, repr=False)
class CoverageReport:
    """Everything that the coverage page shows and the plan is built from."""

    check: CheckResult
    queries: int
    """Unlabeled log queries, weighted by frequency."""
    covered: int
    """Those that are not called uncovered, one by one."""
    synthetic_only: int
    """Those with no near train record but synthetic ones."""
    by_label: list[LabelTraffic]
    months: list[MonthlyTraffic]
    regions: list[UncoveredRegion]
    outside_regions: int
    """Uncovered records assigned to train that are in no region."""
    overlaps: list[LabelOverlap]
    """Empty where the labels carry no signal: all would overlap alike."""
    diversity: list[LabelDiversity]
    labeled: dict[str, int]
    """Labeled records by label, over all splits: what `targets.per_label` counts. Each tool of a label counts."""
    tools: ToolCoverage | None = None
    """Tools, behaviors and arguments of the selected dialogues; None for kinds without dialogues."""
    tool_traffic: ToolTraffic | None = None
    """Tools and behaviors that traffic asks for; None for kinds without dialogues."""

    def __repr__(self) -> str:
        share = "not measured" if self.share is None else f"{self.share:.1%} of traffic covered"
        return (
            f"<CoverageReport: {share}, {counted(len(self.regions), 'region')}, "
            f"{counted(len(self.short_labels), 'label')} short>"
        )

    def json(self) -> dict[str, Any]:
        """The report as JSON; the plan says what to do about each part."""
        tools = {} if self.tools is None else {"tools": self.tools.json() | {"next_steps": self.next_steps}}
        return {
            "traffic": {
                "queries": self.queries,
                "covered": self.covered,
                "share": self.share,
                "near_cosine": self.check.traffic_coverage.near_cosine,
                "estimate": None if self.estimate is None else asdict(self.estimate),
                "certainty": [one._asdict() for one in self.certainty],
                "why_not_measured": self.why_not_measured,
            },
            "synthetic_only": self.synthetic_only,
            "by_label": [{**asdict(one), "share": one.share} for one in self.by_label],
            "months": [{**asdict(one), "uncovered_share": one.uncovered_share} for one in self.months],
            "regions": [{**asdict(one), "records": one.records} for one in self.regions],
            "outside_regions": self.outside_regions,
            "short_labels": self.short_labels,
            "shortfalls": [asdict(one) for one in self.check.marginals.shortfalls],
            "label_signal": self.check.label_signal_facts(),
            "overlaps": [asdict(one) for one in self.overlaps],
            "diversity": [asdict(one) for one in self.diversity],
            **tools,
            **({} if self.tool_traffic is None else {"tool_traffic": self.tool_traffic.json()}),
        }

    @property
    def next_steps(self) -> list[str]:
        """What people should write next, one sentence for each gap; empty for kinds without dialogues."""
        if self.tools is None:
            return []
        asked = traffic_steps(self.tool_traffic) if self.tool_traffic else []
        return asked + writing_steps(self.tools, per_label=self.check.task.targets.per_label)

    @property
    def share(self) -> float | None:
        """Covered share of the queries, as the gate has it; None without traffic, or where it is not measured."""
        if not self.queries or not self.check.traffic_coverage.is_measured:
            return None
        return self.covered / self.queries if self.estimate is None else 1 - self.estimate.share.value

    @property
    def why_not_measured(self) -> str:
        """Why the share is not measured; empty where it is, and without traffic."""
        return self.check.traffic_coverage.why_not_measured if self.queries else ""

    @cached_property
    def estimate(self) -> UncoveredEstimate | None:
        """The share of queries of missing labels; None where only nearness is measured."""
        novelty = self.check.traffic_coverage.novelty
        found = None if isinstance(novelty, NotMeasured) else estimate_uncovered(novelty, self._weights)
        return None if isinstance(found, NotMeasured) else found

    @property
    def certainty(self) -> list[CertaintyBand]:
        """Traffic by how sure one can be that it is known; empty where only nearness is measured."""
        novelty = self.check.traffic_coverage.novelty
        return [] if isinstance(novelty, NotMeasured) else certainty_bands(novelty, self._weights)

    @property
    def _weights(self) -> NDArray[np.int64]:
        weights: NDArray[np.int64] = self.check.table["weight"].to_numpy()[self.check.traffic_coverage.traffic]
        return weights

    @property
    def short_labels(self) -> dict[str, int]:
        """Labels under their target, with the number of missing labeled records."""
        wanted = self.check.task.targets.per_label
        return {label: wanted - count for label, count in self.labeled.items() if count < wanted}


def measure_coverage(
    check: CheckResult,
    times: Mapping[str, Sequence[str]],
    embedder: Embedder,
    *,
    vectors_cache: Path,
    progress: Progress | None = None,
) -> CoverageReport:
    """Measure everything about one checked selection. `times` are those of each traffic record (`log_times`)."""
    table, traffic_coverage, task = check.table, check.traffic_coverage, check.task
    train = check.train.sort_values("id")
    traffic = table.iloc[traffic_coverage.traffic]
    texts = list(dict.fromkeys([*train["text"], *traffic["text"]]))
    compared = compared_vectors(texts, embedder, vectors_cache, ComparedFor.TOPIC, progress=progress)
    vectors = dict(zip(texts, compared, strict=True))
    train_vectors = stacked_vectors(vectors, train["text"])
    groups = np.unique(train["group"].to_numpy().astype(str), return_inverse=True)[1]
    weight, kind = traffic["weight"].to_numpy(), kind_of(task)
    targets = kind.targets(task)
    states = separate_targets(table.loc[table["state"] == "labeled", "label"], kind)
    uncovered = find_uncovered_traffic(check, train, train_vectors, stacked_vectors(vectors, traffic["text"]), vectors)
    return CoverageReport(
        check=check,
        queries=int(weight.sum()),
        covered=int(weight[traffic_coverage.covered].sum()),
        synthetic_only=int(weight[traffic_coverage.synthetic_only].sum()),
        by_label=_by_label(table, check),
        months=_months(list(traffic["id"]), times, traffic_coverage.covered) if traffic_coverage.is_measured else [],
        regions=uncovered.regions,
        outside_regions=uncovered.outside_regions,
        overlaps=[] if check.carries_no_signal else _overlaps(train, train_vectors, groups, kind, targets),
        diversity=_diversity(train, train_vectors, targets, wording_texts(train, kind)),
        labeled={label: int(count) for label, count in _counts(states, targets).items()},
        tools=selected_tool_coverage(check),
        tool_traffic=measure_tool_traffic(table, traffic_coverage, check.hold_out_texts, kind)
        if kind.holds_dialogues
        else None,
    )


def _overlaps(
    train: pd.DataFrame, vectors: Vectors, groups: NDArray[np.int64], kind: Kind, targets: Sequence[str]
) -> list[LabelOverlap]:
    """The overlaps of listed labels; combinations of them overlap by nature."""
    rows = np.flatnonzero(train["label"].isin(targets).to_numpy())
    listed = train.iloc[rows]
    fixed = kind.target_of is not given_target
    return label_overlaps(list(listed["id"]), list(listed["label"]), vectors[rows], groups[rows], fixed_labels=fixed)


def _months(ids: Sequence[str], times: Mapping[str, Sequence[str]], covered: NDArray[np.bool_]) -> list[MonthlyTraffic]:
    queries: Counter[str] = Counter()
    uncovered: Counter[str] = Counter()
    for record, near in zip(ids, covered.tolist(), strict=True):
        for time in times.get(record, ()):
            month = month_of(time)
            queries[month] += 1
            uncovered[month] += not near
    return [MonthlyTraffic(month, queries[month], uncovered[month]) for month in sorted(queries)]


def _by_label(table: pd.DataFrame, check: CheckResult) -> list[LabelTraffic]:
    traffic_coverage = check.traffic_coverage
    if not traffic_coverage.is_measured:
        return []
    labels, weight = table["label"].to_numpy(), table["weight"].to_numpy()
    queries: Counter[str] = Counter()
    covered: Counter[str] = Counter()
    for row, nearest, near in zip(
        traffic_coverage.traffic.tolist(),
        traffic_coverage.position.tolist(),
        traffic_coverage.covered.tolist(),
        strict=True,
    ):
        queries[labels[nearest]] += int(weight[row])
        covered[labels[nearest]] += int(weight[row]) * near
    found = [LabelTraffic(label, queries[label], covered[label]) for label in queries]
    return sorted(found, key=lambda one: (one.covered - one.queries, one.label))


def _diversity(
    train: pd.DataFrame, train_vectors: Vectors, labels: Sequence[str], wordings: Sequence[str]
) -> list[LabelDiversity]:
    """Of each label's rows; for a label with human and synthetic rows, also of equal numbers of each."""
    diversities = []
    names, made = train["label"].to_numpy(), (train["origin"] == "synthetic").to_numpy()
    texts = np.array(wordings, dtype=object)
    for label in labels:
        rows = np.flatnonzero(names == label)
        parts = {"all": rows}
        human, synthetic = rows[~made[rows]], rows[made[rows]]
        equal = min(len(human), len(synthetic))
        if equal > 1:  # sorted by id, which is a hash: the first are a random sample
            parts |= {"human": human[:equal], "synthetic": synthetic[:equal]}
        diversities += [
            LabelDiversity(label, by, diversity(list(texts[at]), train_vectors[at]))
            for by, at in parts.items()
            if len(at)
        ]
    return diversities


def _counts(labels: pd.Series[str], names: Sequence[str]) -> dict[str, int]:
    counts = Counter(labels)
    return {name: counts[name] for name in names}
