"""Imports point one way: no import goes up, and none closes a ring, deferred imports included."""

from __future__ import annotations

from tests.architecture.source_tree import SourceModule, import_graph, rings, upward_imports


def test_imports_resolve_to_modules_of_the_product(modules: list[SourceModule]) -> None:
    graph = import_graph(modules)
    assert sum(map(len, graph.values())) > 1_000  # else the two tests below would prove nothing


def test_no_import_points_up(modules: list[SourceModule]) -> None:
    assert upward_imports(import_graph(modules)) == []


def test_no_imports_form_a_ring(modules: list[SourceModule]) -> None:
    assert rings(import_graph(modules)) == []
