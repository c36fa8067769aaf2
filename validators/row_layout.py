"""What a row layout declares: columns in which files hold an example in parts that must be put together first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from winnow.core.vocabulary import DropReason
from winnow.validators.text import Drop

Fields = Mapping[str, Any]
"""One row of a file: every column, by its name."""


class ArrangedRow(NamedTuple):
    """What a row of a layout holds."""

    content: Mapping[str, object]
    """One value per content column of the kind, as a file with these columns would have it."""
    label: object = None
    """The label, if the layout has a place for it that is no column."""
    session: object = None
    """The session that the row belongs to, if the layout states one and no column of groups was chosen."""


class RowRequest(NamedTuple):
    """What the row of an interaction is made with."""

    stored: str = ""
    """The stored content of the interaction, where the files hold only feedback about it."""
    labels: Collection[str] = ()
    """Every label that an answer may name, former ones included."""
    keep_failed: bool = False
    """Whether failed calls stay before their correction as context."""


@dataclass(frozen=True)
class RowLayout:
    """One layout of the columns of a row. A row whose column holds all of the content needs none."""

    name: str
    title: str
    """What it is called in a message."""
    recognizes: Callable[[Fields], bool]
    """Whether a row has this layout; it must be fast, and may look at names and types of columns only."""
    arrange: Callable[[Fields], ArrangedRow | Drop]
    """The content of a row, or why it cannot be read."""
    columns: frozenset[str]
    """The columns that it reads."""


def malformed_dialogue(detail: str) -> Drop:
    """The drop of a row whose columns hold no dialogue, or no query as a chat."""
    return Drop(DropReason.MALFORMED_DIALOGUE, detail)


def layout_of(fields: Fields, layouts: Sequence[RowLayout], *, content_names: frozenset[str]) -> RowLayout | None:
    """The first layout that recognizes a row and reads every column of the row that could be the content itself.

    `content_names` are the names of such columns, folded.
    """
    own = {key for key, value in fields.items() if value is not None and key.strip().lower() in content_names}
    return next((one for one in layouts if own <= one.columns and one.recognizes(fields)), None)
