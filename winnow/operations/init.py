"""Create a workspace: a first winnow.yaml, from a template or with what was found in a file."""

from __future__ import annotations

from pathlib import Path

from winnow.config.load import parse_task
from winnow.config.template import TEMPLATES, intents_task, tools_task, tools_task_of
from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.curation.file_findings.dialogue_findings import DialogueFindings
from winnow.curation.file_findings.file_findings import FileFindings

Found = FileFindings | DialogueFindings
"""What was found in a file of queries, or of dialogues."""


def init(folder: Path, *, template: str = "intents", found: Found | None = None) -> WorkspaceFolder:
    """Write the first files of a task, with what was found in a file and how it is read.

    An existing file is never overwritten. Raises WinnowError where one is there, and for findings of another template.
    """
    check_new_workspace(folder, template=template)
    files = _files(_name(folder), template, found)
    parse_task(files[TASK_FILE])
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in reversed(files.items()):  # the task file last: it makes the folder a workspace
        (folder / file).write_text(text, encoding="utf-8")
    return WorkspaceFolder(folder)


def check_new_workspace(folder: Path, *, template: str = "intents") -> None:
    """Raise WinnowError where `init` would overwrite a file."""
    check_choice("template", template, TEMPLATES)
    written = tools_task("task") if template == "tools" else (TASK_FILE,)
    existing = [
        Problem(str(folder / file), "the file already exists", "a new folder", "edit it instead")
        for file in written
        if (folder / file).exists()
    ]
    if existing:
        raise WinnowError(existing)


def initial_task_text(folder: Path, found: FileFindings) -> str:
    """The task file of a new workspace for the queries of a file."""
    return _files(_name(folder), "intents", found)[TASK_FILE]


def _name(folder: Path) -> str:
    return folder.resolve().name or "task"


def _files(name: str, template: str, found: Found | None) -> dict[str, str]:
    """The files of a task by name, the task file first."""
    if found is None:
        return tools_task(name) if template == "tools" else {TASK_FILE: intents_task(name)}
    language = found.language or "en"
    if isinstance(found, FileFindings) and template == "intents":
        text = intents_task(name, routes=found.labels.routes, language=language, source=found.section)
        return {TASK_FILE: text}
    if isinstance(found, DialogueFindings) and template == "tools":
        texts = {"tools": found.tools_text, "system_prompt": found.system_prompt}
        return tools_task_of(name, **texts, language=language, source=found.section)
    held = "queries" if isinstance(found, FileFindings) else "dialogues"
    raise WinnowError(
        Problem(Parameter("template"), f"{template}, for a file that was read as {held}", "", "read it again")
    )
