"""Gate: train rows of the smallest label."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.vocabulary import Bound
from winnow.curation.checks.gate_inputs import GateInputs, separate_targets
from winnow.curation.checks.gates.gate import EVIDENCE_SHOWN, Gate, verdict_of
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    import pandas as pd


def minimum_per_label_gate(inputs: GateInputs) -> Gate:
    """Train rows of the smallest label. Tools that are held out have none on purpose, and are no labels of train."""
    task, final, selected = inputs.task, inputs.final, inputs.selected
    kind = kind_of(task)
    return measure_minimum_per_label(
        separate_targets(inputs.train["label"], kind),
        [target for target in kind.targets(task) if target not in task.splits.hold_out_tools],
        task.gates.minimum_per_label.train_rows,
        task.targets.per_label,
        separate_targets(final.loc[final["state"] == "labeled", "label"], kind),
        separate_targets(selected.loc[selected["split"] != "train", "label"], kind),
    )


def measure_minimum_per_label(
    train: pd.Series[str],
    labels: Sequence[str],
    minimum: int,
    target: int,
    labeled: pd.Series[str],
    hold_out: pd.Series[str],
) -> Gate:
    """The same from the labels of train, of all `labeled` records and of `hold_out`.

    Labels under the `target` of labeled records, and labels without a hold-out row, are evidence; they fail nothing.
    """
    counts = train.value_counts().reindex(list(labels), fill_value=0)
    under = counts[counts < minimum].sort_values(kind="stable")
    evidence = [f"{label} has {counted(count, 'train row')}" for label, count in under.items()][:EVIDENCE_SHOWN]
    all_labeled = labeled.value_counts().reindex(list(labels), fill_value=0)
    short = int((all_labeled < target).sum())
    if short:
        evidence.append(f"{short} of {len(labels)} labels are under the target of {target} labeled records")
    unmeasured = [label for label in labels if label not in set(hold_out)]
    if unmeasured and len(hold_out):
        some = ", ".join(unmeasured[:EVIDENCE_SHOWN]) + (" …" if len(unmeasured) > EVIDENCE_SHOWN else "")
        count = len(unmeasured)
        none = f"{counted(count, 'label')} {agreeing(count, 'has', 'have')} no validation or test row"
        evidence.append(f"{none}, so nothing measures {agreeing(count, 'it', 'them')}: {some}")
    smallest = int(counts.min()) if len(counts) else 0
    named_labels = ", ".join(map(str, under.index[:EVIDENCE_SHOWN]))
    failed = smallest < minimum
    add = f"add labeled rows for {named_labels}: {command('add', 'FILE')}"
    fix = "" if not failed else add if labels else "name the labels of the task under `labels` in winnow.yaml"
    verdict = verdict_of(failed)
    return Gate("minimum_per_label", smallest, minimum, verdict, tuple(evidence), fix, Bound.AT_LEAST)
