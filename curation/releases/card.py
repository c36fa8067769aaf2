"""The dataset card: Hugging Face front matter and sections. It contains neither a date nor the release name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from winnow.config.task import Task
from winnow.curation.releases.card_contents import (
    dataset_sentence,
    labels_section,
    limits_section,
    processing_section,
    sources_section,
    splits_section,
)
from winnow.curation.releases.card_quality import gates_section, labeling_section, quality_section
from winnow.curation.releases.manifest import Manifest
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import RECOVERY_COLUMNS

SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]
"""Size categories of the Hugging Face hub."""

HUB_LICENSES = frozenset(
    "apache-2.0 mit bsd-2-clause bsd-3-clause cc0-1.0 cc-by-2.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 "
    "cc-by-nc-4.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 odbl odc-by pddl gpl-3.0 lgpl-3.0 agpl-3.0 unlicense".split()
)
"""License identifiers of the hub."""


def dataset_card(task: Task, manifest: Manifest, label_counts: Mapping[str, Mapping[str, int]]) -> str:
    """The card as Markdown with Hugging Face front matter, so that `load_dataset(folder)` finds splits and classes.

    `label_counts` maps a label to its rows by split.
    """
    return "\n".join(
        [
            f"---\n{_front_matter(task, manifest)}---",
            f"# {task.name}",
            "",
            dataset_sentence(task, manifest),
            "",
            "```python",
            "from datasets import load_dataset",
            'splits = load_dataset("PATH/OF/THIS/FOLDER")  # train, validation, test',
            "```",
            "",
            *splits_section(manifest),
            *processing_section(task, manifest),
            *labeling_section(manifest),
            *quality_section(manifest),
            *sources_section(manifest),
            *gates_section(manifest),
            *labels_section(task, label_counts),
            *limits_section(task, manifest),
        ]
    )


def _front_matter(task: Task, manifest: Manifest) -> str:
    total = sum(manifest.counts.values())
    size = next((word for limit, word in SIZES if total < limit), "n>1M")
    kind = kind_of(task)
    classes = {str(i): name for i, name in enumerate(manifest.task.labels)}
    string = {"dtype": "string"}
    features: list[dict[str, Any]] = [
        {"name": "id", **string},
        *({"name": name, **string} for name in (*kind.content_columns, *kind.task_columns)),
        {"name": "label", "dtype": {"class_label": {"names": classes}}},
        {"name": "route", **string},
        {"name": "split", **string},
        {"name": "origin", **string},
        {"name": "group", **string},
        {"name": "facets", "sequence": "string"},
        {"name": "weight", "dtype": "int64"},
        *({"name": name, **string} for name in RECOVERY_COLUMNS),
    ]
    splits = [split for split, count in manifest.counts.items() if count]
    front = {
        **_license(manifest),
        "pretty_name": task.name,
        "language": [task.language],
        "task_categories": list(kind.purpose.task_categories),
        "task_ids": list(kind.purpose.task_ids),
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


def _license(manifest: Manifest) -> dict[str, str]:
    """The license as the Hugging Face hub names it; several, or an unknown one, are `other`."""
    names = {s.license for s in manifest.sources if s.records}
    if len(names) == 1 and (name := names.pop()).casefold() in HUB_LICENSES:
        return {"license": name.casefold()}
    return {"license": "other"}
