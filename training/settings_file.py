"""Read a method's settings from YAML and `KEY=VALUE` changes, and validate them.

A file may also state facts about its base model, in the section `model_facts`: then the settings keep to its ranges.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from winnow.config.bounded_yaml import compose_bounded, load_bounded
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion
from winnow.training.sizing.model_facts import ModelFacts
from winnow.training.sizing.setting_ranges import range_problems

DEFAULT_SETTINGS_FOLDER = Path(__file__).parent / "settings"
"""One file per method, with every setting at its default and explained."""

MODEL_FACTS = "model_facts"
"""The section of a settings file that is no setting."""

SettingsT = TypeVar("SettingsT")


class Setting(NamedTuple):
    """One setting as it was given."""

    key: str
    value: Any
    location: str
    """File and line, or the parameter."""


def read_settings(kind: type[Any], *, file: Path | None = None, changes: Sequence[str] = ()) -> dict[str, Any]:
    """The settings in a file and in `KEY=VALUE` changes, checked against the dataclass `kind` and the file's ranges.

    Only settings that are named are returned. Raises WinnowError with all problems, those of the file with their line.
    """
    settings: dict[str, Any] = {}
    locations: dict[str, str] = {}
    problems: list[Problem] = []
    given = _settings_in_file(file)
    for key, value, location in [*(one for one in given if one.key != MODEL_FACTS), *map(_parse_change, changes)]:
        if key in settings and locations[key].startswith(f"{file}:") and location.startswith(f"{file}:"):
            problems.append(Problem(location, f"duplicate setting {key!r}", "each setting once", "remove one"))
        settings[key], locations[key] = value, location
    problems += _problems_with_settings(kind, settings, locations)
    for section in (one for one in given if one.key == MODEL_FACTS):
        problems += _problems_with_facts(kind, section, settings, locations)
    if problems:
        raise WinnowError(problems)
    return settings


def read_model_facts(file: Path) -> ModelFacts | None:
    """What a settings file states about its base model; None if it states nothing.

    Raises WinnowError for a file that cannot be read, and with everything that is wrong in its section.
    """
    section = next((one for one in _settings_in_file(file) if one.key == MODEL_FACTS), None)
    if section is None:
        return None
    try:
        return ModelFacts.model_validate(section.value)
    except ValidationError as error:
        raise WinnowError(_unreadable_facts(section, error)) from None


def _problems_with_facts(
    kind: type[Any], section: Setting, settings: Mapping[str, Any], locations: Mapping[str, str]
) -> list[Problem]:
    """What is wrong with the section itself, and every setting outside its ranges."""
    try:
        ranges = ModelFacts.model_validate(section.value).ranges
    except ValidationError as error:
        return _unreadable_facts(section, error)
    effective = {one.name: one.default for one in fields(kind)} | dict(settings)
    return list(range_problems(ranges, effective, locations, file=section.location))


def _unreadable_facts(section: Setting, error: ValidationError) -> list[Problem]:
    return [
        Problem(
            section.location,
            f"{'.'.join(map(str, (MODEL_FACTS, *one['loc'])))} is {one['input']!r}"[:200],
            one["msg"].removeprefix("Input should be ").removeprefix("Value error, "),
            f"start from a copy of a file in {DEFAULT_SETTINGS_FOLDER / 'models'}",
        )
        for one in error.errors()
    ]


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


def _settings_in_file(file: Path | None) -> list[Setting]:
    """Every setting in a file, and its facts about a model."""
    if file is None:
        return []
    fix = f"start from a copy of {DEFAULT_SETTINGS_FOLDER / 'encoder.yaml'}"
    try:
        text = file.read_text(encoding="utf-8-sig")
        root, values = compose_bounded(text), load_bounded(text)
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
    return [
        Setting(str(key.value), values.get(key.value), f"{file}:{key.start_mark.line + 1}") for key, _ in root.value
    ]


def _parse_change(change: str) -> Setting:
    """The setting of a `KEY=VALUE`; the value is parsed as YAML."""
    key, equals, value = change.partition("=")
    if not equals:
        raise WinnowError(Problem(Parameter("settings"), f"{change!r} has no value", "KEY=VALUE", "add the value"))
    try:
        return Setting(key.strip(), load_bounded(value), Parameter("settings"))
    except (yaml.YAMLError, ValueError, RecursionError):
        return Setting(key.strip(), value, Parameter("settings"))
