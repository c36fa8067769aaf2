"""Vary train records by rule; what passes the checks enters the dataset as one batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from winnow.config.task import Task
from winnow.core.choices import choice_problem
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.hashing import stable_hash
from winnow.core.model_vocabulary import GenerationEnd, GeneratorName
from winnow.curation.checks.novelty import ProposedContent
from winnow.curation.checks.task_texts import RepeatedText
from winnow.curation.ingest.add import AddResult
from winnow.curation.store.generation_runs import GenerationRun, RunSpec, begin_run, end_run, outcome_counts
from winnow.generators.allocation import allocate
from winnow.generators.dialogue_variations import DIALOGUE_KINDS, VALUES, DialogueVariations
from winnow.generators.generated_kinds import require_generated_kind
from winnow.generators.plan_part import PlanPart
from winnow.generators.proposal import Proposal
from winnow.generators.variations.base import (
    FindRefusals,
    Seed,
    Variation,
    VariationChecks,
    VariationResult,
)
from winnow.generators.variations.variation_kinds import DEFAULT_KINDS, kinds_for
from winnow.generators.variations.vary import vary
from winnow.operations._context import WorkspaceContext
from winnow.operations.batch_diversity import less_diverse_labels
from winnow.operations.proposal_intake import ProposalIntake, combined_result, open_intake
from winnow.validators.kinds import kind_of

RULES_MODEL = "rules"
"""Stored as the model of these records."""

RULES_VERSION = "1"
"""Raised when the rules produce something else; it separates lots."""


@dataclass(frozen=True)
class GeneratedVariations:
    """What a run of rules produced."""

    run: GenerationRun
    known: bool
    """An earlier run varied the same seeds in the same way."""
    added: AddResult
    kept: int
    suspected_errors: int
    seeds: int
    by_kind: dict[str, int]
    by_label: dict[str, int]
    refused: dict[str, int]
    """Variations that the rules dropped themselves, by reason."""
    missing: dict[str, int]
    """Variations fewer than requested, by label."""
    left_out: Sequence[RepeatedText]
    """Texts of the task file that the rules did not use, because they repeat a hold-out record."""
    less_diverse: Sequence[str]

    def json(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            **asdict(self.added),
            "run": self.run.id,
            "end": GenerationEnd.KNOWN if self.known else GenerationEnd.DONE,
            "kept": self.kept,
            "suspected_errors": self.suspected_errors,
            "seeds": self.seeds,
            "by_kind": self.by_kind,
            "by_label": self.by_label,
            "refused": self.refused,
            "missing": self.missing,
            "left_out": [str(one) for one in self.left_out],
            "less_diverse": list(self.less_diverse),
        }


def generate_variations(
    workspace: WorkspaceContext,
    *,
    labels: Sequence[str] = (),
    count: int | None = None,
    kinds: Sequence[str] = (),
    wanted: Mapping[str, int] | None = None,
    part: PlanPart | None = None,
) -> GeneratedVariations:
    """Vary train records by rule until groups are full or `count` is reached; the same seeds give the same variations.

    By default all labels are varied, by the kinds of change that helped where it was measured. Raises WinnowError for
    an unknown label or kind.

    `wanted` are numbers by label instead, for a `part` of a plan.
    """
    labels = list(wanted) if wanted else labels
    task, store = workspace.task, workspace.store
    require_generated_kind(task, GeneratorName.VARIATIONS)
    intake = open_intake(workspace, task)
    chosen = _checked_kinds(task, labels, count, kinds)
    task, left_out = intake.nearby().screened_task
    facts = [f"{seed.id} {seed.label}" for seed in intake.seeds]
    settings = {
        "labels": list(labels),
        "count": dict(wanted) if wanted else count,
        "kinds": list(chosen),
        "per_group": task.variations_per_seed,
        "slots": {name: list(values) for name, values in task.slots.items()},
        "seeds": stable_hash("\n".join(facts), length=16),
        **(part.facts if part else {}),
    }
    with store.writing() as connection:
        run = begin_run(connection, RunSpec(GeneratorName.VARIATIONS, RULES_VERSION, RULES_MODEL, settings))
        entered = any(outcome_counts(connection, run.id).values())
        if entered:
            end_run(
                connection, run.id
            )  # all records are added together, so the run was killed between adding and ending
    intake.run = run
    dialogues = DialogueVariations.of(intake.seeds, task) if kind_of(task).holds_dialogues else None
    made = (
        VariationResult([], [], {})
        if entered or run.ended
        else _make_variations(intake, task, labels, wanted or count, chosen, dialogues)
    )
    intake.ingest_rules_batch(
        [one for one in (_proposal(each, dialogues) for each in made.kept) if not isinstance(one, str)]
    )
    with store.writing() as connection:
        end_run(connection, run.id)
    return GeneratedVariations(
        run=run,
        known=entered or run.ended,
        added=combined_result(intake.added),
        kept=intake.kept(),
        suspected_errors=intake.suspected_errors,
        seeds=len(intake.seeds),
        by_kind=dict(Counter(one.kind for one in made.kept).most_common()),
        by_label=dict(Counter(one.label for one in made.kept)),
        refused=made.reasons(),
        missing=made.missing,
        left_out=left_out,
        less_diverse=less_diverse_labels(intake),
    )


def _checked_kinds(task: Task, labels: Sequence[str], count: int | None, kinds: Sequence[str]) -> Sequence[str]:
    """The kinds of a run. Raises WinnowError with all problems."""
    kind = kind_of(task)
    of_texts = kinds_for(task.language)
    known = tuple(one for one in DIALOGUE_KINDS if one in (VALUES, *of_texts)) if kind.holds_dialogues else of_texts
    unknown = [label for label in labels if not kind.is_other_target(label, task)]
    choices = [*(("label", label, kind.targets(task)) for label in unknown), *(("kind", kind, known) for kind in kinds)]
    problems = [problem for choice in choices if (problem := choice_problem(*choice))]
    if count is not None and count <= 0:
        problems.append(Problem(Parameter("count"), str(count), "more than 0"))
    if problems:
        raise WinnowError(problems)
    return kinds or [one for one in known if one in (VALUES, *DEFAULT_KINDS)]


def _make_variations(
    intake: ProposalIntake,
    task: Task,
    labels: Sequence[str],
    count: Mapping[str, int] | int | None,
    kinds: Sequence[str],
    dialogues: DialogueVariations | None,
) -> VariationResult:
    nearby = intake.nearby()
    members = Counter(row.group for row in nearby.rows)
    chosen = [seed for seed in intake.seeds if not labels or seed.label in labels]
    texts = [Seed(seed.id, seed.text, seed.label, seed.group) for seed in chosen]
    seeds = dialogues.seeds(chosen) if dialogues else texts
    have = Counter(row.label for row in nearby.rows if row.label)
    short = {name: max(0, task.targets.per_label - have[name]) for name in dict.fromkeys(seed.label for seed in seeds)}
    wanted = allocate(count, short) if isinstance(count, int) else count

    def nearest(texts: Sequence[str], groups: Sequence[str]) -> Sequence[tuple[str, float]]:
        return nearby.nearest_labels(
            [ProposedContent(text, text, "", group) for text, group in zip(texts, groups, strict=True)]
        )

    def drop_reasons(some: Sequence[Variation]) -> Sequence[str | None]:
        proposals = [_proposal(one, dialogues) for one in some]
        found = iter(intake.drop_reasons([one for one in proposals if not isinstance(one, str)]))
        return [one if isinstance(one, str) else next(found) for one in proposals]

    checks = VariationChecks(None if dialogues else nearest, drop_reasons)
    first: list[Variation] = []
    if dialogues and VALUES in kinds:
        changed = dialogues.other_values(chosen, task.splits.key)
        first = _fitting(changed, members, wanted, task.variations_per_seed, drop_reasons)
        members.update(one.group for one in first)
        wanted = wanted and {name: wanted[name] - sum(one.label == name for one in first) for name in wanted}
        kinds = [kind for kind in kinds if kind != VALUES]
    made = vary(seeds, task, kinds=kinds, wanted=wanted, members=members, key=task.splits.key, checks=checks)
    return replace(made, kept=[*first, *made.kept])


def _fitting(
    variations: Sequence[Variation],
    members: Mapping[str, int],
    wanted: Mapping[str, int] | None,
    capacity: int,
    drop_reasons: FindRefusals,
) -> list[Variation]:
    """The variations that pass and for which their group and label have room."""
    groups, labels, kept = Counter(members), Counter[str](), []
    for one, reason in zip(variations, drop_reasons(variations), strict=True):
        is_wanted = wanted is None or labels[one.label] < wanted.get(one.label, 0)
        if reason is None and is_wanted and groups[one.group] < capacity:
            groups[one.group] += 1
            labels[one.label] += 1
            kept.append(one)
    return kept


def _proposal(one: Variation, dialogues: DialogueVariations | None) -> Proposal | str:
    """What enters of a variation, or why it cannot."""
    if dialogues is not None:
        return dialogues.proposal(one)
    return Proposal(one.text, one.label, {"kind": one.kind, "change": one.detail}, seed=one.seed_id)
