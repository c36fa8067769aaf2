"""The files that a task file names and that are a part of the task: tool schemas and system prompts."""

from __future__ import annotations

from pathlib import Path

from winnow.config.task import Task
from winnow.core.errors import Problem, WinnowError


def with_documents(task: Task, folder: Path, *, name: str) -> Task:
    """The task with the texts of the files that it names, which are in `folder`. `name` is that of the task file.

    Raises WinnowError for files that cannot be read, all of them at once.
    """
    texts, problems = {}, []
    for key, file in task.document_files.items():
        found = _read(folder, file)
        if isinstance(found, str):
            texts[key] = found
        else:
            where, fix = f"{name}: {key}", "correct the name, which is relative to the task file"
            problems.append(Problem(where, f"{file}: {found}", "a text file in UTF-8", fix))
    if problems:
        raise WinnowError(problems)
    return task.with_document_texts(texts)


def _read(folder: Path, file: str) -> str | Exception:
    """The text of a file inside the folder, or why it cannot be read."""
    path = folder / file
    try:
        if not path.resolve().is_relative_to(folder.resolve()):
            return ValueError("outside the folder of the task file")
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return FileNotFoundError("no such file")
    except (OSError, UnicodeDecodeError) as error:
        return error
