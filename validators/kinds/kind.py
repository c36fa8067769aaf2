"""What a kind of task declares about its examples."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from winnow.config.task import Task
from winnow.config.tool_mapping import ToolMapping
from winnow.config.yaml_lines import KeyPath
from winnow.core.errors import Problem
from winnow.core.interaction_line import InteractionLine
from winnow.core.label_error_evidence import LabelEvidence
from winnow.core.model_vocabulary import TrainingMethod
from winnow.validators.json_content import JsonContent
from winnow.validators.row_layout import ArrangedRow, RowLayout, RowRequest
from winnow.validators.text import Drop
from winnow.validators.unmapped_names import UnmappedTools
from winnow.validators.wording.guards import Guards

DETAIL_COLUMNS = ("label", "route", "split", "origin", "group", "facets", "weight")
"""The columns of a release after those of the content, in order."""

RECOVERY_COLUMNS = ("decided_by", "license", "origin_model")
"""The last columns of a release, with which its rows can be added to an empty workspace; older releases lack them."""

LABEL_COLUMNS = ("label", "intent", "category", "class")
"""The names that a column of labels may have in a file, the likeliest first."""

UNLABELED_STRATUM = "unlabeled"
"""The stratum of examples that have no target when they are added."""


def no_other_target(target: str, task: Task) -> bool:
    """For kinds whose targets are all listed."""
    return False


def given_target(content: str, given: str | None, task: Task) -> str | None:
    """For kinds whose targets only people and files know."""
    return given


def no_source_form(values: Mapping[str, object]) -> str:
    """For kinds whose content is all that the source holds."""
    return ""


def no_facets(content: str, target: str, task: Task) -> Mapping[str, str]:
    """For kinds whose facets are those of a text."""
    return {}


def no_size_needed(records: int) -> str:
    """For kinds without usual sizes of a dataset."""
    return ""


def nothing_held_out(content: str, task: Task) -> bool:
    """For kinds of which every example may be in every split."""
    return False


def any_content(content: str) -> bool:
    """For kinds whose examples may all have a target."""
    return True


def any_target(content: str, target: str) -> bool:
    """For kinds whose examples may all have every target."""
    return True


def no_evidence(records: Sequence[LabeledContent], task: Task) -> Sequence[Sequence[LabelEvidence]]:
    """For kinds whose label errors only a model can find."""
    return [()] * len(records)


def whole_target(target: str) -> tuple[str, ...]:
    """For kinds whose targets are not combined."""
    return (target,)


def target_or_unlabeled(content: str, target: str | None) -> str:
    """The target as the stratum."""
    return target or UNLABELED_STRATUM


@dataclass(frozen=True)
class ToolMappingSupport:
    """How a kind whose examples call tools reads examples with foreign ones."""

    parse: Callable[[Mapping[str, object], Task, ToolMapping], str | Drop]
    """The content of a row with the task's tools in place of the foreign ones, or why the row is dropped."""
    target: Callable[[str, ToolMapping], str]
    """The target that a row gives, with the task's names."""
    faults: Callable[[ToolMapping, Task], Iterator[tuple[KeyPath, Problem]]]
    """What is wrong with a mapping for the task, by key."""
    unmapped: Callable[[Iterable[Mapping[str, object]], ToolMapping, Task], UnmappedTools]
    """The tools of rows that map to none of the task."""


@dataclass(frozen=True)
class ContentColumn:
    """One column of a release that holds a part of the content. Its values are strings."""

    names: tuple[str, ...]
    """The names that it may have in a file, the likeliest first."""
    title: str
    """What it is called on the form that annotators fill in."""
    description: str
    """What it holds, as one sentence for the metadata of a release."""
    optional: bool = False
    """Whether a file may lack it."""


class Noun(NamedTuple):
    """What one example is called, and what several are."""

    one: str
    """Singular."""
    many: str
    """Plural."""


RECORD = Noun("record", "records")
"""For kinds whose examples have no name of their own."""


@dataclass(frozen=True)
class TaskColumn:
    """One column of a release that has the same value in every row. It is a string."""

    value: Callable[[Task], str]
    description: str
    """What it holds, as one sentence for the metadata of a release."""


@dataclass(frozen=True)
class LabeledContent:
    """One labeled record, as rules about label errors see it."""

    id: str
    """Record id."""
    content: str
    """Its stored form."""
    target: str
    """Its label."""


@dataclass(frozen=True)
class Purpose:
    """What datasets of a kind are for, in the words of the card and of the metadata of a release."""

    phrase: str
    """It follows "A dataset for"."""
    task_categories: tuple[str, ...]
    """Task categories of the Hugging Face hub."""
    task_ids: tuple[str, ...] = ()
    """Task ids of the Hugging Face hub."""
    keywords: tuple[str, ...] = ()
    """Keywords of the Croissant metadata."""


@dataclass(frozen=True)
class Kind:
    """A kind of task. `content` is the canonical form of an example: what is stored, and what its id is a hash of."""

    name: str
    """The value of `kind` in the task file."""
    purpose: Purpose
    content_columns: Mapping[str, ContentColumn]
    """The columns of a release that hold the content, in order."""
    parse: Callable[[Mapping[str, object], Task], str | Drop]
    """The content of one value per column of `content_columns`, or why the row is dropped."""
    column_values: Callable[[str], Mapping[str, str]]
    """The content as one value per column of `content_columns`."""
    content_of: Callable[[Mapping[str, str]], str]
    """The inverse of `column_values`: the content of a row of a release."""
    texts: Callable[[str], tuple[str, ...]]
    """The texts that people wrote in a content: they are checked for private data."""
    with_texts: Callable[[str, Sequence[str]], str]
    """The content with its texts replaced, in the order of `texts`."""
    fold_key: Callable[[str], str]
    """A key that is equal for contents that repeat each other."""
    embedding_text: Callable[[str], str]
    """The text that stands for the content: it is embedded, compared, classified and shown in tables."""
    guards: Callable[[Task], Guards]
    """What protects an embedding text from dedup, and what is masked in it before leakage is measured."""
    targets: Callable[[Task], list[str]]
    """The values that a target may have, in the order of the class ids."""
    read_content: Callable[[Mapping[str, object], Task], str | Drop] | None = None
    """`parse` without the checks of a content that is stored already; None where they are fast."""
    noun: Noun = RECORD
    """What an example is called in pages and messages."""
    readable: Callable[[str], str] = str
    """The content as text for people."""
    is_other_target: Callable[[str, Task], bool] = no_other_target
    """Whether a name that `targets` does not list is a target too, such as a combination of listed ones."""
    target_parts: Callable[[str], tuple[str, ...]] = whole_target
    """The listed targets that a target consists of: the gates on labels count a row for each of them."""
    combined_target: Callable[[Sequence[str]], str | None] | None = None
    """The target that several chosen ones make together, and None if they contradict each other; None where people
    choose one target."""
    wording_text: Callable[[str], str] | None = None
    """The text whose wording is measured by facets; None where it is `embedding_text`."""
    facets: Callable[[str, str, Task], Mapping[str, str]] = no_facets
    """The facets of a content with its target besides those of its wording, by name."""
    enough_for: Callable[[int], str] = no_size_needed
    """What so many labeled records are usually enough for; empty where nothing is usual."""
    target_of: Callable[[str, str | None, Task], str | Drop | None] = given_target
    """The target of a content with the target that its file gives, or with none: the given one or, for kinds whose
    content shows it, that; None where only people can tell, and why the row is dropped if the two differ."""
    answer_key: Callable[[str], str] | None = None
    """A key of what is learned besides the target: contents with different keys never repeat each other. None where
    the target is the whole answer."""
    question_key: Callable[[str], str] | None = None
    """A key of all that an answer depends on: contents with equal keys and different answers are in dispute. None where
    the target is the whole answer: then decisions about one record are in dispute, and near records in conflict."""
    request_key: Callable[[str], str] | None = None
    """A key of what a corrected answer leaves as it is: a record supersedes only one with an equal key. None where
    decisions correct the answer."""
    source_form: Callable[[Mapping[str, object]], str] = no_source_form
    """What the source held beside the content, as JSON to be kept with the record; empty if nothing."""
    task_columns: Mapping[str, TaskColumn] = field(default_factory=dict)
    """The columns of a release, after those of the content, that have one value for the whole task."""
    request_text: Callable[[str], str] | None = None
    """The text from which a model judges whether a target is right; None where it is `embedding_text`."""
    could_be: Callable[[str, str], bool] = any_target
    """Whether a content could have a target: a tool that is not offered cannot be called."""
    can_be_labeled: Callable[[str], bool] = any_content
    """Whether a content could have some target at all. Asked of every unlabeled record, so it must be cheap."""
    label_evidence: Callable[[Sequence[LabeledContent], Task], Sequence[Sequence[LabelEvidence]]] = no_evidence
    """What rules find against each of some records, all of one split, which are compared with each other."""
    stratum: Callable[[str, str | None], str] = target_or_unlabeled
    """The stratum of a content with this target: hold-out quotas are kept per stratum."""
    is_held_out: Callable[[str, Task], bool] = nothing_held_out
    """Whether the task keeps a content out of train and validation: its group goes to test when it is first added."""
    label_columns: tuple[str, ...] = LABEL_COLUMNS
    """The names that the column of labels may have in a file of this kind."""
    layouts: tuple[RowLayout, ...] = ()
    """The layouts of rows whose content is in several columns; the first that recognizes a row reads it."""
    interaction_row: Callable[[InteractionLine, RowRequest], ArrangedRow | Drop] | None = None
    """The row of an interaction of a log with its updates applied; None where logs cannot be read."""
    tool_mapping: ToolMappingSupport | None = None
    """How foreign tools are mapped to those of the task; None where examples call none."""
    json_content: JsonContent | None = None
    """How private data is replaced in a content as a whole; None where every text is replaced by itself."""
    lossless_formats: tuple[str, ...] = ("jsonl", "csv")
    """Export formats that hold every content, except for what they name as lost: each freeze reads them back."""
    training_methods: tuple[TrainingMethod, ...] = tuple(TrainingMethod)
    """How models are trained on a release, the simplest method first; none if they are trained with other software."""
    export_format: str = "jsonl"
    """The export format for training with other software."""
    required_keys: tuple[str, ...] = ()
    """Keys that a task file of this kind must have, and not empty."""

    @property
    def holds_dialogues(self) -> bool:
        """Whether the content is a dialogue: `messages`, and the tools that were offered."""
        return "messages" in self.content_columns

    @property
    def content_names(self) -> frozenset[str]:
        """The names, folded, of the columns that a file must have: they hold the content itself."""
        return frozenset(name for part in self.content_columns.values() if not part.optional for name in part.names)

    @property
    def release_columns(self) -> list[str]:
        """Every column of a release, in order."""
        return ["id", *self.content_columns, *self.task_columns, *DETAIL_COLUMNS, *RECOVERY_COLUMNS]
