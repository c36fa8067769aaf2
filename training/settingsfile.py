"""What a method is told: a commented YAML file of settings, single changes to it, and the check of both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from validators.faults import Fault, WinnowError
from validators.screening import nearest_name

SHIPPED = Path(__file__).parent / "settings"
"""One file a method, every setting at its default, with what it does."""
Told = TypeVar("Told")


def read_settings(kind: type[Any], *, file: Path | None = None, changes: Sequence[str] = ()) -> dict[str, Any]:
    """The settings that a file and `KEY=VALUE` changes tell a method whose settings are of dataclass `kind`.

    What neither names is left out. Raises WinnowError with all faults, those of the file at their lines.
    """
    told: dict[str, Any] = {}
    places: dict[str, str] = {}
    faults: list[Fault] = []
    for key, value, place in [*_of_file(file), *map(_of_change, changes)]:
        if key in told and places[key].startswith(f"{file}:") and place.startswith(f"{file}:"):
            faults.append(Fault(place, f"setting {key!r} stands twice", "each setting once", "keep one"))
        told[key], places[key] = value, place
    faults += _faults(kind, told, places)
    if faults:
        raise WinnowError(faults)
    return told


def check_settings(kind: type[Told], told: Mapping[str, Any]) -> Told:
    """A method's settings of what it was told.

    Raises WinnowError with every setting that is unknown or out of range.
    """
    faults = _faults(kind, told, {})
    if faults:
        raise WinnowError(faults)
    return _adapter(kind).validate_python(dict(told))


def _adapter(kind: type[Told]) -> TypeAdapter[Told]:
    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(kind))


def _faults(kind: type[Any], told: Mapping[str, Any], places: Mapping[str, str]) -> list[Fault]:
    try:
        _adapter(kind).validate_python(dict(told))
    except ValidationError as error:
        return [_fault(kind, problem, places) for problem in error.errors()]
    return []


def _fault(kind: type[Any], problem: Any, places: Mapping[str, str]) -> Fault:
    key = str(problem["loc"][0])
    where = places.get(key, "settings")
    if problem["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = [one.name for one in fields(kind)]
        near = nearest_name(key, known)
        fix = f"did you mean {near!r}?" if near else "remove it"
        return Fault(where, f"no setting {key!r}", ", ".join(known), fix)
    message = problem["msg"].removeprefix("Input should be ")
    return Fault(where, f"{key} is {problem['input']!r}"[:200], message, "correct the setting")


def _of_file(file: Path | None) -> list[tuple[str, Any, str]]:
    """Key, value and place of every setting in a file."""
    if file is None:
        return []
    fix = f"start from a copy of {SHIPPED / 'encoder.yaml'}"
    try:
        text = file.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except OSError as error:
        raise WinnowError(Fault(str(file), error.strerror or str(error), "a file of settings", fix)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        problem = getattr(error, "problem", None) or str(error)
        raise WinnowError(Fault(where, f"not valid YAML ({problem})", "YAML", "check indentation and quotes")) from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode) or not isinstance(values, dict):
        raise WinnowError(Fault(f"{file}:1", "no mapping", "lines of `setting: value`", fix))
    return [(str(key.value), values.get(key.value), f"{file}:{key.start_mark.line + 1}") for key, _ in root.value]


def _of_change(change: str) -> tuple[str, Any, str]:
    """Key, value and place of a `KEY=VALUE`; the value is read as YAML reads it."""
    key, equals, value = change.partition("=")
    if not equals:
        raise WinnowError(Fault(f"--set {change}", "no value", "KEY=VALUE", "say what the setting is to be"))
    try:
        return key.strip(), yaml.safe_load(value), f"--set {change}"
    except yaml.YAMLError:
        return key.strip(), value, f"--set {change}"
