"""Read what diagnostics of answers need besides the judged answers: losses, the base model, the tools of the task."""

from __future__ import annotations

import json
from collections.abc import Sequence

from winnow.core.result import Difference, NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.diagnostics.issue import EpochLosses
from winnow.training.diagnostics.tools.answer_context import AnswerContext
from winnow.training.encoder.training_curves import CURVES_FILE
from winnow.training.forgetting.forgetting_gate import stored_general
from winnow.training.run_facts import AdapterRunFacts, PromptRunFacts
from winnow.training.runs import Run
from winnow.validators.kinds.tools import offered_by_task


def read_answer_context(run: Run, release: Release) -> AnswerContext:
    """Read the context of a run; nothing is predicted."""
    facts = run.facts
    base = facts.base if isinstance(facts, AdapterRunFacts | PromptRunFacts) else None
    return AnswerContext(
        run=run.id,
        release=release.name,
        base_model=(base.model if base else None) or "",
        tools={tool.name for tool in offered_by_task(release.task())},
        losses=_losses_of_best_epoch(run),
        general_answers=_general_change(run),
    )


def _general_change(run: Run) -> Difference | NotMeasured:
    """The change on general questions with choices; else that on instructions with a reference answer."""
    found = stored_general(run)
    if isinstance(found, NotMeasured):
        return found
    measured = found.references if isinstance(found.questions, NotMeasured) else found.questions
    return measured if isinstance(measured, NotMeasured) else measured.change


def _losses_of_best_epoch(run: Run) -> EpochLosses | NotMeasured:
    """The last losses that were logged up to the epoch that was kept."""
    if not isinstance(run.facts, AdapterRunFacts):
        return NotMeasured(f"method {run.facts.method} records no training curves")
    try:
        curves = json.loads((run.path / CURVES_FILE).read_text(encoding="utf-8"))
        found = [_last_loss(curves.get(split, ()), run.facts.best_epoch) for split in ("train", "validation")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return NotMeasured(f"{CURVES_FILE} of the run cannot be read")
    if found[0] is None or found[1] is None:
        return NotMeasured("the training curves lack a train or validation loss for the best epoch")
    return EpochLosses(found[0], found[1])


def _last_loss(points: Sequence[dict[str, float]], epoch: float) -> float | None:
    """The loss of the last point up to an epoch, which the Trainer logs in fractions."""
    up_to = [float(point["loss"]) for point in points if float(point["epoch"]) <= epoch + 1e-6]
    return up_to[-1] if up_to else None
