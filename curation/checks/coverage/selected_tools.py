"""Coverage of tools, behaviors and arguments by the dialogues of a checked selection."""

from __future__ import annotations

from winnow.curation.checks.check import CheckResult
from winnow.curation.checks.gates.composition import selected_composition
from winnow.validators.kinds.tools import TOOLS, dialogue_of, offered_by_task
from winnow.validators.tools.composition_lines import composition_lines
from winnow.validators.tools.tool_coverage import SelectedDialogue, ToolCoverage, measure_tool_coverage


def selected_tool_coverage(check: CheckResult) -> ToolCoverage | None:
    """What the dialogues that a release would hold cover; None for kinds without dialogues."""
    if check.task.kind != TOOLS.name:
        return None
    rows = check.selected
    dialogues = {record: dialogue_of(content) for record, content in zip(rows["id"], rows["content"], strict=True)}
    found = selected_composition(rows, dialogues, check.task)
    columns = zip(rows["id"], rows["label"], rows["group"], rows["split"], strict=True)
    selected = [SelectedDialogue(dialogues[record], *facts) for record, *facts in columns]
    lines = list(composition_lines(found, check.task.targets.composition))
    return measure_tool_coverage(selected, offered_by_task(check.task), lines)
