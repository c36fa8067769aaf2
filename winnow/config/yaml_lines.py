"""Lines of keys, repeated keys and alias expansion in a YAML document."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import yaml

from winnow.core.errors import Problem

MAX_VALUES = 1_000_000
"""Maximum number of values in a task file."""

KeyPath = tuple[str | int, ...]


def expanded_size(node: yaml.Node, known: dict[int, int]) -> int:
    """Number of values in a node with every alias expanded; above MAX_VALUES for a node that contains itself."""
    if isinstance(node, yaml.ScalarNode):
        return 1
    if id(node) not in known:
        known[id(node)] = MAX_VALUES + 1  # until it is counted: an alias to it here is a cycle
        parts = [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
        known[id(node)] = 1 + sum(expanded_size(part, known) for part in parts)
    return known[id(node)]


def key_lines(node: yaml.Node, key_path: KeyPath = ()) -> Iterator[tuple[KeyPath, int]]:
    """The line of every key and value."""
    yield key_path, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*key_path, str(key.value))
            yield from key_lines(value, inner)
            yield inner, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from key_lines(value, (*key_path, index))


def line_of(lines: Mapping[KeyPath, int], key_path: KeyPath) -> int:
    """The line of a key, or of the closest enclosing key that has one."""
    while key_path and key_path not in lines:
        key_path = key_path[:-1]
    return lines.get(key_path, 1)


def repeated_keys(node: yaml.Node, key_path: KeyPath = ()) -> Iterator[tuple[KeyPath, Problem]]:
    """A problem for every key that occurs more than once."""
    if isinstance(node, yaml.MappingNode):
        counts = Counter(str(key.value) for key, _ in node.value)
        for key, count in counts.items():
            if count > 1:
                yield (
                    (*key_path, key),
                    Problem("", f"key {key!r} occurs {count} times", "each key once", "keep one"),
                )
        for key, value in node.value:
            yield from repeated_keys(value, (*key_path, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from repeated_keys(value, (*key_path, index))
