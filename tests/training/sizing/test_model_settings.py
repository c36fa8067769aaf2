"""Settings files of base models: shipped by name, with ranges that refuse what makes no sense."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from winnow.core.errors import WinnowError
from winnow.training.settings_file import read_model_facts, read_settings
from winnow.training.sizing.shipped_settings import FOLDER, settings_path, shipped_names

TINY = FOLDER / "smollm2-135m.yaml"


@dataclass(frozen=True)
class SomeSettings:
    model: str | None = None
    rank: int = 16
    alpha: float = 32.0
    dropout: float = 0.05
    learning_rate: float = 2e-4
    epochs: int = 2
    batch_size: int = 4


@pytest.mark.parametrize("name", shipped_names())
def test_a_shipped_file_keeps_to_its_own_ranges_and_names_its_model(name: str) -> None:
    path = settings_path(Path(name))
    settings, facts = read_settings(SomeSettings, file=path), read_model_facts(path)
    assert facts is not None
    assert settings["model"] == facts.hub_id
    assert facts.hub_id in facts.source
    assert {"rank", "alpha_per_rank", "learning_rate", "epochs", "dropout"} <= set(facts.ranges)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ("rank=2", r"settings: rank is 2; expected: 4 to 128 for this model: below 4"),
        ("alpha=100", r"settings: alpha / rank is 6.25; expected: 0.5 to 4 for this model: it scales"),
        ("learning_rate=0.00001", r"learning_rate is 1e-05; expected: 0.0001 to 0.003"),
        ("learning_rate=0.01", r"learning_rate is 0.01; expected"),
        ("epochs=6", r"epochs is 6; expected: 1 to 5"),
        ("dropout=0.3", r"dropout is 0.3; expected: 0 to 0.2"),
    ],
)
def test_a_setting_out_of_range_is_refused_with_the_reason(change: str, found: str) -> None:
    with pytest.raises(WinnowError, match=found):
        read_settings(SomeSettings, file=TINY, changes=[change])


@pytest.mark.parametrize("change", ["rank=4", "learning_rate=0.003", "epochs=5", "dropout=0.2", "alpha=64"])
def test_the_ends_of_a_range_are_accepted(change: str) -> None:
    key = change.partition("=")[0]
    assert key in read_settings(SomeSettings, file=TINY, changes=["alpha=16", "rank=16", change])


def test_everything_out_of_range_is_named_at_once_with_its_line(tmp_path: Path) -> None:
    copy = tmp_path / "own.yaml"
    copy.write_text(TINY.read_text().replace("epochs: 3", "epochs: 9"))
    with pytest.raises(WinnowError) as caught:
        read_settings(SomeSettings, file=copy, changes=["rank=256"])
    assert [(one.where, one.found) for one in caught.value.problems] == [
        ("settings", "rank is 256"),
        (f"{copy}:{line_of(copy, 'alpha: 32.0')}", "alpha / rank is 0.125"),
        (f"{copy}:{line_of(copy, 'epochs: 9')}", "epochs is 9"),
    ]


def line_of(path: Path, line: str) -> int:
    return 1 + path.read_text().splitlines().index(line)


def test_a_default_out_of_the_range_of_a_file_is_refused_too(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(TINY.read_text().replace("epochs: 3\n", "").replace("      high: 5", "      high: 1"))
    with pytest.raises(WinnowError, match=r"settings: epochs is 2; expected: 1 to 1"):
        read_settings(SomeSettings, file=own)


def test_an_own_file_states_its_own_ranges(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(TINY.read_text().replace("      high: 5", "      high: 50"))
    assert read_settings(SomeSettings, file=own, changes=["epochs=40"])["epochs"] == 40


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("    hidden_size: 576", "    hidden_size: -1", r"model_facts.shape.hidden_size is -1"),
        ("    hidden_size: 576\n", "", r"model_facts.shape.hidden_size.*Field required"),
        ("      low: 4\n", "      low: 400\n", r"model_facts.ranges.rank.*low is not at most high"),
        ("    rank:\n      low", "    rnak:\n      low", r"unknown setting 'rnak'.*did you mean 'rank'"),
        ("model_facts:", "model_facts: 3 #", r"model_facts is 3|not valid YAML"),
    ],
)
def test_a_wrong_section_is_refused_with_its_line(old: str, new: str, found: str, tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text(TINY.read_text().replace(old, new, 1))
    with pytest.raises(WinnowError, match=rf"own.yaml:\d+.*{found}"):
        read_settings(SomeSettings, file=own)


def test_aliases_that_expand_without_end_are_refused(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("rank: &a [*a]\n")
    with pytest.raises(WinnowError, match=r"own.yaml:1: not valid YAML \(aliases that expand to more than a million"):
        read_settings(SomeSettings, file=own)
    with pytest.raises(WinnowError, match=r"rank is '&a \[\*a\]'"):
        read_settings(SomeSettings, changes=["rank=&a [*a]"])


def test_an_unknown_name_lists_those_that_are_shipped() -> None:
    with pytest.raises(WinnowError, match=r"smollm2-135: no such file; .*mistral-7b-v0.2.*did you mean 'smollm2-135m'"):
        settings_path(Path("smollm2-135"))


def test_an_existing_file_is_taken_before_a_shipped_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "smollm2-135m").write_text("rank: 8\n")
    assert read_settings(SomeSettings, file=settings_path(Path("smollm2-135m"))) == {"rank": 8}
