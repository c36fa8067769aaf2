"""What only one part of the product may do: send SQL, know the command line, write down a list of words."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.architecture.source_tree import SourceModule, cli_options, options_in, sql_use

VOCABULARY = "winnow.core.vocabulary"


@pytest.mark.xfail(strict=False, reason="SQL is being moved into curation/store")
def test_sql_stays_in_the_store_and_the_spend_ledger(modules: list[SourceModule]) -> None:
    assert {module.name: used for module in modules if (used := sql_use(module))} == {}


@pytest.mark.xfail(strict=False, reason="messages still spell out options")
def test_only_the_command_line_knows_its_options(modules: list[SourceModule]) -> None:
    options = cli_options(modules)
    assert {"--strategy", "--json", "--origin"} <= options
    domain = [module for module in modules if not module.name.startswith("winnow.cli")]
    assert {module.name: spelled for module in domain if (spelled := options_in(module, options))} == {}


@pytest.mark.xfail(strict=False, reason="lists of words are being moved into winnow.core.vocabulary")
def test_every_enumeration_is_written_once(modules: list[SourceModule]) -> None:
    enumerations = set()
    places: dict[frozenset[str], list[str]] = defaultdict(list)
    for module in modules:
        for line, values in module.string_lists():
            places[values].append(f"{module.name}:{line}")
            if module.name == VOCABULARY:
                enumerations.add(values)
    assert len(enumerations) >= 5
    repeated = {values for values, found in places.items() if len(found) > 1}
    twice = {values for values in repeated if len(values) > 3 or (values in enumerations and len(values) > 1)}
    assert {", ".join(sorted(values)): places[values] for values in twice} == {}
