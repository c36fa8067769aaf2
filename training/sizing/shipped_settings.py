"""The settings files of base models that Winnow ships, by name."""

from __future__ import annotations

from pathlib import Path

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.core.suggest import suggestion

FOLDER = Path(__file__).parent.parent / "settings" / "models"


def shipped_files() -> list[Path]:
    """Every shipped settings file, by name."""
    return sorted(FOLDER.glob("*.yaml"))


def shipped_names() -> list[str]:
    """The names that stand for a shipped settings file."""
    return [path.stem for path in shipped_files()]


def settings_path(name_or_path: Path) -> Path:
    """The settings file that is meant: an existing file, or the shipped one of this name.

    Raises WinnowError when there is neither.
    """
    if name_or_path.exists():
        return name_or_path
    shipped = FOLDER / f"{name_or_path}.yaml"
    if name_or_path.name == str(name_or_path) and shipped.is_file():
        return shipped
    names = shipped_names()
    expected = f"a settings file, or a shipped one: {', '.join(names)}"
    fix = suggestion(str(name_or_path), names, "correct the name")
    raise WinnowError(Problem(Parameter("settings"), f"{name_or_path}: no such file", expected, fix))
