"""The decision rules: each with its measured values, its thresholds and where the values come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from winnow.config.decision_rules import DEFAULT_RULES, DecisionRulesConfig
from winnow.core.decision_vocabulary import RuleAdvice
from winnow.training.monitoring.rule_conditions import (
    DecisionRule,
    SourcedValue,
    above,
    at_least,
    below,
)

if TYPE_CHECKING:
    from winnow.config.task import Task

LATENCY_GOAL = "latency_p95_ms"
"""The goal that a slow model misses, in milliseconds for one query."""


@dataclass(frozen=True)
class RuleThresholds:
    """What the task states about decisions."""

    rules: DecisionRulesConfig = DEFAULT_RULES
    latency_ms: float | None = None
    """The goal for p95; None: the task has none, and no model is too slow."""
    uncovered_max: float = 0.20
    """Share of traffic that train does not cover and that the gate `traffic_coverage` allows."""

    @classmethod
    def of(cls, task: Task) -> Self:
        """The thresholds of a task."""
        covered = task.gates.traffic_coverage.share_min
        return cls(task.rules, task.goals.get(LATENCY_GOAL), round(1 - covered, 6))


DEFAULT_THRESHOLDS = RuleThresholds()


@dataclass(frozen=True)
class RuleInputs:
    """The inputs of the rules."""

    no_signal: SourcedValue
    """1 if the candidate answers no better than by chance, else 0."""
    failed_gates: SourcedValue
    """Gates of `check` that fail on the data of today, `traffic_coverage` aside."""
    uncovered_share: SourcedValue
    """Share of unlabeled log queries that train does not cover."""
    forgetting: SourcedValue
    """1 if the candidate degrades on general instructions, else 0."""
    baseline_accuracy: SourcedValue
    """Accuracy of the most accurate system that is not fine-tuned."""
    baseline_p95_ms: SourcedValue
    """Milliseconds of that system for one query, 95th percentile."""
    domain_terms: SourcedValue
    """1 if the task states that its queries have terms of a domain, else 0."""
    queries_per_day: SourcedValue
    months_of_use: SourcedValue
    """Months for which the router is used: planned, or seen in the logs."""
    labeled_records: SourcedValue
    examples_per_label: SourcedValue
    """Labeled records of the label that has the fewest."""
    accuracy_gain: SourcedValue
    """Accuracy of the candidate minus that of the baseline, on the rows that both predicted."""
    p_value: SourcedValue
    speedup: SourcedValue
    """Seconds per query of the baseline divided by those of the candidate."""
    goals_missed: SourcedValue
    must_pass_failed: SourcedValue
    candidate_p95_ms: SourcedValue
    """The same of the candidate."""
    accuracy_loss: SourcedValue
    """Accuracy of the deployed run on its own release minus that on the newest one."""
    new_records: SourcedValue
    months_since_training: SourcedValue
    """Months since the deployed run was trained."""


def apply_rules(values: RuleInputs, thresholds: RuleThresholds = DEFAULT_THRESHOLDS) -> list[DecisionRule]:
    """Apply every rule; among rules with the same advice, the first that holds gives the reason."""
    return [
        *_gate_rules(values, thresholds.uncovered_max),
        *_training_rules(values, thresholds.rules),
        *_fine_tuning_rules(values, thresholds.rules),
        *_deploy_rules(values, thresholds.rules),
        *_latency_rules(values, thresholds),
        *_retrain_rules(values, thresholds.rules),
    ]


def _gate_rules(values: RuleInputs, uncovered_max: float) -> list[DecisionRule]:
    """What outranks everything else."""
    return [
        DecisionRule("no_signal", RuleAdvice.FIX_FIRST, (at_least("accuracy is that of chance", values.no_signal, 1),)),
        DecisionRule("failed_gate", RuleAdvice.FIX_FIRST, (at_least("failed gates", values.failed_gates, 1),)),
        DecisionRule("forgetting", RuleAdvice.FIX_FIRST, (at_least("degrades", values.forgetting, 1),)),
        DecisionRule(
            "uncovered_traffic",
            RuleAdvice.COLLECT_FIRST,
            (above("uncovered share of traffic", values.uncovered_share, uncovered_max),),
        ),
    ]


def _training_rules(values: RuleInputs, rules: DecisionRulesConfig) -> list[DecisionRule]:
    """Whether a model is trained at all."""
    return [
        DecisionRule(
            "baseline_is_enough",
            RuleAdvice.ENOUGH,
            (at_least("accuracy", values.baseline_accuracy, rules.fine_tune_below),),
        ),
        DecisionRule(
            "little_traffic",
            RuleAdvice.DONT_TRAIN,
            (below("requests per day", values.queries_per_day, rules.queries_per_day_min),),
        ),
        DecisionRule(
            "few_labeled_records",
            RuleAdvice.COLLECT,
            (below("labeled records", values.labeled_records, rules.collect_below),),
        ),
    ]


def _fine_tuning_rules(values: RuleInputs, rules: DecisionRulesConfig) -> list[DecisionRule]:
    """What demands fine-tuning, and what speaks against it."""
    return [
        DecisionRule(
            "weak_baseline",
            RuleAdvice.FINE_TUNE,
            (below("accuracy", values.baseline_accuracy, rules.fine_tune_below),),
        ),
        DecisionRule("domain_terms", RuleAdvice.FINE_TUNE, (at_least("domain terms stated", values.domain_terms, 1),)),
        DecisionRule(
            "moderate_traffic",
            RuleAdvice.DONT_FINE_TUNE,
            (below("requests per day", values.queries_per_day, rules.queries_per_day),),
        ),
        DecisionRule(
            "short_use",
            RuleAdvice.DONT_FINE_TUNE,
            (below("months of use", values.months_of_use, rules.use_months),),
        ),
        DecisionRule(
            "few_examples",
            RuleAdvice.COLLECT_TO_FINE_TUNE,
            (below("records of the smallest label", values.examples_per_label, rules.examples_per_label),),
        ),
    ]


def _deploy_rules(values: RuleInputs, rules: DecisionRulesConfig) -> list[DecisionRule]:
    """Whether the candidate replaces the baseline."""
    gained = "accuracy gain"
    gain = at_least(gained, values.accuracy_gain, rules.stay_below)
    return [
        DecisionRule("small_gain", RuleAdvice.STAY, (below(gained, values.accuracy_gain, rules.stay_below),)),
        DecisionRule("clear_gain", RuleAdvice.DEPLOY, (at_least(gained, values.accuracy_gain, rules.deploy_gain),)),
        DecisionRule("gain_and_faster", RuleAdvice.DEPLOY, (gain, at_least("speedup", values.speedup, rules.faster))),
        DecisionRule(
            "significant_gain", RuleAdvice.DEPLOY, (gain, below("p-value of the gain", values.p_value, rules.p_value))
        ),
        DecisionRule("goals_missed", RuleAdvice.DONT_DEPLOY, (at_least("goals not met", values.goals_missed, 1),)),
        DecisionRule(
            "must_pass_cases_failed",
            RuleAdvice.DONT_DEPLOY,
            (at_least("must-pass cases failed", values.must_pass_failed, 1),),
        ),
    ]


def _latency_rules(values: RuleInputs, thresholds: RuleThresholds) -> list[DecisionRule]:
    """Which model is too slow; none without a goal."""
    goal, milliseconds = thresholds.latency_ms, "p95 in ms"
    if goal is None:
        return []
    many_records = at_least("labeled records", values.labeled_records, thresholds.rules.lora_below)
    return [
        DecisionRule("slow_baseline", RuleAdvice.FINE_TUNE, (above(milliseconds, values.baseline_p95_ms, goal),)),
        DecisionRule(
            "slow_candidate", RuleAdvice.DISTILL, (above(milliseconds, values.candidate_p95_ms, goal), many_records)
        ),
    ]


def _retrain_rules(values: RuleInputs, rules: DecisionRulesConfig) -> list[DecisionRule]:
    """Whether the run in production is outdated."""
    months = "months since training"
    return [
        DecisionRule(
            "accuracy_loss", RuleAdvice.RETRAIN, (at_least("accuracy loss", values.accuracy_loss, rules.retrain_loss),)
        ),
        DecisionRule(
            "many_new_records",
            RuleAdvice.RETRAIN,
            (
                at_least("new records", values.new_records, rules.new_records),
                at_least(months, values.months_since_training, rules.new_records_months),
            ),
        ),
        DecisionRule(
            "old_model", RuleAdvice.RETRAIN, (at_least(months, values.months_since_training, rules.retrain_months),)
        ),
    ]
