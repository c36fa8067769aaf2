"""What only one part of the product may do: send SQL, know the command line, compute hashes."""

from __future__ import annotations

import re

from tests.architecture.source_tree import SourceModule, cli_options, command_lines_in, options_in, sql_use

REFERS_TO_THE_COMMAND_LINE = re.compile(r"same command|the command again|command continues|run it again")
"""What a message says that makes no sense to somebody who called the Python API."""

WRITES_COMMAND_LINES = {"winnow.config.template"}
"""The comments of a new winnow.yaml, which are read in an editor and never in an exception."""


def test_sql_stays_in_the_store_and_the_spend_ledger(modules: list[SourceModule]) -> None:
    assert {module.name: used for module in modules if (used := sql_use(module))} == {}


def test_only_the_command_line_knows_its_options(modules: list[SourceModule]) -> None:
    options = cli_options(modules)
    assert {"--strategy", "--json", "--origin"} <= options
    domain = [module for module in modules if not module.name.startswith("winnow.cli")]
    assert {module.name: spelled for module in domain if (spelled := options_in(module, options))} == {}


def test_recommended_commands_are_made_by_one_function(modules: list[SourceModule]) -> None:
    """Then an exception can show the call of the Python API instead."""
    domain = [module for module in modules if not module.name.startswith("winnow.cli")]
    assert {module.name for module in domain if command_lines_in(module)} == WRITES_COMMAND_LINES


def test_messages_of_the_domain_do_not_refer_to_a_command_line(modules: list[SourceModule]) -> None:
    domain = [module for module in modules if not module.name.startswith("winnow.cli")]
    texts = [(module.name, node.value) for module in domain for node in module.strings()]
    assert [(name, text) for name, text in texts if REFERS_TO_THE_COMMAND_LINE.search(text)] == []


def test_only_one_module_computes_hashes(modules: list[SourceModule]) -> None:
    computing = {module.name for module in modules if not {"hashlib", "hmac"}.isdisjoint(module.imports())}
    assert computing == {"winnow.core.hashing"}
