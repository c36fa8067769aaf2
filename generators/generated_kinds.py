"""Which generators write examples of which kinds of tasks.

To add a kind to a generator, write what it generates and list the kind here.
"""

from __future__ import annotations

from collections.abc import Mapping

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.model_vocabulary import GeneratorName
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS

GENERATED_KINDS: Mapping[str, tuple[str, ...]] = {
    GeneratorName.EXAMPLES: (INTENTS.name,),
    GeneratorName.CONTRASTS: (INTENTS.name, TOOLS.name),
    GeneratorName.DIALOGUES: (TOOLS.name,),
    GeneratorName.NEGATIVES: (INTENTS.name,),
    GeneratorName.VARIATIONS: (INTENTS.name, TOOLS.name),
    GeneratorName.RULES: (TOOLS.name,),
}
"""The kinds of each generator."""


def generator_command(generator: str) -> str:
    """The command that runs a generator."""
    if generator == GeneratorName.RULES:
        return command(f"generate {GeneratorName.CONTRASTS}", by="rules")
    return command(f"generate {generator}")


def require_generated_kind(task: Task, generator: str) -> None:
    """Raises WinnowError when a generator does not write examples for tasks of this kind."""
    name, kinds = kind_of(task).name, GENERATED_KINDS[generator]
    if name in kinds:
        return
    others = [one for one, its_kinds in GENERATED_KINDS.items() if name in its_kinds]
    fix = f"use {' or '.join(f'`{generator_command(one)}`' for one in others)}" if others else "add examples from files"
    expected = f"a kind that {generator} are generated for: {', '.join(kinds)}"
    raise WinnowError(Problem(TASK_FILE, f"kind: {name}", expected, fix))
