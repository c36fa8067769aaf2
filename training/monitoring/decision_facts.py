"""What a decision is based on: the records behind `decide --json`."""

from __future__ import annotations

from typing import Literal

from winnow.core.decision_vocabulary import NextAction
from winnow.core.deployment import Deployment
from winnow.core.record import Record
from winnow.core.result import NotMeasured
from winnow.training.diagnostics.findings import Findings
from winnow.training.evaluation.evaluation_facts import GoalVerdict
from winnow.training.monitoring.accuracy_gain import AccuracyGain
from winnow.training.monitoring.choose_method import MethodAdvice
from winnow.training.monitoring.drift import Drift
from winnow.training.monitoring.rule_conditions import RuleFacts


class BaselineFacts(Record):
    """What the candidate is compared with."""

    name: str
    """Id of the baseline run, or its role when it is not a run."""
    role: str
    """Why it is the baseline: `deployed`, `imported`, `simplest run`, or `no baseline`."""


class NoCandidate(Record):
    """There is no run that could be deployed."""

    status: Literal["no_candidate"] = "no_candidate"
    """Tells this record from the id of a run."""


class FindingsFacts(Findings):
    """The findings about one run."""

    run: str
    """Id of the run."""


class DecisionFacts(Record):
    """A recommendation and everything that it is based on."""

    recommended_action: NextAction
    """What is recommended."""
    exit_code: int
    """The exit code of `winnow decide --exit-code`."""
    reason: str
    """The rules that hold, with their values; the decisive one first."""
    next: str
    """The command that acts on the recommendation."""
    method: MethodAdvice | NotMeasured
    """How a model would be fine-tuned here, whether or not that is recommended."""
    baseline: BaselineFacts
    """What is in production, or its substitute."""
    candidate: str | NoCandidate
    """Id of the run that could be deployed."""
    candidates_considered: int
    """Number of runs that the candidate was selected from."""
    accuracy_gain: AccuracyGain | NotMeasured
    """Candidate and baseline compared on the validation rows that both predicted; of several runs, each row is answered
    by the one that is best on the other rows."""
    rules: list[RuleFacts]
    """Every rule, in the order in which they are applied."""
    goals: list[GoalVerdict] | NotMeasured
    """Every goal of the task with the candidate's verdict, as in an evaluation."""
    findings: FindingsFacts | NotMeasured
    """Findings about the candidate, or about the deployed run when there is no candidate."""
    drift: Drift | NotMeasured
    """How traffic since the release of the deployed run was frozen differs."""
    deployments: list[Deployment]
    """Every deployment, oldest first; the last one is active."""
