"""`check` on 100,000 records: cold, unchanged, and after one added record; wall time and memory.

CLINC150, BANKING77 and rule-based variations of them (a swapped word, a frame, a typo), each in the group of its seed.
Without the public data, the shipped example and variations of it.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.texts import texts

RECORDS = 100_000

FRAMES = "please {} / hi, {} / {} thanks / could you tell me: {} / i need help, {} / quick one: {} / {} asap".split(
    " / "
)

LABELS = 150


def main() -> None:
    """Print seconds and peak memory of each state."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        name = _write(root)
        _winnow(root, "add", str(root / "data.jsonl"), "--group-column", "seed", "--license", "own")
        (root / "one.jsonl").write_text(json.dumps({"text": "a wholly new query", "label": "l0", "seed": "new"}) + "\n")
        print(f"{RECORDS:,} records ({name} and variations), each command in its own process\n")
        print("| state | seconds | of cold | peak memory, MB |\n|---|---|---|---|", flush=True)
        cold = _row("cold", _winnow(root, "check"), None)
        _row("nothing changed", _winnow(root, "check"), cold)
        _winnow(root, "add", str(root / "one.jsonl"), "--group-column", "seed", "--license", "own")
        _row("after one added record", _winnow(root, "check"), cold)


def _row(state: str, measured: tuple[float, float], cold: float | None) -> float:
    seconds, memory = measured
    print(f"| {state} | {seconds:.1f} | {seconds / (cold or seconds):.1%} | {memory:,.0f} |", flush=True)
    return seconds


def _winnow(root: Path, *arguments: str) -> tuple[float, float]:
    """Seconds of a command, and the peak memory of the largest command so far, in MB."""
    start = time.perf_counter()
    run = subprocess.run([Path(sys.executable).parent / "winnow", *arguments], cwd=root, capture_output=True, text=True)
    if run.returncode > 1:  # a failed gate does not mean that the command failed
        raise RuntimeError(run.stderr)
    return time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _write(root: Path) -> str:
    """Write task and data; returns the name of the data. Labels are assigned by seed: they do not affect the speed."""
    name, seeds = texts()
    chance = random.Random(0)
    rows = {text: i for i, text in enumerate(seeds[:RECORDS])}
    while len(rows) < RECORDS:
        i = chance.randrange(len(seeds))
        rows.setdefault(_variation(seeds[i], chance), i)
    lines = [{"text": text, "label": f"l{i % LABELS}", "seed": f"s{i}"} for text, i in rows.items()]
    (root / "data.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    labels = "".join(f"  - name: l{i}\n" for i in range(LABELS))
    (root / "winnow.yaml").write_text(f"name: large\nkind: intents\nlabels:\n{labels}")
    return name


def _variation(text: str, chance: random.Random) -> str:
    words = chance.choice(FRAMES).format(text).split()
    place = chance.randrange(len(words))
    word = words[place]
    if len(word) > 4 and chance.random() < 0.6:
        cut = chance.randrange(1, len(word) - 1)
        words[place] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    elif len(words) > 4:
        del words[place]
    return " ".join(words)


if __name__ == "__main__":
    main()
