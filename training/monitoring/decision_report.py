"""The recommendation with everything that it rests on: comparison, rules, findings, drift, deployments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from winnow.core.deployment import Deployment
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.diagnose import Findings, diagnose
from winnow.training.diagnostics.run_context import read_run_context
from winnow.training.monitoring.accuracy_gain import AccuracyGain
from winnow.training.monitoring.compare_candidate import CandidateComparison, compare_candidate
from winnow.training.monitoring.decision_inputs import DecisionInputs
from winnow.training.monitoring.drift import Drift
from winnow.training.monitoring.recommend import DecisionContext, Recommendation, recommend
from winnow.training.monitoring.rules import RuleInputs
from winnow.training.monitoring.select_candidate import SIMPLEST_METHOD, EvaluatedRun, select_candidate
from winnow.training.runs import IMPORTED

if TYPE_CHECKING:
    from winnow.curation.engine.embedders.embedder import Embedder


@dataclass(frozen=True)
class DecisionReport:
    """A decision and everything that it rests on."""

    decision: Recommendation
    baseline: str
    """In words."""
    role: str
    """`deployed`, `imported`, `simplest run` or `most frequent label`."""
    candidate: str | None
    candidates_considered: int
    """Runs that the candidate is the most accurate of."""
    accuracy_gain: AccuracyGain | NotMeasured
    goals: list[dict[str, Any]] | NotMeasured
    """The candidate's, each with its verdict."""
    findings: Findings | NotMeasured
    """About the candidate, else about the deployed run."""
    findings_run: str
    """The run that the findings are about, or why there are none."""
    drift: Drift | NotMeasured
    deployments: list[Deployment]

    def json(self) -> dict[str, Any]:
        """The shape of `decide --json`."""
        result = self.decision
        return {
            "recommended_action": result.recommended_action,
            "why": result.why,
            "next": result.next,
            "baseline": {"name": self.baseline, "role": self.role},
            "candidate": self.candidate or {"status": "no_candidate"},
            "candidates_considered": self.candidates_considered,
            "accuracy_gain": self.accuracy_gain.json(),
            "rules": [rule.json() for rule in result.rules],
            "goals": self.goals.json() if isinstance(self.goals, NotMeasured) else self.goals,
            "findings": _findings_json(self.findings, self.findings_run),
            "drift": self.drift.json(),
            "deployments": [asdict(one) for one in self.deployments],
        }


def _findings_json(result: Findings | NotMeasured, findings_run: str) -> dict[str, Any]:
    if isinstance(result, NotMeasured):
        return result.json()
    return {"run": findings_run, **asdict(result)}


def report_decision(
    inputs: DecisionInputs, embedder: Callable[[], Embedder], *, wanted: str | None, today: datetime
) -> DecisionReport:
    """Choose the sides, measure, decide.

    Raises WinnowError when the deployed run's folder is gone, or the wanted run is deployed already or of no ledger.
    """
    deployed, newest = inputs.deployed, inputs.newest
    own = deployed.id if deployed else None
    selection = select_candidate(inputs.runs, deployed=own, release=newest.sha256 if newest else None, wanted=wanted)
    in_production = selection.baseline if deployed else None
    comparison = compare_candidate(selection, inputs)
    rule_inputs = RuleInputs(
        **comparison.rule_inputs(),
        queries_per_day=inputs.traffic(),
        examples=inputs.examples(),
        accuracy_loss=inputs.accuracy_loss(in_production),
        new_records=inputs.new_records(in_production),
        months_since_training=inputs.months_since_training(in_production, today),
    )
    named, findings_run = _findings_about(selection.candidate or in_production, inputs)
    fix_command = named.found[0].command if isinstance(named, Findings) and named.found else "winnow coverage"
    return DecisionReport(
        decision=recommend(rule_inputs, _decision_context(comparison, inputs, fix_command)),
        baseline=comparison.baseline,
        role=selection.role,
        candidate=selection.candidate.run.id if selection.candidate else None,
        candidates_considered=selection.candidates_considered,
        accuracy_gain=comparison.accuracy_gain,
        goals=comparison.goals,
        findings=named,
        findings_run=findings_run,
        drift=inputs.drift(in_production, embedder),
        deployments=inputs.deployments,
    )


def _decision_context(comparison: CandidateComparison, inputs: DecisionInputs, fix_command: str) -> DecisionContext:
    candidate, baseline, deployed = comparison.selection.candidate, comparison.selection.baseline, inputs.deployed
    newest = inputs.newest.sha256 if inputs.newest else None
    newer_release_exists = bool(deployed and newest and newest != deployed.facts["release"]["sha256"])
    missing = [one for one in (baseline, candidate) if one and isinstance(one.measures, NotMeasured)]
    trained = deployed.facts["method"] != IMPORTED if deployed else False
    return DecisionContext(
        baseline=comparison.baseline,
        candidate=candidate.run.id if candidate else None,
        deployed=deployed.id if deployed else None,
        simplest_run=baseline.run.id if baseline and comparison.selection.role == "simplest run" else None,
        unevaluated=missing[0].run.id if missing else None,
        newer=bool(newer_release_exists and candidate and candidate.run.facts["release"]["sha256"] == newest),
        release=inputs.newest.name if inputs.newest else None,
        newer_release_exists=newer_release_exists,
        method=deployed.facts["method"] if deployed and trained else SIMPLEST_METHOD,
        collect="winnow push label" if inputs.unlabeled else "winnow add FILE",
        fix_command=fix_command,
    )


def _findings_about(side: EvaluatedRun | None, inputs: DecisionInputs) -> tuple[Findings | NotMeasured, str]:
    """About a run, with its id; or why there are none."""
    if side is None:
        return NotMeasured("there is no run"), ""
    if isinstance(side.measures, NotMeasured):
        return side.measures, side.run.id
    release = inputs.release_of(side.run)
    if isinstance(release, NotMeasured):
        return release, side.run.id
    known = read_run_context(
        side.run, release, unlabeled=inputs.unlabeled, vectors_cache=inputs.folder.vectors, progress=inputs.progress
    )
    return diagnose(side.measures, known), side.run.id
