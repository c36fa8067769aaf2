"""Write the measured cosines of an embedding model into winnow.yaml, keeping comments and layout."""

from __future__ import annotations

import json
from typing import Any

import yaml

from winnow.config.embedder_options import EmbedderThresholds
from winnow.config.load import parse_task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE


def thresholds_line(thresholds: EmbedderThresholds) -> str:
    """The thresholds as they are written below `embedder` in winnow.yaml."""
    return f"thresholds: {json.dumps(thresholds.model_dump())}"


def with_thresholds(text: str, thresholds: EmbedderThresholds) -> str:
    """The text of a task file with the thresholds of its embedder, and everything else unchanged.

    Raises WinnowError when the edited text would not parse to exactly that.
    """
    edited = _edited(text, thresholds)
    try:
        before, after = parse_task(text), parse_task(edited)
        is_exact = after.embedder == before.embedder.model_copy(update={"thresholds": thresholds})
    except WinnowError:
        is_exact = False
    if not is_exact:
        fix = f"write `{thresholds_line(thresholds)}` below `embedder` in {TASK_FILE}"
        raise WinnowError(Problem(TASK_FILE, "a layout that cannot be edited safely", "`embedder` as a mapping", fix))
    return edited


def _edited(text: str, thresholds: EmbedderThresholds) -> str:
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    section = next((value for key, value in root.value if key.value == "embedder"), None)
    if not isinstance(section, yaml.MappingNode) or not section.value:
        return text
    for key, value in section.value:
        if key.value == "thresholds":
            last = value if value.flow_style else value.value[-1][1]
            return text[: key.start_mark.index] + thresholds_line(thresholds) + text[last.end_mark.index :]
    last = section.value[-1][1].end_mark.index
    if section.flow_style:
        return text[:last] + f", {thresholds_line(thresholds)}" + text[last:]
    indent = " " * section.value[0][0].start_mark.column
    return text[:last] + f"\n{indent}{thresholds_line(thresholds)}" + text[last:]
