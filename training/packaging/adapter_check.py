"""Base against adapter on the same prompts: a runtime that does not load the adapter answers as the base, silently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from winnow.core.counted import counted
from winnow.core.errors import GateError, Problem
from winnow.core.result import Measure, NotMeasured
from winnow.validators.stats.intervals import proportion

SHOWN_EXAMPLES = 3
"""Different answers that are shown."""

NOT_COMPARED = NotMeasured("the answers are those of this machine")


@dataclass(frozen=True)
class DifferentAnswer:
    """One prompt that base and adapter answer differently."""

    prompt: str
    """Id of the record and number of the turn."""
    base: str
    """The answer of the base model."""
    adapter: str
    """The answer with the adapter."""


@dataclass(frozen=True)
class AdapterCheck:
    """How the answers of base and adapter differ."""

    run: str
    """Id of the run."""
    prompts: int
    """Prompts that both answered."""
    different: int
    """Prompts that they answered differently."""
    share: Measure
    """The share of them, with its interval."""
    like_here: Measure
    """The share of the served adapter's answers that are those of the adapter on this machine."""
    examples: Sequence[DifferentAnswer]
    """Some of the different answers."""

    def require_differences(self) -> None:
        """Raises GateError when all answers are the same: then the adapter is not in use."""
        if self.different:
            return
        found = f"base and adapter give the same {counted(self.prompts, 'answer')}"
        fix = (
            "check that the runtime loads the adapter and the request names it, that the names of its modules are "
            "those of the base model, and that its weights are not zero"
        )
        raise GateError(Problem(f"adapter of {self.run}", found, "at least one different answer", fix))


def compare_answers(
    run: str, base: Mapping[str, str], adapter: Mapping[str, str], *, here: Mapping[str, str] | None = None
) -> AdapterCheck:
    """Compare answers by prompt; `here` are those of the adapter on this machine, where the others are served.

    White space around an answer does not count.
    """
    pairs = {key: (base[key].strip(), adapter[key].strip()) for key in base if key in adapter}
    different = [DifferentAnswer(key, *pair) for key, pair in pairs.items() if pair[0] != pair[1]]
    like_here: Measure = NOT_COMPARED
    if here is not None:
        same = sum(adapter[key].strip() == here[key].strip() for key in pairs if key in here)
        like_here = proportion(same, sum(key in here for key in pairs), "no answers of this machine")
    share = proportion(len(different), len(pairs), "no prompts")
    return AdapterCheck(run, len(pairs), len(different), share, like_here, different[:SHOWN_EXAMPLES])
