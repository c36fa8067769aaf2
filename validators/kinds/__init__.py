"""The kinds of tasks, one file each; KINDS lists them by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from winnow.config.cross_checks import unknown_kind
from winnow.config.task import Label, Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE
from winnow.core.suggest import suggestion
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.kind import Kind
from winnow.validators.kinds.tools import TOOLS, offered_by_task

KINDS: dict[str, Kind] = {kind.name: kind for kind in (INTENTS, TOOLS)}
"""Every kind by its name. A new kind is one file and one entry here."""


def kind_of(task: Task) -> Kind:
    """The kind of a task. Raises WinnowError for one that this version does not handle."""
    if task.kind not in KINDS:
        raise WinnowError(replace(unknown_kind(task.kind, list(KINDS)), where=TASK_FILE))
    return KINDS[task.kind]


def with_known_tools(task: Task) -> Task:
    """The task itself. Raises WinnowError with every unknown name of a tool in it, and every tool that is in no role.

    Pairs and goals name tools or behaviors, and only tools are held out. Only for tasks with a file of tools: the names
    of other tasks are checked with their labels.
    """
    if task.kind != TOOLS.name or not task.tools:
        return task
    tools, targets = [tool.name for tool in offered_by_task(task)], kind_of(task).targets(task)
    pairs = [name for pair in task.confusable for name in pair]
    in_goals = [name.partition(".")[2] for name in task.goals if "." in name]
    tool_or_behavior = f"a tool in {task.tools} or a behavior"
    problems = [
        *_unknown_tools("confusable", pairs, targets, tool_or_behavior, task),
        *_unknown_tools("goals", in_goals, targets, tool_or_behavior, task),
        *_unknown_tools("splits.hold_out_tools", task.splits.hold_out_tools, tools, f"a tool in {task.tools}", task),
        *_role_tool_problems(task, tools),
    ]
    if problems:
        raise WinnowError(problems)
    return task


def _role_tool_problems(task: Task, tools: Sequence[str]) -> Iterator[Problem]:
    """Unknown tools of roles, and tools that none of the roles offers: no adapter would learn them."""
    for role in task.roles:
        yield from _unknown_tools(f"roles.{role.name}", role.tools, tools, f"a tool in {task.tools}", task)
    offered = {name for role in task.roles for name in role.tools}
    for name in tools if task.roles else ():
        if name not in offered:
            fix = f"add it to the tools of a role, or remove it from {task.tools}"
            yield Problem(f"{TASK_FILE}: roles", f"tool {name!r} is in no role", "each tool in a role", fix)


def _unknown_tools(
    key: str, names: Sequence[str], known: Sequence[str], expected: str, task: Task
) -> Iterator[Problem]:
    for name in names:
        if name not in known:
            fix = suggestion(name, known, f"add it to {task.tools}, or remove it here")
            yield Problem(f"{TASK_FILE}: {key}", f"unknown tool {name!r}", expected, fix)


def required_keys() -> dict[str, tuple[str, ...]]:
    """Every kind, with the keys that its task files must have."""
    return {name: kind.required_keys for name, kind in KINDS.items()}


def allowed_targets(task: Task, found: Iterable[str]) -> list[str]:
    """Every target in the order of the class ids: the listed ones, then others of `found` that are targets, sorted."""
    kind = kind_of(task)
    listed = kind.targets(task)
    return [*listed, *sorted(name for name in {*found} - {*listed} if kind.is_other_target(name, task))]


def target_labels(task: Task) -> list[Label]:
    """Every target with its definition, in the order of the class ids.

    One that the task file does not define has only its name.
    """
    defined = {label.name: label for label in task.labels}
    return [defined.get(name) or Label(name=name) for name in kind_of(task).targets(task)]
