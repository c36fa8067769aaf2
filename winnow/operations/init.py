"""Create a workspace: a first winnow.yaml, from a template or with the labels of a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from winnow.config.load import parse_task
from winnow.config.template import TEMPLATES, intents_task, tools_task
from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.curation.io.readers.source_rows import SourceRows


def init(folder: Path, *, template: str = "intents", from_file: SourceRows | None = None) -> WorkspaceFolder:
    """Write a first task file, with the labels of the rows that were read. An existing one is never overwritten."""
    check_choice("template", template, TEMPLATES)
    if template == "tools" and from_file:
        fix = "leave one of them out: the labels of dialogues follow from their calls"
        raise WinnowError(Problem(Parameter("template"), "tools together with a file", "", fix))
    name = folder.resolve().name or "task"
    files = (
        tools_task(name)
        if template == "tools"
        else {TASK_FILE: intents_task(name, routes=routes_by_label(from_file) if from_file else None)}
    )
    existing = [
        Problem(str(folder / file), "the file already exists", "a new folder", "edit it instead")
        for file in files
        if (folder / file).exists()
    ]
    if existing:
        raise WinnowError(existing)
    parse_task(files[TASK_FILE])
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in reversed(files.items()):  # the task file last: it makes the folder a workspace
        (folder / file).write_text(text, encoding="utf-8")
    return WorkspaceFolder(folder)


def routes_by_label(rows: SourceRows) -> dict[str, str | None]:
    """Labels of a file in order of appearance, each with the route that it is sent to most often."""
    counts: dict[str, Counter[str]] = {}
    problems = []
    for row in rows.rows:
        label, route = (str(value).strip() if value is not None else "" for value in (row.label, row.route))
        if any(not character.isprintable() for character in label + route):
            found = f"label {label!r}, route {route!r}"
            problems.append(Problem(f"{rows.name}, row {row.number}", found, "printable names", "fix the row"))
        elif label:
            counts.setdefault(label, Counter()).update([route] if route else [])
    if problems:
        raise WinnowError(problems)
    if not counts:
        fix = "name a file with labels, in a column called label, intent, category or class"
        raise WinnowError(Problem(rows.name, "no label in any row", "labeled rows", fix))
    return {label: routes.most_common(1)[0][0] if routes else None for label, routes in counts.items()}
