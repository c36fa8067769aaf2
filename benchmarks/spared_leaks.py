"""Train rows that guards keep although they are near a test row: by every guard of dedup, and by the rule of leakage.

Run by `python -m benchmarks.spared_leaks`, not by `make bench`. Needs the public data.
"""

from __future__ import annotations

import json

import numpy as np

from benchmarks.texts import PUBLIC
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.validators.wording.changed_request import MASKED, changed_request
from winnow.validators.wording.guards import Guards, protecting_guards

COSINE = 0.97

ROWS = {"clinc150": (4_000, 1_500), "banking77": (4_000, 2_000)}
"""Train and test rows of the sample of each data set."""

GUARDS = Guards({})


def sample(name: str, split: str, rows: int, generator: np.random.Generator) -> list[dict[str, str]]:
    """Some rows of a split, drawn at random."""
    lines = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    every = [row for row in map(json.loads, lines) if row["split"] == split]
    return [every[place] for place in generator.permutation(len(every))[:rows]]


def kept_by(every_guard: bool, one: dict[str, str], other: dict[str, str]) -> bool:
    """Whether guards keep two near rows apart."""
    first, second = GUARDS.signature(one["text"]), GUARDS.signature(other["text"])
    found = set(protecting_guards(first, second)) - MASKED
    if every_guard or one["label"] != other["label"]:
        return bool(found)
    return bool(changed_request(first, second))


def main() -> None:
    """Print the rows near test rows, and those kept by each rule."""
    embedder = open_embedder(language="en")
    for name, (train_rows, test_rows) in ROWS.items():
        generator = np.random.default_rng(0)
        train = sample(name, "train", train_rows, generator)
        test = sample(name, "test", test_rows, generator)
        views = [
            [embedder.encode([change(row["text"]) for row in rows]) for rows in (train, test)]
            for change in (str, GUARDS.masked)
        ]
        near = np.maximum(*(one @ other.T for one, other in views)) >= COSINE
        rows = np.flatnonzero(near.any(axis=1)).tolist()
        print(f"{name}: {len(train)} train rows, {len(test)} test rows, {len(rows)} near one at {COSINE}")
        for every_guard in (True, False):
            kept = [
                row
                for row in rows
                if all(kept_by(every_guard, train[row], test[place]) for place in np.flatnonzero(near[row]))
            ]
            print(f"  kept by {'every guard but numbers' if every_guard else 'the rule of leakage'}: {len(kept)}")
            for row in kept:
                print(f"    {train[row]['text']!r} | {test[int(np.argmax(near[row]))]['text']!r}")


if __name__ == "__main__":
    main()
