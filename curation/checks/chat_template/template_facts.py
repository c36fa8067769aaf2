"""What a chat template makes of a dataset, in figures: shown by `check` and stated in the manifest of a release."""

from __future__ import annotations

from winnow.core.model_vocabulary import TemplateFault
from winnow.core.record import Record
from winnow.core.result import NotMeasured


class FoldedRoleFacts(Record):
    """A role that the template refuses, so that its messages became a part of the user's."""

    role: str
    """`system` for the system prompt, `tool` for results of tools."""
    why: str
    """The message of the template, or that it leaves the text out."""
    dialogues: int
    """Dialogues in which it was folded."""


class ChatTemplateFacts(Record):
    """The dialogues of a dataset in the chat template of a model."""

    model: str
    """Folder or hub id of the model, as it was named."""
    template_sha256: str
    """SHA-256 of the chat template, in hexadecimal."""
    call_format: str
    """How calls are written."""
    window: int | NotMeasured
    """Tokens that a row may have; the reason when the model states none."""
    stop_tokens: tuple[str, ...]
    """Tokens that end an answer."""
    dialogues: int
    """Dialogues that were rendered."""
    answers: int
    """Answers of the assistant that are trained: each is one row of a prompt and an answer."""
    longest_row: int
    """Tokens of the longest row, before it is cut."""
    faulty_answers: int
    """Answers with a fault, and dialogues that the template refuses."""
    faults: dict[TemplateFault, int]
    """Answers with each fault; one answer can have several."""
    folded: tuple[FoldedRoleFacts, ...] = ()
    """Roles that the template refuses."""
    rendered_sha256: str
    """SHA-256 over the ids of the records in order, each with the SHA-256 of its rendered rows, in hexadecimal."""
