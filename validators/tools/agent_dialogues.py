"""Which dialogues belong to a role of a task, and what they are for it: only its tools are offered."""

from __future__ import annotations

from dataclasses import replace

from winnow.config.agent_roles import AgentRole
from winnow.config.task import Task
from winnow.core.choices import check_choice
from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.validators.tools.behavior import Behavior
from winnow.validators.tools.dialogue import Dialogue
from winnow.validators.tools.held_out_tools import called_tools


def task_of_role(task: Task, name: str | None) -> Task:
    """The task reduced to the role of this name; the task itself without a name."""
    role = None if name is None else required_role(task, name)
    return task if role is None else task.of_role(role)


def required_role(task: Task, name: str | None) -> AgentRole | None:
    """The role of this name; None for a task without roles.

    Raises WinnowError when the task has roles and none is named, or the named one is none of them.
    """
    names = [role.name for role in task.roles]
    if name is None:
        if names:
            raise WinnowError(
                Problem(Parameter("role"), "no role is named", f"one of {', '.join(names)}", "name the role")
            )
        return None
    if not names:
        raise WinnowError(Problem(Parameter("role"), f"role {name!r}", "a task with `roles`", "leave the role out"))
    return next(role for role in task.roles if role.name == check_choice("role", name, names))


def dialogue_of_role(dialogue: Dialogue, label: str, role: AgentRole) -> Dialogue | None:
    """The dialogue as the role has it, with only its tools; None if it does not belong to the role.

    One that calls tools belongs to every role that has all of them. One without a call belongs to every role, because a
    request that no tool of the task serves is served by no tool of the role either; except a question for a missing
    value: the tool that needs it may be another role's, unless the role has every tool that is offered. One that offers
    only tools of other roles belongs to those.
    """
    called, own = called_tools(dialogue), frozenset(role.tools)
    if not called <= own:
        return None
    offered = tuple(tool for tool in dialogue.tools if tool.name in own)
    asks = not called and label == Behavior.ASK
    if (asks and len(offered) < len(dialogue.tools)) or (dialogue.tools and not offered):
        return None
    return replace(dialogue, tools=offered)
