"""A run keeps what an experiment tracker wrote next to its checkpoints, and the checkpoints go."""

from __future__ import annotations

from pathlib import Path

from winnow.curation.engine.embedders.embedder import open_embedder
from winnow.training.resumable_run import create_resumable_run, tracked_name
from winnow.training.run_facts import AnyRunFacts, EmbedderFacts, LinearRunFacts, RunIdentity
from winnow.workspace import Workspace


def test_logs_of_a_tracker_stay_with_the_run(frozen_example: Workspace, tmp_path: Path) -> None:
    names = []

    def fill(part: Path, identity: RunIdentity, resume: Path) -> AnyRunFacts:
        logs = resume / "runs" / "today"
        logs.mkdir(parents=True)
        (logs / "events.1").write_text("logged")
        (resume / "checkpoint-1").mkdir()
        names.append(tracked_name(resume))
        return LinearRunFacts(
            **dict(identity),
            method="linear",
            trained_at="2026-01-01T00:00:00Z",
            routes={},
            seconds=1.0,
            train_rows=1,
            embedder=EmbedderFacts.of(open_embedder()),
        )

    created = create_resumable_run(
        tmp_path,
        frozen_example.release("first"),
        method="linear",
        settings={},
        seed=0,
        depends_on={"python": "3"},
        fill_folder=fill,
    )
    assert (created.run.path / "tensorboard" / "today" / "events.1").read_text() == "logged"
    assert names == [created.run.id]
    assert not list(tmp_path.glob("*.resume"))
    assert not list(tmp_path.glob(".*.resume"))
