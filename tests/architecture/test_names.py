"""Names: each class once, each file name once, no metaphors."""

from __future__ import annotations

from tests.architecture.source_tree import SourceModule, class_names_twice, stems_twice, words_of

SHARED_STEMS = set(
    "add answer check compare deploy evaluate export forget freeze label_errors rename retract verify waive".split()
)
"""An operation may be named as the module that it calls: `winnow.operations.add`, `winnow.curation.ingest.add`.
`answer` is what a call format writes and, in `winnow.training.answering`, what a run is asked for."""
METAPHORS = frozenset(
    """
    room rooms door doors desk desks workshop workshops till tills books voice voices rival rivals kin torn mend mends
    mended morning handbook sighting sightings family families licence licences fate fates told said hole holes
    suspect suspects mistake mistakes reserve
    """.split()
)
"""Words of older code for which the field has its own; docs/glossary.md."""
ALLOWED = {("winnow.generators.llm.spend.spend_ledger", "reserve")}
"""Money may be reserved; a split is assigned."""


def test_no_class_name_is_used_twice(modules: list[SourceModule]) -> None:
    assert sum(1 for module in modules for _ in module.classes()) > 200
    assert class_names_twice(modules) == {}


def test_hardly_a_file_name_is_used_twice(modules: list[SourceModule]) -> None:
    twice = stems_twice(modules)
    assert {stem: places for stem, places in twice.items() if stem not in SHARED_STEMS} == {}
    beyond_pairs = {stem: places for stem, places in twice.items() if len(places) > 2}
    assert beyond_pairs == {}


def test_identifiers_hold_no_metaphors(modules: list[SourceModule]) -> None:
    found = {
        f"{module.name}: {name}"
        for module in modules
        for name in module.identifiers()
        if not METAPHORS.isdisjoint(words_of(name)) and (module.name, name) not in ALLOWED
    }
    assert sorted(found) == []
