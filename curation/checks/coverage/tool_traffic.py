"""Which tools and behaviors traffic asks for, compared with what train has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from winnow.core.vocabulary import Origin, Split, State
from winnow.curation.checks.coverage.traffic_similarity import UNDECIDED, TrafficCoverage
from winnow.curation.checks.hold_out_texts import HoldOutTexts
from winnow.validators.kinds.kind import Kind
from winnow.validators.stats.intervals import wilson_bounds
from winnow.validators.tools.composition_quotas import missing_for_share
from winnow.validators.tools.writing_steps import described

if TYPE_CHECKING:
    import pandas as pd

COVERED_PART = 0.5
"""Train should have a tool or behavior at least this often, as a part of how often traffic asks for it.

Half: train also has what traffic rarely asks, so its shares cannot be those of traffic."""


@dataclass(frozen=True)
class TargetTraffic:
    """A tool or behavior in traffic and in train. An interaction that calls several tools counts for each of them."""

    name: str
    """The tool, or the behavior without a call."""
    labeled: int
    """Interactions whose label is known: logged dialogues."""
    estimated: int
    """Requests without a label whose nearest train dialogue has this tool or behavior."""
    share: float
    """Share of the interactions, 0 to 1."""
    share_low: float
    """Lower end of its 95 % interval."""
    train: int
    """Train dialogues."""
    train_share: float
    """Share of the train dialogues, 0 to 1."""
    missing: int
    """Dialogues that train lacks to have it at least half as often as traffic surely does."""


@dataclass(frozen=True)
class ToolTraffic:
    """The traffic that is assigned to train, by tool and behavior."""

    interactions: int
    """Logged dialogues and requests, weighted by frequency."""
    unknown: int
    """Requests without a label and a train dialogue at `near_cosine` or above: nothing is estimated for them."""
    near_cosine: float | None
    """The cosine from which the nearest train dialogue gives an estimate; None where train is too small."""
    targets: list[TargetTraffic]
    """Those that occur in traffic or in train, the largest gap first."""

    @property
    def gaps(self) -> list[TargetTraffic]:
        """What train has too rarely for its traffic."""
        return [one for one in self.targets if one.missing]

    def json(self) -> dict[str, Any]:
        """The shape of `tool_traffic` in `coverage --json`."""
        return asdict(self)


def measure_tool_traffic(table: pd.DataFrame, near: TrafficCoverage, hold_out: HoldOutTexts, kind: Kind) -> ToolTraffic:
    """Tools and behaviors in the traffic of a checked table.

    Only records that are assigned to train and repeat no hold-out record count: no model estimates a label of another.
    """
    own = table[(table["origin"] == Origin.LOG) & (table["assigned_split"] == Split.TRAIN) & (table["weight"] > 0)]
    own = own[np.array([not hold_out.contain(text) for text in own["text"]], dtype=bool)]
    labeled = own[own["state"] == State.LABELED]
    requests = own[own["state"].isin(UNDECIDED)]
    nearest = table["label"].to_numpy()[near.position[near.covered]]
    estimate = dict(zip(table["id"].to_numpy()[near.traffic[near.covered]], nearest, strict=True))
    estimates = [estimate.get(record, "") for record in requests["id"]]
    unknown = sum(int(n) for label, n in zip(estimates, requests["weight"], strict=True) if not label)
    total = int(labeled["weight"].sum() + requests["weight"].sum())
    train = table.loc[table["split"] == Split.TRAIN, "label"]
    counts = (
        _counts(labeled["label"], labeled["weight"], kind),
        _counts(estimates, requests["weight"], kind),
        _counts(train, [1] * len(train), kind),
    )
    targets = list(_targets(*counts, total, len(train)))
    targets.sort(key=lambda one: (-one.missing, -one.share, one.name))
    return ToolTraffic(total, unknown, near.near_cosine, targets)


def traffic_steps(traffic: ToolTraffic) -> list[str]:
    """One sentence for each gap: what people should write, because traffic asks for it."""
    return [
        f"Write more dialogues {described(one.name)}: {one.share:.1%} of traffic and {one.train_share:.1%} of train, "
        f"missing {one.missing:,}."
        for one in traffic.gaps
    ]


def _counts(labels: Iterable[str], weights: Iterable[int], kind: Kind) -> Counter[str]:
    """How many rows have each tool or behavior, each row with its weight."""
    found = Counter[str]()
    for label, weight in zip(labels, weights, strict=True):
        for name in kind.target_parts(label) if label else ():
            found[name] += int(weight)
    return found


def _targets(
    labeled: Mapping[str, int], estimated: Mapping[str, int], train: Mapping[str, int], total: int, rows: int
) -> Iterator[TargetTraffic]:
    for name in sorted({*labeled, *estimated, *train}):
        asked = labeled.get(name, 0) + estimated.get(name, 0)
        share = asked / total if total else 0.0
        low = wilson_bounds(share, total)[0] if total else 0.0
        have = train.get(name, 0)
        yield TargetTraffic(
            name,
            labeled.get(name, 0),
            estimated.get(name, 0),
            round(share, 4),
            round(low, 4),
            have,
            round(have / rows, 4) if rows else 0.0,
            missing_for_share(have, rows, COVERED_PART * low),
        )
