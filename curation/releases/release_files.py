"""The files of a release: Parquet, JSONL, exclusions, card, metadata, and the manifest last."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from winnow.core.atomic import sync_to_disk
from winnow.core.versions import package_version
from winnow.core.vocabulary import SPLITS
from winnow.core.working_row import LICENSE_SEPARATOR, MODEL_SEPARATOR
from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.coverage.task_facets import record_facets
from winnow.curation.checks.eligibility import EXCLUDED
from winnow.curation.checks.held_out_counts import measure_held_out_tools
from winnow.curation.checks.machine_labeled import count_machine_labeled
from winnow.curation.pii.scrub import DEFAULT_POLICY
from winnow.curation.releases.card import dataset_card
from winnow.curation.releases.croissant import croissant
from winnow.curation.releases.manifest import (
    MANIFEST,
    MANIFEST_FORMAT,
    TEMPLATE_PACKAGES,
    VERSIONED_PACKAGES,
    Manifest,
    SplitSimilarity,
    TaskFacts,
    file_facts,
    gate_facts,
)
from winnow.curation.releases.must_pass_file import must_pass_lines, must_pass_summary
from winnow.curation.releases.provenance import Provenance, count_models
from winnow.curation.releases.release import (
    CARD,
    CROISSANT,
    EXCLUDED_FILE,
    MUST_PASS_FILE,
    TASK_COPY,
)
from winnow.curation.releases.release_lines import ExclusionLine, MustPassCase
from winnow.curation.releases.round_trip import exports_of
from winnow.validators.kinds import allowed_targets, kind_of
from winnow.validators.kinds.kind import Kind

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ReleaseContent:
    """What a release is made of."""

    checked: CheckResult
    """The selected rows, and the gates that were measured on them."""
    task_text: str
    """The task file."""
    must_pass: Sequence[MustPassCase]
    """What `read_must_pass` found."""
    embedder: str
    """Identity of the embedding model that similarity was measured with."""
    provenance: Provenance
    """Sources, lots and decisions behind the rows."""


def release_rows(checked: CheckResult) -> pd.DataFrame:
    """The selected rows with the release columns, sorted by id; `label` holds names."""
    import pandas as pd

    task, kind = checked.task, kind_of(checked.task)
    selected = checked.selected.sort_values("id", ignore_index=True)
    contents = [kind.column_values(content) for content in selected["content"]]
    routes = task.routes
    facets = record_facets(selected, task, checked.facets)
    facet_names = [[f"{name}:{value}" for name, value in sorted(found.items())] for found in facets]
    return selected.assign(
        **{name: pd.Series([one[name] for one in contents], dtype=object) for name in kind.content_columns},
        **{name: column.value(task) for name, column in kind.task_columns.items()},
        route=[routes.get(label) or "" for label in selected["label"]],
        facets=pd.Series(facet_names, index=selected.index, dtype=object),
        origin_model=[MODEL_SEPARATOR.join(models) for models in selected["origin_models"]],
        license=[LICENSE_SEPARATOR.join(licenses) for licenses in selected["licenses"]],
    )[kind.release_columns]


def write_release(part: Path, content: ReleaseContent) -> Manifest:
    """Write every file of the release to the folder `part`; the manifest comes last."""
    checked, task = content.checked, content.checked.task
    rows, kind = release_rows(checked), kind_of(task)
    labels = allowed_targets(task, rows["label"])
    shutil.rmtree(part, ignore_errors=True)
    for sub in ("data", "jsonl"):
        (part / sub).mkdir(parents=True)
    for split in SPLITS:
        split_rows = rows[rows["split"] == split]
        if len(split_rows):
            _write_parquet(split_rows, labels, kind, part / "data" / f"{split}.parquet")
        _write_jsonl(split_rows, part / "jsonl" / f"{split}.jsonl")
    (part / TASK_COPY).write_text(content.task_text, encoding="utf-8")
    for name, text in task.documents.items():
        (part / name).parent.mkdir(parents=True, exist_ok=True)
        (part / name).write_text(text, encoding="utf-8", newline="\n")
    _write_excluded(checked, part / EXCLUDED_FILE)
    if task.must_pass is not None:
        (part / MUST_PASS_FILE).write_text(must_pass_lines(content.must_pass), encoding="utf-8", newline="\n")
    manifest = _state_manifest(rows, content)
    parquet = {
        path: file_facts(part / path) for path in (f"data/{s}.parquet" for s in SPLITS) if (part / path).exists()
    }
    metadata = json.dumps(croissant(task, manifest, parquet), ensure_ascii=False, indent=1) + "\n"
    (part / CROISSANT).write_text(metadata, encoding="utf-8")
    label_counts = {
        str(label): {str(split): int(n) for split, n in group["split"].value_counts().items()}
        for label, group in rows.groupby("label", sort=True)
    }
    (part / CARD).write_text(dataset_card(task, manifest, label_counts), encoding="utf-8")
    files = sorted(path for path in part.rglob("*") if path.is_file())
    manifest = manifest.model_copy(
        update={"files": {path.relative_to(part).as_posix(): file_facts(path) for path in files}}
    )
    (part / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    for path in (*files, part / MANIFEST, part / "data", part / "jsonl", part):
        sync_to_disk(path)
    return manifest


def _state_manifest(rows: pd.DataFrame, content: ReleaseContent) -> Manifest:
    """The manifest without its list of files, which are not written yet."""
    checked, task, provenance = content.checked, content.checked.task, content.provenance
    labels = allowed_targets(task, rows["label"])
    packages = (*VERSIONED_PACKAGES, *(TEMPLATE_PACKAGES if task.base_model else ()))
    return Manifest(
        format=MANIFEST_FORMAT,
        task=TaskFacts(name=task.name, kind=task.kind, labels=labels, fallback=task.fallback),
        counts={split: int((rows["split"] == split).sum()) for split in SPLITS},
        excluded=checked.excluded,
        similarity_between_splits=SplitSimilarity(**checked.highest_similarities()),
        thresholds=task.gates,
        gates=[gate_facts(gate) for gate in checked.gates],
        waivers=checked.waivers(),
        embedder=content.embedder,
        decided_by={
            str(split): {str(by): int(n) for by, n in sorted(group["decided_by"].value_counts().items())}
            for split, group in checked.selected.groupby("split", sort=True)
        },
        private={**DEFAULT_POLICY, **{str(entity): action for entity, action in task.private.policy.items()}},
        sources=provenance.exported_sources(checked.selected),
        origin_models=count_models(checked.selected),
        lots=provenance.exported_lots(checked.selected),
        machine_labeled=count_machine_labeled(checked.selected),
        single_answers_confirmed=provenance.confirmed,
        label_accuracy=provenance.accuracy.facts() if provenance.accuracy else None,
        flagged=provenance.flagged(checked.selected, "language"),
        must_pass=must_pass_summary(content.must_pass, checked.selected) if task.must_pass is not None else None,
        chat_template=checked.chat_template(),
        held_out_tools=measure_held_out_tools(checked.selected, task),
        exports=exports_of(rows, task),
        versions={package: package_version(package) for package in packages},
    )


def _write_parquet(rows: pd.DataFrame, targets: Sequence[str], kind: Kind, path: Path) -> None:
    """Parquet with Hugging Face features in its schema, so that `label` is read as a ClassLabel."""
    import pyarrow as pa
    import pyarrow.parquet as pq
    from datasets import ClassLabel, Features, Sequence, Value

    string = Value("string")
    other_types = {"label": ClassLabel(names=list(targets)), "facets": Sequence(string), "weight": Value("int64")}
    features = Features({name: other_types.get(name, string) for name in kind.release_columns})
    class_ids = {name: i for i, name in enumerate(targets)}
    columns = {name: rows[name].tolist() for name in features}
    columns["label"] = [class_ids[label] for label in columns["label"]]
    pq.write_table(pa.table(columns, schema=features.arrow_schema), path)


def _write_jsonl(rows: pd.DataFrame, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="\n") as handle:
        for row in rows.to_dict("records"):
            handle.write(json.dumps(row, ensure_ascii=False) + "\n")


def _write_excluded(checked: CheckResult, path: Path) -> None:
    """Which records are excluded and why, by id, without text: an excluded text must not be exported."""
    table = checked.table[checked.table["split"] == EXCLUDED].sort_values("id")
    names = ("id", "reason", "kept_id", "similarity", "assigned_split", "weight")
    columns = zip(*(table[name] for name in names), strict=True)
    lines = [
        ExclusionLine(
            id=record,
            reason=reason,
            kept_id=kept_id or None,
            similarity=None if similarity != similarity else round(float(similarity), 6),
            assigned_split=split,
            weight=int(weight),
        )
        for record, reason, kept_id, similarity, split, weight in columns
    ]
    rows = [line.model_dump(mode="json", exclude_none=True) for line in lines]
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8", newline="\n")
