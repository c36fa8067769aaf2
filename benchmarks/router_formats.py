"""Whether the parsers of other routers read what `export` writes of a release: every example, and the labels in order.

    python3 -m venv parsers && parsers/bin/pip install semantic-router vllm-sr
    python -m benchmarks.router_formats RELEASE parsers/bin/python [...]

RELEASE is the path of a release of queries. Each Python is asked for the parsers that its environment has; those that
need different versions of one package have environments of their own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from winnow.core.vocabulary import Split
from winnow.curation.releases.export import export
from winnow.curation.releases.release import Release, open_release

FORMATS = ("semantic-router", "vllm-semantic-router")
"""Those that the parsers read."""

PARSERS = Path(__file__).with_name("router_parsers.py")


@dataclass(frozen=True)
class ParsedFormat:
    """What one parser read of one export."""

    parser: str
    """The package with its version."""
    format: str
    """Of the export."""
    found: Mapping[str, Any]
    """`examples` by label in the parser's order, or `error`."""
    expected: Mapping[str, Sequence[str]]
    """The train rows of the release by label, in the order of the class ids."""

    @property
    def agrees(self) -> bool:
        """Whether every example was read with its label, and the labels in order."""
        examples = self.found.get("examples")
        return examples is not None and [*examples.items()] == [*self.expected.items()]


def parsed_formats(release: Release, pythons: Sequence[str]) -> Iterator[ParsedFormat]:
    """What the parsers of some environments read."""
    with tempfile.TemporaryDirectory() as folder:
        for python in pythons:
            for line in _answers(python, release, Path(folder)):
                yield ParsedFormat(line["parser"], line["format"], line["found"], _expected(release, line["format"]))


def _answers(python: str, release: Release, folder: Path) -> Iterator[dict[str, Any]]:
    for name in FORMATS:
        export(release, name, folder / name)
    found = subprocess.run([python, str(PARSERS), str(folder)], capture_output=True, text=True, check=True)
    yield from (json.loads(line) for line in found.stdout.splitlines() if line.startswith("{"))


def _expected(release: Release, format_name: str) -> dict[str, list[str]]:
    rows = release.rows(Split.TRAIN)
    labels = [label for label in release.labels if format_name != "semantic-router" or label != release.task().fallback]
    return {label: list(rows["text"][rows["label"] == label]) for label in labels}


def main() -> None:
    """Print one line for each parser."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("release", type=Path)
    parser.add_argument("python", nargs="+")
    given = parser.parse_args()
    for one in parsed_formats(open_release(given.release), given.python):
        read = sum(map(len, one.found.get("examples", {}).values()))
        verdict = "as exported" if one.agrees else one.found.get("error", "different")
        print(f"{one.format}, read by {one.parser}: {len(one.expected)} labels, {read:,} examples: {verdict}")


if __name__ == "__main__":
    main()
