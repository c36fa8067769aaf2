"""Append labels to winnow.yaml, keeping comments and layout."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import yaml

from winnow.config.load import parse_task
from winnow.config.one_line_yaml import one_line_scalar
from winnow.config.task import Label
from winnow.config.template import fallback_of
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE

NO_FALLBACK = "# fallback: NAME"
"""How the template says that there is none."""


def with_labels(text: str, labels: Sequence[Label]) -> str:
    """The text of a task file with further labels after its own, and everything else unchanged.

    A task without a fallback gets the first of them whose name says that it is one.
    Raises WinnowError, with the lines to paste, when the edited text would not parse to exactly that.
    """
    before = parse_task(text)
    fallback = before.fallback or fallback_of(label.name for label in labels)
    wanted = before.model_copy(update={"labels": [*before.labels, *labels], "fallback": fallback})
    try:
        edited = _edited(text, labels, fallback if before.fallback is None else None)
        is_exact = parse_task(edited) == wanted
    except WinnowError:
        is_exact = False
    if not is_exact:
        fix = "append these lines to `labels:` by hand:\n" + "\n".join(_entries(labels, "  "))
        raise WinnowError(Problem(TASK_FILE, "a layout that cannot be edited safely", "one label per entry", fix))
    return edited


def _edited(text: str, labels: Sequence[Label], fallback: str | None) -> str:
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    key, value = next(((key, value) for key, value in root.value if key.value == "labels"), (None, None))
    added = (
        [f"fallback: {one_line_scalar(fallback)}  # the out-of-scope label, guessed from its name"] if fallback else []
    )
    if key is None or value is None or not isinstance(value, yaml.SequenceNode):
        return text
    if not value.value:
        end = _end_of_line(text, value.end_mark.index)
        lines = ["labels:", *_entries(labels, "  "), *added]
        rest = text[end:]
        if added and rest.startswith(f"\n{NO_FALLBACK}"):
            rest = rest[_end_of_line(rest, 1) :]
        return text[: key.start_mark.index] + "\n".join(lines) + rest
    if value.flow_style:
        return text
    last = _end_of_line(text, _end_of_last(value))
    lines = [*_entries(labels, " " * value.start_mark.column), *added]
    return text[:last] + "\n" + "\n".join(lines) + text[last:]


def _entries(labels: Sequence[Label], indent: str) -> list[str]:
    """The lines of block entries, each with what its label has."""
    lines: list[str] = []
    for label in labels:
        lines.append(f"{indent}- name: {one_line_scalar(label.name)}")
        lines += [f"{indent}  route: {one_line_scalar(label.route)}"] if label.route else []
        lines += [f"{indent}  description: {one_line_scalar(label.description)}"] if label.description else []
        lines += [f"{indent}  examples:"] if label.examples else []
        lines += [f"{indent}    - {one_line_scalar(example)}" for example in label.examples]
    return lines


def _end_of_line(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _end_of_last(node: Any) -> int:
    """The end of the last scalar or flow collection of a node."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end_of_last(last[1] if isinstance(node, yaml.MappingNode) else last)
