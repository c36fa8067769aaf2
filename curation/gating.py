"""Gating: one selection held against every gate, with the evidence that a person needs to act."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from curation.cover import Cover
from curation.selection import Selection
from curation.task import Task
from curation.wording import Marginals
from validators import gates as g

if TYPE_CHECKING:
    import pandas as pd


def all_gates(
    task: Task,
    selection: Selection,
    *,
    torn: pd.DataFrame,
    cover: Cover,
    marginals: Marginals,
    private: Mapping[str, Sequence[str]],
    sources: Mapping[str, str],
) -> list[g.Gate]:
    """Every gate of the design, in the order in which they are shown.

    `torn` are near pairs under different labels, `private` what `private_records` found,
    `sources` the file names of sources by id.
    """
    limits, final = task.gates, selection.final
    selected = final[final["split"] != "excluded"]
    before, unleaked, train = (
        table[table["split"] == "train"] for table in (selection.placed, selection.unleaked, final)
    )
    return [
        g.schema(selected, task.label_names),
        g.hold_out_integrity(selected),
        g.lost(
            "duplicates",
            unleaked,
            train,
            share_max=limits.duplicates.share_max,
            label_share_max=limits.duplicates.label_share_max,
            by=("label", "sources"),
            evidence=_duplicate_evidence(final, torn),
            fix="find out why rows repeat: winnow show ID; or raise gates.duplicates in winnow.yaml",
        ),
        g.lost(
            "leakage",
            before,
            unleaked,
            share_max=limits.leakage.share_max,
            label_share_max=limits.leakage.label_share_max,
            by=("label",),
            evidence=_examples(final, "leakage"),
            fix="add rows that are worded differently; or winnow waive leakage --by NAME --reason WHY --until DATE",
        ),
        g.disputed(final["state"], _dispute_pairs(final), limits.disputed.share_max),
        g.minimum_per_label(
            train["label"],
            task.label_names,
            limits.minimum_per_label.train_rows,
            task.targets.per_label,
            final.loc[final["state"] == "labeled", "label"],
            selected.loc[selected["split"] != "train", "label"],
        ),
        g.label_balance(train["label"], task.fallback, limits.label_balance.ratio_max),
        g.facet_marginals(
            [str(one) for one in marginals.shortfalls],
            len(marginals.short_labels()),
            marginals.judged(),
            limits.facet_marginals.labels_share_max,
        ),
        g.fallback_share(train["label"], task.fallback, task.targets.fallback_share),
        g.synthetic_share(train["origin"], task.targets.synthetic_share_max),
        g.mix(_shares(train, sources), task.targets.mix),
        g.traffic_coverage(
            cover.similarity.tolist(),
            final["weight"].to_numpy()[cover.traffic].tolist(),
            cover.near,
            limits.traffic_coverage.share_min,
        ),
        g.undecided_lots(selected, int((final["state"] == "proposed").sum())),
        g.licences(selected, task.licences.allow),
        g.private_data(private, int((final["state"] != "superseded").sum())),
    ]


def _shares(train: pd.DataFrame, sources: Mapping[str, str]) -> dict[str, float]:
    """Share of train by origin, and by the source files that show it; a record of two files counts in both."""
    names = [sorted({sources.get(source, source) for source in shown}) for shown in train["sources"]]
    counts = Counter([*train["origin"], *(name for shown in names for name in shown)])
    return {name: count / len(train) for name, count in counts.items()}


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
