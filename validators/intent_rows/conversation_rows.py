"""ShareGPT: a query as the turn of `human` and its label as that of `gpt`."""

from __future__ import annotations

from collections.abc import Mapping

from winnow.validators.intent_rows.chat_rows import arrange_chat
from winnow.validators.row_layout import ArrangedRow, Fields, RowLayout
from winnow.validators.text import Drop
from winnow.validators.tools.dialects.spoken_messages import Speaker, speaker_name, speaker_of, value_of_message

ROLES = {Speaker.SYSTEM: "system", Speaker.USER: "user", Speaker.ANSWER: "assistant"}
"""The role in a chat of each speaker."""


def arrange_conversation(fields: Fields) -> ArrangedRow | Drop:
    """The only turn of the user as text, and that of the model as label."""
    turns = fields["conversations"]
    if isinstance(turns, list):
        turns = [_chat_turn(one) if isinstance(one, Mapping) else one for one in turns]
    return arrange_chat({"messages": turns})


def _chat_turn(turn: Mapping[str, object]) -> Mapping[str, object]:
    if "from" not in turn:
        return turn
    speaker = speaker_of(turn)
    role = ROLES.get(speaker) if speaker else None
    return {"role": role or speaker_name(turn), "content": value_of_message(turn)}


CONVERSATION_ROWS = RowLayout(
    "sharegpt",
    "ShareGPT conversations",
    lambda fields: fields.get("conversations") is not None,
    arrange_conversation,
    frozenset({"conversations"}),
)
