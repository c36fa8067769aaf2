"""Card sections on what a release contains: splits, processing, sources, labels, limits."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.config.task import Task
from winnow.core.counted import counted
from winnow.core.vocabulary import SPLITS, PiiAction
from winnow.curation.checks.held_out_counts import HeldOutToolsFacts, held_out_sentence
from winnow.curation.releases.manifest import Manifest, MustPassFacts
from winnow.curation.releases.markdown import counts_text, table, table_cell
from winnow.validators.kinds import kind_of, target_labels


def dataset_sentence(task: Task, manifest: Manifest) -> str:
    """What the dataset is, in one sentence."""
    purpose, count = kind_of(task).purpose, len(manifest.task.labels)
    return f"A dataset for {purpose.phrase} with {counted(count, 'label')}, frozen and checked by Winnow."


def splits_section(manifest: Manifest) -> list[str]:
    """Rows by split, similarity between splits, exclusions and must-pass cases."""
    counts = manifest.counts
    total = sum(counts.values()) or 1
    rows = [[split, f"{count:,}", f"{count / total:.1%}"] for split, count in counts.items()]
    similarity = manifest.similarity_between_splits
    excluded = manifest.excluded
    to_hold_out, held_out = (
        "not measured: a split is empty" if highest is None else f"{highest:.6f}"
        for highest in (similarity.train_to_hold_out, similarity.validation_to_test)
    )
    return [
        "## Splits",
        "",
        *table(["split", "rows", "share"], rows),
        "",
        "Every group of records was assigned to one split when it was first added, and keeps it. Validation and test "
        "contain only rows labeled by a person or a file.",
        "",
        f"Highest cosine similarity left between train and hold-out: {to_hold_out}; between validation "
        f"and test, where nothing is removed: {held_out} (exact search, embedder `{manifest.embedder}`, compared as "
        "written and with numbers and slot values masked).",
        "",
        "Excluded, by reason: " + (counts_text(excluded) or "nothing") + ".",
        "",
        *held_out_tools_section(manifest.held_out_tools),
        *must_pass_section(manifest.must_pass),
    ]


def held_out_tools_section(facts: HeldOutToolsFacts | None) -> list[str]:
    """The tools that only test calls, with their records."""
    if facts is None:
        return []
    return [
        f"A split by unseen tools: no row of train or validation calls {', '.join(facts.tools)}; "
        f"{held_out_sentence(facts)}. Report known and unseen tools apart.",
        "",
    ]


def must_pass_section(cases: MustPassFacts | None) -> list[str]:
    """How many must-pass cases there are, and how many of them a split repeats."""
    if cases is None:
        return []
    repeated = cases.repeated_in
    return [
        f"Must-pass cases, in `must_pass.jsonl`: {counted(cases.cases, 'query', 'queries')} that "
        f"every model must answer correctly. "
        f"They are regression tests, not an estimate of accuracy: {repeated['train']:,} of them are also in train, "
        f"{repeated['validation']:,} in validation, {repeated['test']:,} in test.",
        "",
    ]


def processing_section(task: Task, manifest: Manifest) -> list[str]:
    """The steps from files to rows."""
    replaced = [entity for entity, action in manifest.private.items() if action == PiiAction.REPLACE]
    dropped = [entity for entity, action in manifest.private.items() if action == PiiAction.DROP]
    return [
        "## Processing",
        "",
        "1. Files were read row by row; unusable rows were dropped with the reason. The sources are listed below.",
        "2. Every text was searched for private data by pattern. Replaced with surrogates: "
        f"{', '.join(replaced) or 'none'}. Dropped: {', '.join(dropped) or 'none'}. Patterns do not find names of "
        "people and places" + ("." if task.private.model is None else "; a model was used for them."),
        "3. Every record was assigned to a split when it was first added, before any comparison or new label.",
        f"4. Train rows that repeat a hold-out row (cosine {task.gates.leakage.cosine:g} or above, or the same when "
        "numbers and slot values are masked) were excluded, then train rows that repeat a train row of the same "
        f"label (cosine {task.gates.duplicates.cosine:g}). `excluded.jsonl` lists all of them.",
        "5. The gates below were measured on the remaining rows"
        + (f"; similarity with {table_cell(str(task.embedder))}." if task.embedder.model else "."),
        "",
    ]


def sources_section(manifest: Manifest) -> list[str]:
    """The files that the rows come from."""
    rows = [
        [table_cell(s.name), f"{s.records:,}", s.origin, table_cell(s.license), f"`{s.sha256[:12]}`"]
        for s in manifest.sources
    ]
    models = manifest.origin_models
    return [
        "## Sources",
        "",
        *table(["file", "records exported", "origin", "license", "SHA-256"], rows),
        "",
        "Origins: `human` was written for this dataset, `log` is production traffic, `public` is public data, "
        "`synthetic` was generated and accepted by people. A record that occurs in several files counts in each.",
        "",
        *(
            [f"Rows by the model that wrote them, as the sources state it: {counts_text(models)}.", ""]
            if models
            else []
        ),
    ]


def labels_section(task: Task, label_counts: Mapping[str, Mapping[str, int]]) -> list[str]:
    """Every label with its rows by split."""
    rows = [
        [
            table_cell(label.name),
            table_cell(label.route or ""),
            *(f"{label_counts.get(label.name, {}).get(split, 0):,}" for split in SPLITS),
            table_cell(label.description),
        ]
        for label in target_labels(task)
    ]
    return [
        "## Labels",
        "",
        *table(["label", "route", *SPLITS, "description"], rows),
        "",
        f"Out-of-scope queries have the label `{task.fallback}`."
        if task.fallback
        else "There is no out-of-scope label.",
        "",
    ]


def limits_section(task: Task, manifest: Manifest) -> list[str]:
    """Known limits of the data."""
    return [
        "## Limits",
        "",
        f"- Language: `{task.language}`; records that a detector assigned to another language: {manifest.flagged}.",
        "- Similarity is measured by one embedding model; a paraphrase that the model does not recognize is not found.",
        "- `weight` is the frequency of a record in its sources; the rows themselves are distinct.",
        "- `decided_by` says whose decisions gave a record its label; `license` is that of its sources.",
        "",
    ]
