"""Undo a rename or a merge of labels, as long as no release depends on it."""

from __future__ import annotations

from winnow.config.load import parse_task
from winnow.core.atomic import atomic_write
from winnow.core.clock import utc_now
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.curation.annotations.renamed_labels import LabelRename
from winnow.curation.ingest.earlier_tasks import kept_task_file
from winnow.curation.ingest.rename import RenameResult
from winnow.curation.store.artifacts import artifacts
from winnow.curation.store.database import Connection, Store
from winnow.curation.store.decisions import count_records, last_decision_id
from winnow.curation.store.label_renames import StoredRename, store_label_rename, stored_renames


def undo_rename(
    store: Store, folder: WorkspaceFolder, old: str, new: str, *, why: str, dry_run: bool = False
) -> RenameResult:
    """Undo the latest rename of `old` to `new`: records that files or people labeled `old` have that label again.

    Rows that a file gave as `old` after the merge return to it, too; what people decided since stays as it is. The task
    file is restored as it was before; where it was edited since, `old` must have been put back by hand.

    Raises WinnowError when there is no such rename, a release was frozen since, or the label is not in the task file.
    """
    with store.writing(dry_run=dry_run) as connection:
        text = folder.task_file.read_text(encoding="utf-8-sig")
        renames = stored_renames(connection)
        stored = [one for one in renames if (one.old, one.new) == (old, new)]
        if not stored:
            found = f"{old} was not renamed to {new}, or that was undone"
            fix = f"{command('status')} lists the labels"
            raise WinnowError(Problem(f"rename {old} {new}", found, "a rename to undo", fix))
        _check_releases(connection, stored[-1])
        restored = text if old in parse_task(text).label_names else None
        if restored is None and stored[-1] != renames[-1]:
            later = renames[-1]
            found = f"{later.old} was renamed to {later.new} since"
            fix = f"run `{command('rename', later.old, later.new, undo=True)}` first"
            raise WinnowError(Problem(f"rename {old} {new}", found, "the latest rename", fix))
        restored = restored or kept_task_file(folder, text)
        if restored is None:
            found = f"no label {old!r}, and the file was edited since the labels were merged"
            fix = f"put {old!r} back into {TASK_FILE}, then run `{command('rename', old, new, undo=True)}` again"
            raise WinnowError(Problem(TASK_FILE, found, "the label that returns", fix))
        undone = LabelRename(old, new, last_decision_id(connection))
        store_label_rename(connection, undone, why=why, at=utc_now(), undoes=stored[-1].id)
        records = count_records(connection, old)
        if not dry_run and restored != text:
            with atomic_write(folder.task_file) as temporary:
                temporary.write_text(restored, encoding="utf-8")
    return RenameResult(old, new, False, records, False, [], dry_run=dry_run, undone=True)


def _check_releases(connection: Connection, renamed: StoredRename) -> None:
    since = [entry["name"] for entry in artifacts(connection, "release")][renamed.releases :]
    if since:
        found = f"release {since[0]} was frozen with it"
        expected = "a rename that no release depends on"
        fix = "add a new label and relabel its records"
        raise WinnowError(Problem(f"rename {renamed.old} {renamed.new}", found, expected, fix))
