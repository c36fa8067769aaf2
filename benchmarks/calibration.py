"""Measurements behind `winnow calibrate`: the shares of the bundled model, what a cut one gets, the tokenizer's time.

Run by `python -m benchmarks.calibration`, not by `make bench`. Needs the public data.
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from pathlib import Path

from benchmarks.texts import PUBLIC
from winnow.curation.engine.embedders.embedder import Embedder, open_embedder
from winnow.curation.engine.embedders.model_files import bundled_model_folder
from winnow.curation.engine.equal_percentiles import corresponding_cosines, edited_pairs
from winnow.curation.engine.exact_search import cosines
from winnow.curation.engine.vectors import Vectors

WANTED = (0.97, 0.90, 0.85)

TEXTS = 300


def texts_of(name: str) -> list[str]:
    """The texts of a public data set, every n-th, so that all labels occur."""
    rows = (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    every = list(dict.fromkeys(json.loads(row)["text"] for row in rows))
    return every[:: max(1, len(every) // TEXTS)][:TEXTS]


def pair_cosines(embedder: Embedder, texts: list[str]) -> Vectors:
    """The cosine of each text and its changes."""
    pairs = edited_pairs(texts)
    vectors = embedder.encode([text for pair in pairs for text in pair])
    return cosines(vectors[::2], vectors[1::2])


def with_fewer_layers(folder: Path, layers: int) -> Path:
    """A copy of the bundled model that ends after some of its layers."""
    import torch
    from safetensors.torch import load_file, save_file

    shutil.copytree(bundled_model_folder(), folder)
    file = folder / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "num_hidden_layers": layers}))
    kept = {
        name: value
        for name, value in load_file(folder / "model.safetensors").items()
        if not any(f"layer.{number}." in name for number in range(layers, 6))
    }
    save_file(kept, folder / "model.safetensors", metadata={"format": "pt"})
    torch.manual_seed(0)
    return folder


def shares(embedder: Embedder) -> None:
    """The share of edited pairs that reach each constant, with the bundled model."""
    print(f"share of the pairs of {TEXTS} texts and their changes at or above each cosine")
    print("\n| data | pairs | 0.97 | 0.90 | 0.85 |\n|---|---|---|---|---|")
    for name in ("clinc150", "banking77"):
        found = pair_cosines(embedder, texts_of(name))
        reached = " | ".join(f"{(found >= cosine).mean():.4f}" for cosine in WANTED)
        print(f"| {name} | {len(found):,} | {reached} |", flush=True)


def cut_models(embedder: Embedder) -> None:
    """The cosines that correspond to the constants, for the bundled model after three of its six layers."""
    print("\n| data | model | 0.97 | 0.90 | 0.85 |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        other = open_embedder(str(with_fewer_layers(Path(folder) / "three", 3)), backend="torch")
        for name in ("clinc150", "banking77"):
            texts = texts_of(name)
            found = corresponding_cosines(WANTED, pair_cosines(embedder, texts), pair_cosines(other, texts))
            print(f"| {name} | three layers | {' | '.join(f'{found[one]:.4f}' for one in WANTED)} |", flush=True)


def reading_time(embedder: Embedder) -> None:
    """Seconds to read texts with the tokenizer, next to those to embed them."""
    english = texts_of("clinc150")[:TEXTS]
    print("\n| texts | read | embedded | share |\n|---|---|---|---|")
    for name, texts in (("English", english), ("accented", [f"{text} möchte" for text in english])):
        embedder.sights(texts[:2])
        embedder.encode(texts[:2])
        start = time.process_time()
        for _ in range(10):
            embedder.sights(texts)
        read = (time.process_time() - start) / 10
        start = time.process_time()
        embedder.encode(texts)
        embedded = time.process_time() - start
        print(f"| {len(texts)} {name} | {read:.4f} s | {embedded:.2f} s | {read / embedded:.2%} |", flush=True)


if __name__ == "__main__":
    bundled = open_embedder(language="de")
    shares(bundled)
    cut_models(bundled)
    reading_time(bundled)
