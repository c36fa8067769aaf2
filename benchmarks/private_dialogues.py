"""Dialogues before and after their private data is replaced: schema problems, levels of grounding, and the time.

Run by `python -m benchmarks.private_dialogues FILE...`, with files of dialogues in any form that `add` reads.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from winnow.config.load import parse_task
from winnow.core.vocabulary import PiiAction
from winnow.curation.ingest.screen import KeptRow, ScreenContext, Screened, screen
from winnow.curation.io.readers.source_rows import read_file
from winnow.curation.pii.scrub import DEFAULT_POLICY, Scrubber
from winnow.validators.kinds.tools import TOOLS, dialogue_of
from winnow.validators.tools.grounding.ground import ground
from winnow.validators.tools.schemas.check_arguments import argument_problems

TASK = parse_task("name: private\nkind: tools\ntools_without_result: [think]\n")

KEY = b"benchmark"


def compare(path: Path) -> None:
    """Print what a file holds before and after."""
    rows = read_file(path, kind=TOOLS).rows
    before = screen(rows, TASK, ScreenContext(Scrubber(dict.fromkeys(DEFAULT_POLICY, PiiAction.ALLOW), KEY)))
    start = time.process_time()
    after = screen(rows, TASK, ScreenContext(Scrubber(DEFAULT_POLICY, KEY)))
    seconds = time.process_time() - start
    both = {row.number for row in after.kept}
    print(f"{path.name}: {len(rows):,} rows, {seconds / len(rows) * 10_000:.1f} s per 10,000")
    print("  values replaced:", dict(_replaced(after).most_common()))
    print("  before:", _facts([row for row in before.kept if row.number in both]))
    print("  after: ", _facts(after.kept))
    for one in after.dropped:
        if one.row.number in {row.number for row in before.kept}:
            print(f"  row {one.row.number} dropped: {one.drop.detail}")


def _replaced(screened: Screened) -> Counter[str]:
    return Counter(str(one.entity) for row in screened.kept for one in row.rewrites)


def _facts(kept: Sequence[KeptRow]) -> str:
    dialogues = [dialogue_of(row.content) for row in kept]
    problems = sum(len(argument_problems(one)) for one in dialogues)
    levels = Counter(found.level.value for one in dialogues for found in ground(one))
    return f"{len(kept):,} dialogues, {problems} schema problems, {dict(levels.most_common())}"


if __name__ == "__main__":
    for name in sys.argv[1:]:
        compare(Path(name))
