"""Errors state where a problem is, what was found, what was expected and how to fix it; all problems at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.commands import in_python


class Parameter(str):
    """The name of the parameter that a problem is about, used as its location.

    Domain code uses the name of its parameter, `Parameter("strategy")`; the command line shows the option `--strategy`.
    """

    __slots__ = ()


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong."""

    where: str
    """File and line, file and row, option or table."""
    found: str
    expected: str = ""
    fix: str = ""
    """What the reader can do about it."""

    def __str__(self) -> str:
        parts = [f"{self.where}: {self.found}"]
        if self.expected:
            parts.append(f"expected: {self.expected}")
        if self.fix:
            parts.append(self.fix if self.fix.startswith("did you mean") else f"fix: {self.fix}")
        return "; ".join(parts)


class WinnowError(Exception):
    """A problem that the user can act on. The command line prints its problems and exits with `exit_code`.

    The message of the exception is for Python: it recommends calls where a problem recommends commands.
    """

    exit_code = 2

    def __init__(self, problems: Problem | Sequence[Problem]) -> None:
        self.problems: list[Problem] = [problems] if isinstance(problems, Problem) else list(problems)
        super().__init__("\n".join(in_python(str(problem)) for problem in self.problems))


class GateError(WinnowError):
    """A gate or a verification failed (exit code 1)."""

    exit_code = 1


class ServiceError(WinnowError):
    """Something outside Winnow failed: a full disk, a locked database, a missing model (exit code 3)."""

    exit_code = 3


class BudgetError(WinnowError):
    """Stopped before exceeding the budget (exit code 4)."""

    exit_code = 4
