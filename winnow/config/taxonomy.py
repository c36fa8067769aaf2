"""A file of suggested labels, which `discover` writes and a person edits: reading and writing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, NamedTuple

import yaml
from pydantic import BeforeValidator

from winnow.config.one_line_yaml import one_line_scalar
from winnow.config.section import Count, Name, Share, TaskSection
from winnow.config.task import Label
from winnow.config.yaml_document import YamlDocument, read_document
from winnow.config.yaml_lines import KeyPath
from winnow.core.commands import command
from winnow.core.errors import Problem, WinnowError
from winnow.core.suggest import suggestion

TAXONOMY_FILE = "taxonomy.yaml"
"""The name under which suggestions are written next to winnow.yaml."""

Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
"""A text; a key without a value is an empty one."""


class SuggestionFigures(TaskSection):
    """What was measured of the queries of a suggestion."""

    queries: Count
    """Queries, each as often as it was asked."""
    share: Share
    """Their share of all queries."""
    distinct: Count
    """The same without repeats and near repeats."""
    cohesion: float
    """Mean cosine between two of them, after the mean of all queries was subtracted: the higher, the more alike."""
    words: tuple[str, ...] = ()
    """Words of many of these queries and few others."""
    nearest: str = ""
    """The suggestion that is most similar; empty if there is no other one."""
    similarity: float = 0.0
    """The cosine between the centers of the two."""


class SuggestedLabel(TaskSection):
    """Queries that could be one label."""

    name: Name
    """The name that the label gets."""
    accept: bool = False
    """Whether a person made it a label."""
    merge_with: Name | None = None
    """The suggestion or the label of the task that it belongs to; such a suggestion needs no `accept`."""
    route: Name | None = None
    """Where queries with this label are sent."""
    description: Text = ""
    """When to use the label."""
    examples: tuple[str, ...] = ()
    """Typical queries; the label gets them."""
    found: SuggestionFigures | None = None
    """What was measured; None where a person added the suggestion."""


class Taxonomy(TaskSection):
    """Suggestions for the labels of a task, with how much of the queries they cover."""

    source: Text = ""
    """The file with the queries, or what else was read."""
    queries: Count = 0
    """Queries that were read, each as often as it was asked."""
    distinct: Count = 0
    """The same without repeats and near repeats, which weigh once."""
    unassigned: Share = 0.0
    """Share of the queries that belong to no suggestion."""
    suggestions: tuple[SuggestedLabel, ...] = ()
    """The most frequent first."""


class MergedSuggestions(NamedTuple):
    """The suggestions that make one label."""

    label: Label
    """The label with the examples of all of them."""
    queries: int
    """Queries of all of them."""
    suggestions: int
    """How many there are."""


class AcceptedLabels(NamedTuple):
    """What a person accepted."""

    new: Sequence[MergedSuggestions]
    """Labels that the task lacks, in the order of the file."""
    known: Sequence[str]
    """Names of labels that the task has already."""


def read_taxonomy(path: Path, labels: Sequence[str]) -> Taxonomy:
    """The suggestions in a file, for a task with these labels. Raises WinnowError with all problems and their lines."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        fix = f"write one with {command('discover')}"
        raise WinnowError(Problem(str(path), error.strerror or str(error), "a file of suggestions", fix)) from None
    except UnicodeDecodeError as error:
        found = f"byte {error.start} is not UTF-8"
        raise WinnowError(Problem(str(path), found, "UTF-8 text", "save the file as UTF-8")) from None
    otherwise = Problem(f"{path.name}:1", "not a mapping", "keys such as `suggestions:`", command("discover"))
    document = read_document(text, path.name, otherwise=otherwise)
    document.raise_problems(_problems(document, labels))
    return Taxonomy.model_validate(document.raw)


def _problems(document: YamlDocument, labels: Sequence[str]) -> Iterator[tuple[KeyPath, Problem]]:
    faults = list(document.model_problems(Taxonomy))
    yield from faults
    if not faults:
        yield from _merge_problems(Taxonomy.model_validate(document.raw).suggestions, labels)


def _merge_problems(suggestions: Sequence[SuggestedLabel], labels: Sequence[str]) -> Iterator[tuple[KeyPath, Problem]]:
    """Merges with something that is no label and does not become one."""
    accepted = {one.name for one in suggestions if one.accept and not one.merge_with}
    merged = {one.name: one.merge_with for one in suggestions if one.merge_with}
    for place, one in enumerate(suggestions):
        where: KeyPath = ("suggestions", place, "merge_with")
        target = one.merge_with
        if target is None or target in accepted or target in labels:
            continue
        if target == one.name:
            yield where, Problem("", f"{target!r} is merged with itself", "another suggestion", "remove merge_with")
        elif target in merged:
            found = f"{target!r} is itself merged with {merged[target]!r}"
            yield where, Problem("", found, "an accepted suggestion", f"write `merge_with: {merged[target]}`")
        elif any(target == other.name for other in suggestions):
            found, fix = f"{target!r} is not accepted", f"set `accept: yes` at {target!r}"
            yield where, Problem("", found, "an accepted suggestion or a label", fix)
        else:
            names = [*dict.fromkeys([*(other.name for other in suggestions), *labels])]
            found = f"no suggestion and no label is called {target!r}"
            yield where, Problem("", found, "a name from this file", suggestion(target, names, "correct the name"))


def accepted_labels(taxonomy: Taxonomy, labels: Sequence[str]) -> AcceptedLabels:
    """The labels that the suggestions make, in a task that has these labels. Suggestions with one name make one."""
    members: dict[str, list[SuggestedLabel]] = {}
    for one in taxonomy.suggestions:
        if one.accept and not one.merge_with:
            members.setdefault(one.name, []).append(one)
    for one in taxonomy.suggestions:
        if one.merge_with:
            members.setdefault(one.merge_with, []).append(one)
    new = [_merged(name, ones) for name, ones in members.items() if name not in labels]
    return AcceptedLabels(new, [name for name in members if name in labels])


def _merged(name: str, ones: Sequence[SuggestedLabel]) -> MergedSuggestions:
    examples = list(dict.fromkeys(example for one in ones for example in one.examples))
    description = " ".join(dict.fromkeys(one.description for one in ones if one.description))
    route = next((one.route for one in ones if one.route), None)
    label = Label(name=name, route=route, description=description, examples=examples)
    return MergedSuggestions(label, sum(one.found.queries for one in ones if one.found), len(ones))


_HELP = """\
# Suggestions for the labels of this task. None of them is a label yet, and no query has one.
#   name          rename it to what your team calls it
#   accept        yes: it becomes a label
#   merge_with    the name of another suggestion that it belongs to; it then needs no `accept`
#   description   when to use the label, as annotators will read it
#   examples      the queries nearest to the center; remove those that do not fit, the others become the label's
#   found         what was measured; nothing has to be changed there
# Suggestions may be removed, and others added, such as one for everything that no agent answers.
# Then run `{accept}` next to winnow.yaml.
"""


def taxonomy_text(taxonomy: Taxonomy) -> str:
    """The suggestions as a YAML file that explains itself."""
    lines = [
        f"source: {one_line_scalar(taxonomy.source)}",
        f"queries: {taxonomy.queries}",
        f"distinct: {taxonomy.distinct}  # without repeats and near repeats, which weigh once",
        f"unassigned: {taxonomy.unassigned:g}  # share of the queries that belong to no suggestion",
        "suggestions:" if taxonomy.suggestions else "suggestions: []",
    ]
    for one in taxonomy.suggestions:
        lines += ["", *_entry(one)]
    return _HELP.format(accept=command("accept", TAXONOMY_FILE)) + "\n".join(lines) + "\n"


def _entry(one: SuggestedLabel) -> list[str]:
    lines = [
        f"  - name: {one_line_scalar(one.name)}",
        f"    accept: {'yes' if one.accept else 'no'}",
        f"    merge_with:{_optional(one.merge_with)}",
        f"    route:{_optional(one.route)}",
        f"    description:{_optional(one.description)}",
        "    examples:" if one.examples else "    examples: []",
        *(f"      - {one_line_scalar(example)}" for example in one.examples),
    ]
    if one.found:
        facts = yaml.safe_dump(
            one.found.model_dump(mode="json"),
            default_flow_style=True,
            sort_keys=False,
            allow_unicode=True,
            width=10_000,
        )
        lines.append(f"    found: {facts}")
    return lines


def _optional(value: str | None) -> str:
    return f" {one_line_scalar(value)}" if value else ""
