"""Rasa 2/3 nlu.yml, entity markup removed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import yaml

from winnow.curation.io.readers.file_format import FileFormat
from winnow.curation.io.readers.numbered_rows import NumberedRow, unreadable_file

ENTITY_MARKUP = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\{[^}\n]*\})")
"""Rasa's entity markup: [text](entity) or [text]{"entity": "name"}."""


def rasa_rows(text: str, *, name: str = "file") -> Iterator[NumberedRow]:
    """Examples of a Rasa 2/3 `nlu.yml`, entity markup removed. The row number counts the examples."""
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except (yaml.YAMLError, RecursionError) as error:
        raise unreadable_file(name, f"not YAML ({str(error).splitlines()[0]})", "a Rasa nlu.yml") from None
    entries = _child(root, "nlu")
    if not isinstance(entries, yaml.SequenceNode):
        raise unreadable_file(name, "no `nlu:` list", "a Rasa nlu.yml", "or set the format")
    number = 0
    for entry in entries.value:
        intent = _child(entry, "intent")
        if isinstance(intent, yaml.ScalarNode):
            for example in _rasa_examples(_child(entry, "examples")):
                number += 1
                yield number, {"text": ENTITY_MARKUP.sub(r"\1", example), "label": str(intent.value)}


def _rasa_examples(node: yaml.Node | None) -> Iterator[str]:
    if isinstance(node, yaml.SequenceNode):
        for item in node.value:
            text = item if isinstance(item, yaml.ScalarNode) else _child(item, "text")
            if isinstance(text, yaml.ScalarNode):
                yield from _rasa_examples(text)
    elif isinstance(node, yaml.ScalarNode):
        for line in str(node.value).split("\n"):
            if line.strip():
                yield line.strip().removeprefix("- ").strip()


def _child(node: yaml.Node | None, key: str) -> yaml.Node | None:
    pairs: Iterable[Any] = node.value if isinstance(node, yaml.MappingNode) else ()
    return next((value for name, value in pairs if name.value == key), None)


RASA = FileFormat("rasa", lambda file: rasa_rows(file.text, name=file.name), suffixes=(".yml", ".yaml"))
