"""Make contrasts of train dialogues by rule; what passes the checks enters the dataset as one batch per rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from winnow.core.choices import choice_problem
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.hashing import keyed_shuffle, stable_hash
from winnow.core.model_vocabulary import GenerationEnd, GeneratorName
from winnow.curation.ingest.add import AddResult
from winnow.curation.store.generation_runs import GenerationRun, RunSpec, begin_run, end_run, outcome_counts
from winnow.generators.allocation import allocate
from winnow.generators.dialogue_rules import DIALOGUE_RULES
from winnow.generators.dialogue_rules.dialogue_rule import DialogueRule, RuleContext
from winnow.generators.dialogue_rules.make_contrasts import ReadSeeds, make_contrasts, read_seeds, rule_context
from winnow.generators.generated_kinds import require_generated_kind
from winnow.generators.pick_contrasts import ContrastPicker
from winnow.generators.proposal import Proposal, SeedRecord
from winnow.operations._context import WorkspaceContext
from winnow.operations.generate_variations import RULES_MODEL
from winnow.operations.proposal_intake import ProposalIntake, combined_result, open_intake

GROUP_IS_FULL = "group_is_full"
"""A group has no more records than `variations_per_seed`; others would be excluded from every release."""

NOT_NEEDED = "not_needed"
"""More contrasts were made than requested."""


@dataclass(frozen=True)
class ContrastsOfRule:
    """What one rule made."""

    run: GenerationRun
    known: bool
    """An earlier run made the same of the same seeds."""
    kept: int
    """Contrasts of the run in the dataset."""
    by_label: Mapping[str, int]
    """New contrasts by label."""
    refused: Mapping[str, int]
    """Seeds of which this command made nothing, and contrasts that it dropped, by reason."""


@dataclass(frozen=True)
class ContrastsByRule:
    """What all rules made."""

    added: AddResult
    seeds: int
    rules: Mapping[str, ContrastsOfRule]

    @property
    def kept(self) -> int:
        """Contrasts of these runs in the dataset."""
        return sum(one.kept for one in self.rules.values())

    def json(self) -> dict[str, Any]:
        """The JSON form."""
        return {
            **asdict(self.added),
            "seeds": self.seeds,
            "kept": self.kept,
            "rules": {
                name: {
                    "run": one.run.id,
                    "end": GenerationEnd.KNOWN if one.known else GenerationEnd.DONE,
                    "kept": one.kept,
                    "by_label": dict(one.by_label),
                    "refused": dict(one.refused),
                }
                for name, one in self.rules.items()
            },
        }


def generate_contrasts_by_rule(
    workspace: WorkspaceContext,
    *,
    rules: Sequence[str] = (),
    labels: Sequence[str] = (),
    count: int | None = None,
    picker: ContrastPicker | None = None,
) -> ContrastsByRule:
    """Make contrasts of train dialogues by rule, `count` of all rules together, or as many as groups can hold.

    By default all rules are used, on seeds of all labels. The same seeds give the same contrasts, and a run that was
    interrupted is continued. Raises WinnowError for an unknown rule or label, or where the task has no dialogues.

    With a `picker`, only what a plan lacks enters, and counts for its part of the plan.
    """
    task = workspace.task
    require_generated_kind(task, GeneratorName.RULES)
    intake = open_intake(workspace, task)
    seeds = [seed for seed in intake.seeds if not labels or seed.label in labels]
    names = _checked_rules(rules, labels, count, [seed.label for seed in intake.seeds])
    wanted: Mapping[str, int | None] = (
        dict.fromkeys(names) if count is None else allocate(count, dict.fromkeys(names, 0))
    )
    read = read_seeds(seeds)
    context = rule_context(task, read, task.splits.key)
    picks = _Picks(picker, picker.facts) if picker else None
    made = {name: _Rule(intake, DIALOGUE_RULES[name], seeds, read, context, picks).run(wanted[name]) for name in names}
    return ContrastsByRule(combined_result(intake.added), len(seeds), made)


def _checked_rules(
    rules: Sequence[str], labels: Sequence[str], count: int | None, known_labels: Sequence[str]
) -> list[str]:
    """The rules of a command in their order. Raises WinnowError with all problems."""
    chosen = [("rule", rule, list(DIALOGUE_RULES)) for rule in rules]
    chosen += [("label", label, sorted({*known_labels})) for label in labels]
    problems = [problem for one in chosen if (problem := choice_problem(*one))]
    if count is not None and count <= 0:
        problems.append(Problem(Parameter("count"), str(count), "more than 0"))
    if problems:
        raise WinnowError(problems)
    return [name for name in DIALOGUE_RULES if name in rules or not rules]


class _Picks(NamedTuple):
    """What a plan lacks, and what identifies its runs: how much it lacked before the first of them."""

    picker: ContrastPicker
    facts: Mapping[str, Any]

    def chosen(self, proposals: Sequence[Proposal], seeds: Sequence[SeedRecord]) -> list[Proposal]:
        """The proposals that the plan lacks."""
        self.picker.labels = {seed.id: seed.label for seed in seeds}
        return self.picker.pick(proposals)


@dataclass(frozen=True)
class _Rule:
    """One rule with the seeds that it is used on."""

    intake: ProposalIntake
    rule: DialogueRule
    seeds: Sequence[SeedRecord]
    read: ReadSeeds
    context: RuleContext
    picks: _Picks | None

    def run(self, wanted: int | None) -> ContrastsOfRule:
        """Make the contrasts of the rule once, in one transaction."""
        store = self.intake.store
        with store.writing() as connection:
            run = begin_run(connection, self._spec(wanted))
            entered = any(outcome_counts(connection, run.id).values())
            if entered:  # all contrasts of a rule are added together: it was killed between adding and ending
                end_run(connection, run.id)
        self.intake.run = run
        known = entered or run.ended
        refused: Counter[str] = Counter()
        chosen = [] if known else self._chosen(wanted, refused)
        self.intake.ingest_rules_batch(chosen)
        with store.writing() as connection:
            end_run(connection, run.id)
        by_label = Counter(one.label for one in chosen)
        return ContrastsOfRule(run, known, self.intake.kept(), by_label, dict(refused.most_common()))

    def _spec(self, wanted: int | None) -> RunSpec:
        facts = [f"{seed.id} {seed.label}" for seed in self.seeds]
        task = self.intake.task
        settings = {
            "rule": self.rule.name,
            "count": wanted,
            "per_group": task.variations_per_seed,
            "seeds": stable_hash("\n".join(facts), length=16),
            "task": stable_hash(task.system_prompt_text, task.model_dump_json(include={"confusable"}), length=16),
        }
        facts_of_plan = self.picks.facts if self.picks else {}
        return RunSpec(GeneratorName.RULES, self.rule.stated_version, RULES_MODEL, {**settings, **facts_of_plan})

    def _chosen(self, wanted: int | None, refused: Counter[str]) -> list[Proposal]:
        """The contrasts that enter; why others do not is counted in `refused`."""
        made = make_contrasts(self.rule, self.read, self.context, self.intake.task)
        refused.update(made.refused)
        in_order = keyed_shuffle(made.proposals, self.context.key, self.rule.name)
        open_places = self._open_places()
        waiting = [one for one in in_order if open_places[one.seed] > 0]
        reasons = self.intake.drop_reasons(waiting)
        refused.update(reason for reason in reasons if reason)
        passing = [one for one, reason in zip(waiting, reasons, strict=True) if reason is None]
        fitting = self._in_groups(passing, open_places)
        if full := len(in_order) - len(waiting) + len(passing) - len(fitting):
            refused[GROUP_IS_FULL] += full
        chosen = self.picks.chosen(fitting, self.seeds) if self.picks else fitting[:wanted]
        refused.update({NOT_NEEDED: len(fitting) - len(chosen)} if len(chosen) < len(fitting) else {})
        return chosen

    def _open_places(self) -> Mapping[str, int]:
        """How many records the group of each seed can still take."""
        members = Counter(row.group for row in self.intake.nearby().rows)
        return {seed.id: self.intake.task.variations_per_seed - members[seed.group] for seed in self.seeds}

    def _in_groups(self, proposals: Sequence[Proposal], open_places: Mapping[str, int]) -> list[Proposal]:
        """The contrasts for which their group has open places: one that is dropped takes none."""
        group_of = {seed.id: seed.group for seed in self.seeds}
        taken: Counter[str] = Counter()
        kept = []
        for one in proposals:
            if taken[group_of[one.seed]] < open_places[one.seed]:
                taken[group_of[one.seed]] += 1
                kept.append(one)
        return kept
