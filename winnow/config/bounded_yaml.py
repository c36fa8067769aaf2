"""YAML whose aliases do not expand to more values than anybody writes: a short file can hold billions of them."""

from __future__ import annotations

from typing import Any

import yaml

from winnow.config.yaml_lines import MAX_VALUES, expanded_size

TOO_MANY = "aliases that expand to more than a million values"


def compose_bounded(text: str) -> yaml.Node | None:
    """The document as nodes; None for an empty one.

    Raises YAMLError for what is no YAML or has too many aliases, and RecursionError where it is nested too deeply.
    Text without aliases has fewer values than characters, and is never refused.
    """
    root: yaml.Node | None = yaml.compose(text, Loader=yaml.SafeLoader)
    if root is not None and expanded_size(root, {}) > max(MAX_VALUES, len(text)):
        raise yaml.MarkedYAMLError(problem=TOO_MANY, problem_mark=root.start_mark)
    return root


def load_bounded(text: str) -> Any:
    """The document as plain values. Raises the errors of `compose_bounded`, and ValueError for a date that is none."""
    compose_bounded(text)
    return yaml.safe_load(text)
