"""Which parts of a dialogue a format cannot hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from winnow.core.export_losses import ExportLoss
from winnow.validators.tools.dialogue import Dialogue, Role, Turn


def dialogue_losses(dialogue: Dialogue, loses: Iterable[ExportLoss]) -> frozenset[ExportLoss]:
    """What of `loses` the dialogue has."""
    return frozenset(loss for loss in loses if loss in _HAS and _HAS[loss](dialogue))


def learned_part(dialogue: Dialogue) -> tuple[Turn, ...]:
    """The turns up to the last answer that is learned."""
    end = max((place for place, turn in enumerate(dialogue.turns, 1) if turn.is_learned), default=0)
    return dialogue.turns[:end]


def _has_unlearned(dialogue: Dialogue) -> bool:
    return any(turn.role == Role.ASSISTANT and not turn.train for turn in dialogue.turns)


def _has_accepted(dialogue: Dialogue) -> bool:
    return any(call.accepted or call.accepted_calls for _, call in dialogue.calls())


def _has_results_in_other_order(dialogue: Dialogue) -> bool:
    called = [call.id for _, call in dialogue.calls()]
    answered = [turn.call_id for turn in dialogue.turns if turn.role == Role.TOOL]
    return answered != [one for one in called if one in set(answered)]


_HAS: Mapping[ExportLoss, Callable[[Dialogue], bool]] = {
    ExportLoss.ACCEPTED: _has_accepted,
    ExportLoss.REASONING: lambda dialogue: any(turn.reasoning for turn in dialogue.turns),
    ExportLoss.PROSE_WITH_CALLS: lambda dialogue: any(turn.content and turn.calls for turn in dialogue.turns),
    ExportLoss.RESULT_ORDER: _has_results_in_other_order,
    ExportLoss.TURNS_AT_END: lambda dialogue: len(learned_part(dialogue)) < len(dialogue.turns),
    ExportLoss.UNLEARNED_TURN: _has_unlearned,
}
