"""Read winnow.yaml and report every problem with its line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from winnow.config.cross_checks import cross_problems
from winnow.config.documents import with_documents
from winnow.config.task import Task
from winnow.config.yaml_document import read_document
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE


def read_task(path: Path, *, kinds: Mapping[str, Sequence[str]] | None = None) -> Task:
    """Read and check a task file. `kinds` maps every kind to the keys that it requires; None leaves it unchecked.

    Raises WinnowError with all problems, each with its line, and for files that it names and that cannot be read.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
        required = None if kinds is None else tuple((kind, tuple(keys)) for kind, keys in kinds.items())
        task = _parse_once(text, path.name, required).model_copy(deep=True)
        return with_documents(task, path.parent, name=path.name)
    except FileNotFoundError:
        fix = f"run `{command('init', 'DIR')}` first, or change to the folder that contains winnow.yaml"
        raise WinnowError(Problem(str(path), "no task file here", "a winnow.yaml", fix)) from None
    except OSError as error:
        raise WinnowError(
            Problem(str(path), error.strerror or str(error), "a readable file", "check the path")
        ) from None
    except UnicodeDecodeError as error:
        raise WinnowError(
            Problem(str(path), f"byte {error.start} is not UTF-8", "UTF-8 text", "save the file as UTF-8")
        ) from None


@lru_cache(maxsize=2)  # a command reads it several times; with a thousand labels, each takes seconds
def _parse_once(text: str, name: str, required: tuple[tuple[str, tuple[str, ...]], ...] | None) -> Task:
    return parse_task(text, name=name, kinds=None if required is None else dict(required))


def parse_task(text: str, *, name: str = TASK_FILE, kinds: Mapping[str, Sequence[str]] | None = None) -> Task:
    """Parse and check the text of a task file. Problems refer to it by `name`; `kinds` as for `read_task`."""
    example = Problem(f"{name}:1", "not a mapping", "keys such as `name:` and `labels:`", f"see `{command('init')}`")
    document = read_document(text, name, otherwise=example)
    document.raise_problems([*document.model_problems(Task), *cross_problems(document.raw, kinds)])
    return Task.model_validate(document.raw)
