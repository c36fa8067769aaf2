"""The recommendation and everything that it is based on: comparison, rules, findings, drift, deployments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.deployment import Deployment
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.findings import Findings
from winnow.training.evaluation.evaluation_facts import GoalVerdict
from winnow.training.monitoring.accuracy_gain import AccuracyGain
from winnow.training.monitoring.compare_candidate import CandidateComparison, compare_candidate
from winnow.training.monitoring.decision_facts import (
    BaselineFacts,
    DecisionFacts,
    FindingsFacts,
    NoCandidate,
)
from winnow.training.monitoring.decision_inputs import DecisionInputs
from winnow.training.monitoring.drift import Drift
from winnow.training.monitoring.gather_context import gather_context
from winnow.training.monitoring.obstacles import (
    count_failed_gates,
    measured_forgetting,
    missing_signal,
    signal_obstacle,
    uncovered_share,
)
from winnow.training.monitoring.recommend import Recommendation, recommend
from winnow.training.monitoring.rule_conditions import SourcedValue
from winnow.training.monitoring.rules import RuleInputs, RuleThresholds
from winnow.training.monitoring.select_candidate import EvaluatedRun, select_candidate
from winnow.training.monitoring.work_done import follow_up
from winnow.training.monitoring.workload import months_of_use, smallest_label, stated_domain_terms
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    from winnow.curation.engine.embedders.embedder import Embedder


@dataclass(frozen=True)
class DecisionReport:
    """A recommendation and everything that it is based on."""

    decision: Recommendation
    baseline: str
    """The id of the baseline run, or its role when it is not a run."""
    role: str
    """The role of the baseline, one of the roles in `select_candidate`."""
    candidate: str | None
    candidates_considered: int
    """Number of runs that the candidate was selected from."""
    accuracy_gain: AccuracyGain | NotMeasured
    goals: list[GoalVerdict] | NotMeasured
    """Every goal with the candidate's verdict."""
    findings: Findings | NotMeasured
    """Findings about the candidate, or about the deployed run when there is no candidate."""
    findings_run: str
    """The id of the run that the findings are about; empty when there is none."""
    drift: Drift | NotMeasured
    deployments: list[Deployment]

    def facts(self) -> DecisionFacts:
        """What `decide --json` prints."""
        findings = self.findings
        return DecisionFacts(
            recommended_action=self.decision.recommended_action,
            exit_code=self.decision.exit_code,
            reason=self.decision.reason,
            next=self.decision.next,
            method=self.decision.method,
            baseline=BaselineFacts(name=self.baseline, role=self.role),
            candidate=self.candidate or NoCandidate(),
            candidates_considered=self.candidates_considered,
            accuracy_gain=self.accuracy_gain,
            rules=[rule.facts() for rule in self.decision.rules],
            goals=self.goals,
            findings=findings
            if isinstance(findings, NotMeasured)
            else FindingsFacts(run=self.findings_run, **dict(findings)),
            drift=self.drift,
            deployments=self.deployments,
        )


def report_decision(
    inputs: DecisionInputs, embedder: Callable[[], Embedder], *, wanted: str | None, today: datetime
) -> DecisionReport:
    """Select baseline and candidate, measure, and recommend.

    Raises WinnowError when the deployed run's folder is missing, or when the requested run is unknown or already
    deployed.
    """
    deployed, newest = inputs.deployed, inputs.newest
    own = deployed.id if deployed else None
    selection = select_candidate(
        inputs.runs, deployed=own, release=newest.sha256 if newest else None, wanted=wanted, evidence=inputs.evidence
    )
    in_production = selection.baseline if deployed else None
    comparison = compare_candidate(selection, inputs)
    subject = selection.candidate or in_production
    findings = _findings_about(subject, inputs)
    signal = missing_signal(findings, subject.run.id if subject else "", inputs.label_signal)
    rule_inputs = _rule_inputs(comparison, inputs, in_production, today, signal)
    fixes = [one.command for one in findings.found] if isinstance(findings, Findings) else []
    fixes.append(command("coverage"))
    context = replace(
        gather_context(comparison, inputs, fixes[0]), no_signal=signal_obstacle(findings, inputs.label_signal)
    )
    decision = recommend(rule_inputs, context, RuleThresholds.of(inputs.task))
    return DecisionReport(
        decision=follow_up(decision, inputs.work_done(), fixes=fixes, collect=context.collect),
        baseline=comparison.baseline,
        role=selection.role,
        candidate=selection.candidate.run.id if selection.candidate else None,
        candidates_considered=len(selection.considered),
        accuracy_gain=comparison.accuracy_gain,
        goals=comparison.goals,
        findings=findings,
        findings_run=subject.run.id if subject else "",
        drift=inputs.drift(in_production, embedder),
        deployments=inputs.deployments,
    )


def _rule_inputs(
    comparison: CandidateComparison,
    inputs: DecisionInputs,
    in_production: EvaluatedRun | None,
    today: datetime,
    no_signal: SourcedValue,
) -> RuleInputs:
    """Every value that a rule compares, with where it comes from."""
    task, candidate = inputs.task, comparison.selection.candidate
    labels, needed = inputs.evidence.counted_labels(task), task.rules.examples_per_label
    return RuleInputs(
        **comparison.rule_inputs(),
        no_signal=no_signal,
        failed_gates=count_failed_gates(inputs.gates),
        uncovered_share=uncovered_share(inputs.gates),
        forgetting=measured_forgetting(candidate.run if candidate else None, margin=task.general_loss_max),
        domain_terms=stated_domain_terms(task.rules),
        queries_per_day=inputs.traffic(),
        months_of_use=months_of_use(inputs.log_traffic.queries, task.rules),
        labeled_records=inputs.labeled_records(),
        examples_per_label=smallest_label(inputs.rows, labels, kind_of(task), needed=needed),
        accuracy_loss=inputs.accuracy_loss(in_production),
        new_records=inputs.new_records(in_production),
        months_since_training=inputs.months_since_training(in_production, today),
    )


def _findings_about(evaluated: EvaluatedRun | None, inputs: DecisionInputs) -> Findings | NotMeasured:
    """The findings about a run, or why there are none."""
    if evaluated is None:
        return NotMeasured("there is no run")
    if isinstance(evaluated.measures, NotMeasured):
        return evaluated.measures
    release = inputs.release_of(evaluated.run)
    if isinstance(release, NotMeasured):
        return release
    return inputs.evidence.findings(
        evaluated.run,
        release,
        evaluated.measures,
        unlabeled=inputs.unlabeled,
        vectors_cache=inputs.folder.vectors,
        progress=inputs.progress,
    )
