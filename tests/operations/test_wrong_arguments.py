"""Every method of the Python API refuses an argument of the wrong type by name, before it does anything."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import winnow
from winnow.core.errors import WinnowError
from winnow.core.layout import WorkspaceFolder
from winnow.curation.io.readers.columns import Columns
from winnow.curation.store.sources import GenerationBatch
from winnow.generators.generation_request import GenerationRequest
from winnow.operations._context import WorkspaceContext
from winnow.workspace import Workspace

NEVER_RIGHT: tuple[Callable[[], Any], ...] = (
    object,
    lambda: b"bytes",
    lambda: 3 + 4j,
    lambda: {"a set"},
    lambda: (letter for letter in "generator"),
    lambda: np.array(["array"]),
    lambda: [None],
    lambda: ["text", 5],
)
"""Values that no parameter takes."""

SOMETIMES_RIGHT: dict[str, tuple[str, ...]] = {
    "str": ("str",),
    "int": ("int", "float"),
    "float": ("float",),
    "bool": ("bool",),
    "None": ("None",),
    "dict": ("Mapping",),
    "series": ("pd.Series",),
}
"""Kinds of values, and the words in an annotation of a parameter that takes them."""

EXAMPLES = {
    "str": "text",
    "int": 5,
    "float": 0.5,
    "bool": True,
    "None": None,
    "dict": {"a": 1},
    "series": pd.Series(["series"]),
}


def parameters() -> Iterator[tuple[str, str, str]]:
    """The method, the parameter and its annotation, for every public method of a workspace and both functions."""
    methods = {name: one for name, one in inspect.getmembers(Workspace, callable) if not name.startswith("_")}
    for name, function in {**methods, "winnow.open": winnow.open, "winnow.init": winnow.init}.items():
        for parameter in inspect.signature(function).parameters.values():
            if parameter.name != "self":
                yield name, parameter.name, str(parameter.annotation)


PARAMETERS = list(parameters())


def wrong_values(annotation: str) -> list[Callable[[], Any]]:
    """Values that a parameter with this annotation does not take."""
    words = set(annotation.replace("[", " ").replace("]", " ").replace(",", " ").split(" | "))
    alone = {part.split(" ")[0] for part in words}
    wrong = [kind for kind, takes in SOMETIMES_RIGHT.items() if not alone.intersection(takes)]
    return [*NEVER_RIGHT, *(lambda kind=kind: EXAMPLES[kind] for kind in wrong)]  # type: ignore[misc]


def call(name: str, arguments: dict[str, Any]) -> Any:
    """Call a method of a workspace that does not exist, or one of the two functions."""
    if name.startswith("winnow."):
        return getattr(winnow, name.removeprefix("winnow."))(**arguments)
    nowhere = WorkspaceContext(WorkspaceFolder(Path("no such workspace")))
    return getattr(Workspace(nowhere), name)(**arguments)


def other_arguments(name: str, wrong: str) -> dict[str, Any]:
    """Arguments of the right types for the required parameters of a method, but one."""
    function = getattr(winnow, name.removeprefix("winnow.")) if name.startswith("winnow.") else getattr(Workspace, name)
    right: dict[str, Any] = {"until": date(2030, 1, 1), "request": GenerationRequest("examples"), "texts": ["a"]}
    right |= {"path": Path("x"), "ids_or_paths": ["a"], "start": Path("x"), "dialogues": []}
    required = (one for one in inspect.signature(function).parameters.values() if one.default is one.empty)
    return {one.name: right.get(one.name, "text") for one in required if one.name not in ("self", wrong)}


def test_every_method_with_parameters_is_here() -> None:
    assert len({name for name, *_ in PARAMETERS}) >= 25
    assert len(PARAMETERS) >= 70


@settings(max_examples=400)
@given(st.data())
def test_a_wrong_type_is_refused_by_name_before_anything_happens(data: st.DataObject) -> None:
    name, parameter, annotation = data.draw(st.sampled_from(PARAMETERS))
    value = data.draw(st.sampled_from(wrong_values(annotation)))()
    with pytest.raises(WinnowError) as caught:
        call(name, {**other_arguments(name, parameter), parameter: value})
    assert [problem.where for problem in caught.value.problems] == [parameter]
    assert caught.value.problems[0].expected == annotation


def test_all_wrong_arguments_are_named_at_once() -> None:
    with pytest.raises(WinnowError) as caught:
        call("waive", {"gate": 1, "by": None, "reason": [], "until": datetime(2030, 1, 1)})
    assert [problem.where for problem in caught.value.problems] == ["gate", "by", "reason", "until"]


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [
        ("add", "columns", Columns(text=5)),  # type: ignore[arg-type]
        ("add", "batch", GenerationBatch("a", "b", None, "d")),  # type: ignore[arg-type]
        ("generate", "request", GenerationRequest("examples", labels="it_vpn")),
        ("generate", "request", GenerationRequest("examples", count="5")),  # type: ignore[arg-type]
        ("add", "files", "a\0b"),
        ("release", "name_or_path", Path("a\0b")),
    ],
)
def test_the_fields_of_an_argument_are_checked_too(name: str, parameter: str, value: Any) -> None:
    with pytest.raises(WinnowError) as caught:
        call(name, {**other_arguments(name, parameter), parameter: value})
    assert [problem.where for problem in caught.value.problems] == [parameter]


@pytest.mark.parametrize("value", ["my vpn drops", np.array(["my vpn drops"]), (text for text in ["a"]), None])
def test_predict_takes_a_list_a_column_or_a_table_of_texts(value: Any) -> None:
    with pytest.raises(WinnowError, match=r"texts: .*Sequence\[str\]"):
        call("predict", {"id_or_path": "run", "texts": value})


NOT_TEXTS = [
    "my vpn drops", {"a set"}, {"a": 1}.keys(), pd.Index(["a"]), np.array(["a"]),
    ["a", 5], ["a", None], (text for text in ["a"]), map(str, [1]), {"a": 1}, b"a", 5, None, [None], [["a"]],
    np.array([1]), ["a", True], Path("a"), np.array([["a"]]),
]  # fmt: skip
NOT_FILES = [
    pd.Series(["a"]), pd.Index(["a"], name="q"), np.array(["a"]), {"text": ["a"]}, [{"text": "a"}], {Path("a")},
    ["a", 5], 5, [["a"]], {"a": 1}, np.array([["a"]]), b"a", (path for path in [Path("a")]),
]  # fmt: skip


def fix_of(name: str, parameter: str, value: Any) -> str:
    with pytest.raises(WinnowError) as caught:
        call(name, {**other_arguments(name, parameter), parameter: value})
    return caught.value.problems[0].fix


@pytest.mark.parametrize(
    ("name", "parameter", "value"),
    [*(("predict", "texts", value) for value in NOT_TEXTS), *(("add", "files", value) for value in NOT_FILES)],
)
def test_a_printed_fix_runs_and_is_accepted(name: str, parameter: str, value: Any) -> None:
    fix = fix_of(name, parameter, value)
    if fix:
        fixed = eval(fix, {"pd": pd, parameter: value})
        with pytest.raises(WinnowError) as caught:  # the workspace does not exist
            call(name, {**other_arguments(name, parameter), parameter: fixed})
        assert parameter not in [problem.where for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("name", "parameter", "value", "fix"),
    [
        ("predict", "texts", "my vpn drops", "[texts]"),
        ("predict", "texts", {"a set"}, "list(texts)"),
        ("predict", "texts", pd.Index(["a"]), 'pd.DataFrame({"text": texts})'),
        ("predict", "texts", ["a", 5], "[str(one) for one in texts]"),
        ("predict", "texts", ["a", None], "[one for one in texts if one is not None]"),
        ("predict", "texts", [["a"]], ""),
        ("predict", "texts", ["a", float("nan")], ""),
        ("predict", "texts", [None], ""),
        ("add", "files", pd.Series(["a"]), 'files.to_frame("text")'),
        ("add", "files", np.array(["a"]), 'pd.DataFrame({"text": files})'),
        ("add", "files", [{"text": "a"}], "pd.DataFrame(files)"),
        ("add", "files", {Path("a.csv")}, "list(files)"),
    ],
)
def test_the_fix_depends_on_what_was_given(name: str, parameter: str, value: Any, fix: str) -> None:
    assert fix_of(name, parameter, value) == fix


def test_a_generator_is_not_consumed_by_its_own_error() -> None:
    texts = (text for text in ["a", "b"])
    assert fix_of("predict", "texts", texts) == "list(texts)"
    assert list(texts) == ["a", "b"]


@settings(max_examples=200)
@given(st.data())
def test_a_misspelled_parameter_is_named_with_the_nearest_one(data: st.DataObject) -> None:
    name, parameter, _ = data.draw(st.sampled_from([one for one in PARAMETERS if len(one[1]) > 3]))
    place = data.draw(st.integers(0, len(parameter) - 1))
    wrong = parameter[:place] + parameter[place + 1 :]
    with pytest.raises(WinnowError) as caught:
        call(name, {**other_arguments(name, ""), wrong: "text"})
    assert [one.where for one in caught.value.problems] == [wrong]
    assert caught.value.problems[0].fix == f"did you mean {parameter!r}?"


def test_calls_that_do_not_fit_are_explained_all_at_once() -> None:
    nowhere: Any = Workspace(WorkspaceContext(WorkspaceFolder(Path("no such workspace"))))
    with pytest.raises(WinnowError) as caught:
        nowhere.rename("old", reson="a", dryrun=True)
    assert [(one.where, one.fix) for one in caught.value.problems] == [
        ("reson", "did you mean 'reason'?"),
        ("dryrun", "did you mean 'dry_run'?"),
        ("new", ""),
    ]
    with pytest.raises(WinnowError, match=r"old: given twice"):
        nowhere.rename("old", "new", old="again")
    with pytest.raises(WinnowError, match=r"show\(\) was called with 2 arguments too many"):
        nowhere.show("a", "b", "c")


def test_a_series_of_queries_is_added_as_the_fix_says(tmp_path: Path) -> None:
    ws = winnow.init(tmp_path / "ws")
    files: Any = pd.Series(["how do I pay", "where is my card"], name="query")
    with pytest.raises(WinnowError) as caught:
        ws.add(files, license="own")
    assert ws.add(eval(caught.value.problems[0].fix), license="own").given == 2
