"""A release whose labels are not in alphabetical order and one of which has no train row, and runs on it."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from pathlib import Path

from tests.fakes.tiny_encoder_model import make_encoder
from tests.support.files import write_jsonl
from tests.support.paths import EXAMPLE
from tests.support.workspaces import waive_failing
from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.training import linear, methods
from winnow.training.runs import Run
from winnow.workspace import Workspace

LABELS = ("it_vpn", "hr_leave", "never_seen", "fin_expenses", "fallback")
"""In the order of the task; `never_seen` has no row."""

FALLBACK = "fallback"

ROWS_OF_A_LABEL = 24

ENCODER_FOLDER = "tiny-encoder"


def freeze_classified(folder: Path) -> None:
    """A workspace with rows of the example, frozen as `first`, and a tiny encoder that knows their words."""
    import winnow

    folder.mkdir(parents=True, exist_ok=True)
    labels = "".join(f"  - {{name: {name}, route: agent_{name.partition('_')[0]}}}\n" for name in LABELS)
    (folder / "winnow.yaml").write_text(
        f"name: classified\nkind: intents\nlabels:\n{labels}fallback: {FALLBACK}\nlicenses: {{allow: [mit]}}\n"
    )
    rows = _rows()
    workspace = winnow.open(folder)
    workspace.add(write_jsonl(folder / "rows.jsonl", rows), license="MIT")
    waive_failing(workspace)
    workspace.freeze("first")
    words = {word for row in rows for word in re.findall(r"\w+|[^\w\s]", row["text"].lower())}
    make_encoder(folder / ENCODER_FOLDER, sorted(words))


def _rows() -> list[dict[str, str]]:
    """Rows of the example; every third one is held out."""
    by_label = defaultdict(list)
    for line in (EXAMPLE / "labeled.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        by_label[row["intent"]].append(row["query"])
    splits = ("train", "validation", "train", "test", "train", "validation")
    return [
        {"text": text, "label": label, "split": splits[number % len(splits)]}
        for label in LABELS
        for number, text in enumerate(by_label[label][:ROWS_OF_A_LABEL])
    ]


def train_encoder(workspace: Workspace, *, precision: str = "f32", seed: int = 0, encoder: str = ENCODER_FOLDER) -> Run:
    """A run of method `encoder` on an encoder in the workspace, by default the tiny one, trained in a second."""
    settings = {
        "model": str(workspace.folder.root / encoder),
        "epochs": 4,
        "rank": 4,
        "batch_size": 16,
        "learning_rate": 1e-2,
        "head_learning_rate": 1e-2,
        "max_length": 12,
        "precision": precision,
    }
    release = workspace.release("first")
    return methods.train(release, workspace.folder.runs, method="encoder", seed=seed, settings=settings).run


def train_linear(workspace: Workspace) -> Run:
    """A run of method `linear` on the tiny encoder."""
    embedder = open_embedder(str(workspace.folder.root / ENCODER_FOLDER), backend="torch")
    return linear.train(workspace.release("first"), workspace.folder.runs, embedder=embedder).run
