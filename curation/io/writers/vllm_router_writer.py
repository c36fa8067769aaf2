"""vLLM Semantic Router: rows for its trainer of sequence classifiers, and what its configuration needs to use one.

Sources in github.com/vllm-project/semantic-router, read in November 2026, contract v0.3 of the configuration:

- `src/training/model_classifier/sequence_repair/README.md` and `website/docs/training/classifier-models.md`: JSON Lines
  with `id`, `text`, `label` and `group_id`, also `source` and `language`, and `contract.json` with the ordered labels;
- `src/semantic-router/pkg/classification`, `LoadCategoryMapping`: `category_mapping.json`;
- `website/docs/tutorials/signal/learned/kb.md` and `KnowledgeBaseDefinition` in `pkg/config`: `labels.json`;
- `website/docs/tutorials/signal/learned/classifier.md`: a classifier's `labels` are in the order of the class ids.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from winnow.core.example import fold_key
from winnow.core.vocabulary import Split
from winnow.curation.io.writers.export_format import ExportFormat
from winnow.curation.io.writers.query_release import (
    ExportedFile,
    QueryRelease,
    ReleasedQuery,
    WholeExport,
    json_file,
    lines_file,
    texts_by_label,
)
from winnow.curation.io.writers.yaml_scalar import yaml_list, yaml_scalar

FILE_NAMES: Mapping[str, str] = {Split.TRAIN: "train.jsonl", Split.VALIDATION: "dev.jsonl", Split.TEST: "test.jsonl"}
"""The file of each split, as the trainer's recipes name it."""

IDS_SHOWN = 5
"""A warning names so many rows."""


def vllm_router_files(release: QueryRelease) -> WholeExport:
    """The rows of each split, the labels with their class ids, the train rows by label, and the signal."""
    rows = {FILE_NAMES[split]: found for split, found in release.rows.items()}
    language = release.task.language
    files = [lines_file(name, [_line(row, language) for row in found]) for name, found in rows.items()]
    files += [
        json_file("contract.json", _contract(release.labels)),
        json_file("category_mapping.json", _category_mapping(release.labels)),
        json_file("labels.json", _exemplars(release), rows=len(release.train)),
        ExportedFile("signals.yaml", _signal(release), 0),
    ]
    return WholeExport(files, warnings=[*_refused_labels(release.labels), *_refused_rows(rows)])


def _line(row: ReleasedQuery, language: str) -> dict[str, str]:
    return {
        "id": row.id,
        "text": row.text,
        "label": row.label,
        "group_id": _group_key(row),
        "source": row.origin,
        "language": language,
    }


def _contract(labels: Sequence[str]) -> dict[str, object]:
    return {
        "label2id": {label: number for number, label in enumerate(labels)},
        "id2label": {str(number): label for number, label in enumerate(labels)},
        "problem_type": "single_label_classification",
    }


def _category_mapping(labels: Sequence[str]) -> dict[str, object]:
    contract = _contract(labels)
    return {"category_to_idx": contract["label2id"], "idx_to_category": contract["id2label"]}


def _exemplars(release: QueryRelease) -> dict[str, object]:
    """The knowledge base: every label that has train rows, with all of them."""
    entries = {
        label: {"description": release.label_of(label).description, "exemplars": texts}
        for label, texts in texts_by_label(release.train, release.labels).items()
    }
    return {"description": release.task.name, "labels": entries}


def _signal(release: QueryRelease) -> str:
    """The part of a configuration that declares a classifier with these labels."""
    name = re.sub(r"[^\w.-]+", "-", release.task.name)
    return f"""\
routing:
  signals:
    classifiers:
      - name: {yaml_scalar(name)}
        type: local
        model_path: {yaml_scalar(f"models/{name}")}
        labels: {yaml_list([*release.labels])}
        use_cpu: true
"""


def _refused_labels(labels: Sequence[str]) -> Iterator[str]:
    """Labels that the classifier of the router may not have: `ClassifierSignal` of the package vllm-sr 0.4."""
    refused = [label for label in labels if ":" in label or label != label.strip()]
    if refused:
        yield f"signals.yaml: the router refuses labels with a colon or outer white space: {', '.join(refused)}"


def _refused_rows(files: Mapping[str, Sequence[ReleasedQuery]]) -> Iterator[str]:
    """What the trainer refuses: equal texts with different labels in a file, and a text or group in two files."""
    for name, rows in files.items():
        labels: dict[str, str] = {}
        ids = [row.id for row in rows if labels.setdefault(_text_key(row), row.label) != row.label]
        if ids:
            yield f"{name}: the trainer refuses equal texts with different labels: {_listed(ids)}"
    for what, key in NEVER_SHARED.items():
        first: dict[str, str] = {}
        for name, rows in files.items():
            ids = [row.id for row in rows if first.setdefault(key(row), name) != name]
            if ids:
                yield f"{name}: the trainer refuses a {what} that another file has too: {_listed(ids)}"


def _text_key(row: ReleasedQuery) -> str:
    """Equal for texts that the trainer finds equal: Unicode form, width, case and white space do not matter."""
    return fold_key(row.text)


def _group_key(row: ReleasedQuery) -> str:
    return row.group or row.id


NEVER_SHARED: Mapping[str, Callable[[ReleasedQuery], str]] = {"text": _text_key, "group": _group_key}
"""What must not be in two files."""


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - IDS_SHOWN:,} more" if len(ids) > IDS_SHOWN else ""
    return ", ".join(ids[:IDS_SHOWN]) + more


VLLM_ROUTER_FORMAT = ExportFormat("vllm-semantic-router", whole=vllm_router_files)
