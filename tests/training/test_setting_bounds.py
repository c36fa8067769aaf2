"""A setting or seed that no training can use is refused by name, before anything is trained."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from typer.testing import CliRunner

from winnow.cli.main import app
from winnow.core.errors import WinnowError
from winnow.training.methods import MAX_SEED, METHODS, dry_run, train
from winnow.training.settings_file import check_settings

NO_NUMBERS = (-1, float("nan"), float("inf"), float("-inf"), -(10**400), 10**400, True)


def numeric_settings() -> list[tuple[str, str]]:
    """The method and the name of every setting whose default is a number."""
    return [
        (method, one.name)
        for method, chosen in METHODS.items()
        for one in fields(chosen.settings)
        if isinstance(one.default, int | float) and not isinstance(one.default, bool)
    ]


@pytest.mark.parametrize(("method", "name"), numeric_settings())
@pytest.mark.parametrize("value", NO_NUMBERS)
def test_a_number_out_of_range_is_refused(method: str, name: str, value: Any) -> None:
    with pytest.raises(WinnowError, match=name):
        check_settings(METHODS[method].settings, {name: value})


@pytest.mark.parametrize(("method", "name"), numeric_settings())
def test_the_default_is_accepted(method: str, name: str) -> None:
    default = getattr(METHODS[method].settings(), name)
    assert getattr(check_settings(METHODS[method].settings, {name: default}), name) == default


def test_there_are_numeric_settings_of_every_method() -> None:
    assert {method for method, _ in numeric_settings()} == set(METHODS)


@pytest.mark.parametrize("seed", [-1, MAX_SEED + 1, -(2**40)])
@pytest.mark.parametrize("method", METHODS)
def test_a_seed_out_of_range_is_refused_together_with_the_settings(
    method: str, seed: int, frozen_example: Any, tmp_path: Any
) -> None:
    release = frozen_example.release("first")
    with pytest.raises(WinnowError) as caught:
        train(release, tmp_path, method=method, seed=seed, settings={"bogus": 1})
    assert [str(one).split(":")[0] for one in caught.value.problems] == ["seed", "settings"]
    with pytest.raises(WinnowError, match="seed"):
        dry_run(release, method=method, seed=seed)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("change", ["inverse_penalty=-2", "inverse_penalty=nan", "inverse_penalty=.nan"])
def test_the_command_line_names_the_setting(change: str, frozen_example: Any) -> None:
    release = str(frozen_example.release("first").path)
    done = CliRunner().invoke(app, ["train", release, "--set", change])
    assert isinstance(done.exception, WinnowError)
    assert "inverse_penalty" in str(done.exception)
