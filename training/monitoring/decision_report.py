"""The recommendation and everything that it is based on: comparison, rules, findings, drift, deployments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from winnow.core.commands import command
from winnow.core.deployment import Deployment
from winnow.core.result import NotMeasured
from winnow.curation.releases.release_use import use_command
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
from winnow.training.monitoring.recommend import DecisionContext, Recommendation, recommend
from winnow.training.monitoring.rules import RuleInputs
from winnow.training.monitoring.select_candidate import NO_BASELINE, SIMPLEST_RUN, EvaluatedRun, select_candidate
from winnow.training.run_facts import IMPORTED
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind

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
            reason=self.decision.reason,
            next=self.decision.next,
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
    rule_inputs = RuleInputs(
        **comparison.rule_inputs(),
        queries_per_day=inputs.traffic(),
        labeled_records=inputs.labeled_records(),
        accuracy_loss=inputs.accuracy_loss(in_production),
        new_records=inputs.new_records(in_production),
        months_since_training=inputs.months_since_training(in_production, today),
    )
    subject = selection.candidate or in_production
    findings = _findings_about(subject, inputs)
    fix_command = (
        findings.found[0].command if isinstance(findings, Findings) and findings.found else command("coverage")
    )
    return DecisionReport(
        decision=recommend(rule_inputs, _decision_context(comparison, inputs, fix_command)),
        baseline=comparison.baseline,
        role=selection.role,
        candidate=selection.candidate.run.id if selection.candidate else None,
        candidates_considered=selection.candidates_considered,
        accuracy_gain=comparison.accuracy_gain,
        goals=comparison.goals,
        findings=findings,
        findings_run=subject.run.id if subject else "",
        drift=inputs.drift(in_production, embedder),
        deployments=inputs.deployments,
    )


def _decision_context(comparison: CandidateComparison, inputs: DecisionInputs, fix_command: str) -> DecisionContext:
    candidate, baseline, deployed = comparison.selection.candidate, comparison.selection.baseline, inputs.deployed
    newest = inputs.newest.sha256 if inputs.newest else None
    newer_release_exists = bool(deployed and newest and newest != deployed.facts.release.sha256)
    missing = [one for one in (baseline, candidate) if one and isinstance(one.measures, NotMeasured)]
    kind, release = kind_of(inputs.task), inputs.newest.name if inputs.newest else "RELEASE"
    trained = deployed.facts.method != IMPORTED if deployed else False
    return DecisionContext(
        baseline=comparison.baseline,
        candidate=candidate.run.id if candidate else None,
        deployed=deployed.id if deployed else None,
        simplest_run=baseline.run.id if baseline and comparison.selection.role == SIMPLEST_RUN else None,
        unevaluated=missing[0].run.id if missing else None,
        candidate_is_newer=bool(newer_release_exists and candidate and candidate.run.facts.release.sha256 == newest),
        make_baseline=command("train", release, method=inputs.evidence.simplest_method)
        if comparison.selection.role == NO_BASELINE
        else "",
        release=inputs.newest.name if inputs.newest else None,
        newer_release_exists=newer_release_exists,
        method=deployed.facts.method if deployed and trained else _first_method(kind),
        use_release="" if kind.training_methods else use_command(kind, release),
        collect=command("push label") if inputs.unlabeled else command("add", "FILE"),
        fix_command=fix_command,
    )


def _first_method(kind: Kind) -> str:
    """The method to train with first."""
    return kind.training_methods[0] if kind.training_methods else ""


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
