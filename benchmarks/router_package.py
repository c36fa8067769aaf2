"""Packages of classifiers against the run in Winnow: equal answers on test, latency, throughput, memory, megabytes.

`python -m benchmarks.router_package banking|clinc FOLDER [--method encoder] [--rows N] [--set KEY=VALUE ...]`
makes a workspace of the public data in FOLDER (or continues with the one there), trains, packs the run for onnx (with
int8) and huggingface, and prints one line each. `--runtime` is the Python of an environment with onnxruntime,
tokenizers and numpy; without it, one is made in FOLDER, which needs PyPI. Everything is timed on one core, in a process
of its own. The package for huggingface is loaded by this Python, in which winnow cannot be imported then.
Scores on test are not printed: the test rows only show whether package and run answer alike.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import winnow
from benchmarks.texts import PUBLIC
from winnow.operations.train import method_settings
from winnow.training.methods import predict
from winnow.training.packaging.classifiers.classifier_source import open_source
from winnow.training.packaging.package_files import state_files
from winnow.training.predictions import Predictions
from winnow.training.routing.router import open_router
from winnow.training.runs import Run
from winnow.workspace import Workspace

SOURCES = {"banking": ("banking77", None), "clinc": ("clinc150", "oos")}
"""Name of the data, and the label of queries out of scope."""

VALIDATION_EVERY = 7
"""BANKING77 has no validation rows: every seventh train row becomes one."""

SINGLE, BATCH = 300, 32
"""Queries that are timed one at a time, and texts of a batch when throughput is timed."""

TIMED = """
import json, os, runpy, sys, time
os.sched_setaffinity(0, {int(sys.argv[3])})
texts = json.load(open(sys.argv[2]))
started = time.perf_counter()
if sys.argv[4] == "package":
    blocked = sys.argv[5].split(",")
    class Refuse:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] in blocked:
                raise ImportError(name)
    sys.meta_path.insert(0, Refuse())
    module = runpy.run_path(sys.argv[1] + "/route.py")
    answer, probabilities = module["route"], module["probabilities"]
else:
    from pathlib import Path
    from winnow.training.routing.router import open_router
    from winnow.training.runs import open_run
    router = open_router(open_run(Path(sys.argv[1])))
    answer, probabilities = router.answers, None
answer(texts[:1])
loaded = time.perf_counter() - started
for text in texts[:5]:
    answer([text])
seconds = []
for text in texts[: int(sys.argv[6])]:
    begun = time.perf_counter()
    answer([text])
    seconds.append(time.perf_counter() - begun)
size, many = int(sys.argv[7]), texts[:1000]
begun = time.perf_counter()
for start in range(0, len(many), size):
    answer(many[start : start + size])
bulk = len(many) / (time.perf_counter() - begun)
table = []
if probabilities:
    for start in range(0, len(texts), size):
        table += probabilities(texts[start : start + size]).tolist()
seconds.sort()
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
print(json.dumps({
    "p50_ms": 1000 * seconds[len(seconds) // 2], "p95_ms": 1000 * seconds[int(len(seconds) * 0.95)],
    "per_second": bulk, "load_s": loaded, "mb": peak,
    "probabilities": table}))
"""


@dataclass(frozen=True)
class TimedRouter:
    """What was measured in the process that answered."""

    figures: dict[str, float]
    probabilities: NDArray[np.float64]
    """Of every test row; empty for the run in Winnow."""

    def cells(self) -> str:
        """The figures as cells of the table."""
        shown = ("p50_ms", "p95_ms", "per_second", "load_s", "mb")
        return " | ".join(f"{self.figures[name]:.{0 if name in ('mb', 'per_second') else 1}f}" for name in shown)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", choices=SOURCES)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--method", default="encoder")
    parser.add_argument("--runtime", type=Path)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--rows", type=int, help="Train rows of a label; all by default.")
    parser.add_argument("--set", nargs="*", default=[], metavar="KEY=VALUE")
    given = parser.parse_args()
    workspace = _workspace(given.source, given.folder / given.source, given.rows)
    settings = method_settings(given.method, file=None, changes=given.set)
    run = workspace.train("all", method=given.method, settings=settings).run
    rows = workspace.release("all").counts
    print(
        f"{run.id}: trained in {run.facts.seconds:.0f} s on {rows['train']:,} rows; test {rows['test']:,}", flush=True
    )
    runtime = given.runtime or _environment(given.folder / "runtime")
    print(f"installed in addition to the package, for onnx: {_megabytes(_site_packages(runtime)):.0f} MB", flush=True)
    served = {"the run in Winnow": _timed(Path(sys.executable), run.path, workspace, given.core, winnow_itself=True)}
    folders = _packages(workspace, run, given.folder)
    for name, folder in folders.items():
        python, absent = (Path(sys.executable), "winnow") if name == "huggingface" else (runtime, "winnow,torch")
        served[name] = _timed(python, folder, workspace, given.core, absent=absent)
    print("\n| served by | p50 ms | p95 ms | texts/s | load s | peak MB | package MB |\n|---|---|---|---|---|---|---|")
    for name, one in served.items():
        size = f"{_megabytes(folders[name]):.0f}" if name in folders else ""
        print(f"| {name} | {one.cells()} | {size} |")
    _compare(workspace, run, {name: served[name].probabilities for name in folders})


def _workspace(source: str, folder: Path, limit: int | None) -> Workspace:
    """The public data, frozen as `all`; the one in the folder if it is there."""
    if (folder / "winnow.yaml").is_file():
        return winnow.open(folder)
    folder.mkdir(parents=True)
    name, fallback = SOURCES[source]
    rows = [json.loads(line) for line in (PUBLIC / name / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    if not any(row["split"] == "validation" for row in rows):
        train = [row for row in rows if row["split"] == "train"]
        for row in train[::VALIDATION_EVERY]:
            row["split"] = "validation"
    seen: Counter[str] = Counter()
    for row in rows:
        seen[row["label"]] += row["split"] == "train"
        row["kept"] = row["split"] != "train" or limit is None or seen[row["label"]] <= limit
    rows = [row for row in rows if row.pop("kept")]
    labels = "".join(f"  - name: {json.dumps(label)}\n" for label in dict.fromkeys(row["label"] for row in rows))
    fallback_line = f"fallback: {fallback}\n" if fallback else ""
    license_line = "licenses: {allow: [unknown]}\n"
    text = f"name: {name}\nkind: intents\nlabels:\n{labels}{fallback_line}{license_line}"
    (folder / "winnow.yaml").write_text(text, encoding="utf-8")
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    workspace = winnow.open(folder)
    workspace.add(folder / "rows.jsonl", origin="public")
    for gate in workspace.check().gates:
        if gate.verdict == "fail":
            workspace.waive(gate.name, by="the benchmark", reason="public data", until=datetime.now(UTC).date())
    workspace.freeze("all")
    return workspace


def _packages(workspace: Workspace, run: Run, folder: Path) -> dict[str, Path]:
    """The package for each target; that for onnx once with each graph."""
    folders = {}
    for target in ("onnx", "huggingface"):
        quantize = "int8" if target == "onnx" else None
        made = workspace.package(run.id, target=target, out=folder / f"{run.id}-{target}", quantize=quantize)
        print("\n".join((f"\n{target}:", *made.findings)), flush=True)
        folders[target] = made.folder
    for graph, other in (("model.onnx", "model.int8.onnx"), ("model.int8.onnx", "model.onnx")):
        alone = folder / f"{run.id}-{graph}"
        shutil.rmtree(alone, ignore_errors=True)
        shutil.copytree(folders["onnx"], alone, ignore=shutil.ignore_patterns(other))
        router = json.loads((alone / "router.json").read_text(encoding="utf-8"))
        (alone / "router.json").write_text(json.dumps(router | {"model": graph}), encoding="utf-8")
        state_files(alone, {})
        folders[graph] = alone
    del folders["onnx"]
    return folders


def _environment(folder: Path) -> Path:
    """The Python of an environment with what a package for onnx needs."""
    python = folder / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        install = ["-m", "pip", "install", "--quiet", "onnxruntime", "tokenizers", "numpy"]
        subprocess.run([str(python), *install], check=True)
        subprocess.run([str(python), "-m", "pip", "uninstall", "--quiet", "--yes", "pip", "setuptools"], check=True)
    return python


def _site_packages(python: Path) -> Path:
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    return Path(subprocess.run([str(python), "-c", code], check=True, text=True, capture_output=True).stdout.strip())


def _megabytes(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6


def _timed(
    python: Path, folder: Path, workspace: Workspace, core: int, *, absent: str = "", winnow_itself: bool = False
) -> TimedRouter:
    """Time a run or a package on one core; `absent` cannot be imported there."""
    texts = workspace.release("all").rows("test")["text"].tolist()
    queries = workspace.folder.root / "queries.json"
    queries.write_text(json.dumps(texts), encoding="utf-8")
    kind = "run" if winnow_itself else "package"
    arguments = [str(folder), str(queries), str(core), kind, absent, str(SINGLE), str(BATCH)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run([str(python), "-c", TIMED, *arguments], text=True, capture_output=True, env=environment)
    if done.returncode:
        sys.exit(done.stderr)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return TimedRouter(found, np.array(found.pop("probabilities")))


def _compare(workspace: Workspace, run: Run, packed: dict[str, NDArray[np.float64]]) -> None:
    """How the packages differ from the run on every test row, in 32 bits and as Winnow computes here."""
    release, rule, source = workspace.release("all"), open_router(run).rule, open_source(run)
    texts: Sequence[str] = list(release.rows("test")["text"])
    for name, predictions in ((source.computed_here, predict(run, texts)), ("32 bits", source.exact(texts))):
        own = _by_label(rule.calibrated(predictions), release.labels)
        for package, found in packed.items():
            other = int((found.argmax(axis=1) != own.argmax(axis=1)).sum())
            decided = [np.where(one.max(axis=1) >= rule.threshold, one.argmax(axis=1), -1) for one in (found, own)]
            changed = int((decided[0] != decided[1]).sum())
            print(
                f"{package} and the run in {name}, {len(texts):,} test rows: {other} other labels, "
                f"{changed} other answers, largest difference {abs(found - own).max():.1e}"
            )


def _by_label(predictions: Predictions, labels: Sequence[str]) -> NDArray[np.float64]:
    table = np.zeros((len(predictions.probabilities), len(labels)))
    table[:, [list(labels).index(name) for name in predictions.classes]] = predictions.probabilities
    return table


if __name__ == "__main__":
    main()
