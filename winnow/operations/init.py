"""Create a workspace: a first winnow.yaml, from a template or with what was found in a file."""

from __future__ import annotations

from pathlib import Path

from winnow.config.load import parse_task
from winnow.config.template import TEMPLATES, intents_task, tools_task
from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.curation.file_findings.file_findings import FileFindings


def init(folder: Path, *, template: str = "intents", found: FileFindings | None = None) -> WorkspaceFolder:
    """Write a first task file, with the labels of a file and how it is read. An existing one is never overwritten."""
    name = folder.resolve().name or "task"
    files = tools_task(name) if template == "tools" else {TASK_FILE: _task_text(name, found)}
    check_new_workspace(folder, template=template, has_file=found is not None)
    parse_task(files[TASK_FILE])
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in reversed(files.items()):  # the task file last: it makes the folder a workspace
        (folder / file).write_text(text, encoding="utf-8")
    return WorkspaceFolder(folder)


def check_new_workspace(folder: Path, *, template: str = "intents", has_file: bool = False) -> None:
    """Raise WinnowError where `init` would overwrite a file, or cannot use the file that it is given."""
    check_choice("template", template, TEMPLATES)
    if template == "tools" and has_file:
        fix = "leave one of them out; `add` keeps the tools that the rows of a file declare with its dialogues"
        raise WinnowError(Problem(Parameter("template"), "tools together with a file", "", fix))
    written = tools_task("task") if template == "tools" else (TASK_FILE,)
    existing = [
        Problem(str(folder / file), "the file already exists", "a new folder", "edit it instead")
        for file in written
        if (folder / file).exists()
    ]
    if existing:
        raise WinnowError(existing)


def _task_text(name: str, found: FileFindings | None) -> str:
    if found is None:
        return intents_task(name)
    return intents_task(name, routes=found.labels.routes, language=found.language or "en", source=found.section)
