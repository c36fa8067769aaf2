"""Checks the arguments of a call of the Python API against the parameters and the types that they declare."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from functools import cache, wraps
from pathlib import Path
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, get_type_hints

from winnow.core.argument_fixes import argument_fix
from winnow.core.counted import counted
from winnow.core.errors import Parameter, Problem, WinnowError

if TYPE_CHECKING:
    from pydantic import TypeAdapter, ValidationError

_SHOWN = 60
"""Characters of a wrong value that a message shows."""

_NULL = "\0"

Class = TypeVar("Class", bound=type[Any])
P = ParamSpec("P")
R = TypeVar("R")
TypesByName = Callable[[], Mapping[str, Any]]
"""The types that annotations name and that are imported only for type checkers."""


def checks_arguments(types_by_name: TypesByName) -> Callable[[Class], Class]:
    """A class whose public methods raise WinnowError for unknown, missing and wrong arguments, all of them at once."""

    def decorate(cls: Class) -> Class:
        for name, member in list(vars(cls).items()):
            if name.startswith("_"):
                continue
            if isinstance(member, FunctionType):
                setattr(cls, name, check_call(types_by_name)(member))
            elif isinstance(member, classmethod):
                setattr(cls, name, classmethod(check_call(types_by_name)(member.__func__)))
        return cls

    return decorate


def check_call(types_by_name: TypesByName) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A function that raises WinnowError for unknown, missing and wrong arguments, all of them at once."""

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        annotations = {
            name: parameter.annotation
            for name, parameter in signature.parameters.items()
            if parameter.annotation is not parameter.empty
        }

        @cache
        def adapters() -> Mapping[str, TypeAdapter[Any]]:
            from pydantic import ConfigDict, TypeAdapter

            # no conversion: 5 is not the text "5", and true is not 1; the fields of a dataclass are checked too
            strict = ConfigDict(strict=True, arbitrary_types_allowed=True, revalidate_instances="always")
            known = {**getattr(function, "__globals__", {}), **types_by_name()}
            hints = get_type_hints(SimpleNamespace(__annotations__=annotations), known)
            # as the only member of a tuple, because the settings of an adapter do not apply to a dataclass itself
            return {name: TypeAdapter(tuple[hint], config=strict) for name, hint in hints.items()}  # type: ignore[valid-type]

        @wraps(function)
        def checked(*args: P.args, **kwargs: P.kwargs) -> R:
            if unbound := _binding_problems(function.__name__, signature, args, kwargs):
                raise WinnowError(unbound)
            given = signature.bind(*args, **kwargs).arguments
            problems = [
                problem
                for name, value in given.items()
                if name in annotations and (problem := _problem(name, value, adapters()[name], annotations[name]))
            ]
            if problems:
                raise WinnowError(problems)
            return function(*args, **kwargs)

        return checked

    return decorate


def _binding_problems(
    function: str, signature: inspect.Signature, args: Sequence[object], kwargs: Mapping[str, object]
) -> list[Problem]:
    """Every reason why a call does not fit the parameters of a function, whatever the values are."""
    from winnow.core.suggest import suggestion

    parameters = signature.parameters
    positional = [one.name for one in parameters.values() if one.kind is not one.KEYWORD_ONLY]
    by_position = positional[: len(args)]
    named = [name for name in parameters if name not in ("self", "cls")]
    problems = [
        Problem(Parameter(name), f"{function}() has no such parameter", ", ".join(named), suggestion(name, named))
        for name in kwargs
        if name not in parameters
    ]
    problems += [Problem(Parameter(name), "given twice", "once") for name in by_position if name in kwargs]
    problems += [
        Problem(Parameter(one.name), f"missing in the call of {function}()", str(one.annotation))
        for one in parameters.values()
        if one.default is one.empty and one.name not in (*by_position, *kwargs)
    ]
    if len(args) > len(positional):
        extra = (
            f"{function}() was called with {counted(len(args) - len(positional), 'argument')} too many without a name"
        )
        problems.append(Problem(function, extra, ", ".join(named), "name the arguments"))
    return problems


def _problem(name: str, value: object, adapter: TypeAdapter[Any], annotation: str) -> Problem | None:
    """What is wrong with one argument; None when it has the declared type."""
    from pydantic import ValidationError

    try:
        adapter.validate_python((value,))
    except ValidationError as error:
        fix = argument_fix(name, value, annotation, lambda other: _is_valid(other, adapter))
        return Problem(Parameter(name), _found(value, error), annotation, fix)
    if isinstance(value, str | Path) and _NULL in str(value):
        return Problem(Parameter(name), f"{str(value)!r:.{_SHOWN}} with a null character", "text without it")
    return None


def _is_valid(value: object, adapter: TypeAdapter[Any]) -> bool:
    from pydantic import ValidationError

    try:
        adapter.validate_python((value,))
    except ValidationError:
        return False
    return True


def _found(value: object, error: ValidationError) -> str:
    """The value and its type; of a collection the first element that is wrong."""
    kind = type(value).__name__
    inside = next((one for one in error.errors() if one["input"] is not value), None)
    if inside:
        place = next((part for part in inside["loc"][1:] if isinstance(part, int)), inside["loc"][-1])
        return f"{kind} in which {place} is {_shown(inside['input'])}"
    return _shown(value)


def _shown(value: object) -> str:
    if value is None:
        return "None"
    if isinstance(value, str | bytes | bool | int | float | Path):
        text = repr(value)
        return f"{type(value).__name__} {text[:_SHOWN]}" + ("…" if len(text) > _SHOWN else "")
    return f"object of type {type(value).__name__}"
