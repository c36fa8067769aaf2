"""What a kind of task declares about its examples."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from winnow.config.task import Task
from winnow.validators.text import Drop
from winnow.validators.wording.guards import Guards

UNLABELED_STRATUM = "unlabeled"
"""The stratum of examples that have no target when they are added."""


def target_or_unlabeled(content: str, target: str | None) -> str:
    """The target as the stratum."""
    return target or UNLABELED_STRATUM


@dataclass(frozen=True)
class Kind:
    """A kind of task. `content` is the canonical form of an example: what is stored, and what its id is a hash of."""

    name: str
    """The value of `kind` in the task file."""
    content_columns: Mapping[str, tuple[str, ...]]
    """The columns of a release that hold the content, each with the names that it may have in a file, the likeliest
    first. The values in a release are strings."""
    parse: Callable[[Mapping[str, object], Task], str | Drop]
    """The content of one value per column of `content_columns`, or why the row is dropped."""
    texts: Callable[[str], tuple[str, ...]]
    """The texts that people wrote in a content: they are checked for private data."""
    with_texts: Callable[[str, Sequence[str]], str]
    """The content with its texts replaced, in the order of `texts`."""
    fold_key: Callable[[str], str]
    """A key that is equal for contents that repeat each other."""
    embedding_text: Callable[[str], str]
    """The text that is embedded, compared and shown in tables."""
    guards: Callable[[Task], Guards]
    """What protects an embedding text from dedup, and what is masked in it before leakage is measured."""
    targets: Callable[[Task], list[str]]
    """The values that a target may have, in the order of the class ids."""
    column_values: Callable[[str], Mapping[str, str]]
    """The content as one value per column of `content_columns`."""
    stratum: Callable[[str, str | None], str] = target_or_unlabeled
    """The stratum of a content with this target: hold-out quotas are kept per stratum."""

    @property
    def release_columns(self) -> list[str]:
        """Every column of a release, in order."""
        return ["id", *self.content_columns, "label", "route", "split", "origin", "group", "facets", "weight"]
