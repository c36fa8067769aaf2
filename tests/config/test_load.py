from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.paths import EXAMPLE
from winnow.config.load import parse_task, read_task
from winnow.config.overrides import with_overrides
from winnow.config.template import intents_task
from winnow.core.errors import WinnowError
from winnow.core.facet_values import BUILT_IN_FACETS
from winnow.validators.kinds import required_keys

BROKEN = """\
name: x
kind: intentz
lables: []
labels:
  - name: a
    rout: b
  - name: a
    near_miss: {text: q, label: zz}
fallback: c
confusable: [[a, bb]]
splits: {validation: 0.5, test: 0.9}
targets: {fallback_share: [0.5, 0.1]}
gates: {leakage: {cosin: 1}}
targets: {}
goals: {acuracy: 0.9, recall.a: 0.9, recall.bb: 0.9, out_of_scope_recall: 0.9}
"""


def test_every_problem_comes_at_once_with_its_line() -> None:
    with pytest.raises(WinnowError) as caught:
        parse_task(BROKEN, kinds=required_keys())
    found = [str(problem) for problem in caught.value.problems]
    expected = {
        2: "kind: intentz; .*did you mean 'intents'",
        3: "unknown key 'lables'; .*did you mean 'labels'",
        6: "unknown key 'labels.0.rout'; .*did you mean 'route'",
        7: "label 'a' occurs twice",
        8: "unknown label 'zz'",
        9: "unknown label 'c'",
        10: "unknown label 'bb'",
        11: "less than or equal to 0.5",
        13: "did you mean 'cosine'",
        14: "key 'targets' occurs 2 times",
        15: "unknown goal 'acuracy'; .*did you mean 'accuracy'",
    }
    for line, pattern in expected.items():
        assert any(re.match(rf"winnow\.yaml:{line}: .*{pattern}", problem) for problem in found), (line, found)
    lines = [int(problem.split(":")[1]) for problem in found]
    assert lines == sorted(lines)


def test_a_goal_names_a_measure_and_a_label_that_is_there() -> None:
    head = "name: t\nkind: intents\nlabels: [{name: a}, {name: b.c}]\n"
    goals = "goals: {accuracy: 0.9, macro_f1: 0.8, recall.a: 1, precision.b.c: 0.5}\n"
    assert parse_task(head + goals).goals["precision.b.c"] == 0.5
    for bad, why in (
        ("recall.b: 1", "unknown goal 'recall.b'"),
        ("out_of_scope_recall: 0.9", "a task with a `fallback`"),
    ):
        with pytest.raises(WinnowError, match=re.escape(why)):
            parse_task(f"{head}goals: {{{bad}}}\n")


@pytest.mark.parametrize("text", [intents_task("a: b"), (EXAMPLE / "winnow.yaml").read_text()])
def test_templates_and_example_pass_their_own_validation(text: str) -> None:
    assert parse_task(text).name


label_names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=30)


@given(st.dictionaries(label_names, st.none() | label_names, min_size=1, max_size=8))
def test_labels_taken_from_data_come_back_as_they_were(routes: dict[str, str | None]) -> None:
    # "no", "1.0", "- x" and "a: b" are labels too: YAML must not turn them into something else.
    task = parse_task(intents_task("t", routes=routes))
    assert task.routes == routes


@pytest.mark.parametrize(
    "text",
    ["", "- a", "name: [", "{}", "name: x\nkind: intents\n", "\x00", "a: &a [*a]", "name: 2020-13-45", "[" * 5000],
)
def test_a_file_that_is_no_task_is_a_clear_error(text: str) -> None:
    with pytest.raises(WinnowError) as caught:
        parse_task(text, kinds=required_keys())
    assert str(caught.value).startswith("winnow.yaml")


def test_what_if_changes_one_threshold_and_nothing_else() -> None:
    task = read_task(EXAMPLE / "winnow.yaml")
    assert with_overrides(task, ["leakage.cosine=0.9"]).gates.leakage.cosine == 0.9
    assert with_overrides(task, ["leakage=0.5"]).gates.leakage.share_max == 0.5
    assert with_overrides(task, ["synthetic_share=0.1"]).targets.synthetic_share_max == 0.1
    assert with_overrides(task, []) == task
    for bad in ("leakage.cosin=1", "leakage=much", "leakage.cosine=7", "nothing"):
        with pytest.raises(WinnowError, match=r"^settings: "):
            with_overrides(task, [bad])


def test_every_gate_with_a_threshold_can_be_asked_what_if() -> None:
    task = parse_task("name: t\nkind: intents\nlabels: [{name: a}]\n")
    asked = with_overrides(
        task, ["fallback_share=0,0.2", "mix.human=0.1,1", "licenses=unknown, own", "traffic_coverage=0.5"]
    )
    assert asked.targets.fallback_share == (0.0, 0.2)
    assert asked.targets.mix == {"human": (0.1, 1.0)}
    assert asked.licenses.allow == ["unknown", "own"]
    assert asked.gates.traffic_coverage.share_min == 0.5
    for setting in (
        "fallback_share=0.2",
        "mix.human=x,y",
        "leakage=0.1,0.2",
        "leakage=",
        "mix.robots=0,1",
        "leakage=7",
    ):
        with pytest.raises(WinnowError, match=r"^settings: "):
            with_overrides(task, [setting])


@pytest.mark.parametrize("name", [*BUILT_IN_FACETS, "slot.device", "slot.other"])
def test_an_own_facet_cannot_replace_another_facet(name: str) -> None:
    base = "name: t\nkind: intents\nlabels: [{name: a}]\nslots: {device: [laptop]}\n"
    with pytest.raises(WinnowError, match=re.escape(f"'{name}' is a built-in facet")):
        parse_task(f"{base}facets: {{{name}: facets.py:own}}\n")
    assert parse_task(f"{base}facets: {{own_{name}: facets.py:own}}\n").facets


def test_a_missing_task_file_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"winnow\.init"):
        read_task(tmp_path / "winnow.yaml")


def test_facets_of_dialogues_are_built_in_for_the_kind_tools_only() -> None:
    targets = "targets: {facets: {turns: {two: 0.1}}}\n"
    assert parse_task(f"name: t\nkind: tools\n{targets}").targets.facets == {"turns": {"two": 0.1}}
    for text in (
        f"name: t\nkind: intents\n{targets}",
        "name: t\nkind: tools\ntargets: {facets: {turns: {many: 0.1}}}\n",
        "name: t\nkind: tools\nfacets: {turns: facets.py:turns}\n",
    ):
        with pytest.raises(WinnowError, match="turns"):
            parse_task(text)
    assert parse_task("name: t\nkind: intents\nfacets: {turns: facets.py:turns}\n").facets
