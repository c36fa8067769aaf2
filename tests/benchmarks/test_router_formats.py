"""The parsers of other routers. WINNOW_TEST_PARSERS lists the Pythons that have them, separated by colons."""

from __future__ import annotations

import os

import pytest

from benchmarks.router_formats import FORMATS, ParsedFormat, parsed_formats
from winnow.workspace import Workspace

PARSERS = [python for python in os.environ.get("WINNOW_TEST_PARSERS", "").split(":") if python]


def test_another_order_of_labels_and_a_missing_example_are_differences() -> None:
    expected = {"a": ["one", "two"], "b": ["three"]}
    agree = ParsedFormat("parser 1", "rasa", {"examples": expected}, expected)
    other_order = ParsedFormat("parser 1", "rasa", {"examples": {"b": ["three"], "a": ["one", "two"]}}, expected)
    missing = ParsedFormat("parser 1", "rasa", {"examples": {"a": ["one"], "b": ["three"]}}, expected)
    refused = ParsedFormat("parser 1", "rasa", {"error": "no route"}, expected)
    assert [one.agrees for one in (agree, other_order, missing, refused)] == [True, False, False, False]


@pytest.mark.skipif(not PARSERS, reason="WINNOW_TEST_PARSERS is not set")
def test_the_parsers_read_every_example_with_its_label(frozen_example: Workspace) -> None:
    found = list(parsed_formats(frozen_example.release("first"), PARSERS))
    assert {one.format: one.found.get("error") for one in found if not one.agrees} == {}
    assert {one.format for one in found} == set(FORMATS)
