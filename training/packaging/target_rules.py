"""What a runtime asks of an adapter, stated in dated files that a user can replace."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from re import Pattern
from typing import TYPE_CHECKING, Any

import yaml
from pydantic import Field, ValidationError

from winnow.config.bounded_yaml import load_bounded
from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.package_vocabulary import ADAPTER_TARGETS, PackageTarget
from winnow.core.record import Record

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

TARGETS_FOLDER = Path(__file__).parent / "targets"
"""One file per target, with its rules and the day on which they held."""


class ServedBase(Record):
    """A model that the target serves adapters on."""

    name: str
    """What the target calls it."""
    architecture: str
    """`model_type` in the `config.json` of the model."""
    trained_as: tuple[str, ...] = Field(min_length=1)
    """Hub ids of the model that the adapter is trained on; a folder is recognized by the last part."""
    model_type: str | None = None
    """`model_type` that `adapter_config.json` states; null where the documentation names none."""
    window: int | None = None
    """The most tokens of a prompt and its answer; null where there is no limit of its own."""


class TargetRules(Record):
    """The rules of one target."""

    target: PackageTarget
    """The runtime."""
    as_of: date
    """The day on which the rules held."""
    source: str
    """Where they are documented."""
    adapter_only: bool
    """Whether it takes an adapter together with its base model, and not merged weights; false: merged weights alone."""
    max_rank: int | None = Field(default=None, ge=1)
    """The highest rank; null where any is served."""
    ranks: tuple[int, ...] = ()
    """The ranks that can be reserved; empty where any can."""
    max_bytes: int | None = Field(default=None, ge=1)
    """The weights of the adapter must have fewer bytes; null where any size is served."""
    file_names: tuple[str, ...] = ()
    """Exact names of the files of the adapter."""
    model_types: tuple[str, ...] = ()
    """Values of `model_type` that `adapter_config.json` may state; empty where it needs none."""
    quantizations: tuple[str, ...] | None = None
    """How the base model may be quantized; empty: not at all; null: in any way."""
    modules_of_base: bool = False
    """Whether every module of the adapter must be one of the base model."""
    refused_modules: tuple[str, ...] = ()
    """Modules that an adapter must not change."""
    saved_modules: bool = True
    """Whether the adapter may hold whole modules (`modules_to_save`)."""
    refused_variants: tuple[str, ...] = ()
    """Fields of `adapter_config.json` that must not be set: variants of LoRA that are not served."""
    templates: tuple[str, ...] = ()
    """Forms of chat templates that can be written in its syntax; empty where it needs none."""
    max_adapters: int | None = Field(default=None, ge=1)
    """The most adapters of an account; null where there is no limit."""
    name_pattern: Pattern[str] = re.compile(r".+")
    """Names that an adapter can have, as a regular expression."""
    bases: tuple[ServedBase, ...] = ()
    """The models that adapters are served on; empty where any model is."""
    errors: dict[str, str] = Field(default_factory=dict)
    """What the codes of its errors mean."""


def read_target(name_or_file: str | Path) -> TargetRules:
    """The rules of a target by its name, or those in a file.

    Raises WinnowError for an unknown target, and with every field of the file that is missing, unknown or wrong.
    """
    if isinstance(name_or_file, Path) or Path(name_or_file).suffix in (".yaml", ".yml"):
        return _read_rules(Path(name_or_file))
    return _read_rules(TARGETS_FOLDER / f"{check_choice('for', name_or_file, ADAPTER_TARGETS)}.yaml")


def rules_of(target: str, file: Path | None = None) -> TargetRules:
    """The rules of a target, from a user's file if there is one.

    Raises WinnowError for an unknown target, an unreadable file, and a file of another target.
    """
    check_choice("for", target, ADAPTER_TARGETS)
    rules = read_target(target if file is None else file)
    if rules.target != target:
        fix = f"name the rules of {target}, or package for {rules.target}"
        raise WinnowError(Problem(Parameter("rules"), f"{file}: rules of {rules.target}", f"rules of {target}", fix))
    return rules


def _read_rules(path: Path) -> TargetRules:
    fix = f"start from a copy of a file in {TARGETS_FOLDER}"
    try:
        stated: Any = load_bounded(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise WinnowError(Problem(str(path), error.strerror or "cannot be read", "a file of rules", fix)) from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        found = f"not YAML: {str(error).splitlines()[0]}"
        raise WinnowError(Problem(str(path), found, "a file of rules", fix)) from None
    try:
        return TargetRules.model_validate(stated)
    except ValidationError as error:
        raise WinnowError([_field_problem(path, one, fix) for one in error.errors()]) from None


def _field_problem(path: Path, error: ErrorDetails, fix: str) -> Problem:
    field = ".".join(map(str, error["loc"])) or "the file"
    return Problem(str(path), f"{field}: {error['msg']}", "the rules of a target", fix)
