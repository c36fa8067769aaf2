"""The dataset card: what a stranger must know before trusting a release. It holds no clock and no release name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from curation.task import Task

SIZES = [(1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M")]
"""Size words of the Hugging Face hub."""
HUB_LICENCES = frozenset(
    "apache-2.0 mit bsd-2-clause bsd-3-clause cc0-1.0 cc-by-2.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 "
    "cc-by-nc-4.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 odbl odc-by pddl gpl-3.0 lgpl-3.0 agpl-3.0 unlicense".split()
)
"""Licences that the hub has a word for."""
BOUNDS = {"at_most": "≤", "at_least": "≥"}
DECIDERS = {
    "adjudicator": "an adjudicator",
    "agreement": "two or more people",
    "person": "one person",
    "lot": "an accepted lot",
    "file": "the source file",
}


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
            *_making(task, manifest),
            *_labeling(manifest),
            *_quality(manifest),
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
        **_licence(manifest),
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
        *_pinned(manifest.get("must_pass")),
    ]


def _pinned(stated: Mapping[str, Any] | None) -> list[str]:
    if stated is None:
        return []
    repeated = stated["repeated_in"]
    return [
        f"Pinned cases, in `must_pass.jsonl`: {stated['cases']:,} queries that every model has to get right. They are "
        f"a list against relapses and no estimate: {repeated['train']:,} of them stand in train too, "
        f"{repeated['validation']:,} in validation, {repeated['test']:,} in test.",
        "",
    ]


def _licence(manifest: Mapping[str, Any]) -> dict[str, str]:
    """The licence as the Hugging Face hub names it; several, or one that it does not know, are `other`."""
    names = {s["licence"] for s in manifest["sources"] if s["records"]}
    if len(names) == 1 and (name := names.pop()).casefold() in HUB_LICENCES:
        return {"license": name.casefold()}
    return {"license": "other"}


def _making(task: Task, manifest: Mapping[str, Any]) -> list[str]:
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


def _labeling(manifest: Mapping[str, Any]) -> list[str]:
    deciders = [by for by in DECIDERS if any(by in counts for counts in manifest["decided_by"].values())]
    rows = [
        [split, *(f"{manifest['decided_by'].get(split, {}).get(by, 0):,}" for by in deciders)]
        for split in manifest["counts"]
    ]
    return [
        "## By whom it was labeled",
        "",
        *_table(["split", *(DECIDERS[by] for by in deciders)], rows),
        "",
        "No label was decided by a rule or a model.",
        "",
        *(_lot(lot) for lot in manifest.get("lots", ())),
        *([""] if manifest.get("lots") else []),
    ]


def _lot(lot: Mapping[str, Any]) -> str:
    name = f"{lot['generator']} {lot['prompt_version']} by {lot['model']}, lot {lot['number']}"
    head = f"- Synthetic: {name}, {lot['records']:,} records, of which {lot['exported']:,} are in this release. People "
    if lot["verdict"] != "accepted":
        return head + "judged every one of these themselves."
    return head + (
        f"read {lot['read']:,} of them in random order and found {lot['defects']:,} defects; the lot was accepted. Of "
        f"lots reviewed in this way at least {100 * lot['confidence']:g} in 100 have no more defects than the bound, "
        f"here {_percent(lot['defect_rate_upper'])} (exact, hypergeometric; as it was before any defect was mended)."
    )


def _quality(manifest: Mapping[str, Any]) -> list[str]:
    gates = {gate["name"]: gate for gate in manifest["gates"]}
    traffic = gates["traffic_coverage"]["measured"]
    disputed = gates["disputed"]["measured"]
    return [
        "## Measured quality",
        "",
        _accuracy(manifest.get("label_accuracy")),
        *_confirmed(manifest.get("single_answers_confirmed", {})),
        f"- Records under several labels, set aside: {_percent(disputed)} of all labeled ones.",
        f"- Real queries (unlabeled, from logs) with a near train record: {_percent(traffic)}.",
        f"- Largest to smallest label in train: {_number(gates['label_balance']['measured'])}.",
        f"- Labels that are worded too much alike: {_percent(gates['facet_marginals']['measured'])}.",
        "",
    ]


def _of_origin(name: str, one: Mapping[str, Any]) -> str:
    low, high = one["interval"]
    return f"{name}: {one['right']} of {one['audited']}, {_percent(low)} to {_percent(high)}"


def _confirmed(measured: Mapping[str, Any]) -> list[str]:
    if "value" not in measured:
        return []
    low, high = measured["interval"]
    return [
        f"- Single answers to hold-out rows that two or more people answered: {_percent(measured['value'])} of "
        f"{measured['count']} are confirmed by the outcome (95 % interval {_percent(low)} to {_percent(high)}, Wilson)."
    ]


def _accuracy(measured: Mapping[str, Any] | None) -> str:
    if measured is None:
        return "- Label accuracy: not measured. No audit of these labels by people is part of this release."
    low, high = measured["interval"]
    origins = "; ".join(_of_origin(name, one) for name, one in measured["by_origin"].items())
    return (
        f"- Label accuracy: {_percent(measured['accuracy'])} (95 % interval {_percent(low)} to {_percent(high)}, "
        "Wilson). People judged a random sample of the labels that came with files, without seeing them: "
        f"{measured['right']} of {measured['audited']} were right ({origins}); on {measured['unsure']} more they could "
        "not say. What was found wrong has been mended."
    )


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
        [gate["name"], _number(gate["measured"]), f"{BOUNDS[gate['bound']]} {gate['threshold']:g}", gate["verdict"]]
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
        f"- Language: `{task.language}`; records that a detector took for another language: {manifest['flagged']}.",
        "- Nearness is measured by one embedding model; a paraphrase that the model does not see as near is not found.",
        "- `weight` is how often a record was seen in its sources; rows themselves are distinct.",
        "",
    ]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count:,} {reason}" for reason, count in counts.items())


def _percent(value: float | None) -> str:
    return "not measured" if value is None else f"{value:.1%}"


def _number(value: float | None) -> str:
    return "not measured" if value is None else f"{value:g}"


def _cell(text: str) -> str:
    """A text inside a Markdown table: no line break, no column break, no HTML."""
    flat = " ".join(str(text).split())
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (head, ["---"] * len(head), *rows)]
