"""Options with a fixed set of values list them in the help and refuse others with the values that exist."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

import winnow
from tests.support.files import write_jsonl
from winnow.cli.main import app
from winnow.config.template import TEMPLATES
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import EXAMPLE_KINDS, MissingPrediction
from winnow.core.vocabulary import ORIGINS, SPLITS, AcquisitionStrategy
from winnow.curation.io.readers import FORMATS
from winnow.curation.io.writers import WRITERS, formats_of
from winnow.generators.dialogue_variations import VALUES
from winnow.generators.variations.variation_kinds import KINDS
from winnow.training.methods import METHODS
from winnow.validators.kinds.intents import INTENTS
from winnow.workspace import Workspace

CHOICES: dict[str, Iterable[str]] = {
    "init --format": FORMATS,
    "init --template": TEMPLATES,
    "add --format": FORMATS,
    "add --origin": ORIGINS,
    "add --split": SPLITS,
    "generate variations --kind": (*KINDS, VALUES),
    "generate examples --kind": EXAMPLE_KINDS,
    "push --strategy": AcquisitionStrategy,
    "export --format": WRITERS,
    "train --method": METHODS,
    "predict --format": FORMATS,
    "evaluate --split": SPLITS,
    "evaluate --missing": MissingPrediction,
    "compare --split": SPLITS,
}

CHOICES_OF_INTENTS: dict[str, Iterable[str]] = {
    "generate variations --kind": KINDS,
    "export --format": formats_of(INTENTS),
}


def _options(command: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every option of a command and of the commands in it, as `add --origin`."""
    for parameter in command.params:
        yield from ((f"{path} {name}", parameter) for name in parameter.opts if name.startswith("--"))
    for name, inner in getattr(command, "commands", {}).items():
        yield from _options(inner, f"{path} {name}".strip())


def test_every_option_of_these_names_has_choices() -> None:
    """A new command whose option has one of these names is added to the table above."""
    names = {option.split()[-1] for option in CHOICES}
    assert {option for option, _ in _options(get_command(app)) if option.split()[-1] in names} == set(CHOICES)


@pytest.mark.parametrize(("option", "choices"), CHOICES.items(), ids=CHOICES)
def test_the_help_lists_the_choices(option: str, choices: Iterable[str]) -> None:
    *command, name = option.split()
    shown = CliRunner().invoke(app, [*command, "--help"])
    assert f"{name} <{'|'.join(choices)}>" in shown.stdout


def test_another_value_is_refused_with_the_choices(frozen_example: Workspace, tmp_path: Path) -> None:
    file = write_jsonl(tmp_path / "rows.jsonl", [{"text": "my vpn drops"}])
    own = winnow.open(shutil.copytree(frozen_example.folder.root, tmp_path / "ws"))  # other tests share the example
    run, other = (own.train("first", seed=seed).run.id for seed in (0, 1))
    arguments = {
        "init": [str(tmp_path / "new"), "--from", str(file)],
        "add": [str(file)],
        "push": ["label"],
        "export": ["first"],
        "train": ["first"],
        "predict": [run, str(file)],
        "evaluate": ["first", "--predictions", str(file)],
        "compare": [run, other],
    }
    folder = str(own.folder.root)
    for option, choices in CHOICES.items():
        *command, name = option.split()
        with pytest.raises(WinnowError) as refused:
            app(["-w", folder, *command, *arguments.get(command[0], []), name, "nothing"], standalone_mode=False)
        (problem,) = refused.value.problems
        assert (problem.where, problem.found) == (name.strip("-"), "unknown value 'nothing'"), option
        fitting = CHOICES_OF_INTENTS.get(option, choices)
        assert problem.expected == ", ".join(fitting)
        assert refused.value.exit_code == 2
