"""The commands that are recommended where examples are missing: of a generator that writes examples of the kind."""

from __future__ import annotations

from collections.abc import Sequence

from winnow.core.commands import command
from winnow.core.model_vocabulary import GeneratorName
from winnow.generators.generated_kinds import GENERATED_KINDS, generator_command
from winnow.validators.kinds.kind import Kind
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue_composition import NO_CALL_KINDS


def is_generated(kind: Kind, generator: str) -> bool:
    """Whether a generator writes examples of this kind."""
    return kind.name in GENERATED_KINDS.get(generator, ())


def more_examples(kind: Kind, target: str = "") -> str:
    """The command that has examples written, of one target if it is given; adding a file where nothing is generated."""
    if is_generated(kind, GeneratorName.EXAMPLES):
        return command("generate examples", label=target) if target else command("generate examples")
    if is_generated(kind, GeneratorName.DIALOGUES) and target != Behavior.GENERAL:
        parts = kind.target_parts(target) if target else ()
        behaviors = [one for one in parts if one in [*NO_CALL_KINDS]]
        return command("generate dialogues", tool=_without(parts, behaviors), behavior=behaviors)
    return command("add", "FILE")


def more_without_model(kind: Kind) -> str:
    """The command that has examples written by rule; as `more_examples` where no rule does."""
    for generator in (GeneratorName.VARIATIONS, GeneratorName.RULES):
        if is_generated(kind, generator):
            return generator_command(generator)
    return more_examples(kind)


def more_contrasts(kind: Kind, first: str, second: str) -> str:
    """The command that has pairs written that differ little; as `more_examples` where no generator does."""
    listed = all(len(kind.target_parts(one)) == 1 for one in (first, second))
    if listed and is_generated(kind, GeneratorName.CONTRASTS):
        return command("generate contrasts", pair=f"{first},{second}")
    return more_examples(kind)


def _without(parts: Sequence[str], some: Sequence[str]) -> list[str]:
    return [one for one in parts if one not in some]
