"""How later lines of an interaction log change an interaction: the rule that docs/interactions.md states."""

from __future__ import annotations

from collections.abc import Iterable

from winnow.core.interaction_line import ExecutionResult, HumanFeedback, InteractionLine


def with_updates(interaction: InteractionLine, updates: Iterable[InteractionLine]) -> InteractionLine:
    """The interaction with its updates applied; `updates` in the order of their lines, of one or several files.

    The newest update that states a field wins. A status replaces the error too, and feedback names who gave it last.
    """
    result, feedback = interaction.result, interaction.feedback
    for update in sorted(updates, key=lambda line: line.timestamp):  # stable: lines of one time keep their order
        result = _changed_result(result, update.result)
        feedback = _changed_feedback(feedback, update.feedback)
    return interaction.model_copy(update={"result": result, "feedback": feedback})


def _changed_result(before: ExecutionResult | None, change: ExecutionResult | None) -> ExecutionResult | None:
    if before is None or change is None:
        return change or before
    stated = {name: value for name, value in change if value is not None}
    if change.status is not None:
        stated["error"] = change.error
    return before.model_copy(update=stated)


def _changed_feedback(before: HumanFeedback | None, change: HumanFeedback | None) -> HumanFeedback | None:
    if before is None or change is None:
        return change or before
    stated = {name: value for name, value in change if value is not None}
    return before.model_copy(update={**stated, "by": change.by})
