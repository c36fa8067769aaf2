"""Which column is what: told by the user, else known by its name. What was chosen is always said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from curation.private import redacted
from validators.faults import Fault, WinnowError
from validators.screening import nearest_name

KNOWN_NAMES = {
    "text": ("text", "query", "utterance", "input", "sentence"),
    "label": ("label", "intent", "category", "class"),
    "route": ("agent", "route"),
    "split": ("split",),
    "time": ("time", "timestamp", "created_at", "date", "datetime"),
}
"""Column names that are recognised, the likeliest first."""

SPLIT_NAMES = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "valid": "validation",
    "val": "validation",
    "dev": "validation",
    "test": "test",
    "testing": "test",
}
DROPPED_COLUMNS = (
    "text", "label", "route", "split", "session", "time", "reason", "detail", "file", "row", "origin", "licence",
)  # fmt: skip
"""Header of the file that `add` writes for refused rows; a file with all of them is one that was mended."""

SPLIT_SHARE = 0.9
"""Of the values of a column called "split", at least so many must name a split before it is taken unasked."""
NO_COLUMN = "none"
"""What a user says to have no column taken for a role."""


@dataclass(frozen=True)
class Columns:
    """The column of each role; None is "find it by its name", `none` is "there is none"."""

    text: str | None = None
    label: str | None = None
    route: str | None = None
    split: str | None = None
    family: str | None = None
    time: str | None = None

    def chosen(self) -> dict[str, str]:
        """Role to column, of the roles that have one."""
        return {role: column for role, column in asdict(self).items() if column and column != NO_COLUMN}


def find_columns(told: Columns, present: Sequence[str], *, splits: Sequence[object], name: str) -> Columns:
    """Fill in the roles that the user did not tell.

    `splits` are the values of a column called "split": it is taken only when nearly all of them name a split.

    Raises WinnowError when a told column is missing or when no column holds the text.
    """
    faults = [_missing(name, role, column, present) for role, column in told.chosen().items() if column not in present]
    if faults:
        raise WinnowError(faults)
    by_folded = {column.strip().lower(): column for column in reversed(present)}
    found = told
    for role, names in KNOWN_NAMES.items():
        column = next((by_folded[n] for n in names if n in by_folded), None)
        if getattr(told, role) is None and column is not None and column not in told.chosen().values():
            found = replace(found, **{role: column})
    if told.split is None and found.split and not _name_splits(splits):
        found = replace(found, split=None)
    if found.text is None or found.text == NO_COLUMN:
        expected = f"one of {', '.join(KNOWN_NAMES['text'])}"
        held = ", ".join(redacted(name) for name in present[:20]) or "none"  # without a header they are a row
        raise WinnowError(Fault(name, f"no text column among: {held}", expected, "say --text-column NAME"))
    return found


def _name_splits(values: Sequence[object]) -> bool:
    given = [value for value in values if value]
    return sum(split_name(value) is not None for value in given) >= SPLIT_SHARE * len(given)


def split_name(value: object) -> str | None:
    """The split that a file's word stands for, or None."""
    return SPLIT_NAMES.get(str(value).strip().lower())


def _missing(name: str, role: str, column: str, present: Sequence[str]) -> Fault:
    near = nearest_name(column, present)
    fix = f"did you mean {near!r}?" if near else f"correct --{role}-column"
    return Fault(name, f"no column {column!r}", f"one of {', '.join(present[:20])}", fix)


def pick(fields: Mapping[str, object], column: str | None) -> object:
    """A row's value of a role; None where the role has no column."""
    return None if column is None or column == NO_COLUMN else fields.get(column)
