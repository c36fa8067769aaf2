"""Time of reading every row of a release back from the export formats, as each freeze does.

Run by `python -m benchmarks.export_round_trip [DIALOGUES]`; the dialogues are generated and offer ten tools.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

import pandas as pd

from benchmarks.generated_dialogues import generate, write_task
from winnow.config.load import read_task
from winnow.core.example import record_id
from winnow.curation.releases.round_trip import exports_of
from winnow.validators.kinds.tools import TOOLS

DIALOGUES = 10_000


def main(count: int = DIALOGUES) -> None:
    """Print the processor time for all formats, and what each of them holds."""
    with tempfile.TemporaryDirectory() as folder:
        write_task(Path(folder))
        task = read_task(Path(folder) / "winnow.yaml")
    contents = {content for row in generate(count).rows if isinstance(content := TOOLS.parse(row, task), str)}
    rows = pd.DataFrame(
        [
            {"id": record_id("tools", one), **TOOLS.column_values(one), "label": "", "split": "train", "facets": []}
            for one in sorted(contents)
        ]
    )
    start = time.process_time()
    facts = exports_of(rows, task)
    print(f"{len(rows):,} dialogues, {len(facts)} formats: {time.process_time() - start:.1f} s")
    for name, one in facts.items():
        print(f"{name}: whole {one.whole:,}, read back: {one.read_back}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
