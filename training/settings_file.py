"""Read a method's settings from YAML and `KEY=VALUE` changes, and validate them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion

DEFAULT_SETTINGS_FOLDER = Path(__file__).parent / "settings"
"""One file per method, with every setting at its default and explained."""

SettingsT = TypeVar("SettingsT")


def read_settings(kind: type[Any], *, file: Path | None = None, changes: Sequence[str] = ()) -> dict[str, Any]:
    """The settings in a file and in `KEY=VALUE` changes, checked against the dataclass `kind`.

    Only settings that are named are returned. Raises WinnowError with all problems, those of the file with their line.
    """
    settings: dict[str, Any] = {}
    locations: dict[str, str] = {}
    problems: list[Problem] = []
    for key, value, location in [*_settings_in_file(file), *map(_parse_change, changes)]:
        if key in settings and locations[key].startswith(f"{file}:") and location.startswith(f"{file}:"):
            problems.append(Problem(location, f"duplicate setting {key!r}", "each setting once", "remove one"))
        settings[key], locations[key] = value, location
    problems += _problems_with_settings(kind, settings, locations)
    if problems:
        raise WinnowError(problems)
    return settings


def check_settings(kind: type[SettingsT], settings: Mapping[str, Any]) -> SettingsT:
    """Build a method's settings.

    Raises WinnowError with every setting that is unknown or out of range.
    """
    problems = _problems_with_settings(kind, settings, {})
    if problems:
        raise WinnowError(problems)
    return _adapter(kind).validate_python(dict(settings))


def _adapter(kind: type[SettingsT]) -> TypeAdapter[SettingsT]:
    return TypeAdapter(with_config(ConfigDict(extra="forbid"))(kind))


def _problems_with_settings(
    kind: type[Any], settings: Mapping[str, Any], locations: Mapping[str, str]
) -> list[Problem]:
    try:
        _adapter(kind).validate_python(dict(settings))
    except ValidationError as error:
        return [_problem_with_setting(kind, problem, locations) for problem in error.errors()]
    return []


def _problem_with_setting(kind: type[Any], problem: Any, locations: Mapping[str, str]) -> Problem:
    key = str(problem["loc"][0])
    where = locations.get(key, "settings")
    if problem["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        known = [one.name for one in fields(kind)]
        fix = suggestion(key, known, "remove it")
        return Problem(where, f"unknown setting {key!r}", ", ".join(known), fix)
    message = problem["msg"].removeprefix("Input should be ").removeprefix("Value error, ")
    return Problem(where, f"{key} is {problem['input']!r}"[:200], message, "correct the setting")


def _settings_in_file(file: Path | None) -> list[tuple[str, Any, str]]:
    """Key, value and location of every setting in a file."""
    if file is None:
        return []
    fix = f"start from a copy of {DEFAULT_SETTINGS_FOLDER / 'encoder.yaml'}"
    try:
        text = file.read_text(encoding="utf-8-sig")
        root = yaml.compose(text, Loader=yaml.SafeLoader)
        values = yaml.safe_load(text)
    except OSError as error:
        raise WinnowError(Problem(str(file), error.strerror or str(error), "a settings file", fix)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{file}:{mark.line + 1}" if mark else str(file)
        problem = getattr(error, "problem", None) or str(error)
        raise WinnowError(
            Problem(where, f"not valid YAML ({problem})", "YAML", "check indentation and quotes")
        ) from None
    if root is None:
        return []
    if not isinstance(root, yaml.MappingNode) or not isinstance(values, dict):
        raise WinnowError(Problem(f"{file}:1", "not a mapping", "lines of `setting: value`", fix))
    return [(str(key.value), values.get(key.value), f"{file}:{key.start_mark.line + 1}") for key, _ in root.value]


def _parse_change(change: str) -> tuple[str, Any, str]:
    """Key, value and location of a `KEY=VALUE`; the value is parsed as YAML."""
    key, equals, value = change.partition("=")
    if not equals:
        raise WinnowError(Problem(Parameter("settings"), f"{change!r} has no value", "KEY=VALUE", "add the value"))
    try:
        return key.strip(), yaml.safe_load(value), Parameter("settings")
    except yaml.YAMLError:
        return key.strip(), value, Parameter("settings")
