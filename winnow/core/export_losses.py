"""What an export format has no place for."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class ExportLoss(StrEnum):
    """A part of a dialogue that an export does not hold, or why it leaves a row out."""

    ACCEPTED = "accepted"
    REASONING = "reasoning"
    PROSE_WITH_CALLS = "prose_with_calls"
    RESULT_ORDER = "result_order"
    """Results are paired with their calls by order, and the dialogue has them in another one."""
    TURNS_AT_END = "turns_at_end"
    """Turns after the last answer that is learned."""
    UNLEARNED_TURN = "unlearned_turn"
    """The format has no mark for an answer that is not learned, so that a trainer would learn it."""
    UNWRITABLE = "unwritable"
    """An answer that the format's notation of calls cannot hold."""
    NO_ROUTE = "no_route"
    """A query of the fallback label, for which the format's router has no route."""
    NOTATION = "notation"
    """A query in which the format reads its own notation."""


OF_QUERIES = (ExportLoss.NO_ROUTE, ExportLoss.NOTATION)
"""Losses of releases of queries; the others are of dialogues."""

OF_DIALOGUES = tuple(loss for loss in ExportLoss if loss not in OF_QUERIES)
"""Losses of releases of dialogues."""

LEFT_OUT = (ExportLoss.UNLEARNED_TURN, ExportLoss.UNWRITABLE, *OF_QUERIES)
"""Losses for which the whole row is left out of the file."""

LOSS_TEXTS: Mapping[ExportLoss, str] = {
    ExportLoss.ACCEPTED: "without the other accepted values and calls",
    ExportLoss.REASONING: "without the reasoning of the assistant",
    ExportLoss.PROSE_WITH_CALLS: "without the text in the same turn as calls",
    ExportLoss.RESULT_ORDER: "with results in the order of the calls",
    ExportLoss.TURNS_AT_END: "without the turns after the last answer that is trained on",
    ExportLoss.UNLEARNED_TURN: "left out because of an answer that must not be trained on",
    ExportLoss.UNWRITABLE: "left out because the notation of calls cannot hold an answer",
    ExportLoss.NO_ROUTE: "left out because the router answers queries of the fallback label with no route",
    ExportLoss.NOTATION: "left out because the format would read them as another text",
}
"""What happened to the rows, in words that follow their number."""
