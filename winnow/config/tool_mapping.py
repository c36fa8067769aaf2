"""The tool mapping: which tools of a foreign file are which tools of the task, and what their arguments are called."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, Field, JsonValue, ValidationError, model_validator

from winnow.config.section import Name, TaskSection
from winnow.config.yaml_document import YamlDocument, read_document
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem, WinnowError

MAPPING_EXAMPLE = "`tools:` with `FOREIGN_TOOL: {tool: OWN_TOOL}`"
"""What a mapping file holds, in short."""


def _is_json(value: JsonValue) -> JsonValue:
    """The value itself; NaN and infinity are no JSON."""
    json.dumps(value, allow_nan=False)
    return value


Constant = Annotated[JsonValue, AfterValidator(_is_json)]
"""A value of an argument."""


class MappedTool(TaskSection):
    """A foreign tool as a tool of the task. An argument that is not named keeps its name and its value."""

    tool: Name
    """The tool of the task that it is."""
    arguments: dict[Name, Name] = Field(default_factory=dict)
    """The task's name of an argument, by the foreign name; `filter.year` is `year` in the object `filter`."""
    values: dict[Name, dict[str, Constant]] = Field(default_factory=dict)
    """The task's value of an argument by the foreign value, for arguments by their name in the task."""
    set: dict[Name, Constant] = Field(default_factory=dict)
    """The value of arguments that the foreign tool lacks, by their name in the task."""
    drop: tuple[Name, ...] = ()
    """Foreign arguments that are left out of every call."""

    @model_validator(mode="before")
    @classmethod
    def _read_short_form(cls, given: object) -> object:
        """`foreign: own` where only the name differs."""
        return {"tool": given} if isinstance(given, str) else given


class ToolMapping(TaskSection):
    """Which foreign tools are which tools of the task."""

    tools: dict[Name, MappedTool]
    """The tools of the file, by their name there."""
    ignore: tuple[Name, ...] = ()
    """Tools of the file that are known to be none of the task: they are not offered, and not listed as unmapped."""

    def json_form(self) -> dict[str, Any]:
        """The mapping as JSON values, without what is empty: how a source stores it."""
        return self.model_dump(mode="json", exclude_defaults=True)


MappingCheck = Callable[[ToolMapping], Iterator[tuple[KeyPath, Problem]]]
"""What is wrong with a mapping for one task, by key."""


def read_tool_mapping(path: Path, check: MappingCheck) -> ToolMapping:
    """The mapping in a YAML file. Raises WinnowError with all problems, each with its line."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        found = error.strerror or str(error)
        raise WinnowError(Problem(str(path), found, "a file with a tool mapping", "check the path")) from None
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise WinnowError(Problem(str(path), found, "UTF-8 text", "save the file as UTF-8")) from None
    return parse_tool_mapping(text, path.name, check)


def parse_tool_mapping(text: str, name: str, check: MappingCheck) -> ToolMapping:
    """The mapping in a text. Problems refer to it by `name`; `check` finds those with the task."""
    otherwise = Problem(f"{name}:1", "not a mapping", MAPPING_EXAMPLE, "write `tools:` in the first line")
    document = read_document(text, name, otherwise=otherwise)
    document.raise_problems(_problems(document, check))
    return ToolMapping.model_validate(document.raw)


def checked_mapping(mapping: ToolMapping, where: str, check: MappingCheck) -> ToolMapping:
    """A mapping that was not read from a file. Raises WinnowError with all problems, each with its key."""
    problems = [*own_problems(mapping), *check(mapping)]
    if problems:
        located = (("".join(f".{part}" for part in key_path), one) for key_path, one in problems)
        raise WinnowError([Problem(f"{where}{key}", one.found, one.expected, one.fix) for key, one in located])
    return mapping


def _problems(document: YamlDocument, check: MappingCheck) -> Iterator[tuple[KeyPath, Problem]]:
    yield from document.model_problems(ToolMapping)
    readable = _readable_part(document.raw)
    if readable is not None:
        yield from own_problems(readable)
        yield from check(readable)


def _readable_part(raw: dict[str, Any]) -> ToolMapping | None:
    """The mapping of the tools that are well-formed, so that their problems with the task are reported, too."""
    tools = raw.get("tools")
    kept = {name: one for name, one in tools.items() if _is_readable(name, one)} if isinstance(tools, dict) else {}
    try:
        return ToolMapping.model_validate({"tools": kept, "ignore": raw.get("ignore", ())})
    except ValidationError:
        return ToolMapping.model_validate({"tools": kept})


def _is_readable(name: object, one: object) -> bool:
    try:
        ToolMapping.model_validate({"tools": {name: one}})
    except ValidationError:
        return False
    return True


def own_problems(mapping: ToolMapping) -> Iterator[tuple[KeyPath, Problem]]:
    """Statements of a mapping that contradict each other."""
    for place, name in enumerate(mapping.ignore):
        if name in mapping.tools:
            found = f"{name!r} is mapped to {mapping.tools[name].tool!r} and ignored"
            yield ("ignore", place), Problem("", found, "one of the two", "remove one")
    for name, one in mapping.tools.items():
        for place, argument in enumerate(one.drop):
            if argument in one.arguments:
                found = f"argument {argument!r} is dropped and called {one.arguments[argument]!r}"
                yield ("tools", name, "drop", place), Problem("", found, "one of the two", "remove one")
        for argument in one.set:
            if argument in one.arguments.values():
                found = f"argument {argument!r} has a constant, and a foreign argument is called so"
                yield ("tools", name, "set", argument), Problem("", found, "one of the two", "remove one")
