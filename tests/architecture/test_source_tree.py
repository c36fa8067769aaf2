"""The rules about shape find what breaks them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.source_tree import (
    SourceModule,
    class_names_twice,
    cli_options,
    import_graph,
    options_in,
    rings,
    sql_use,
    stems_twice,
    upward_imports,
    words_of,
)


def module(name: str, text: str) -> SourceModule:
    return SourceModule(name, Path(*name.split(".")).with_suffix(".py"), text)


def test_upward_imports_are_found() -> None:
    modules = [
        module("winnow.core.errors", "def f():\n    from winnow.cli import main\n"),
        module("winnow.cli.main", "from winnow.core import errors\n"),
        module("winnow.cli", ""),
        module("winnow.curation.a", "import winnow.generators.b\n"),
        module("winnow.generators.b", ""),
    ]
    assert upward_imports(import_graph(modules)) == [
        "winnow.core.errors -> winnow.cli.main",
        "winnow.curation.a -> winnow.generators.b",
    ]


def test_a_ring_of_deferred_imports_is_found() -> None:
    modules = [
        module("winnow.a", "def f():\n    from winnow.b import g\n"),
        module("winnow.b", "from winnow import c\n"),
        module("winnow.c", "from winnow.a import f\n"),
        module("winnow.d", "from winnow.a import f\nif TYPE_CHECKING:\n    from winnow.e import E\n"),
        module("winnow.e", "from winnow.d import f\n"),
    ]
    assert rings(import_graph(modules)) == [["winnow.a", "winnow.b", "winnow.c"]]
    assert len(rings(import_graph(modules, typing=True))) == 2


@pytest.mark.parametrize("text", ["import sqlalchemy as sa\n", "from sqlite3 import connect\n", "c.execute('x')\n"])
def test_sql_is_found_outside_its_places(text: str) -> None:
    assert sql_use(module("winnow.curation.ingest.add", text))
    assert not sql_use(module("winnow.curation.store.records", text))
    assert not sql_use(module("winnow.generators.llm.spend", text))


def test_options_are_found_in_strings_but_not_in_docstrings_or_arguments_of_other_programs() -> None:
    declared = cli_options([module("winnow.cli.add", "def add(*, group_column: str) -> None:\n    option('--json')\n")])
    assert declared == {"--json", "--group-column"}
    assert options_in(module("winnow.a", 'f"say --group-column {name}"\n'), declared) == ["say --group-column "]
    assert options_in(module("winnow.a", '"""Like --json."""\nx = "--jsonl"\n'), declared) == []
    assert options_in(module("winnow.a", 'import subprocess\nx = ["pip", "--json"]\n'), declared) == []
    assert options_in(module("winnow.a", 'x = ["pip", "--json"]\n'), declared) == ["--json"]


def test_names_used_twice_are_found() -> None:
    modules = [module("winnow.a.add", "class Same: ...\n"), module("winnow.b.add", "class Same: ...\nclass One: ...\n")]
    assert class_names_twice(modules) == {"Same": ["winnow.a.add", "winnow.b.add"]}
    assert stems_twice(modules) == {"add": ["winnow.a.add", "winnow.b.add"]}


def test_every_given_name_is_read_word_by_word() -> None:
    text = "import a as Till\nclass FrontDoor:\n    def mend_it(self, kin): self.desk = told = 1\nsaid(voice)\n"
    named = {word for name in module("winnow.morning", text).identifiers() for word in words_of(name)}
    assert named == {"morning", "till", "front", "door", "mend", "it", "self", "kin", "desk", "told"}
    assert words_of("HTTPServer_lists2") == ["http", "server", "lists"]


def test_lists_of_words_are_found_in_every_form() -> None:
    text = (
        "from typing import Literal\nA = ('x', 'y')\nB = Literal['y', 'x']\nC = {'x', 'y'}\n"
        "class D(StrEnum):\n    X = 'x'\n    Y = 'y'\nE = ('x', y)\n"
    )
    assert [values for _, values in module("winnow.a", text).string_lists()] == [frozenset({"x", "y"})] * 4
