"""Rename or merge a label in winnow.yaml, keeping comments and layout."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from winnow.config.load import parse_task
from winnow.config.task import GOALS_BY_LABEL, Task
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE

PLAIN_SCALAR = re.compile(r"[A-Za-z_][A-Za-z0-9_./ -]*")
"""A name that can be written in YAML without quotes, provided that it parses back to the same string."""


def rename_label_in_text(text: str, task: Task, old: str, new: str) -> str:
    """The text of a task file with a label renamed or merged and everything else unchanged.

    Raises WinnowError when the edited text would not parse to exactly that task.
    """
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    edits = sorted(_edits(text, root, old, new, merge=new in task.label_names), reverse=True)
    for start, end, piece in edits:
        text = text[:start] + piece + text[end:]
    try:
        is_exact = parse_task(text) == rename_label_in_task(task, old, new)
    except WinnowError:
        is_exact = False
    if not is_exact:
        fix = f"rename {old!r} to {new!r} in {TASK_FILE} by hand, then run this command again"
        raise WinnowError(Problem(TASK_FILE, "a layout that cannot be edited safely", "one label per line", fix))
    return text


def rename_label_in_task(task: Task, old: str, new: str) -> Task:
    """The task with a label renamed, or merged into another, whose entry is then kept."""
    data = task.model_dump()
    if new in task.label_names:
        data["labels"] = [label for label in data["labels"] if label["name"] != old]
    swap = {old: new}
    for label in data["labels"]:
        label["name"] = swap.get(label["name"], label["name"])
        if label["near_miss"]:
            label["near_miss"]["label"] = swap.get(label["near_miss"]["label"], label["near_miss"]["label"])
    pairs = [tuple(swap.get(name, name) for name in pair) for pair in data["confusable"]]
    data["confusable"] = _distinct_pairs(pairs)
    data["fallback"] = swap.get(task.fallback or "", task.fallback)
    data["goals"] = _renamed_goals(task.goals, old, new)
    return Task.model_validate(data)


def _renamed_goals(goals: Mapping[str, float], old: str, new: str) -> dict[str, float]:
    """Goals under the label's new name; a goal that the new name already has is kept."""
    named = {f"{measure}.{old}": f"{measure}.{new}" for measure in GOALS_BY_LABEL}
    kept = {name: goal for name, goal in goals.items() if named.get(name) not in goals}
    return {named.get(name, name): goal for name, goal in kept.items()}


def _distinct_pairs(pairs: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Pairs of two different labels, each pair once in either order."""
    once = {frozenset(pair): pair for pair in reversed(pairs) if len(set(pair)) == 2}
    return [pair for pair in dict.fromkeys(pairs) if once.get(frozenset(pair)) == pair]


def _edits(text: str, root: Any, old: str, new: str, *, merge: bool) -> list[tuple[int, int, str]]:
    """Pieces of the text to replace: start, end, replacement."""
    keys = {key.value: value for key, value in root.value}
    written = new if PLAIN_SCALAR.fullmatch(new) and yaml.safe_load(new) == new else json.dumps(new, ensure_ascii=False)
    names = [keys["fallback"]] if "fallback" in keys else []
    edits = []
    for entry in keys["labels"].value:
        fields = {key.value: value for key, value in entry.value}
        if merge and fields["name"].value == old:
            edits.append((*_line_span(text, entry), ""))
            continue
        near_miss = {key.value: value for key, value in fields["near_miss"].value} if "near_miss" in fields else {}
        names += [node for node in (fields["name"], near_miss.get("label")) if node is not None]
    edits += [(n.start_mark.index, n.end_mark.index, written) for n in names if n.value == old]
    return edits + _pair_edits(keys.get("confusable"), old, new) + _goal_edits(keys.get("goals"), old, new)


def _goal_edits(node: Any, old: str, new: str) -> list[tuple[int, int, str]]:
    """The edit that rewrites all goals on one line if one of them changes."""
    goals = {key.value: float(value.value) for key, value in node.value} if isinstance(node, yaml.MappingNode) else {}
    kept = _renamed_goals(goals, old, new)
    if kept == goals:
        return []
    return [(node.start_mark.index, _end_of_last_scalar(node), json.dumps(kept, ensure_ascii=False))]


def _pair_edits(node: Any, old: str, new: str) -> list[tuple[int, int, str]]:
    """The edit that rewrites all confusable pairs on one line if one of them changes."""
    pairs = [tuple(name.value for name in pair.value) for pair in node.value] if node is not None else []
    if not any(old in pair for pair in pairs):
        return []
    kept = _distinct_pairs([tuple(new if name == old else name for name in pair) for pair in pairs])
    flow = json.dumps(kept, ensure_ascii=False)
    if not node.flow_style:
        return [(node.start_mark.index, node.end_mark.index, flow + "\n")]
    return [(node.start_mark.index, node.end_mark.index, flow)]


def _line_span(text: str, entry: Any) -> tuple[int, int]:
    """Start and end of the lines of one entry of a block sequence; comments after it belong to the next entry."""
    start = text.rfind("\n", 0, entry.start_mark.index) + 1
    end = text.find("\n", _end_of_last_scalar(entry))
    return start, len(text) if end < 0 else end + 1


def _end_of_last_scalar(node: Any) -> int:
    """End of the last scalar of a node: the end mark of a block node comes after the comments that follow it."""
    if isinstance(node, yaml.ScalarNode) or node.flow_style or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return _end_of_last_scalar(last[1] if isinstance(node, yaml.MappingNode) else last)
