"""The gate of `deploy` on forgetting: an adapter that calls tools is deployed once its forgetting is measured."""

from __future__ import annotations

from pydantic import ValidationError

from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Problem
from winnow.core.evaluation_vocabulary import ForgettingVerdict
from winnow.core.result import NotMeasured
from winnow.training.forgetting.general_facts import GeneralFacts
from winnow.training.forgetting.judge_forgetting import overall_verdict, verdict_of_change, verdict_of_share
from winnow.training.run_facts import AdapterRunFacts
from winnow.training.runs import Run

GENERAL_FILE = "general.json"
"""In the folder `evaluation` of a run."""


def stored_general(run: Run) -> GeneralFacts | NotMeasured:
    """The last measurement of what a run forgets."""
    path = run.path / "evaluation" / GENERAL_FILE
    measure = command("evaluate", run.id, general="FILE")
    if not path.is_file():
        return NotMeasured(f"not measured yet: {measure}")
    try:
        found = GeneralFacts.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return NotMeasured(f"{GENERAL_FILE} cannot be read: {measure}")
    if found.run != run.id:
        return NotMeasured(f"{GENERAL_FILE} is about run {found.run}: {measure}")
    return found


def verdict_at(found: GeneralFacts, margin: float) -> ForgettingVerdict:
    """The verdict at another margin than the one that it was measured with."""
    verdicts = [
        verdict_of_change(one.change, margin=margin)
        for one in (found.questions, found.references)
        if not isinstance(one, NotMeasured)
    ]
    if not isinstance(found.unasked_calls, NotMeasured):
        verdicts.append(verdict_of_share(found.unasked_calls.share, margin=margin))
    return overall_verdict(verdicts)


def forgetting_problem(run: Run, *, margin: float) -> Problem | None:
    """Why a run may not be deployed; None if it may, and for runs whose forgetting is not a question.

    A run without evidence for a loss may be deployed: a small file cannot show that there is none.
    """
    if not isinstance(run.facts, AdapterRunFacts) or not run.facts.call_format:
        return None
    found, where = stored_general(run), f"deploy {run.id}"
    if isinstance(found, NotMeasured):
        what = "what it forgets of general instructions is not measured"
        fix = command("evaluate", run.id, general="FILE")
        return Problem(where, what, "a measurement of forgetting, or a reason to do without it", fix)
    if verdict_at(found, margin) is not ForgettingVerdict.DEGRADES:
        return None
    fix = f"train with more general rows, or state why the loss is accepted: {_accepting(run)}"
    return Problem(
        where, f"it degrades on {found.file}: {_losses(found)}", f"a loss of at most {100 * margin:g} points", fix
    )


def _accepting(run: Run) -> str:
    return command("deploy", run.id, by="NAME", reason="TEXT", accept_forgetting="TEXT")


def _losses(found: GeneralFacts) -> str:
    """The changes that were measured, in points."""
    parts = []
    if not isinstance(found.questions, NotMeasured):
        parts.append(f"questions {100 * found.questions.change.difference:+.1f} points")
    if not isinstance(found.references, NotMeasured):
        parts.append(f"reference answers {100 * found.references.change.difference:+.1f} points")
    if not isinstance(found.unasked_calls, NotMeasured):
        parts.append(f"calls without tools in {counted(len(found.unasked_calls.calls), 'answer')}")
    return ", ".join(parts)
