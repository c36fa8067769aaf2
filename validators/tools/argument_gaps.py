"""Gaps in the use of arguments: what a schema allows and no train call does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from winnow.validators.tools.argument_use import ArgumentUse, argument_uses
from winnow.validators.tools.dialogue import Dialogue, Tool

FEW_CALLS = 5
"""With fewer calls of a tool, an argument that all of them give says nothing."""


class GapKind(StrEnum):
    """What no train call does with an argument."""

    NEVER_GIVEN = "never_given"
    """No call gives the optional argument."""
    ALWAYS_GIVEN = "always_given"
    """No call leaves the optional argument out."""
    UNUSED_VALUE = "unused_value"
    """No call gives an allowed value."""


@dataclass(frozen=True)
class ArgumentGap:
    """One gap in the use of an argument of a tool."""

    tool: str
    """The tool's name."""
    argument: str
    """The argument, or the path of a property inside it, as in `ArgumentUse`."""
    kind: GapKind
    value: str = ""
    """The allowed value that is not used."""

    @property
    def key(self) -> str:
        """Its name in plans: `TOOL.ARGUMENT`, `no TOOL.ARGUMENT` or `TOOL.ARGUMENT=VALUE`."""
        return _KEYS[self.kind].format(self)


_KEYS = {
    GapKind.NEVER_GIVEN: "{0.tool}.{0.argument}",
    GapKind.ALWAYS_GIVEN: "no {0.tool}.{0.argument}",
    GapKind.UNUSED_VALUE: "{0.tool}.{0.argument}={0.value}",
}


def argument_gaps(uses: Iterable[ArgumentUse]) -> list[ArgumentGap]:
    """The gaps of arguments, as train calls use them. A tool that is never called has none: calls come first."""
    return [gap for use in uses for gap in _gaps(use)]


def _gaps(use: ArgumentUse) -> Iterator[ArgumentGap]:
    optional = use.possible > 0 and not use.required
    if optional and not use.present:
        yield ArgumentGap(use.tool, use.name, GapKind.NEVER_GIVEN)
    elif optional and use.present == use.possible >= FEW_CALLS:
        yield ArgumentGap(use.tool, use.name, GapKind.ALWAYS_GIVEN)
    if use.present:
        yield from (ArgumentGap(use.tool, use.name, GapKind.UNUSED_VALUE, value) for value in use.unused_values)


def possible_gaps(tools: Sequence[Tool]) -> list[ArgumentGap]:
    """Every gap that the arguments of tools could have: plans may name any of them."""
    uses = [use for tool in tools for use in argument_uses(tool, ())]
    optional = [use for use in uses if not use.required]
    kinds = (GapKind.NEVER_GIVEN, GapKind.ALWAYS_GIVEN)
    gaps = [ArgumentGap(use.tool, use.name, kind) for use in optional for kind in kinds]
    return gaps + [ArgumentGap(use.tool, use.name, GapKind.UNUSED_VALUE, value) for use in uses for value in use.values]


def closed_gaps(dialogue: Dialogue, tools: Mapping[str, Tool]) -> set[str]:
    """The keys of all gaps that the trained calls of a dialogue would close; `tools` by name."""
    found: set[str] = set()
    for place, call in dialogue.calls():
        tool = tools.get(call.name)
        if tool is not None and dialogue.turns[place].train:
            found |= {gap.key for use in argument_uses(tool, [call.arguments]) for gap in _closed(use)}
    return found


def _closed(use: ArgumentUse) -> Iterator[ArgumentGap]:
    if use.possible:
        kind = GapKind.NEVER_GIVEN if use.present else GapKind.ALWAYS_GIVEN
        yield ArgumentGap(use.tool, use.name, kind)
    for value, count in use.values.items():
        if count:
            yield ArgumentGap(use.tool, use.name, GapKind.UNUSED_VALUE, value)
