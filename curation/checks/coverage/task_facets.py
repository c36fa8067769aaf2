"""The facets of one task: built in, one per slot, and the team's own functions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from winnow.config.task import Task
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.facet_values import SLOT_FACET_PREFIX
from winnow.core.layout import TASK_FILE
from winnow.core.trusted_files import is_trusted
from winnow.validators.kinds import kind_of
from winnow.validators.kinds.kind import Kind, no_facets
from winnow.validators.wording.facets import Facet, facets_of, length, noise, phrasing, slot_facet
from winnow.validators.wording.spelling import misspelling_detector

if TYPE_CHECKING:
    import pandas as pd

MAX_VALUE_CHARACTERS = 60
"""The longest value that a team's own facet may return."""


def facet_functions(task: Task, root: Path) -> dict[str, Facet]:
    """Every facet of a task: phrasing, length, noise, `slot.NAME` for each slot, and the team's own functions.

    The files of `facets:` are relative to `root`. Raises WinnowError when one cannot be loaded.
    """
    is_misspelled = misspelling_detector(task.language)
    functions: dict[str, Facet] = {
        "phrasing": phrasing,
        "length": length,
        "noise": lambda text: noise(text, is_misspelled),
    }
    functions |= {f"{SLOT_FACET_PREFIX}{name}": slot_facet(values) for name, values in task.slots.items()}
    return functions | {name: _custom_facet(name, location, root) for name, location in task.facets.items()}


def text_facets(texts: Iterable[str], functions: Mapping[str, Facet]) -> list[dict[str, str]]:
    """The facets of every text, as one dict each."""
    return [facets_of(text, functions) for text in texts]


def wording_texts(rows: pd.DataFrame, kind: Kind) -> list[str]:
    """What people asked in every record: the texts whose wording is measured and shown."""
    return list(rows["text"] if kind.wording_text is None else map(kind.wording_text, rows["content"]))


def record_facets(rows: pd.DataFrame, task: Task, functions: Mapping[str, Facet]) -> list[dict[str, str]]:
    """The facets of every labeled record: those of its wording, and those of its kind."""
    kind = kind_of(task)
    if kind.wording_text is None and kind.facets is no_facets:
        return text_facets(rows["text"], functions)
    records = zip(rows["text"], rows["content"], rows["label"], strict=True)
    return [
        facets_of(kind.wording_text(content) if kind.wording_text else text, functions)
        | dict(kind.facets(content, label, task))
        for text, content, label in records
    ]


def _custom_facet(name: str, location: str, root: Path) -> Facet:
    """A team's function. It is called three times, in two modules: its value may depend on nothing but the text.

    An exception, a value that is not a word, or different values become a WinnowError that names the function.
    """
    file, _, function = location.rpartition(":")
    path = (root / file).resolve()
    where = f"{TASK_FILE}, facets.{name}"
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise WinnowError(
            Problem(where, f"no file {file} in {root}", "a Python file next to winnow.yaml", "correct the path")
        )
    found, again = (_load_function(path, file, function, where, salt) for salt in ("", "another process"))

    def value(text: str) -> str:
        result = _checked_value(found, location, text)
        for repeated in (_checked_value(again, location, text), _checked_value(again, location, text)):
            if repeated != result:
                found_text = f"{result!r} and then {repeated!r} for the same text {text[:80]!r}"
                fix = "use no random numbers, clock or `hash` in the function, and keep no values between calls"
                raise WinnowError(Problem(location, found_text, "the same word in every call and process", fix))
        return result

    return value


def _checked_value(function: Callable[[str], object], location: str, text: str) -> str:
    try:
        result = function(text)
    except (Exception, SystemExit) as error:
        found_text = f"{type(error).__name__}: {error} for {text[:80]!r}"
        raise WinnowError(Problem(location, found_text, "a word", "correct the function")) from error
    if not isinstance(result, str) or not result.isprintable() or len(result) > MAX_VALUE_CHARACTERS:
        raise WinnowError(Problem(location, f"{result!r} for {text[:80]!r}"[:300], "a word", "correct the function"))
    return result


def _load_function(path: Path, file: str, function: str, where: str, salt: str) -> Callable[[str], object]:
    found = getattr(_import_file(path, file, where, salt), function, None)
    if not callable(found):
        raise WinnowError(
            Problem(where, f"no function {function} in {file}", f"def {function}(text)", "correct the name")
        )
    return found  # type: ignore[no-any-return]  # the code of a team


def _import_file(path: Path, file: str, where: str, salt: str) -> object:
    """The module of a file that the user allowed to run. A compiled copy of it is not used.

    With a `salt`, its `hash` gives other values, as the built-in one does in another process.
    """
    source = path.read_bytes()
    if not is_trusted(path, source):
        found = f"{file} is code that was not allowed to run on this machine, or has changed since"
        raise WinnowError(
            Problem(where, found, "code that you have read", f"read it, then run `{command('trust', file)}`")
        )
    module = ModuleType(f"winnow_facets_{path.stem}")
    module.__file__ = str(path)
    if salt:
        module.__dict__["hash"] = lambda value: hash((salt, value))
    try:
        exec(compile(source, str(path), "exec"), module.__dict__)
    except (Exception, SystemExit) as error:
        found = f"{type(error).__name__}: {error}"
        raise WinnowError(Problem(where, found, "a file that loads", f"correct {path.name}")) from error
    return module
