"""What dialects of blocks, parts, steps and items share: they are read one by one, and calls hold their arguments."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from winnow.validators.tools.dialects.argument_object import ArgumentsError, read_arguments
from winnow.validators.tools.dialects.content_blocks import BlocksError
from winnow.validators.tools.dialects.dialect import Message
from winnow.validators.tools.dialects.dialogue_builder import DialogueBuilder, SourceCall


def take_each(builder: DialogueBuilder, messages: Sequence[Message], take: Callable[[int, Message], None]) -> None:
    """Read every message by its number, and note the BlocksError of each one that cannot be read."""
    for number, message in enumerate(messages, 1):
        try:
            take(number, message)
        except BlocksError as error:
            builder.add_problem(number, str(error))


def block_call(name: str, arguments: object, call_id: str) -> SourceCall:
    """The call of a block, whose arguments are an object or its JSON text. Raises BlocksError for other arguments."""
    try:
        found = read_arguments(arguments)
    except ArgumentsError as error:
        raise BlocksError(f"{name!r}: {error}") from None
    return SourceCall(name, found.value, found.raw, call_id)


def is_learned(message: Message) -> bool:
    """Whether a model learns a message of the assistant. Raises BlocksError for a weight other than 0 and 1."""
    weight = message.get("weight")
    if weight not in (None, 0, 1):
        raise BlocksError(f"weight {weight!r}, expected 0 or 1")
    return weight != 0
