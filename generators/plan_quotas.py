"""The quotas of a plan: how many records of which type generators are to add; read from JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.core.errors import Problem
from winnow.core.quota_names import INTENT_QUOTAS, PAIR_SEPARATOR, TOOL_QUOTAS, QuotaName
from winnow.core.suggest import suggestion
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS, offered_by_task
from winnow.validators.tools.argument_gaps import possible_gaps
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS, changes_by_id

QUOTAS_OF: Mapping[str, Sequence[QuotaName]] = {INTENTS.name: INTENT_QUOTAS, TOOLS.name: TOOL_QUOTAS}
"""The quotas that plans of each kind may have."""

MAX_QUOTA = 1_000_000
"""More than any plan can mean: a number above it is a typing error."""


@dataclass(frozen=True)
class Quota:
    """How many records of one type are to be added."""

    name: QuotaName
    of: str
    """The label, tool, behavior, pair, region or gap that it is about; empty for all together."""
    count: int
    """Records; pairs for `contrasts`."""

    def __str__(self) -> str:
        return f"{self.name} {self.of}" if self.of else str(self.name)

    @property
    def pair(self) -> list[str]:
        """Both sides, for a quota of `contrasts`."""
        return self.of.split(PAIR_SEPARATOR)


@dataclass(frozen=True)
class QuotaScope:
    """What the quotas of one plan may name."""

    task: Task
    regions: Sequence[str] = ()
    """The ids of the plan's regions."""
    pairs: Sequence[Sequence[str]] = ()
    """The plan's confused pairs; without any, the confusable pairs of the task."""
    gaps: Sequence[str] = ()
    """The plan's gaps in the use of arguments."""

    def names(self, quota: QuotaName) -> Sequence[str]:
        """What a quota may name; empty where it only counts all together."""
        return _NAMES[quota](self) if quota in _NAMES else ()

    def each(self, quota: QuotaName) -> Sequence[str]:
        """What a plain number stands for, one quota for each; empty where it is one for all together."""
        return _EACH[quota](self) if quota in _EACH else ()


def _targets(scope: QuotaScope) -> list[str]:
    return kind_of(scope.task).targets(scope.task)


def _labels(scope: QuotaScope) -> list[str]:
    return [name for name in _targets(scope) if name != scope.task.fallback]


def _tools(scope: QuotaScope) -> list[str]:
    return [tool.name for tool in offered_by_task(scope.task)]


def _pairs(scope: QuotaScope) -> list[str]:
    return [PAIR_SEPARATOR.join(pair) for pair in scope.pairs or scope.task.confusable]


def _all_pairs(scope: QuotaScope) -> list[str]:
    names = _targets(scope)
    return [PAIR_SEPARATOR.join((one, other)) for one in names for other in names if one != other]


def _threading_tools(scope: QuotaScope) -> list[str]:
    return [tool.name for tool in offered_by_task(scope.task) if changes_by_id(tool)]


def _gaps(scope: QuotaScope) -> list[str]:
    return [gap.key for gap in possible_gaps(offered_by_task(scope.task))]


_NAMES: Mapping[QuotaName, Callable[[QuotaScope], Sequence[str]]] = {
    QuotaName.PER_LABEL: _targets,
    QuotaName.AMBIGUOUS: _targets,
    QuotaName.DOMAIN: _targets,
    QuotaName.FIXES: _targets,
    QuotaName.REGIONS: lambda scope: scope.regions,
    QuotaName.CONTRASTS: _all_pairs,
    QuotaName.PER_TOOL: _tools,
    QuotaName.BEHAVIORS: lambda scope: [str(one) for one in Behavior],
    QuotaName.THREADS_ID: _threading_tools,
    QuotaName.ARGUMENTS: _gaps,
}

_EACH: Mapping[QuotaName, Callable[[QuotaScope], Sequence[str]]] = {
    QuotaName.PER_LABEL: _labels,
    QuotaName.REGIONS: lambda scope: scope.regions,
    QuotaName.CONTRASTS: _pairs,
    QuotaName.PER_TOOL: _tools,
    QuotaName.BEHAVIORS: lambda scope: [str(one) for one in NO_CALL_KINDS],
    QuotaName.THREADS_ID: _threading_tools,
    QuotaName.ARGUMENTS: lambda scope: scope.gaps,
}


def read_quotas(where: str, raw: object, scope: QuotaScope, problems: list[Problem]) -> list[Quota]:
    """The quotas above 0 of a plan's `quotas`; everything that is wrong with them is added to `problems`."""
    if not isinstance(raw, Mapping):
        problems.append(Problem(where, repr(raw), "an object of quotas by name", "correct it"))
        return []
    known = QUOTAS_OF.get(scope.task.kind, ())
    found: list[Quota] = []
    for name, value in raw.items():
        if name in known:
            found += _quota(where, QuotaName(name), value, scope, problems)
        else:
            problems.append(unknown_name(f"{where}.{name}", name, known))
    return [quota for quota in found if quota.count]


def unknown_name(where: str, name: object, known: Sequence[str], *, shown: int = 20) -> Problem:
    """The problem of a name that is none of the known ones."""
    more = f" and {len(known) - shown:,} more" if len(known) > shown else ""
    expected = ", ".join(map(str, known[:shown])) + more or "no name"
    fix = suggestion(str(name), [str(one) for one in known], "correct or remove it")
    return Problem(where, f"unknown name {name!r}", expected, fix)


def read_count(where: str, value: object, problems: list[Problem]) -> int:
    """A whole number from 0; 0 and a problem for anything else."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_QUOTA:
        return value
    problems.append(Problem(where, repr(value)[:100], f"a whole number from 0 to {MAX_QUOTA:,}", "correct it"))
    return 0


def _quota(where: str, name: QuotaName, value: object, scope: QuotaScope, problems: list[Problem]) -> Iterator[Quota]:
    place = f"{where}.{name}"
    if not isinstance(value, Mapping):
        count = read_count(place, value, problems)
        yield from (Quota(name, of, count) for of in scope.each(name) or ([] if name in _EACH else [""]))
        return
    names = scope.names(name)
    known = set(names)
    for of, count in value.items():
        if of in known:
            yield Quota(name, of, read_count(f"{place}.{of}", count, problems))
        else:
            problems.append(unknown_name(f"{place}.{of}", of, names))
