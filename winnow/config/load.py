"""Read winnow.yaml and report every problem with its line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import yaml
from pydantic import BaseModel, ValidationError

from winnow.config.cross_checks import cross_problems
from winnow.config.documents import with_documents
from winnow.config.task import Task
from winnow.config.yaml_lines import MAX_VALUES, KeyPath, expanded_size, key_lines, line_of, repeated_keys
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.suggest import suggestion


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
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        if root is not None and expanded_size(root, {}) > MAX_VALUES:
            found = "aliases that expand to more than a million values"
            raise WinnowError(Problem(name, found, "plain YAML", "write it out instead of *alias"))
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{name}:{mark.line + 1}" if mark else name
        problem = getattr(error, "problem", None) or str(error)
        raise WinnowError(
            Problem(where, f"not valid YAML ({problem})", "YAML", "check indentation and quotes")
        ) from None
    if not isinstance(raw, dict) or root is None:
        raise WinnowError(
            Problem(f"{name}:1", "not a mapping", "keys such as `name:` and `labels:`", f"see `{command('init')}`")
        )
    try:
        lines = dict(key_lines(root))
    except RecursionError:
        found = "an alias that contains itself, or nesting that is too deep"
        raise WinnowError(Problem(name, found, "plain YAML", "write it out instead of *alias")) from None
    problems = [(line_of(lines, key_path), problem) for key_path, problem in _all_problems(root, raw, kinds)]
    if problems:
        ordered = sorted(problems, key=lambda pair: pair[0])
        raise WinnowError([Problem(f"{name}:{line}", f.found, f.expected, f.fix) for line, f in ordered])
    return Task.model_validate(raw)


def _all_problems(
    root: yaml.Node, raw: dict[str, Any], kinds: Mapping[str, Sequence[str]] | None
) -> Iterator[tuple[KeyPath, Problem]]:
    yield from repeated_keys(root)
    try:
        Task.model_validate(raw)
    except ValidationError as error:
        for problem in error.errors():
            yield _key_path(problem["loc"]), _model_problem(problem)
    yield from cross_problems(raw, kinds)


def _key_path(loc: tuple[int | str, ...]) -> KeyPath:
    return tuple(part for part in loc if isinstance(part, int) or not part.startswith("function-"))


def _model_problem(problem: Any) -> Problem:
    loc = _key_path(problem["loc"])
    key = ".".join(str(part) for part in loc)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(loc[:-1])
        return Problem("", f"unknown key {key!r}", ", ".join(known), suggestion(str(loc[-1]), known, "remove it"))
    if problem["type"] == "missing":
        return Problem("", f"key {key!r} is missing", "all required keys", f"add `{loc[-1]}:`")
    message = (
        problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ").replace("Input should", "it to")
    )
    fix = "put it in quotes" if problem["type"] == "string_type" else ""
    return Problem("", f"{key} is {problem['input']!r}"[:200], message, fix)


def _known_keys(loc: KeyPath) -> list[str]:
    """The field names of the model at a key path of the task."""
    model: Any = Task
    for part in loc:
        if isinstance(part, str) and isinstance(model, type) and issubclass(model, BaseModel):
            model = model.model_fields[part].annotation
        inner = [a for a in get_args(model) if isinstance(a, type) and issubclass(a, BaseModel)]
        model = inner[0] if inner else model
    return list(model.model_fields)
