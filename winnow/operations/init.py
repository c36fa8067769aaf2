"""Create a workspace: a first winnow.yaml, from a template or with the labels of a file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from winnow.config.load import parse_task
from winnow.config.template import TEMPLATES, intents_task
from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.layout import TASK_FILE, WorkspaceFolder
from winnow.curation.io.readers.source_rows import SourceRows


def init(folder: Path, *, template: str = "intents", from_file: SourceRows | None = None) -> WorkspaceFolder:
    """Write a first task file, with the labels of the rows that were read. An existing one is never overwritten."""
    task_file = folder / TASK_FILE
    check_choice("template", template, TEMPLATES)
    if template == "tools":
        fix = "use the template intents, or wait for the version that adds tool-calling tasks"
        raise WinnowError(Problem(Parameter("template"), "tools is not available yet", "intents", fix))
    if task_file.exists():
        raise WinnowError(Problem(str(task_file), "the file already exists", "a new folder", "edit it instead"))
    name = folder.resolve().name or "task"
    text = intents_task(name, routes=routes_by_label(from_file) if from_file else None)
    parse_task(text)
    folder.mkdir(parents=True, exist_ok=True)
    task_file.write_text(text, encoding="utf-8")
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
