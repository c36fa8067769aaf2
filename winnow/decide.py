"""Deciding: two sides are chosen, the rules held against the figures, and what is wrong with the candidate is named."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from curation.deployment import Deployment
from curation.drift import Drift
from curation.estimates import NotMeasured
from training.about import about_run
from training.answers import IMPORTED
from training.decide import Decision, Standing, decide
from training.findings import Findings, findings
from training.rules import Figures
from training.sides import SIMPLEST, Side, sides
from training.stored import Gain
from winnow.evidence import Evidence
from winnow.rivals import Rivals, rivals

if TYPE_CHECKING:
    from curation.embed import Embedder


@dataclass(frozen=True)
class Decided:
    """A decision and everything that it rests on."""

    decision: Decision
    baseline: str
    """In words."""
    role: str
    """`deployed`, `imported`, `simplest run` or `most frequent label`."""
    candidate: str | None
    chosen_of: int
    """Runs that the candidate is the most accurate of."""
    gain: Gain | NotMeasured
    goals: list[dict[str, Any]] | NotMeasured
    """The candidate's, each with its verdict."""
    findings: Findings | NotMeasured
    """About the candidate, else about the deployed run."""
    about: str
    """The run that the findings are about, or why there are none."""
    drift: Drift | NotMeasured
    history: list[Deployment]

    def json(self) -> dict[str, Any]:
        """The shape of `decide --json`."""
        told = self.decision
        return {
            "recommendation": told.recommendation,
            "why": told.why,
            "next": told.next,
            "baseline": {"name": self.baseline, "role": self.role},
            "candidate": self.candidate or {"status": "no_candidate"},
            "chosen_of": self.chosen_of,
            "gain": self.gain.json(),
            "rules": [rule.json() for rule in told.rules],
            "goals": self.goals.json() if isinstance(self.goals, NotMeasured) else self.goals,
            "findings": _findings_json(self.findings, self.about),
            "drift": self.drift.json(),
            "deployments": [asdict(one) for one in self.history],
        }


def _findings_json(told: Findings | NotMeasured, about: str) -> dict[str, Any]:
    if isinstance(told, NotMeasured):
        return told.json()
    return {"run": about, **asdict(told)}


def decided(at: Evidence, embedder: Callable[[], Embedder], *, wanted: str | None, today: datetime) -> Decided:
    """Choose the sides, measure, decide.

    Raises WinnowError when the deployed run's folder is gone, or the wanted run is deployed already or of no ledger.
    """
    deployed, newest = at.deployed, at.newest
    own = deployed.id if deployed else None
    chosen = sides(at.runs, deployed=own, release=newest.sha256 if newest else None, wanted=wanted)
    in_production = chosen.baseline if deployed else None
    both = rivals(chosen, at)
    figures = Figures(
        **both.figures(),
        queries_per_day=at.traffic(),
        examples=at.examples(),
        loss=at.loss(in_production),
        new_records=at.new_records(in_production),
        months=at.months(in_production, today),
    )
    named, about = _findings(chosen.candidate or in_production, at)
    mend = named.found[0].command if isinstance(named, Findings) and named.found else "winnow coverage"
    return Decided(
        decision=decide(figures, _standing(both, at, mend)),
        baseline=both.baseline,
        role=chosen.role,
        candidate=chosen.candidate.run.id if chosen.candidate else None,
        chosen_of=chosen.chosen_of,
        gain=both.gain,
        goals=both.goals,
        findings=named,
        about=about,
        drift=at.drift(in_production, embedder),
        history=at.history,
    )


def _standing(both: Rivals, at: Evidence, mend: str) -> Standing:
    candidate, baseline, deployed = both.chosen.candidate, both.chosen.baseline, at.deployed
    newest = at.newest.sha256 if at.newest else None
    fresh = bool(deployed and newest and newest != deployed.facts["release"]["sha256"])
    missing = [one for one in (baseline, candidate) if one and isinstance(one.measures, NotMeasured)]
    trained = deployed.facts["method"] != IMPORTED if deployed else False
    return Standing(
        baseline=both.baseline,
        candidate=candidate.run.id if candidate else None,
        deployed=deployed.id if deployed else None,
        instead=baseline.run.id if baseline and both.chosen.role == "simplest run" else None,
        unmeasured=missing[0].run.id if missing else None,
        newer=bool(fresh and candidate and candidate.run.facts["release"]["sha256"] == newest),
        release=at.newest.name if at.newest else None,
        fresh=fresh,
        method=deployed.facts["method"] if deployed and trained else SIMPLEST,
        collect="winnow push label" if at.unlabeled else "winnow add FILE",
        mend=mend,
    )


def _findings(side: Side | None, at: Evidence) -> tuple[Findings | NotMeasured, str]:
    """About a run, with its id; or why there are none."""
    if side is None:
        return NotMeasured("there is no run"), ""
    if isinstance(side.measures, NotMeasured):
        return side.measures, side.run.id
    release = at.release_of(side.run)
    if isinstance(release, NotMeasured):
        return release, side.run.id
    known = about_run(side.run, release, unlabeled=at.unlabeled, vectors_cache=at.folder.vectors, progress=at.progress)
    return findings(side.measures, known), side.run.id
