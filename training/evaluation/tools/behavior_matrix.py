"""The confusion matrix of behaviors, folded to a size that can be read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from winnow.training.evaluation.tools.answer_counts import IN_TEXT
from winnow.training.evaluation.tools.answer_results import AnswerResult
from winnow.training.evaluation.tools.tool_facts import BehaviorMatrix
from winnow.validators.tools.behavior import TOOL_SEPARATOR, Behavior
from winnow.validators.tools.judge_answer import MALFORMED

MAX_TOOLS = 20
"""Tools with a class of their own: more do not fit on a page with readable names."""

SEVERAL_TOOLS = "several tools"
"""The class of calls of different tools in one answer."""

OTHER_TOOLS = "other tools"
"""The class of tools beyond MAX_TOOLS, and of those that are only called where they should not be."""


def behavior_matrix(results: Sequence[AnswerResult]) -> BehaviorMatrix:
    """Answers by expected and given class: tools by name, then behaviors, then what is neither."""
    expected = Counter(one.expected for one in results if _is_one_tool(one.expected))
    tools = sorted(expected, key=lambda tool: (-expected[tool], tool))[:MAX_TOOLS]
    pairs = Counter((_fold(one.expected, tools), _fold(one.behavior, tools)) for one in results)
    used = {name for pair in pairs for name in pair}
    classes = [name for name in (*sorted(tools), SEVERAL_TOOLS, OTHER_TOOLS, *Behavior, MALFORMED) if name in used]
    return BehaviorMatrix(classes=classes, counts=[[pairs[row, column] for column in classes] for row in classes])


def _is_one_tool(behavior: str) -> bool:
    return behavior not in IN_TEXT and behavior != MALFORMED and TOOL_SEPARATOR not in behavior


def _fold(behavior: str, tools: Sequence[str]) -> str:
    if behavior in tools or behavior in IN_TEXT or behavior == MALFORMED:
        return str(behavior)
    return SEVERAL_TOOLS if TOOL_SEPARATOR in behavior else OTHER_TOOLS
