"""The teacher that a training names: a run for methods that learn class probabilities, a file for answers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.teacher_vocabulary import TeacherKind
from winnow.operations._context import Context

if TYPE_CHECKING:
    from winnow.training.runs import Run


class TaughtSettings(NamedTuple):
    """The settings of a training, and the run that they name as teacher."""

    settings: dict[str, Any]
    """With the name of the teacher as `teacher`, if there is one."""
    teacher: dict[str, Run]
    """The run as the argument `teacher`; empty without one, and for a file."""


def find_teacher(
    context: Context, method: str, settings: Mapping[str, Any] | None, teacher: str | None = None
) -> TaughtSettings:
    """The settings with a teacher, whether it is named among them or separately.

    Raises WinnowError for a method without teachers, a file in place of a run, and a run in place of a file.
    """
    from winnow.training.methods import METHODS, method_named

    given = dict(settings or {})
    name = teacher if teacher is not None else given.get("teacher")
    kind = method_named(method).teacher
    if name is None:
        return TaughtSettings(given, {})
    if kind is None:
        known = ", ".join(known for known, one in METHODS.items() if one.teacher)
        found = f"method {method} learns from no teacher"
        raise WinnowError(Problem(Parameter("teacher"), found, f"one of the methods {known}", "leave it out"))
    is_file = Path(str(name)).is_file()
    if is_file != (kind == TeacherKind.FILE) and (is_file or Path(str(name)).is_dir()):
        raise WinnowError(_other_kind(method, str(name), kind, is_file=is_file))
    given["teacher"] = str(name)
    return TaughtSettings(given, {"teacher": context.run(str(name))} if kind == TeacherKind.RUN else {})


def _other_kind(method: str, name: str, kind: TeacherKind, *, is_file: bool) -> Problem:
    """A run where a file is taken, or the reverse."""
    expected = {
        TeacherKind.RUN: f"for method {method} the id or path of a run, whose class probabilities are learned",
        TeacherKind.FILE: f"for method {method} a JSONL file of answers",
    }
    found = f"{name} is a {'file' if is_file else 'folder'}"
    return Problem(Parameter("teacher"), found, expected[kind], "name another teacher, or another method")
