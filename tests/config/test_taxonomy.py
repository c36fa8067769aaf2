"""The file of suggestions: what is written is read back, every problem has its line, and merges make one label."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from winnow.config.taxonomy import (
    SuggestedLabel,
    SuggestionFigures,
    Taxonomy,
    accepted_labels,
    read_taxonomy,
    taxonomy_text,
)
from winnow.config.yaml_document import read_document
from winnow.core.errors import Problem, WinnowError

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)
NAMES = st.from_regex(r"[a-z: #'\"-]{0,5}[a-z]", fullmatch=True).map(str.strip)
FIGURES = st.builds(
    SuggestionFigures,
    queries=st.integers(0, 9),
    share=st.floats(0, 1),
    distinct=st.integers(0, 9),
    cohesion=st.floats(-1, 1),
    words=st.tuples(TEXTS),
    nearest=TEXTS,
)
SUGGESTIONS = st.builds(
    SuggestedLabel,
    name=NAMES,
    accept=st.booleans(),
    route=st.none() | NAMES,
    description=TEXTS,
    examples=st.lists(TEXTS, max_size=3).map(tuple),
    found=st.none() | FIGURES,
)


@settings(deadline=None, max_examples=40)
@given(st.builds(Taxonomy, source=TEXTS, unassigned=st.just(0.25), suggestions=st.lists(SUGGESTIONS).map(tuple)))
def test_what_is_written_is_read_back(taxonomy: Taxonomy) -> None:
    document = read_document(taxonomy_text(taxonomy), "taxonomy.yaml", otherwise=Problem("", "no mapping"))
    assert list(document.model_problems(Taxonomy)) == []
    assert Taxonomy.model_validate(document.raw) == taxonomy


def written(folder: Path, entries: str) -> Path:
    file = folder / "taxonomy.yaml"
    file.write_text(f"suggestions:\n{entries}", encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ("  - {name: a, acept: yes}\n", r"taxonomy.yaml:2: unknown key 'suggestions.0.acept'.*'accept'"),
        ("  - {name: a}\n  - {accept: yes}\n", r"taxonomy.yaml:3: key 'suggestions.1.name' is missing"),
        ("  - {name: 404, accept: yes}\n", r"put it in quotes"),
        (
            "  - {name: a}\n  - {name: b, merge_with: a}\n",
            r"taxonomy.yaml:3: 'a' is not accepted.*`accept: yes` at 'a'",
        ),
        ("  - {name: a, merge_with: a}\n", r"taxonomy.yaml:2: 'a' is merged with itself"),
        (
            "  - {name: alpha, accept: yes}\n  - {name: b, merge_with: alpah}\n",
            r"taxonomy.yaml:3: no suggestion and no label is called 'alpah'.*did you mean 'alpha'",
        ),
        (
            "  - {name: a, accept: yes}\n  - {name: b, merge_with: a}\n  - {name: c, merge_with: b}\n",
            r"taxonomy.yaml:4: 'b' is itself merged with 'a'.*`merge_with: a`",
        ),
    ],
)
def test_every_problem_has_its_line(entries: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=problem):
        read_taxonomy(written(tmp_path, entries), [])


@pytest.mark.parametrize("content", [b"- a", b"", b"\xff\xfe", b"a: [", b"&a [*a]"])
def test_no_file_is_a_traceback(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "taxonomy.yaml").write_bytes(content)
    for file in (tmp_path / "taxonomy.yaml", tmp_path / "absent.yaml", tmp_path):
        with pytest.raises(WinnowError):
            read_taxonomy(file, [])


def test_suggestions_make_labels_in_the_order_of_the_file(tmp_path: Path) -> None:
    figures = "{queries: 3, share: 0.1, distinct: 3, cohesion: 0.5}"
    entries = (
        f"  - {{name: b, merge_with: a, description: Second., examples: [two, one], found: {figures}}}\n"
        f"  - {{name: a, accept: yes, description: First., examples: [one], found: {figures}}}\n"
        "  - {name: c}\n"
        "  - {name: a, accept: yes, route: agent}\n"
        "  - {name: old, accept: yes}\n"
        "  - {name: d, accept: yes, merge_with: old}\n"
    )
    taxonomy = read_taxonomy(written(tmp_path, entries), ["old"])
    (found,), known = accepted_labels(taxonomy, ["old"])
    assert (found.label.name, found.label.route, found.queries, found.suggestions) == ("a", "agent", 6, 3)
    assert (found.label.examples, found.label.description) == (["one", "two"], "First. Second.")
    assert known == ["old"]
