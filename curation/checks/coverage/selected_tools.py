"""Coverage of tools, behaviors and arguments by the dialogues of a checked selection."""

from __future__ import annotations

from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.selected_dialogues import labeled_dialogues
from winnow.validators.kinds.tools import TOOLS, dialogue_of, offered_by_task
from winnow.validators.tools.composition_lines import composition_lines
from winnow.validators.tools.dialogue_composition import measure_composition
from winnow.validators.tools.tool_coverage import ToolCoverage, measure_tool_coverage


def selected_tool_coverage(check: CheckResult) -> ToolCoverage | None:
    """What the dialogues that a release would hold cover; None for kinds without dialogues."""
    if check.task.kind != TOOLS.name:
        return None
    selected, tools, task = check.selected, offered_by_task(check.task), check.task
    contents = zip(selected["id"], selected["content"], strict=True)
    rows = labeled_dialogues(selected, {record: dialogue_of(content) for record, content in contents})
    found = measure_composition(rows, tools, task.confusable)
    return measure_tool_coverage(rows, tools, list(composition_lines(found, task.targets.composition)))
