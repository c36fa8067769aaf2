"""Which column holds what: chosen by the user, or recognized by its name."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass, field, replace
from typing import Any, NamedTuple

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.core.vocabulary import SPLITS, Split
from winnow.curation.io.readers.numbered_rows import value_text
from winnow.curation.pii.detect import redact
from winnow.validators.kinds.kind import LABEL_COLUMNS, Kind
from winnow.validators.model_terms import are_model_names
from winnow.validators.row_layout import Fields, RowLayout, layout_of

KNOWN_NAMES = {
    "label": LABEL_COLUMNS,
    "route": ("agent", "route"),
    "split": ("split",),
    "time": ("time", "timestamp", "created_at", "date", "datetime"),
    "supersedes": ("supersedes",),
    "origin_model": ("origin_model", "model", "generator"),
    "annotator": (
        *("annotator", "annotated_by", "labeled_by", "labelled_by", "labeler", "labeller", "rater", "coder"),
        *("worker", "worker_id", "workerid", "annotator_id", "annotator_name", "completed_by"),
    ),
}
"""Names of columns that do not hold the content, the likeliest first."""

SPLIT_NAMES = {
    **{split: split for split in SPLITS},
    "training": Split.TRAIN.value,
    "valid": Split.VALIDATION.value,
    "val": Split.VALIDATION.value,
    "dev": Split.VALIDATION.value,
    "testing": Split.TEST.value,
}
"""What the values of a column of splits mean."""

MIN_SPLIT_SHARE = 0.9
"""Share of the values of a column called "split" that must name a split before it is used automatically."""

NO_COLUMN = "none"
"""The value that means: no column for this role."""


@dataclass(frozen=True)
class Columns:
    """The column of each role; None means "find it by its name", `none` means "there is none"."""

    text: str | None = None
    label: str | None = None
    route: str | None = None
    split: str | None = None
    group: str | None = None
    time: str | None = None
    supersedes: str | None = None
    """Ids of the records that rows correct; only for kinds with a `request_key`."""
    origin_model: str | None = None
    """Names of the models that wrote rows."""
    annotator: str | None = None
    """Who gave the label of a row; only where there is a column of labels, and for kinds without dialogues."""
    content: Mapping[str, str] = field(default_factory=dict)
    """The file's column of each content column of the kind; `text` above is that of the first one."""

    def chosen(self) -> dict[str, str]:
        """Role to column, for the roles that have one."""
        roles = {role: column for role, column in asdict(self).items() if role not in ("text", "content")}
        first = {"text": self.text} if self.text and not self.content else {}
        named = {**first, **self.content, **roles}
        return {role: column for role, column in named.items() if column and column != NO_COLUMN}


class RowLayouts(NamedTuple):
    """What is known of the layouts of a file's rows."""

    rows: dict[RowLayout, int]
    """How many rows each layout reads."""
    own: frozenset[str]
    """The columns that have a value in a row that no layout reads."""


def row_layout(fields: Fields, kind: Kind, *, text: str | None) -> RowLayout | None:
    """The layout that reads a row; None where the column of the content does, such as a chosen one: `text`."""
    if not kind.layouts or (text is not None and fields.get(text) is not None):
        return None
    return layout_of(fields, kind.layouts, content_names=kind.content_names)


def layouts_of(rows: Sequence[Fields], kind: Kind, *, text: str | None = None) -> RowLayouts:
    """The layouts of rows; `text` is the column of the content, if the user chose one."""
    found = [row_layout(row, kind, text=text) for row in rows]
    own = {key for row, one in zip(rows, found, strict=True) if one is None for key in row if row[key] is not None}
    return RowLayouts(dict(Counter(one for one in found if one)), frozenset(own))


def find_columns(
    chosen_columns: Columns,
    present: Sequence[str],
    *,
    splits: Sequence[object],
    name: str,
    kind: Kind,
    layouts: RowLayouts | None = None,
    rows: Sequence[Fields] = (),
) -> Columns:
    """Fill in the roles that the user did not set.

    `splits` are the values of a column called "split": it is taken only when nearly all of them name a split.
    A column called `model` or `generator` is taken only when nearly all of its values in `rows` name known models.
    `layouts` are those of the rows: what a layout reads has no other role, and where one reads rows, no column of the
    content must be there.

    Raises WinnowError when a given column is missing, when the kind has no use for it, or when no column holds a part
    of the content.
    """
    problems = [
        _missing_column(name, role, column, present)
        for role, column in chosen_columns.chosen().items()
        if column not in present
    ]
    problems += _superfluous_column(chosen_columns, kind)
    if problems:
        raise WinnowError(problems)
    by_folded = {column.strip().lower(): column for column in reversed(present)}
    arranged = layouts.rows if layouts else {}
    only_arranged = kind.content_names - {key.strip().lower() for key in layouts.own} if layouts and arranged else ()
    own = {name: column for name, column in by_folded.items() if name not in only_arranged}
    read_by_layout = {*()}.union(*(one.columns for one in arranged))
    found = _with_content(chosen_columns, own, kind)
    found = replace(found, **_recognized_roles(chosen_columns, by_folded, kind, read_by_layout))
    if chosen_columns.split is None and found.split and not _are_split_names(splits):
        found = replace(found, split=None)
    if chosen_columns.origin_model is None and found.origin_model and not _names_models(found.origin_model, rows):
        found = replace(found, origin_model=None)
    if found.label in (None, NO_COLUMN) and chosen_columns.annotator is None:
        found = replace(found, annotator=None)
    if not arranged and (missing := _missing_content(name, found, present, kind)):
        raise WinnowError(missing)
    return found


def _recognized_roles(
    chosen_columns: Columns, by_folded: Mapping[str, str], kind: Kind, read_by_layout: Set[str]
) -> dict[str, Any]:
    """Role to column, for the roles that the user left open and whose column has a known name and no other role."""
    taken = {*chosen_columns.chosen().values(), *read_by_layout}
    found = {
        role: next((by_folded[one] for one in names if one in by_folded and by_folded[one] not in read_by_layout), None)
        for role, names in _known_names(kind).items()
        if getattr(chosen_columns, role) is None
    }
    return {role: column for role, column in found.items() if column is not None and column not in taken}


def _missing_content(name: str, found: Columns, present: Sequence[str], kind: Kind) -> list[Problem]:
    """The parts of the content that no column holds."""
    held = ", ".join(redact(name) for name in present[:20]) or "none"  # without a header they are a row
    return [
        Problem(name, f"no {role} column among: {held}", f"one of {', '.join(part.names)}", f"name the {role} column")
        for role, part in kind.content_columns.items()
        if role not in found.content and not part.optional
    ]


def _known_names(kind: Kind) -> Mapping[str, Sequence[str]]:
    """The names of the columns that a file of a kind may have besides its content."""
    without = {*(() if kind.request_key else ("supersedes",)), *(("annotator",) if kind.holds_dialogues else ())}
    names = {role: names for role, names in KNOWN_NAMES.items() if role not in without}
    return {**names, "label": kind.label_columns}


def _superfluous_column(chosen_columns: Columns, kind: Kind) -> list[Problem]:
    """A chosen column that means nothing for a kind: of superseded records, or of who labeled."""
    if kind.holds_dialogues and chosen_columns.annotator not in (None, NO_COLUMN):
        found = f"{chosen_columns.annotator!r} for a task of kind {kind.name}"
        fix = "leave it out, and let people answer in the queue label"
        return [Problem(Parameter("annotator_column"), found, "a kind whose records hold no answers: intents", fix)]
    if kind.request_key or chosen_columns.supersedes in (None, NO_COLUMN):
        return []
    found = f"{chosen_columns.supersedes!r} for a task of kind {kind.name}"
    fix = "leave it out, and let people correct the labels in the queue relabel"
    return [Problem(Parameter("supersedes_column"), found, "a kind whose records hold their answers: tools", fix)]


def _with_content(chosen_columns: Columns, by_folded: Mapping[str, str], kind: Kind) -> Columns:
    """Fill in the columns of the content; a column that has another role is not taken."""
    taken = set(chosen_columns.chosen().values())
    content = {}
    for position, (role, part) in enumerate(kind.content_columns.items()):
        chosen = chosen_columns.text if position == 0 else None
        recognized = (by_folded[name] for name in part.names if name in by_folded)
        column = chosen or next((one for one in recognized if one not in taken), None)
        if column and column != NO_COLUMN:
            content[role] = column
    return replace(chosen_columns, content=content, text=content.get(next(iter(kind.content_columns))))


def _are_split_names(values: Sequence[object]) -> bool:
    given = [value for value in values if value]
    return sum(parse_split(value) is not None for value in given) >= MIN_SPLIT_SHARE * len(given)


def _names_models(column: str, rows: Sequence[Fields]) -> bool:
    """Whether a column says which model wrote a row; one called `model` may list products."""
    own_name = column.strip().lower() == KNOWN_NAMES["origin_model"][0]
    return own_name or are_model_names(value_text(fields.get(column)) for fields in rows)


def parse_split(value: object) -> str | None:
    """The split that a value in a file means, or None."""
    return SPLIT_NAMES.get(str(value).strip().lower())


def _missing_column(name: str, role: str, column: str, present: Sequence[str]) -> Problem:
    fix = suggestion(column, present, "choose one of these")
    return Problem(name, f"no column {column!r}", f"one of {', '.join(present[:20])}", fix)


def value_of(fields: Mapping[str, object], column: str | None) -> object:
    """A row's value of a role; None where the role has no column."""
    return None if column is None or column == NO_COLUMN else fields.get(column)
