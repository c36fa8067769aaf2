"""Generation: the cost of 500 examples by request strategy, and how many rows a similarity check flags.

Run by `python -m benchmarks.generation_cost cost|nearness`, not by `make bench`. `cost` uses the tests' local server,
which counts tokens by a simple rule and follows the API's caching rules: only the ratios are meaningful. `nearness`
needs the public data.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import winnow
from benchmarks.texts import PUBLIC, ROOT
from tests.fakes.claude import Claude, total_tokens, total_usd
from tests.fakes.claude.price_table import Price
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.generators.generation_request import GenerationRequest
from winnow.generators.llm.batch_jobs import BatchPolling

COUNT = 500

PRICE = Price(2.0, 10.0, cache_read_share=0.05)
"""Prices of the default model, as in generators/prices.json."""

COSINES = (0.80, 0.85, 0.90, 0.95)

FLIPPED = 0.05
"""Share of rows that get the label of their nearest row of another label."""


@dataclass(frozen=True)
class Way:
    """One request strategy for the same examples."""

    name: str
    settings: str
    batches: bool = False


WAYS = (
    Way("one a request", "{per_request: 1, cache: false}"),
    Way("ten a request", "{per_request: 10, cache: false}"),
    Way("ten, cached", "{per_request: 10}"),
    Way("ten, cached, in batches", "{per_request: 10}", batches=True),
)


def cost() -> None:
    """The same examples with four request strategies: billed input tokens and cost, relative to the first."""
    from tests.fakes.claude_answers import careful

    first: tuple[float, float] | None = None
    print("| way | requests | input tokens in full, written, read | as full-price tokens | ratio | all, USD | ratio |")
    print("|---|---|---|---|---|---|---|")
    for way in WAYS:
        with (
            tempfile.TemporaryDirectory() as place,
            Claude(writer=careful, prices={"claude-sonnet-5-5": PRICE}) as server,
        ):
            os.environ |= {"ANTHROPIC_API_KEY": server.key, "ANTHROPIC_BASE_URL": server.url}
            folder = Path(place)
            shutil.copy(ROOT / "examples" / "helpdesk" / "winnow.yaml", folder)
            with (folder / "winnow.yaml").open("a") as handle:
                handle.write(f"\ngenerate: {way.settings}\n")
            workspace = winnow.open(folder)
            workspace.add(ROOT / "examples" / "helpdesk" / "labeled.jsonl", license="own")
            order = GenerationRequest(
                "examples", count=COUNT, batches=way.batches, polling=BatchPolling(poll_seconds=0.1)
            )
            made = workspace.generate(order, note=lambda _: None)
            entries = server.ledger.entries()
        tokens = total_tokens(entries)
        written = tokens.cache_write_5m
        share = PRICE.batch_share if way.batches else 1.0
        paid = share * (
            tokens.fresh + written * PRICE.cache_write_5m_share + tokens.cache_read * PRICE.cache_read_share
        )
        usd = total_usd(entries)
        first = first or (paid, usd)
        requests = sum(entry.billed for entry in entries)
        print(
            f"| {way.name} | {requests} | {tokens.fresh:,}, {written:,}, {tokens.cache_read:,} | {paid:,.0f} "
            f"| {paid / first[0]:.3f} | {usd:.3f} | {usd / first[1]:.3f} |",
            flush=True,
        )
        assert made.kept >= 0.9 * COUNT, made


def nearness() -> None:
    """Rows with a similar row of another label that is more similar than any of their own label; as is, and flipped."""
    print("| data | cosine | of rows as labeled | of rows with a neighbor's label |")
    print("|---|---|---|---|")
    for name in ("banking77", "clinc150"):
        rows = [json.loads(line) for line in (PUBLIC / name / f"{name}.jsonl").open(encoding="utf-8")]
        train = [row for row in rows if row["split"] == "train"][:10_000]
        vectors = open_embedder().encode([row["text"] for row in train])
        labels = np.array([row["label"] for row in train])
        own, other, theirs = _nearest(vectors, labels)
        flipped = np.random.default_rng(0).permutation(len(train))[: int(FLIPPED * len(train))]
        wrong = labels.copy()
        wrong[flipped] = labels[theirs[flipped]]
        own_wrong, other_wrong, _ = _nearest(vectors, wrong)
        for cosine in COSINES:
            as_labeled = float((other >= np.maximum(own, cosine)).mean())
            caught = float((other_wrong >= np.maximum(own_wrong, cosine))[flipped].mean())
            print(f"| {name} | {cosine:.2f} | {as_labeled:.1%} | {caught:.0%} |", flush=True)


def _nearest(vectors: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For every row its cosine to the nearest row of its own and of another label, and the position of the latter."""
    own, other, theirs = (np.full(len(labels), -1.0, dtype=np.float32) for _ in range(3))
    for start in range(0, len(labels), 500):
        rows = slice(start, start + 500)
        product = vectors[rows] @ vectors.T
        product[np.arange(len(product)), np.arange(start, start + len(product))] = -1.0
        same = labels[rows][:, None] == labels[None, :]
        own[rows] = np.where(same, product, -1.0).max(axis=1)
        apart = np.where(same, -1.0, product)
        other[rows], theirs[rows] = apart.max(axis=1), apart.argmax(axis=1)
    return own, other, theirs.astype(int)


if __name__ == "__main__":
    {"cost": cost, "nearness": nearness}[sys.argv[1]]()
