"""Precision of private data: every rewrite of ordinary queries, to be judged by a person.

Run by `python -m benchmarks.pii_rewrites [QUERIES]`: the first 5,000 queries of each public data set, or all with 0.
Needs the public data.
"""

from __future__ import annotations

import json
import sys
import time

from benchmarks.texts import PUBLIC
from winnow.curation.pii.detect import find_pii

DATA_SETS = ("clinc150", "banking77", "snips", "metatool_routing")

QUERIES = 5_000
"""Queries of each data set."""

SHOWN_AROUND = 60
"""Characters on both sides of a rewrite."""


def rewrites(name: str, queries: int) -> None:
    """Print every rewrite of the first queries of a data set, and the time that the search took."""
    lines = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [json.loads(line)["text"] for line in lines][: queries or None]
    start = time.perf_counter()
    found = [(text, one) for text in texts for one in find_pii(text)]
    seconds = time.perf_counter() - start
    print(f"{name}: {len(texts):,} queries, {len(found)} rewrites, {seconds:.2f} s")
    for text, one in found:
        around = text[max(0, one.start - SHOWN_AROUND) : one.end + SHOWN_AROUND].replace("\n", " ")
        print(f"  {one.entity} {text[one.start : one.end]!r} in {around!r}")


if __name__ == "__main__":
    for data_set in DATA_SETS:
        rewrites(data_set, int(sys.argv[1]) if len(sys.argv) > 1 else QUERIES)
