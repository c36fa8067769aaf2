"""Make labels of the suggestions that a person accepted: they are appended to winnow.yaml, and no query gets one."""

from __future__ import annotations

from pathlib import Path

from winnow.config.edit_labels import with_labels
from winnow.config.load import parse_task
from winnow.config.taxonomy import AcceptedLabels, Taxonomy, accepted_labels, read_taxonomy
from winnow.core.atomic import atomic_write
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.label_vocabulary import LabelFlaw
from winnow.core.record import Record
from winnow.core.vocabulary import State
from winnow.operations._context import WorkspaceContext
from winnow.operations.discover import check_queries
from winnow.operations.first_labels import label_queue
from winnow.validators.labels.label_advice import LabelAdvice, label_advice

SPELLINGS = (LabelFlaw.CASE_TWIN, LabelFlaw.LOOK_ALIKE, LabelFlaw.PLURAL, LabelFlaw.ONE_LETTER)
"""Flaws of names; the others are about rows."""


class NewLabel(Record):
    """A label that was made of suggestions."""

    name: str
    """Its name."""
    queries: int
    """Queries of its suggestions; none of them has the label."""
    suggestions: int
    """How many suggestions it was made of."""
    has_description: bool
    """Whether it says when to use it."""


class AcceptResult(Record):
    """What `winnow accept` did."""

    labels: tuple[NewLabel, ...]
    """The new labels, in the order of their class ids."""
    known: tuple[str, ...]
    """Accepted names that are labels of the task already; nothing changed for them."""
    open: int
    """Suggestions that are neither accepted nor merged."""
    queries: int
    """Queries that the suggestions were made from."""
    fallback: str | None
    """The out-of-scope label of the task."""
    advice: tuple[LabelAdvice, ...]
    """What is probably wrong with the names of the labels."""
    written: bool
    """Whether winnow.yaml was changed."""
    next: str
    """The next command."""


def accept(workspace: WorkspaceContext, file: str | Path, *, dry_run: bool = False) -> AcceptResult:
    """Append the accepted suggestions of a file to the labels of the task; accepting them again changes nothing.

    Raises WinnowError with all problems of the file, and where no suggestion is accepted.
    """
    task, path = workspace.task, Path(file)
    path = path if path.exists() else workspace.folder.root / path
    check_queries(task)
    taxonomy = read_taxonomy(path, task.label_names)
    accepted = accepted_labels(taxonomy, task.label_names)
    _check_accepted(path, taxonomy, accepted)
    text = workspace.folder.task_file.read_text(encoding="utf-8-sig")
    new = [one.label for one in accepted.new]
    edited = with_labels(text, new) if new else text
    if new and not dry_run:
        with atomic_write(workspace.folder.task_file) as temporary:
            temporary.write_text(edited, encoding="utf-8")
    labels = [
        NewLabel(
            name=one.label.name,
            queries=one.queries,
            suggestions=one.suggestions,
            has_description=bool(one.label.description),
        )
        for one in accepted.new
    ]
    fallback = parse_task(edited).fallback
    counts = dict.fromkeys(task.label_names, 0) | {one.name: one.queries for one in labels}
    advice = [one for one in label_advice(counts, fallback=fallback) if one.finding.flaw in SPELLINGS]
    return AcceptResult(
        labels=tuple(labels),
        known=tuple(accepted.known),
        open=sum(not (one.accept or one.merge_with) for one in taxonomy.suggestions),
        queries=taxonomy.queries,
        fallback=fallback,
        advice=tuple(advice),
        written=bool(new) and not dry_run,
        next=_next(workspace, taxonomy),
    )


def _check_accepted(path: Path, taxonomy: Taxonomy, accepted: AcceptedLabels) -> None:
    """Raises WinnowError where no suggestion is accepted."""
    if not accepted.new and not accepted.known:
        found = f"none of {counted(len(taxonomy.suggestions), 'suggestion')} is accepted"
        fix = "rename the good ones and set `accept: yes` there, or add your own"
        raise WinnowError(Problem(str(path), found, "`accept: yes` at two or more", fix))


def _next(workspace: WorkspaceContext, taxonomy: Taxonomy) -> str:
    """Label the queries that are there, else add those that the suggestions were made from."""
    from winnow.curation.store.working_view import working_rows

    with workspace.for_changes(dry_run=True) as asked, asked.store.reading() as connection:
        has_unlabeled = any(row.state == State.UNLABELED for row in working_rows(connection))
    if has_unlabeled:
        return label_queue()
    return command("add", taxonomy.source if Path(taxonomy.source).is_file() else "FILE")
