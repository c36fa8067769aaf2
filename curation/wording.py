"""Wording: the facets of one task, a team's own functions among them, and what labels lack of them."""

from __future__ import annotations

import importlib.util
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from curation.spelling import misspelling
from curation.task import Task
from curation.taskfile import TASK_FILE
from validators.facets import Facet, facets_of, length, noise, phrasing, slot_facet
from validators.faults import Fault, WinnowError
from validators.gates import SMALLEST_LABEL

JUDGED = ("phrasing", "length")
"""Facets in which no value may have nearly all of a label. Clean spelling may."""
LONGEST_VALUE = 60
"""Characters of a value that a team's own facet may return."""
ROUNDING = 1e-9


def facet_functions(task: Task, root: Path) -> dict[str, Facet]:
    """Every facet of a task: phrasing, length, noise, `slot.NAME` for each slot, and the team's own.

    `root` is the folder that the files of `facets:` are beside. Raises WinnowError when one cannot be loaded.
    """
    misspelt = misspelling(task.language)
    functions: dict[str, Facet] = {"phrasing": phrasing, "length": length, "noise": lambda text: noise(text, misspelt)}
    functions |= {f"slot.{name}": slot_facet(values) for name, values in task.slots.items()}
    return functions | {name: _own(name, place, root) for name, place in task.facets.items()}


def wordings(texts: Iterable[str], functions: Mapping[str, Facet]) -> list[dict[str, str]]:
    """The facets of every text, as one dict each."""
    return [facets_of(text, functions) for text in texts]


def _own(name: str, place: str, root: Path) -> Facet:
    """A team's function. What it raises, or returns instead of a word, becomes a fault that names it."""
    file, _, function = place.rpartition(":")
    path = (root / file).resolve()
    where = f"{TASK_FILE}, facets.{name}"
    if not path.is_relative_to(root.resolve()) or not path.is_file():
        raise WinnowError(
            Fault(where, f"no file {file} in {root}", "a Python file beside winnow.yaml", "mend the path")
        )
    loaded = _loaded(path, where)
    found = getattr(loaded, function, None)
    if not callable(found):
        raise WinnowError(Fault(where, f"no function {function} in {file}", f"def {function}(text)", "mend the name"))

    def value(text: str) -> str:
        try:
            answer = found(text)
        except (Exception, SystemExit) as error:
            found_text = f"{type(error).__name__}: {error} for {text[:80]!r}"
            raise WinnowError(Fault(f"{place}", found_text, "a word", "mend the function")) from error
        if not isinstance(answer, str) or not answer.isprintable() or len(answer) > LONGEST_VALUE:
            raise WinnowError(Fault(f"{place}", f"{answer!r} for {text[:80]!r}"[:300], "a word", "mend the function"))
        return answer

    return value


def _loaded(path: Path, where: str) -> object:
    spec = importlib.util.spec_from_file_location(f"winnow_facets_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise WinnowError(Fault(where, f"{path} cannot be loaded", "a Python file", "mend the path"))
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        found = f"{type(error).__name__}: {error}"
        raise WinnowError(Fault(where, found, "a file that loads", f"mend {path.name}")) from error
    return module


@dataclass(frozen=True)
class Marginals:
    """How the train rows of every label are worded, and which labels fall short."""

    counts: dict[str, dict[str, dict[str, int]]]
    """Label, facet, value: train rows. Every label has every value that any label has."""
    rows: dict[str, int]
    """Train rows by label."""
    shortfalls: list[Shortfall]

    def short_labels(self) -> set[str]:
        """Labels with a shortfall."""
        return {short.label for short in self.shortfalls}

    def judged(self) -> int:
        """Labels with enough rows to be judged."""
        return sum(count >= SMALLEST_LABEL for count in self.rows.values())


@dataclass(frozen=True)
class Shortfall:
    """A label that is worded too much alike."""

    label: str
    facet: str
    value: str
    share: float
    wanted: float
    missing: int
    """Rows with the value (or, where it has too much, with any other value) that would mend it."""
    too_much: bool

    def __str__(self) -> str:
        bound = "at most" if self.too_much else "at least"
        return f"{self.label}: {self.share:.0%} {self.facet}={self.value}, wanted {bound} {self.wanted:.0%}"


def marginals(labels: Sequence[str], worded: Sequence[Mapping[str, str]], task: Task) -> Marginals:
    """Facet marginals per label of train rows, never their crosses. A label of few rows does not fall short."""
    counted = Counter((label, *item) for label, found in zip(labels, worded, strict=True) for item in found.items())
    values: dict[str, set[str]] = {facet: set(wanted) for facet, wanted in task.targets.facets.items()}
    for _, facet, value in counted:
        values.setdefault(facet, set()).add(value)
    own = Counter(labels)
    rows = {label: own[label] for label in task.label_names}
    counts = {
        label: {facet: {value: counted[label, facet, value] for value in sorted(values[facet])} for facet in values}
        for label in rows
    }
    short = [
        one
        for label, count in rows.items()
        if count >= SMALLEST_LABEL
        for one in (*_one_sided(label, count, counts[label], task), *_missing(label, count, counts[label], task))
    ]
    return Marginals(counts, rows, sorted(short, key=lambda s: (-abs(s.share - s.wanted), s.label, s.facet, s.value)))


def _one_sided(label: str, rows: int, counts: Mapping[str, Mapping[str, int]], task: Task) -> list[Shortfall]:
    most = task.gates.facet_marginals.share_max
    return [
        Shortfall(label, facet, value, count / rows, most, _others_needed(count, rows, most), too_much=True)
        for facet in JUDGED
        for value, count in counts.get(facet, {}).items()
        if count / rows > most
    ]


def _missing(label: str, rows: int, counts: Mapping[str, Mapping[str, int]], task: Task) -> list[Shortfall]:
    return [
        Shortfall(
            label,
            facet,
            value,
            counts[facet][value] / rows,
            least,
            _more_needed(counts[facet][value], rows, least),
            too_much=False,
        )
        for facet, wanted in task.targets.facets.items()
        for value, least in wanted.items()
        if counts[facet][value] / rows < least
    ]


def _others_needed(count: int, rows: int, most: float) -> int:
    """Rows n of other values until `count` is at most the share `most`: count <= most * (rows + n)."""
    return math.ceil(count / most - rows - ROUNDING) if most > 0 else rows


def _more_needed(count: int, rows: int, least: float) -> int:
    """Rows n of the value until it has the share `least`: count + n >= least * (rows + n)."""
    return math.ceil((least * rows - count) / (1 - least) - ROUNDING) if least < 1 else rows
