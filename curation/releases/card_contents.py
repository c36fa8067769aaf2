"""Card sections on what a release contains: splits, processing, sources, labels, limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from winnow.config.task import Task
from winnow.curation.releases.markdown import counts_text, table, table_cell


def splits_section(manifest: Mapping[str, Any]) -> list[str]:
    counts = manifest["counts"]
    total = sum(counts.values()) or 1
    rows = [[split, f"{count:,}", f"{count / total:.1%}"] for split, count in counts.items()]
    similarity = manifest["similarity_between_splits"]
    highest = similarity["train_to_hold_out"]
    excluded = manifest["excluded"]
    said = "not measured: a split is empty" if highest is None else f"{highest:.6f}"
    return [
        "## Splits",
        "",
        *table(["split", "rows", "share"], rows),
        "",
        "Every group of records was reserved for one split when it was first added and has kept it. Validation "
        "and test hold only rows that a person or a file labeled.",
        "",
        f"Highest cosine similarity left between train and hold-out: {said} (exact search, "
        f"embedder `{manifest['embedder']}`, numbers and slot values also compared masked).",
        "",
        "Left out, with the reason: " + (counts_text(excluded) or "nothing") + ".",
        "",
        *must_pass_section(manifest.get("must_pass")),
    ]


def must_pass_section(stated: Mapping[str, Any] | None) -> list[str]:
    if stated is None:
        return []
    repeated = stated["repeated_in"]
    return [
        f"Pinned cases, in `must_pass.jsonl`: {stated['cases']:,} queries that every model has to get right. They are "
        f"a list against relapses and no estimate: {repeated['train']:,} of them stand in train too, "
        f"{repeated['validation']:,} in validation, {repeated['test']:,} in test.",
        "",
    ]


def processing_section(task: Task, manifest: Mapping[str, Any]) -> list[str]:
    replaced = [entity for entity, action in manifest["private"].items() if action == "replace"]
    dropped = [entity for entity, action in manifest["private"].items() if action == "drop"]
    return [
        "## How it was made",
        "",
        "1. Files were read row by row; what could not be used was refused with its reason. The sources are below.",
        "2. Private data was looked for by pattern in every text. Replaced by stand-ins: "
        f"{', '.join(replaced) or 'none'}. Refused: {', '.join(dropped) or 'none'}. Names of people and places are not "
        "found by patterns" + ("." if task.private.model is None else "; a model was used for them."),
        "3. Every record was reserved for a split when it first came in, before anything was compared or labeled anew.",
        f"4. Train rows that repeat a hold-out row (cosine {task.gates.leakage.cosine:g} or above, or the same when "
        "numbers and slot values are set aside) were left out, then train rows that repeat a train row of the same "
        f"label (cosine {task.gates.duplicates.cosine:g}). `excluded.jsonl` names every one.",
        "5. The gates below were measured on what was left.",
        "",
    ]


def sources_section(manifest: Mapping[str, Any]) -> list[str]:
    rows = [
        [table_cell(s["name"]), f"{s['records']:,}", s["origin"], table_cell(s["license"]), f"`{s['sha256'][:12]}`"]
        for s in manifest["sources"]
    ]
    return [
        "## Sources",
        "",
        *table(["file", "records exported", "origin", "license", "SHA-256"], rows),
        "",
        "Origins: `human` was written for this dataset, `log` is production traffic, `public` is public data, "
        "`synthetic` was made by a machine and accepted by people. A record shown by several files counts in each.",
        "",
    ]


def labels_section(task: Task, label_counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    rows = [
        [
            table_cell(label.name),
            table_cell(label.route or ""),
            *(f"{label_counts.get(label.name, {}).get(split, 0):,}" for split in ("train", "validation", "test")),
            table_cell(label.description),
        ]
        for label in task.labels
    ]
    return [
        "## Labels",
        "",
        *table(["label", "route", "train", "validation", "test", "description"], rows),
        "",
        f"Out-of-scope queries have the label `{task.fallback}`."
        if task.fallback
        else "There is no out-of-scope label.",
        "",
    ]


def limits_section(task: Task, manifest: Mapping[str, Any]) -> list[str]:
    return [
        "## Limits",
        "",
        f"- Language: `{task.language}`; records that a detector took for another language: {manifest['flagged']}.",
        "- Nearness is measured by one embedding model; a paraphrase that the model does not see as near is not found.",
        "- `weight` is how often a record was seen in its sources; rows themselves are distinct.",
        "",
    ]
