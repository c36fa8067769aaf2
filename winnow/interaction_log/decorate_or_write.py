"""`winnow.log_interaction`: a decorator that logs every call of a function, and a plain call that writes one line."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence, Set
from pathlib import Path
from typing import Any, TypeVar, cast, overload

from winnow.core.call_arguments import check_call
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.interaction_log.log_file import LogFile, open_log
from winnow.interaction_log.logged_call import CallSettings
from winnow.interaction_log.logged_functions import logged_function
from winnow.interaction_log.new_line import new_line

F = TypeVar("F", bound=Callable[..., Any])

SELECTORS = ("task", "output", "session")
"""Parameters that may be functions, which make the field from the arguments or from the returned value."""

HAPPENED = frozenset({"task", "output", "messages", "result", "feedback", "about"})
"""Parameters that state what happened: with a value of one of them, a line is written."""

NONE_IS_A_VALUE = frozenset({"task", "output", "about"})
"""Parameters for which None says something."""

NOT_STATED: Any = object()
"""One of these that was left out."""


@overload
def log_interaction(
    path: str | Path,
    *,
    agent_role: str | None = None,
    task: Callable[..., object] = ...,
    output: Callable[[Any], object] = ...,
    session: str | Callable[..., str] | None = None,
    model: str | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    metadata: Mapping[str, Any] | None = None,
    workspace: str | Path | None = None,
    daily: bool = False,
) -> Callable[[F], F]: ...


@overload
def log_interaction(
    path: str | Path,
    *,
    agent_role: str | None = None,
    task: object = ...,
    output: object = ...,
    session: str | None = None,
    model: str | None = None,
    messages: Sequence[Mapping[str, Any]] | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    result: Mapping[str, Any] | None = None,
    feedback: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    about: str | None = ...,
    workspace: str | Path | None = None,
    daily: bool = False,
) -> str | None: ...


@check_call(dict)
def log_interaction(  # noqa: PLR0913  (the fields of a line)
    path: str | Path,
    *,
    agent_role: str | None = None,
    task: Any = NOT_STATED,
    output: Any = NOT_STATED,
    session: str | Callable[..., str] | None = None,
    model: str | None = None,
    messages: Sequence[Mapping[str, Any]] | None = None,
    tools: Sequence[Mapping[str, Any]] | None = None,
    result: Mapping[str, Any] | None = None,
    feedback: Mapping[str, Any] | None = None,
    metadata: Mapping[str, Any] | None = None,
    about: str | None = NOT_STATED,
    workspace: str | Path | None = None,
    daily: bool = False,
) -> Any:
    """Log every call of the function that it decorates; or, given what happened, write one line and return its id.

    It is a plain call if `task` or `output` is a value, or one of `messages`, `result`, `feedback` or `about` is
    given. The id is returned once the line is on disk, None if it could not be written. With `about`, the id of an
    interaction, the line is a later result or feedback; `about=None`, of an interaction that was not logged, writes
    nothing. Raises WinnowError for fields that are not of the form.
    """
    log = open_log(Path(path).absolute(), Path(workspace).absolute() if workspace else None, daily)
    stated = {"agent_role": agent_role, "task": task, "output": output, "session": session, "model": model}
    stated |= {"messages": messages, "tools": tools, "result": result, "feedback": feedback, "metadata": metadata}
    fields = {name: value for name, value in (stated | {"about": about}).items() if _is_stated(name, value)}
    made = {name for name in SELECTORS if callable(fields.get(name))}
    if HAPPENED.isdisjoint(fields.keys() - made):
        return _decorator(log, {name: fields.pop(name) for name in made}, fields)
    return _written(log, made, fields)


def _is_stated(name: str, value: object) -> bool:
    return value is not NOT_STATED and (value is not None or name in NONE_IS_A_VALUE)


def _decorator(log: LogFile, selectors: Mapping[str, Any], constants: Mapping[str, Any]) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        if not callable(function):
            raise WinnowError(Problem("log_interaction", f"decorates a {type(function).__name__}", "a function"))
        own_name = getattr(function, "__name__", type(function).__name__)
        settings = CallSettings(log, inspect.signature(function), {"agent_role": own_name, **constants}, **selectors)
        return cast(F, logged_function(function, settings))

    return decorate


def _written(log: LogFile, selectors: Set[str], fields: Mapping[str, Any]) -> str | None:
    problems = [
        Problem(Parameter(name), "a function, and other parameters that state what happened", "a value")
        for name in sorted(selectors)
    ]
    if "about" not in fields and "agent_role" not in fields:
        problems.append(Problem(Parameter("agent_role"), "missing", "the role of the agent"))
    if problems:
        raise WinnowError(problems)
    if fields.get("about", "") is None:
        return None
    line = new_line({"kind": "update" if "about" in fields else "interaction", **fields})
    return log.write(lambda: line)
