"""Deciding: two sides are chosen, the rules held against the figures, and what is wrong with the candidate is named."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
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
from training.rules import Figure, Figures
from training.sides import SIMPLEST, Side, Sides, sides
from training.stored import Answered, Gain, accuracy, always, gain, most_frequent, speed, stored_answers
from winnow.evidence import Evidence

if TYPE_CHECKING:
    from curation.embed import Embedder

NO_CANDIDATE = NotMeasured("there is no candidate: winnow train RELEASE")
OLD_EVALUATION = "the stored evaluation lacks it, or judges other goals: winnow evaluate {run}"


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
    before, after = _answers(chosen, at)
    found = _gain(chosen, before, after)
    judged = _goals(chosen.candidate, at.task.goals)
    figures = Figures(
        baseline_accuracy=_baseline_accuracy(chosen, before),
        queries_per_day=at.traffic(),
        examples=at.examples(),
        gain=_figure(found, lambda one: one.accuracy.value, _rows_in_words(found)),
        p_value=_figure(found, lambda one: one.p_value, _rows_in_words(found)),
        speed=_speed(chosen),
        goals_missed=_figure(judged, _missed, "goals of winnow.yaml, evaluation of the candidate"),
        pinned_failed=_pinned(chosen.candidate),
        loss=at.loss(in_production),
        new_records=at.new_records(in_production),
        months=at.months(in_production, today),
    )
    named, about = _findings(chosen.candidate or in_production, at)
    mend = named.found[0].command if isinstance(named, Findings) and named.found else "winnow coverage"
    return Decided(
        decision=decide(figures, _standing(chosen, at, mend)),
        baseline=_name(chosen),
        role=chosen.role,
        candidate=chosen.candidate.run.id if chosen.candidate else None,
        chosen_of=chosen.chosen_of,
        gain=found,
        goals=judged,
        findings=named,
        about=about,
        drift=at.drift(in_production, embedder),
        history=at.history,
    )


def _answers(chosen: Sides, at: Evidence) -> tuple[dict[str, Answered], dict[str, Answered]]:
    """What both sides answered on validation; the most frequent label answers for a baseline that is none."""
    after = stored_answers(chosen.candidate.run, at.called_now) if chosen.candidate else {}
    if chosen.baseline:
        return stored_answers(chosen.baseline.run, at.called_now), after
    if at.newest is None or not at.newest.counts["train"]:
        return {}, after
    told = at.newest.rows("validation") if at.newest.counts["validation"] else None
    labels = {} if told is None else dict(zip(told["id"], map(at.called_now, told["label"]), strict=True))
    rows = after or {str(record): Answered(label, label) for record, label in labels.items()}
    return always(at.called_now(most_frequent(list(at.newest.rows("train")["label"]))), rows), after


def _gain(chosen: Sides, before: dict[str, Answered], after: dict[str, Answered]) -> Gain | NotMeasured:
    if chosen.candidate is None:
        return NO_CANDIDATE
    for side in (chosen.baseline, chosen.candidate):
        if side and isinstance(side.measures, NotMeasured):
            return side.measures
    return gain(before, after)


def _standing(chosen: Sides, at: Evidence, mend: str) -> Standing:
    candidate, baseline, deployed = chosen.candidate, chosen.baseline, at.deployed
    missing = [one for one in (baseline, candidate) if one and isinstance(one.measures, NotMeasured)]
    trained = deployed.facts["method"] != IMPORTED if deployed else False
    return Standing(
        baseline=_name(chosen),
        candidate=candidate.run.id if candidate else None,
        deployed=deployed.id if deployed else None,
        instead=baseline.run.id if baseline and chosen.role == "simplest run" else None,
        unmeasured=missing[0].run.id if missing else None,
        newer=bool(deployed and candidate and candidate.run.facts["trained_at"] > deployed.facts["trained_at"]),
        release=at.newest.name if at.newest else None,
        fresh=bool(deployed and at.newest and at.newest.sha256 != deployed.facts["release"]["sha256"]),
        method=deployed.facts["method"] if deployed and trained else SIMPLEST,
        collect="winnow push label" if at.unlabeled else "winnow add FILE",
        mend=mend,
    )


def _name(chosen: Sides) -> str:
    return chosen.baseline.run.id if chosen.baseline else chosen.role


def _baseline_accuracy(chosen: Sides, before: dict[str, Answered]) -> Figure:
    if chosen.baseline:
        source = f"{chosen.baseline.run.id} ({chosen.role}), on its own validation"
        return Figure(chosen.baseline.accuracy, source)
    return Figure(accuracy(before), "the most frequent label of train, on validation")


def _figure(told: Any, read: Callable[[Any], float], source: str) -> Figure:
    return Figure(told if isinstance(told, NotMeasured) else read(told), source)


def _rows_in_words(found: Gain | NotMeasured) -> str:
    return "validation" if isinstance(found, NotMeasured) else f"the {found.rows:,} validation rows that both answered"


def _speed(chosen: Sides) -> Figure:
    if chosen.candidate is None:
        return Figure(NO_CANDIDATE, "winnow runs")
    if chosen.baseline is None:
        return Figure(NotMeasured("the most frequent label takes no time"), chosen.role)
    return Figure(speed(chosen.baseline.run, chosen.candidate.run), "latency.json of both runs, p50 of one query")


def _goals(candidate: Side | None, goals: Mapping[str, float]) -> list[dict[str, Any]] | NotMeasured:
    """The candidate's verdict on every goal of the task, as it was evaluated."""
    if candidate is None:
        return NO_CANDIDATE
    if not goals:
        return NotMeasured("the task sets no goals")
    if isinstance(candidate.measures, NotMeasured):
        return candidate.measures
    told: Sequence[dict[str, Any]] = candidate.measures.get("goals", ())
    if {one["goal"]: one["wanted"] for one in told} != dict(goals):
        return NotMeasured(OLD_EVALUATION.format(run=candidate.run.id))
    return list(told)


def _missed(judged: Sequence[Mapping[str, Any]]) -> float:
    return sum(1 for one in judged if one["verdict"] == "not met")


def _pinned(candidate: Side | None) -> Figure:
    source = "must_pass of winnow.yaml, evaluation of the candidate"
    if candidate is None:
        return Figure(NO_CANDIDATE, source)
    if isinstance(candidate.measures, NotMeasured):
        return Figure(candidate.measures, source)
    told = candidate.measures.get("must_pass")
    if told is None:
        return Figure(NotMeasured(OLD_EVALUATION.format(run=candidate.run.id)), source)
    if told["status"] == "not_measured":
        return Figure(NotMeasured(told["why"]), source)
    return Figure(told["cases"] - told["passed"], source)


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
