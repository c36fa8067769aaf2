"""What a model reads before the turns of a dialogue: the system prompt of the task and the tools that are offered.

Checks of a chat template, training and serving take it from here, so that a model is used as it was trained.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.validators.tools.call_formats import CALL_FORMATS
from winnow.validators.tools.dialogue import Dialogue, Tool
from winnow.validators.tools.held_out_tools import offered_in_prompt
from winnow.validators.tools.signatures import signatures

TOOLS_PLACEHOLDER = "{tools}"
"""Where a system prompt has the documentation of the tools."""


@dataclass(frozen=True)
class Prompt:
    """What stands before the turns of a dialogue."""

    system: str
    """The content of the system message; empty if there is none."""
    tools: tuple[Tool, ...] = ()
    """The tools that a chat template gets and presents itself; none where calls are text."""


def prompt_of(dialogue: Dialogue, task: Task, split: str) -> Prompt:
    """The prompt of a dialogue in a split.

    Where calls are text, the tools are documented in the system message, unless the task says that its system prompt
    does so already (`tools_in_prompt: false`). In `openai_tool_calls` the chat template presents them.
    """
    offered, text = offered_in_prompt(dialogue, task, split), task.system_prompt_text
    if not CALL_FORMATS[task.call_format].in_text:
        return Prompt(with_tools(text, ""), offered)
    return Prompt(with_tools(text, signatures(offered) if task.tools_in_prompt else ""))


def with_tools(system_prompt: str, documentation: str) -> str:
    """A system prompt with the documentation of tools, which may be empty.

    It takes the place of TOOLS_PLACEHOLDER or, without one, follows after a blank line. Where an empty one takes its
    place, one blank line is left of several.
    """
    if TOOLS_PLACEHOLDER in system_prompt:
        written = system_prompt.replace(TOOLS_PLACEHOLDER, documentation)
        return written if documentation else re.sub(r"\n{3,}", "\n\n", written).strip("\n")
    if not documentation:
        return system_prompt
    return "\n\n".join(filter(None, (system_prompt.rstrip("\n"), documentation)))
