"""Add tables of suspected label errors that a person corrected: their labels become decisions of that person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from winnow.core.commands import Option, command
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.curation.ingest.add import AddResult
from winnow.curation.ingest.label_corrections import CorrectionTable
from winnow.curation.ingest.store_label_corrections import store_label_corrections
from winnow.operations._context import WorkspaceContext
from winnow.validators.kinds import kind_of

if TYPE_CHECKING:
    from winnow.validators.kinds.kind import Kind

READING = frozenset({"format", "encoding", "table", "dry_run", "by"})
"""Options that say how a file is read, and by whom it was corrected; others have no effect on corrections."""


def add_corrections(
    workspace: WorkspaceContext,
    tables: Sequence[CorrectionTable],
    files: Sequence[str],
    given: Mapping[str, Option],
    *,
    by: str | None,
    dry_run: bool,
) -> AddResult:
    """Store what a person decided in these tables. `files` are all files of the command, `given` its options.

    Raises WinnowError where nobody is named, where other options are given, and with every row that is wrong.
    """
    problems = [*_problems(tables, files, given, kind_of(workspace.task)), *_nobody(tables, files, given, by)]
    if problems or by is None:
        raise WinnowError(problems)
    with workspace.for_changes(dry_run=dry_run) as changed:
        task = changed.task
        scrubber = changed.scrubber(task)
        stored = store_label_corrections(changed.store, task, tables, by=by, scrubber=scrubber, dry_run=dry_run)
    return AddResult(given=stored.rows, known=stored.rows, sources=stored.sources, notes=stored.notes, dry_run=dry_run)


def refuse_person(by: str | None) -> None:
    """Raises WinnowError for a person who corrected labels where no file holds corrections."""
    if by is not None:
        expected = "a file that `label-errors` wrote, with corrected labels"
        fix = "leave it out, or name the column with the people who labeled: annotator_column"
        raise WinnowError(Problem(Parameter("by"), repr(by), expected, fix))


def _problems(
    tables: Sequence[CorrectionTable], files: Sequence[str], given: Mapping[str, Option], kind: Kind
) -> list[Problem]:
    """Why these tables cannot be added in this way."""
    name = tables[0].name
    if kind.holds_dialogues:
        what = "the label of a dialogue follows from its answers"
        fix = f"correct the answers: `{command('push relabel')}`, or rows with a column `supersedes`"
        return [Problem(name, what, "corrections of a task of kind intents", fix)]
    found = [
        Problem(Parameter(option), f"{value!r} for corrected labels", "", "leave it out")
        for option, value in given.items()
        if option not in READING
    ]
    if len(files) > len(tables):
        fix = "add the corrections in a command of their own"
        found.append(Problem(name, "corrected labels next to rows of another file", "corrections alone", fix))
    return found


def _nobody(
    tables: Sequence[CorrectionTable], files: Sequence[str], given: Mapping[str, Option], by: str | None
) -> list[Problem]:
    """That nobody is named, with the command that names somebody."""
    if by is not None and by.strip():
        return []
    fix = f"`{command('add', *files, **{**given, 'by': 'NAME'})}`"
    return [Problem(tables[0].name, "corrected labels, and nobody is named", "the person who corrected them", fix)]
