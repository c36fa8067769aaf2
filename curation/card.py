"""The dataset card: what a stranger must know before trusting a release. It holds no clock and no release name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from curation.task import Task

SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]
"""Size words of the Hugging Face hub."""


def dataset_card(task: Task, manifest: Mapping[str, Any], label_counts: Mapping[str, Mapping[str, int]]) -> str:
    """The card as Markdown with the Hugging Face front matter, so that `load_dataset(folder)` finds splits and classes.

    `label_counts` maps a label to its rows by split.
    """
    return "\n".join(
        [
            f"---\n{_front_matter(task, manifest)}---",
            f"# {task.name}",
            "",
            f"A dataset for intent routing with {len(task.labels)} labels, frozen and checked by Winnow.",
            "",
            "```python",
            "from datasets import load_dataset",
            'splits = load_dataset("PATH/OF/THIS/FOLDER")  # train, validation, test',
            "```",
            "",
            *_splits(manifest),
            *_sources(manifest),
            *_gates(manifest),
            *_labels(task, label_counts),
            *_limits(task, manifest),
        ]
    )


def _front_matter(task: Task, manifest: Mapping[str, Any]) -> str:
    total = sum(manifest["counts"].values())
    size = next((word for limit, word in SIZES if total < limit), "n>1M")
    classes = {str(i): name for i, name in enumerate(task.label_names)}
    string = {"dtype": "string"}
    features: list[dict[str, Any]] = [
        {"name": "id", **string},
        {"name": "text", **string},
        {"name": "label", "dtype": {"class_label": {"names": classes}}},
        {"name": "route", **string},
        {"name": "split", **string},
        {"name": "origin", **string},
        {"name": "family", **string},
        {"name": "facets", "sequence": "string"},
        {"name": "weight", "dtype": "int64"},
    ]
    splits = [split for split, count in manifest["counts"].items() if count]
    front = {
        "pretty_name": task.name,
        "language": [task.language],
        "task_categories": ["text-classification"],
        "task_ids": ["intent-classification"],
        "size_categories": [size],
        "configs": [
            {
                "config_name": "default",
                "data_files": [{"split": split, "path": f"data/{split}.parquet"} for split in splits],
            }
        ],
        "dataset_info": {"features": features},
    }
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=10_000)


def _splits(manifest: Mapping[str, Any]) -> list[str]:
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
        *_table(["split", "rows", "share"], rows),
        "",
        "Every family of records was reserved for one split when it was first added and has kept it. Validation "
        "and test hold only rows that a person or a file labeled.",
        "",
        f"Highest cosine similarity left between train and hold-out: {said} (exact search, "
        f"embedder `{manifest['embedder']}`, numbers and slot values also compared masked).",
        "",
        "Left out, with the reason: " + (_counted(excluded) or "nothing") + ".",
        "",
    ]


def _sources(manifest: Mapping[str, Any]) -> list[str]:
    rows = [
        [_cell(s["name"]), f"{s['records']:,}", s["origin"], _cell(s["licence"]), f"`{s['sha256'][:12]}`"]
        for s in manifest["sources"]
    ]
    return [
        "## Sources",
        "",
        *_table(["file", "records exported", "origin", "licence", "SHA-256"], rows),
        "",
        "Origins: `human` was written for this dataset, `log` is production traffic, `public` is public data, "
        "`synthetic` was made by a machine and accepted by people. A record shown by several files counts in each.",
        "",
    ]


def _gates(manifest: Mapping[str, Any]) -> list[str]:
    rows = [
        [gate["name"], _number(gate["measured"]), _number(gate["threshold"]), gate["verdict"]]
        for gate in manifest["gates"]
    ]
    waivers = [f"- **{gate}** is waived: {_cell(why)}" for gate, why in manifest["waivers"].items()]
    return [
        "## Gates",
        "",
        *_table(["gate", "measured", "threshold", "verdict"], rows),
        "",
        *(waivers or ["No gate is waived."]),
        "",
    ]


def _labels(task: Task, label_counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    rows = [
        [
            _cell(label.name),
            _cell(label.route or ""),
            *(f"{label_counts.get(label.name, {}).get(split, 0):,}" for split in ("train", "validation", "test")),
            _cell(label.description),
        ]
        for label in task.labels
    ]
    return [
        "## Labels",
        "",
        *_table(["label", "route", "train", "validation", "test", "description"], rows),
        "",
        f"Out-of-scope queries have the label `{task.fallback}`."
        if task.fallback
        else "There is no out-of-scope label.",
        "",
    ]


def _limits(task: Task, manifest: Mapping[str, Any]) -> list[str]:
    return [
        "## Limits",
        "",
        "- Label accuracy: not measured. No audit of these labels by people is part of this release.",
        f"- Language: `{task.language}`; records that a detector took for another language: {manifest['flagged']}.",
        "- Nearness is measured by one embedding model; a paraphrase that the model does not see as near is not found.",
        "- `weight` is how often a record was seen in its sources; rows themselves are distinct.",
        "",
    ]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items())


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


def _cell(text: str) -> str:
    """A text inside a Markdown table: no line break, no column break, no HTML."""
    flat = " ".join(str(text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
