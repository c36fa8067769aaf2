"""YAML: Rasa 2/3 nlu.yml, entity markup removed, or the file of a router."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from winnow.config.bounded_yaml import compose_bounded
from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file
from winnow.curation.io.readers.rasa_examples import YAML_BULLET, listed_examples, plain_text
from winnow.curation.io.readers.route_files import ROUTE_KEYS, route_rows
from winnow.validators.text import Drop

READABLE = "a Rasa nlu.yml, or the routes of a router with their utterances"

DEPTH = 3
"""How deep the utterances of a router are: in a list of routes, in a route, in its list. What is deeper is no text."""


def rasa_rows(text: str, *, name: str = "file") -> Iterator[NumberedRow]:
    """Examples of a Rasa 2/3 `nlu.yml`, entity markup removed, or of a router. The row number counts the examples."""
    try:
        root = compose_bounded(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise unreadable_file(name, f"not YAML ({str(error).splitlines()[0]})", READABLE) from None
    entries = _child(root, "nlu")
    if not isinstance(entries, yaml.SequenceNode):
        yield from _router_rows(root, name)
        return
    number = 0
    for entry in entries.value:
        intent = _child(entry, "intent")
        if isinstance(intent, yaml.ScalarNode):
            for example in _rasa_examples(_child(entry, "examples")):
                number += 1
                fields = {"text": plain_text(str(example)), "label": str(intent.value)}
                yield number, example if isinstance(example, Drop) else fields


def _router_rows(root: yaml.Node | None, name: str) -> Iterator[NumberedRow]:
    rows = route_rows({key: _plain(_child(root, key)) for key in ROUTE_KEYS})
    if not rows:
        raise unreadable_file(name, "no `nlu:` list", READABLE, "or set the format")
    yield from enumerate(rows, 1)


def _plain(node: yaml.Node | None, depth: int = DEPTH) -> Any:
    """A node as lists and dicts. Every scalar is text as it was written, so that a query `yes` stays one."""
    if node is None or isinstance(node, yaml.ScalarNode):
        return None if node is None else str(node.value)
    if not depth:
        return {}
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, depth - 1) for item in node.value]
    return {str(key.value): _plain(value, depth - 1) for key, value in node.value}


def _rasa_examples(node: yaml.Node | None) -> Iterator[str | Drop]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            text = item if isinstance(item, yaml.ScalarNode) else _child(item, "text")
            if isinstance(text, yaml.ScalarNode):
                yield from _rasa_examples(text)
    elif isinstance(node, yaml.ScalarNode):
        yield from listed_examples(str(node.value).split("\n"), YAML_BULLET)


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs: Iterable[Any] = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


RASA = FileFormat("rasa", lambda file: rasa_rows(file.text, name=file.name), suffixes=(".yml", ".yaml"))
