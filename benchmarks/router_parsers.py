"""What the parsers of routers read of exports; run by the Python of an environment with them.

Takes the folder of the exports, and writes one JSON object a line: `parser`, `format`, and `found` with the `examples`
by label, or `error`. A parser that is not installed is left out. Nothing is downloaded: the router of semantic-router
gets an encoder that counts letters in place of a model.

Run by `benchmarks.router_formats`, never imported.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any

MINIMAL = """
version: v0.3
listeners: [{name: http, address: 0.0.0.0, port: 8899}]
providers:
  defaults: {model: answering}
  models: [{name: answering, provider_model_id: answering, backend_refs: [{name: own, endpoint: "127.0.0.1:8000"}]}]
"""
"""What a configuration of vLLM Semantic Router needs besides its signals."""

LETTERS = 512
"""Dimensions of the vectors: hashed pairs of letters."""


def semantic_router(folder: Path) -> dict[str, Any]:
    """The routes of a router that was calibrated and evaluated with the other files."""
    from semantic_router import IndexedRouter
    from semantic_router.config import IndexedConfig
    from semantic_router.encoders import DenseEncoder

    class LetterEncoder(DenseEncoder):  # type: ignore[misc]
        def __call__(self, docs: list[str]) -> list[list[float]]:
            vectors = []
            for text in docs:
                vector = [0.01] * LETTERS
                for pair in pairwise(text):
                    vector[(ord(pair[0]) * 31 + ord(pair[1])) % LETTERS] += 1.0
                vectors.append(vector)
            return vectors

        async def acall(self, docs: list[str]) -> list[list[float]]:
            return self(docs)

    config = IndexedConfig.model_validate_json((folder / "router.json").read_text("utf-8"))
    router = IndexedRouter(encoder=LetterEncoder(name="letters"), routes=config.routes)
    queries = {name: [*map(json.loads, open_lines(folder / f"{name}.jsonl"))] for name in ("validation", "test")}
    columns = {name: ([one["text"] for one in rows], [one["route"] for one in rows]) for name, rows in queries.items()}
    router.fit(*columns["validation"])
    router.evaluate(*columns["test"])
    return {"examples": {route.name: route.utterances for route in config.routes or []}}


def vllm_sr(folder: Path) -> dict[str, Any]:
    """The knowledge base in the order of the classifier's labels, after the validation of the configuration."""
    import yaml
    from cli.parser import parse_user_config
    from cli.validator import validate_user_config

    own = yaml.safe_load((folder / "signals.yaml").read_text("utf-8"))
    (classifier,) = own["routing"]["signals"]["classifiers"]
    condition = {"type": "classifier", "name": classifier["name"], "label": classifier["labels"][0]}
    decision = {
        "name": "first",
        "priority": 1,
        "rules": {"operator": "AND", "conditions": [{**condition, "predicate": {"gte": 0.5}}]},
        "modelRefs": [{"model": "answering", "use_reasoning": False}],
    }
    own["routing"] |= {"modelCards": [{"name": "answering"}], "decisions": [decision]}
    with tempfile.TemporaryDirectory() as place:
        path = Path(place) / "config.yaml"
        path.write_text(yaml.safe_dump(yaml.safe_load(MINIMAL) | own), encoding="utf-8")
        config = parse_user_config(str(path))
    problems = [str(one) for one in validate_user_config(config)]
    if problems:
        return {"error": "; ".join(problems)}
    entries = json.loads((folder / "labels.json").read_text("utf-8"))["labels"]
    return {"examples": {name: entries[name]["exemplars"] for name in config.routing.signals.classifiers[0].labels}}


def open_lines(path: Path) -> list[str]:
    """The lines of a file."""
    return path.read_text("utf-8").splitlines()


PARSERS: dict[str, tuple[str, Callable[[Path], dict[str, Any]]]] = {
    "semantic-router": ("semantic-router", semantic_router),
    "vllm-sr": ("vllm-semantic-router", vllm_sr),
}
"""By package: the format that it reads, and how it is asked."""


def main() -> None:
    """Ask every parser that is installed."""
    for package, (name, parse) in PARSERS.items():
        try:
            parser = f"{package} {version(package)}"
        except PackageNotFoundError:
            continue
        try:
            found = parse(Path(sys.argv[1]) / name)
        except Exception as error:  # noqa: BLE001  # whatever it raises is its verdict
            found = {"error": repr(error)}
        sys.stdout.write(json.dumps({"parser": parser, "format": name, "found": found}) + "\n")


if __name__ == "__main__":
    main()
