"""Suspected label errors as a table: CSV for spreadsheets, or JSON Lines."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from winnow.core.atomic import atomic_write
from winnow.core.csv_cells import escape_cell
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.curation.annotations.suspected_labels import SuspectedLabel

COLUMNS = (
    *("rank", "text", "given_label", "suggested_label", "label", "confirmed"),
    *("given_probability", "suggested_probability", "source", "row"),
    *("split", "kinds", "strong_kinds", "score", "evidence", "id"),
)
"""The columns of the CSV file. A person corrects `label`, or writes anything in `confirmed` where it is right."""

ENCODING = "utf-8-sig"
"""With a byte order mark: without one, spreadsheets take UTF-8 for the encoding of the machine and damage texts."""


def check_table_name(path: Path) -> None:
    """Raises WinnowError unless the suffix of a file names a format."""
    if path.suffix.lower() not in WRITERS:
        found, known = path.suffix or "no suffix", list(WRITERS)
        fix = suggestion(path.suffix, known, "choose one of these")
        raise WinnowError(Problem(Parameter("output"), f"{path.name} has {found}", " or ".join(known), fix))


def write_label_errors(suspected: Sequence[SuspectedLabel], path: Path) -> None:
    """Write all of them in their order, in the format of the file's suffix; the file is replaced as a whole."""
    check_table_name(path)
    with atomic_write(path) as temporary:
        WRITERS[path.suffix.lower()](suspected, temporary)


def _write_csv(suspected: Sequence[SuspectedLabel], path: Path) -> None:
    """A header and one line a record; no cell but a number starts like a formula."""
    with path.open("w", encoding=ENCODING, newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(_cells(number, one) for number, one in enumerate(suspected, 1))


def _cells(number: int, one: SuspectedLabel) -> list[str]:
    """The cells of a record: numbers as they are, everything else without a formula."""
    label = escape_cell(one.label)
    evidence = "\n".join(f"{piece.kind}: {piece.why}" for piece in one.evidence)
    kinds, strong = " ".join(one.kinds), " ".join(one.strong_kinds)
    figures = [_number(figure) for figure in (one.given_probability, one.proposed_probability)]
    return [
        *(str(number), escape_cell(one.text), label, escape_cell(one.proposed), label, ""),
        *(*figures, escape_cell(one.source), _number(one.row)),
        *(one.split, kinds, strong, _number(one.score), escape_cell(evidence), one.id),
    ]


def _number(figure: float | None) -> str:
    return "" if figure is None else str(figure)


def _write_jsonl(suspected: Sequence[SuspectedLabel], path: Path) -> None:
    lines = (json.dumps(one.model_dump(mode="json"), ensure_ascii=False) for one in suspected)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


WRITERS: dict[str, Callable[[Sequence[SuspectedLabel], Path], None]] = {".csv": _write_csv, ".jsonl": _write_jsonl}
"""The format of each suffix."""
