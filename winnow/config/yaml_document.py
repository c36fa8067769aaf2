"""A YAML file that a person writes: its values, and every problem with its line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import NoneType
from typing import Any, NamedTuple, get_args, get_origin

import yaml
from pydantic import BaseModel, ValidationError

from winnow.config.yaml_lines import MAX_VALUES, KeyPath, expanded_size, key_lines, line_of, repeated_keys
from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import suggestion


class LocatedProblem(NamedTuple):
    """A problem with the key that it is about; `where` of the problem is still open."""

    key_path: KeyPath
    """The keys that lead to it."""
    problem: Problem
    """What is wrong."""


@dataclass(frozen=True)
class YamlDocument:
    """The mapping that a file holds."""

    name: str
    """Name of the file in messages."""
    root: yaml.Node
    """The document with the position of every value."""
    raw: dict[str, Any]
    """The same as plain values."""
    lines: Mapping[KeyPath, int]
    """The line of every key."""

    def model_problems(self, model: type[BaseModel]) -> Iterator[LocatedProblem]:
        """Repeated keys, and what keeps the values from being this model."""
        yield from (LocatedProblem(*one) for one in repeated_keys(self.root))
        try:
            model.model_validate(self.raw)
        except ValidationError as error:
            for one in error.errors():
                yield LocatedProblem(_key_path(one["loc"]), _model_problem(one, model))

    def raise_problems(self, problems: Iterable[tuple[KeyPath, Problem]]) -> None:
        """Raise WinnowError with these problems, each with its line, in their order; nothing if there are none."""
        found = [(line_of(self.lines, key_path), problem) for key_path, problem in problems]
        if found:
            ordered = sorted(found, key=lambda pair: pair[0])
            raise WinnowError([Problem(f"{self.name}:{line}", f.found, f.expected, f.fix) for line, f in ordered])


def read_document(text: str, name: str, *, otherwise: Problem, list_key: str = "") -> YamlDocument:
    """The mapping in a text. Raises WinnowError for text that is not YAML, and `otherwise` where it is no mapping.

    With `list_key`, a text that is a list is read as the mapping that has the list under this key.
    """
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
    if list_key and isinstance(raw, list) and root is not None:
        root, raw = _under_key(root, list_key), {list_key: raw}
    if not isinstance(raw, dict) or root is None:
        raise WinnowError(otherwise)
    try:
        return YamlDocument(name, root, raw, dict(key_lines(root)))
    except RecursionError:
        found = "an alias that contains itself, or nesting that is too deep"
        raise WinnowError(Problem(name, found, "plain YAML", "write it out instead of *alias")) from None


def _under_key(root: yaml.Node, key: str) -> yaml.MappingNode:
    """The mapping with one key, whose value is this node."""
    name = yaml.ScalarNode("tag:yaml.org,2002:str", key, root.start_mark, root.start_mark)
    return yaml.MappingNode("tag:yaml.org,2002:map", [(name, root)], root.start_mark, root.end_mark)


def _key_path(loc: tuple[int | str, ...]) -> KeyPath:
    return tuple(part for part in loc if isinstance(part, int) or not part.startswith("function-"))


def _model_problem(problem: Any, model: type[BaseModel]) -> Problem:
    loc = _key_path(problem["loc"])
    key = ".".join(str(part) for part in loc)
    if problem["type"] == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        return Problem("", f"unknown key {key!r}", ", ".join(known), suggestion(str(loc[-1]), known, "remove it"))
    if problem["type"] == "missing":
        return Problem("", f"key {key!r} is missing", "all required keys", f"add `{loc[-1]}:`")
    message = (
        problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ").replace("Input should", "it to")
    )
    fix = "put it in quotes" if problem["type"] == "string_type" else ""
    return Problem("", f"{key} is {problem['input']!r}"[:200], message, fix)


def _known_keys(root: type[BaseModel], loc: KeyPath) -> list[str]:
    """The field names of the model at a key path."""
    model: Any = root
    for part in loc:
        model = model.model_fields[part].annotation if hasattr(model, "model_fields") else _member(model)
        alternatives = [one for one in get_args(model) if one is not NoneType]
        model = alternatives[0] if NoneType in get_args(model) else model
    return list(model.model_fields)


def _member(container: Any) -> Any:
    """The type of the values of a mapping or of a sequence."""
    arguments = get_args(container)
    return arguments[1] if get_origin(container) is dict else arguments[0]
