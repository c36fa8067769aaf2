"""OpenAPI documents in YAML, read as strictly as JSON: each key once, and no dates."""

from __future__ import annotations

import json
import re

import yaml

from winnow.config.yaml_lines import MAX_VALUES, expanded_size
from winnow.validators.tools.strict_json import JsonError

_BEGINS = re.compile(r"^[\"']?(?:openapi|swagger)[\"']?\s*:", re.MULTILINE)


class _OpenApiLoader(yaml.SafeLoader):
    """Reads dates as the text that they are written as: JSON has none."""


_OpenApiLoader.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def is_openapi_yaml(text: str) -> bool:
    """Whether a text is an OpenAPI document in YAML and not in JSON."""
    return not text.lstrip().startswith(("{", "[")) and _BEGINS.search(text) is not None


def yaml_as_json(text: str) -> str:
    """The document as JSON text. Raises JsonError for what is no YAML, a key that occurs twice, or too many aliases."""
    try:
        root = yaml.compose(text, Loader=_OpenApiLoader)
        if root is None or expanded_size(root, {}) > MAX_VALUES:
            raise JsonError("empty, or YAML with aliases that expand to more than a million values")
        _refuse_repeated_keys(root, set())
        return json.dumps(yaml.load(text, Loader=_OpenApiLoader), allow_nan=False)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        if isinstance(error, JsonError):
            raise
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}" if mark else ""
        raise JsonError(f"not YAML: {getattr(error, 'problem', None) or str(error)[:80]}", place=place) from None


def _refuse_repeated_keys(node: yaml.Node, seen: set[int]) -> None:
    if id(node) in seen or isinstance(node, yaml.ScalarNode):
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        keys = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
        twice = next((key for place, key in enumerate(keys) if key in keys[:place]), None)
        if twice is not None:
            raise JsonError(
                f"not strict YAML: key {twice!r} occurs twice in one object",
                place=f" at line {node.start_mark.line + 1}",
            )
    for part in node.value:
        for one in part if isinstance(part, tuple) else (part,):
            _refuse_repeated_keys(one, seen)
