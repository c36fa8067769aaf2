"""A mapping file with everything wrong at once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.tool_mappings import MAPPING, OWN_TOOLS
from winnow.config.tool_mapping import ToolMapping, checked_mapping, parse_tool_mapping, read_tool_mapping
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem, WinnowError
from winnow.validators.tools.mapping_faults import mapping_faults


def faults(one: ToolMapping) -> Iterator[tuple[KeyPath, Problem]]:
    return mapping_faults(one, list(OWN_TOOLS.values()))


BROKEN = """\
tools:
  a: book_tabel
  b:
    tool: find_film
    arguments: {name: titel}
    argument: {x: y}
  c:
    arguments: {x: y}
  reserve:
    tool: book_table
    arguments: {when: when.hour, page: people}
    values:
      area: {patio: outsid}
      people: {two: 2, 3: 3}
      place: {x: y}
    set: {people: few, currency: EUR, wen: x}
    drop: [page]
  d:
    tool: book_table
    values: {people: {two: "2"}}
    set: {currency: 2024-01-01}
  d: find_film
ignore: [a]
"""


def test_every_problem_comes_at_once_with_its_line() -> None:
    with pytest.raises(WinnowError) as caught:
        parse_tool_mapping(BROKEN, "m.yaml", faults)
    found = [str(problem) for problem in caught.value.problems]
    expected = [
        (2, "unknown tool 'book_tabel'; .*did you mean 'book_table'"),
        (6, "unknown key 'tools.b.argument'; .*did you mean 'arguments'"),
        (7, "key 'tools.c.tool' is missing"),
        (14, "tools.reserve.values.people.3.* is 3; .*put it in quotes"),
        (22, "key 'd' occurs 2 times"),
        (23, "'a' is mapped to 'book_tabel' and ignored"),
    ]
    for line, pattern in expected:
        assert any(re.match(rf"m\.yaml:{line}: .*{pattern}", one) for one in found), (line, found)
    lines = [int(problem.split(":")[1]) for problem in found]
    assert lines == sorted(lines)


WRONG_VALUES = """\
tools:
  b: {tool: find_film, arguments: {name: titel}}
  reserve:
    tool: book_table
    arguments: {when: when.hour, page: people}
    values:
      area: {patio: outsid}
      people: {two: "2"}
      place: {x: y}
    set: {people: few, currency: EUR, wen: x}
    drop: [page]
"""


def test_names_and_values_are_compared_with_the_schema_of_the_task() -> None:
    with pytest.raises(WinnowError) as caught:
        parse_tool_mapping(WRONG_VALUES, "m.yaml", faults)
    found = [str(problem) for problem in caught.value.problems]
    expected = [
        (2, "unknown argument 'titel'; .*did you mean 'title'"),
        (5, "unknown argument 'when.hour'; expected: of tool 'book_table': day, time"),
        (7, "argument 'area' of 'book_table': \"outsid\"; expected: .*inside"),
        (8, "argument 'people' of 'book_table': \"2\"; expected: an integer"),
        (9, "unknown argument 'place'"),
        (10, "argument 'people' has a constant, and a foreign argument is called so"),
        (10, "argument 'people' of 'book_table': \"few\"; expected: an integer"),
        (10, "unknown argument 'wen'; .*did you mean 'when'"),
        (11, "argument 'page' is dropped and called 'people'"),
    ]
    for line, pattern in expected:
        assert any(re.match(rf"m\.yaml:{line}: {pattern}", one) for one in found), (line, found)
    assert len(found) == len(expected), found


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "m.yaml:1: not a mapping"),
        ("tools: [", "m.yaml:1: not valid YAML"),
        ("tools: [a]", "m.yaml:1: tools is ['a']"),
        ("tools: {a: {tool: book_table, set: {currency: 2024-01-01}}}", "m.yaml:1: tools.a.set.currency"),
        ("tools: {a: {tool: book_table, set: {currency: .nan}}}", "m.yaml:1: tools.a.set.currency is nan"),
        ("tools: {1: book_table}", "put it in quotes"),
        ("ignore: x", "m.yaml:1: ignore is 'x'"),
    ],
)
def test_what_is_no_mapping_is_a_sentence(text: str, problem: str) -> None:
    with pytest.raises(WinnowError) as caught:
        parse_tool_mapping(text, "m.yaml", faults)
    assert problem in "\n".join(map(str, caught.value.problems))


def test_a_mapping_is_read_from_a_file_and_from_values(tmp_path: Path) -> None:
    file = tmp_path / "m.yaml"
    file.write_text("tools:\n  a: find_film\nignore: [b]\n")
    found = read_tool_mapping(file, faults)
    assert found == ToolMapping.model_validate({"tools": {"a": {"tool": "find_film"}}, "ignore": ["b"]})
    assert ToolMapping.model_validate(found.json_form()) == found
    with pytest.raises(WinnowError, match=r"No such file"):
        read_tool_mapping(tmp_path / "other.yaml", faults)
    full = ToolMapping.model_validate(MAPPING)
    assert checked_mapping(full, "tool_mapping", faults) == full
    with pytest.raises(WinnowError, match=r"tool_mapping.tools.a.tool: unknown tool 'x'"):
        checked_mapping(ToolMapping.model_validate({"tools": {"a": "x"}}), "tool_mapping", faults)
