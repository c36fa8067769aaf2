"""What is wrong with the content of a proposal by itself, for the kinds whose answers are more than a label."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from winnow.config.task import Task
from winnow.core.example import canonical_text, fold_key
from winnow.core.vocabulary import DropReason
from winnow.generators.proposal import Proposal
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.text import Drop
from winnow.validators.tools.grounding.finding import GroundingLevel
from winnow.validators.tools.grounding.ground import ground

UNREADABLE = (ValueError, KeyError, TypeError, AttributeError)
"""What a kind raises for a content that is not in its stored form, such as an answer of a model that broke it."""

UNGROUNDED_ARGUMENT = "ungrounded_argument"
"""A value of a call that nothing gives: not even a person could have known it."""


def dialogue_problem(one: Proposal, task: Task) -> Drop | None:
    """Why a proposed dialogue cannot be an example: its form, its calls, its label, or an invented argument."""
    try:
        parsed = TOOLS.parse(TOOLS.column_values(one.content), task)
    except UNREADABLE as error:
        return Drop(DropReason.MALFORMED_DIALOGUE, f"not the stored form of a dialogue: {error}")
    if isinstance(parsed, Drop):
        return parsed
    if parsed != one.content:
        return Drop(DropReason.MALFORMED_DIALOGUE, "not the stored form of a dialogue: it would be written differently")
    return _label_problem(one, task) or _ungrounded(one, task)


def _label_problem(one: Proposal, task: Task) -> Drop | None:
    target = TOOLS.target_of(one.content, one.label, task)
    if isinstance(target, Drop) or target == one.label:
        return target if isinstance(target, Drop) else None
    return Drop(DropReason.LABEL_CONTRADICTS_CONTENT, f"label {one.label!r}, but the dialogue shows {target!r}")


def _ungrounded(one: Proposal, task: Task) -> Drop | None:
    found = ground(dialogue_of(one.content), system_prompt=task.system_prompt_text)
    errors = [finding for finding in found if finding.level is GroundingLevel.ERROR]
    return Drop(UNGROUNDED_ARGUMENT, f"{errors[0].argument}: {errors[0].why}") if errors else None


PROPOSAL_PROBLEMS: Mapping[str, Callable[[Proposal, Task], Drop | None]] = {TOOLS.name: dialogue_problem}
"""By the name of the kind. What is wrong with a text is found when it is screened."""


def proposal_problem(one: Proposal, task: Task) -> Drop | None:
    """Why a proposal cannot be an example of the task, whatever the dataset holds; None where it can."""
    if one.problem is not None:
        return one.problem
    kind = kind_of(task)
    if one.label not in kind.targets(task) and not kind.is_other_target(one.label, task):
        return Drop(DropReason.UNKNOWN_LABEL, f"{one.label!r} is not a label of the task")
    check = PROPOSAL_PROBLEMS.get(kind.name)
    return check(one, task) if check else None


def column_values(kind: Kind, content: str) -> Mapping[str, str]:
    """The content as one value per column; nothing of one that cannot be read."""
    try:
        return kind.column_values(content)
    except UNREADABLE:
        return {}


def fold_key_of(kind: Kind, content: str) -> str:
    """The fold key of a content, and that of its letters where it cannot be read."""
    text = canonical_text(content)
    try:
        return kind.fold_key(text)
    except UNREADABLE:
        return fold_key(text)
