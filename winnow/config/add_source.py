"""Add a section to `sources` in the text of a task file, keeping comments and layout."""

from __future__ import annotations

from typing import Any

import yaml

from winnow.config.load import parse_task
from winnow.config.source_options import SourceOptions
from winnow.core.errors import Problem, WinnowError
from winnow.core.layout import TASK_FILE


def section_lines(section: SourceOptions, *, indent: str) -> str:
    """A section as an entry of a list, one key a line."""
    stated = section.model_dump(exclude_defaults=True, mode="json")
    lines = yaml.safe_dump([stated], sort_keys=False, allow_unicode=True, width=10_000).splitlines()
    return "".join(f"{indent}{line}\n" for line in lines)


def add_source_to_text(text: str, section: SourceOptions) -> str:
    """The text with a section before the others, so that it holds for its files.

    Raises WinnowError where the layout of the file does not allow it.
    """
    before = parse_task(text).sources
    added = _with_entry(text, section)
    try:
        is_exact = added is not None and parse_task(added).sources == [section, *before]
    except WinnowError:
        is_exact = False
    if added is None or not is_exact:
        fix = f"add to `sources` by hand: {section_lines(section, indent='').strip()}"
        raise WinnowError(Problem(TASK_FILE, "`sources` cannot be edited safely", "one section an entry", fix))
    return added


def _with_entry(text: str, section: SourceOptions) -> str | None:
    """The text with one more entry; None where the list is written on one line."""
    root: Any = yaml.compose(text, Loader=yaml.SafeLoader)
    node = next((value for key, value in root.value if key.value == "sources"), None)
    if node is None:
        return text.rstrip("\n") + "\nsources:\n" + section_lines(section, indent="  ")
    if node.flow_style and not node.value:
        start, end = node.start_mark.index, node.end_mark.index
        return text[:start].rstrip(" ") + "\n" + section_lines(section, indent="  ").rstrip("\n") + text[end:]
    if node.flow_style:
        return None
    line = text.rfind("\n", 0, node.start_mark.index) + 1
    return text[:line] + section_lines(section, indent=" " * node.start_mark.column) + text[line:]
