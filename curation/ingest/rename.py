"""Rename a label, or merge it into another; the history is kept and read under the new name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from winnow.config.edit import rename_label_in_text
from winnow.config.load import parse_task
from winnow.config.task import Task
from winnow.core.atomic import atomic_write
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.counted import counted
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.core.suggest import suggestion
from winnow.curation.annotations.renamed_labels import LabelRename
from winnow.curation.ingest.earlier_tasks import keep_task_file
from winnow.curation.store.database import Store
from winnow.curation.store.decisions import count_records, last_decision_id
from winnow.curation.store.label_renames import label_renames, store_label_rename
from winnow.validators.labels.look_alike_labels import spelling_key


@dataclass(frozen=True)
class RenameResult:
    """What a rename changed."""

    old: str
    new: str
    merged: bool
    """The new name was already a label."""
    records: int
    """Records with a decision for the old name."""
    already: bool
    """It was already renamed; nothing changed."""
    notes: list[str]
    dry_run: bool = False
    """A preview: nothing was stored, and the task file was not edited."""
    undone: bool = False
    """The rename or merge was undone: `records` have the old name again."""


def rename(
    store: Store, folder: WorkspaceFolder, old: str, new: str, *, why: str, yes: bool = False, dry_run: bool = False
) -> RenameResult:
    """Rename or merge a label in decisions and task file. Running it again completes an interrupted rename.

    A dry run changes nothing; it makes the same checks, except that a merge needs no confirmation (`yes`).

    Raises WinnowError when the old name is unknown, the new one is malformed, two labels would be merged without a
    confirmation, or the task file cannot be edited safely.
    """
    with store.writing(dry_run=dry_run) as connection:  # it locks the task file too: another rename may be editing it
        text = folder.task_file.read_text(encoding="utf-8-sig")
        task = parse_task(text)
        known = label_renames(connection)
        records = count_records(connection, old)
        in_task = old in task.label_names
        done_before = not in_task and new in task.label_names and any((r.old, r.new) == (old, new) for r in known)
        if not done_before:
            _check(task, old, new, in_task=in_task, records=records)
            if new in task.label_names and not (yes or dry_run):
                _check_merge(old, new, records, count_records(connection, new), why=why, in_task=in_task)
            renamed = LabelRename(old, new, last_decision_id(connection))
            store_label_rename(connection, renamed, why=why, at=utc_now())
        if in_task:
            edited = rename_label_in_text(text, task, old, new)
            if not dry_run:
                keep_task_file(folder, text, edited)
                with atomic_write(folder.task_file) as temporary:
                    temporary.write_text(edited, encoding="utf-8")
    merged = in_task and new in task.label_names
    notes = _merge_notes(task, old, new) if merged else []
    return RenameResult(old, new, merged, records, done_before, notes, dry_run=dry_run)


def _check(task: Task, old: str, new: str, *, in_task: bool, records: int) -> None:
    problems = []
    if not in_task and not records and not _is_spelling(old, new, task):
        fix = suggestion(old, task.label_names, f"{command('status')} lists the labels")
        problems.append(Problem(f"rename {old}", "no such label", "a label of the task", fix))
    if not in_task and records and new not in task.label_names:
        fix = f"put {old!r} back into {TASK_FILE} first, or name a label of the task"
        problems.append(Problem(f"rename {old} {new}", f"neither is in {TASK_FILE}", "a label of the task", fix))
    if old == new:
        problems.append(Problem(f"rename {old} {new}", "the same name twice", "another name", ""))
    if not new.strip() or new != new.strip() or not new.isprintable() or len(new) > 200:
        problems.append(Problem("rename", repr(new), "a printable name of at most 200 characters", "choose another"))
    if problems:
        raise WinnowError(problems)


def _is_spelling(old: str, new: str, task: Task) -> bool:
    """Whether rows of files may have the old name: another spelling of a label of the task, so that `add` reads it."""
    return new in task.label_names and spelling_key(old) == spelling_key(new) != ""


def _check_merge(old: str, new: str, records: int, already_new: int, *, why: str, in_task: bool) -> None:
    """Raises WinnowError for a merge: it can be undone only until a release is frozen.

    Where only decisions have the old name and none has the new one, an interrupted rename is completed: no merge.
    """
    if not in_task and not already_new:
        return
    found = (
        f"{new} is a label too: its {counted(already_new, 'record')} and the {records:,} of {old} would be one label"
    )
    reason = {"reason": why} if why else {}
    confirmed, preview = command("rename", old, new, **reason, yes=True), command("rename", old, new, dry_run=True)
    expected = "a confirmation, because a merge cannot be undone once a release was frozen with it"
    fix = f"merge them with `{confirmed}`, or see what would happen with `{preview}`"
    raise WinnowError(Problem(f"rename {old} {new}", found, expected, fix))


def _merge_notes(task: Task, old: str, new: str) -> list[str]:
    """What the user should check after a merge."""
    routes: Mapping[str, str | None] = task.routes
    notes = []
    if routes[old] != routes[new]:
        before, after = routes[old] or "nobody", routes[new] or "nobody"
        sent = f"{old} was routed to {before}; after the merge it is routed like {new}: {after}"
        notes.append(sent)
    if any(label.name == new and label.near_miss and label.near_miss.label == old for label in task.labels):
        notes.append(f"the near miss of {new} was {old}, which is now {new} itself: correct it in {TASK_FILE}")
    return notes
