"""A run learns from another run: what it states, and which runs may not teach because of what is held out."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch

from tests.fakes.tiny_encoder_model import make_encoder, own_words, texts_of
from tests.support.files import write_jsonl
from winnow.core.errors import WinnowError
from winnow.core.hashing import file_sha256
from winnow.curation.releases.manifest import MANIFEST
from winnow.curation.releases.release import Release, open_release
from winnow.operations.find_teacher import find_teacher
from winnow.training import linear, methods
from winnow.training.distillation.taught_rows import teach_rows
from winnow.training.distillation.teacher_run import Teacher, require_teacher, teacher_facts
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.initialization import LabeledTexts
from winnow.training.encoder.teacher_loss import TeacherTargets
from winnow.training.encoder.trainer import fit_encoder
from winnow.training.imported_runs.import_run import import_predictions
from winnow.training.predictions import Predictions
from winnow.training.run_facts import EncoderRunFacts, LinearRunFacts
from winnow.training.runs import Run
from winnow.training.teacher_facts import TeacherRunFacts
from winnow.workspace import Workspace

Trained = tuple[Workspace, str]

Edit = Callable[[pa.Table, pa.Table], pa.Table]


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def release(trained_example: Trained) -> Release:
    return trained_example[0].release("first")


@pytest.fixture(scope="module")
def teacher(trained_example: Trained) -> Run:
    return trained_example[0].run(trained_example[1])


def other_release(
    release: Release, folder: Path, edit: Edit, *, of: str = "validation", into: str = "train"
) -> Release:
    """A release in which the rows of one split are edited; the edit gets them and the rows of another split."""
    shutil.copytree(release.path, folder)
    edited = edit(*(pq.read_table(folder / "data" / f"{split}.parquet") for split in (into, of)))
    changed = f"data/{into}.parquet"
    pq.write_table(edited, folder / changed)
    stated = release.manifest.files[changed].model_copy(update={"sha256": file_sha256(folder / changed)})
    files = {**release.manifest.files, changed: stated}
    counts = {**release.counts, into: edited.num_rows}
    manifest = release.manifest.model_copy(update={"counts": counts, "files": files})
    (folder / MANIFEST).write_text(manifest.text(), encoding="utf-8")
    return open_release(folder)


def taught_on(teacher: Run, release: Release) -> Run:
    """The teacher, as if it had been trained on a release."""
    stated = teacher.facts.release.model_copy(update={"name": release.name, "sha256": release.sha256, "path": "gone"})
    return replace(teacher, facts=teacher.facts.model_copy(update={"release": stated}), places=(release.path.parent,))


def test_a_run_states_its_teacher_and_depends_on_it(release: Release, teacher: Run, tmp_path: Path) -> None:
    cache = tmp_path / "vectors.lance"
    alone, _ = linear.train(release, tmp_path, vectors_cache=cache)
    settings = {"teacher": str(teacher.path), "teacher_weight": 0.9}
    taught, new = methods.train(release, tmp_path, method="linear", seed=0, settings=settings, vectors_cache=cache)
    facts = taught.facts_of(LinearRunFacts)
    assert new
    assert alone.facts.settings == {"inverse_penalty": 10.0}  # as before there were teachers: the same id
    assert (facts.settings["teacher"], facts.settings["teacher_weight"]) == (teacher.id, 0.9)
    assert isinstance(facts.teacher, TeacherRunFacts)
    assert (facts.teacher.run, facts.teacher.release_sha256) == (teacher.id, release.sha256)
    assert facts.versions["teacher"] == facts.teacher.sha256
    assert facts.teacher.agreement > 0.9  # it was trained on these rows
    half = Predictions(["a", "b"], np.array([[0.8, 0.2], [1.0, 0.0]]))
    assert teacher_facts(teacher, half, ["a", "b"]).agreement == 0.5
    again, new = methods.train(release, tmp_path, method="linear", seed=0, settings=settings)
    assert (again.id, new) == (taught.id, False)
    assert len({alone.id, taught.id, teacher.id}) == 2  # without a teacher it is the run of the workspace
    texts = list(release.rows("validation")["text"])
    first, second = (methods.predict(run, texts, vectors_cache=cache).probabilities for run in (alone, taught))
    difference = np.abs(first - second)
    assert difference.max() > 0.01


def test_a_run_whose_settings_name_a_teacher_learns_from_it(release: Release, teacher: Run, tmp_path: Path) -> None:
    model = make_encoder(tmp_path / "model", sorted(set(" ".join(release.rows("train")["text"]).lower().split())))
    settings = {"model": str(model), "epochs": 1, "teacher": str(teacher.path), "prompt": "please "}
    run, _ = methods.train(release, tmp_path / "runs", method="encoder", seed=0, settings=settings)
    facts = run.facts_of(EncoderRunFacts)
    assert isinstance(facts.teacher, TeacherRunFacts)
    assert (facts.settings["teacher"], facts.settings["prompt"]) == (teacher.id, "please ")
    texts = list(release.rows("validation")["text"])[:5]
    with_prompt = methods.predict(run, texts).probabilities
    plain = replace(run, facts=facts.model_copy(update={"settings": {**facts.settings, "prompt": ""}}))
    assert np.abs(with_prompt - methods.predict(plain, texts).probabilities).max() > 1e-4
    assert methods.dry_run(release, method="encoder", seed=0, settings=settings).steps > 0


def test_an_encoder_follows_its_teacher_by_its_weight(tmp_path: Path) -> None:
    model = make_encoder(tmp_path / "model", own_words())
    texts = [text for label in ("card", "loan") for text in texts_of(label, 20)]
    labels = ["card"] * 20 + ["loan"] * 20
    contrary = Predictions(["card", "loan"], np.array([[0.1, 0.9]] * 20 + [[0.9, 0.1]] * 20))
    agreed = {}
    for weight in (0.0, 1.0):
        settings = EncoderSettings(
            rank=4, learning_rate=1e-2, head_learning_rate=1e-2, epochs=6, batch_size=8, teacher_weight=weight
        )
        fitted = fit_encoder(
            str(model),
            LabeledTexts(texts, labels, teacher=contrary),
            LabeledTexts([], []),
            settings=settings,
            seed=0,
            checkpoints=tmp_path / str(weight),
        )
        agreed[weight] = _accuracy(fitted.model.base_model.model, str(model), texts, labels)
    assert agreed[0.0] > 0.9
    assert agreed[1.0] < 0.2


def _accuracy(model: Any, folder: str, texts: list[str], labels: list[str]) -> float:
    from winnow.training.encoder.batched_inference import compute_logits
    from winnow.training.encoder.encoder_classifier import load_base_encoder

    logits = compute_logits(model.eval(), load_base_encoder(folder, pooling="own").tokenize(texts, 32))
    said = [("card", "loan")[i] for i in logits.argmax(axis=1)]
    return float(np.mean([one == label for one, label in zip(said, labels, strict=True)]))


def test_the_loss_is_that_of_hinton() -> None:
    generator = torch.Generator().manual_seed(0)
    logits, own = (torch.randn(4, 3, generator=generator) for _ in range(2))
    at_two = torch.softmax(own / 2, dim=-1)
    targets = TeacherTargets(torch.cat([torch.zeros(1, 3), at_two]), 0.25, 2.0)
    rows = torch.arange(1, 5)
    divergence = (at_two * (at_two.log() - torch.log_softmax(logits / 2, dim=-1))).sum(dim=-1).mean()
    expected = 0.75 * 7.0 + 0.25 * 4 * divergence
    assert torch.allclose(targets.loss(logits, rows, cross_entropy=torch.tensor(7.0)), expected)


def with_held_out(train: pa.Table, held_out: pa.Table) -> pa.Table:
    return pa.concat_tables([train, held_out.slice(0, 2)])


def with_reworded(train: pa.Table, held_out: pa.Table) -> pa.Table:
    """A held-out text in capitals and with more punctuation, under another id."""
    taken = held_out.slice(0, 1).to_pylist()[0]
    changed = taken | {"id": "f" * len(taken["id"]), "text": f"{taken['text'].upper()} !!"}
    return pa.concat_tables([train, pa.Table.from_pylist([changed], schema=train.schema)])


@pytest.mark.parametrize("edit", [with_held_out, with_reworded])
@pytest.mark.parametrize("split", ["validation", "test"])
def test_a_teacher_that_was_trained_on_held_out_rows_is_refused(
    edit: Edit, split: str, release: Release, teacher: Run, tmp_path: Path
) -> None:
    leaking = taught_on(teacher, other_release(release, tmp_path / "other", edit, of=split))
    with pytest.raises(WinnowError, match=r"of the train split of other (?:is|are) held out in first"):
        require_teacher(leaking, release)
    with pytest.raises(WinnowError, match=r"(?:is|are) held out in first"):
        linear.train(release, tmp_path / "runs", teacher=Teacher(leaking, methods.predict))
    assert not (tmp_path / "runs").exists()


def test_a_teacher_that_validated_on_test_rows_is_refused(release: Release, teacher: Run, tmp_path: Path) -> None:
    other = other_release(release, tmp_path / "other", with_held_out, of="test", into="validation")
    with pytest.raises(WinnowError, match=r"of the validation split of other (?:is|are) held out in first"):
        require_teacher(taught_on(teacher, other), release)


def test_a_teacher_of_a_release_with_fewer_rows_may_teach(release: Release, teacher: Run, tmp_path: Path) -> None:
    other = other_release(release, tmp_path / "other", lambda train, _: train.slice(0, train.num_rows - 1))
    require_teacher(taught_on(teacher, other), release)


def test_what_the_teacher_does_not_know_is_named(release: Release, teacher: Run) -> None:
    def narrow(run: Run, texts: Sequence[str], **how: Any) -> Predictions:
        return Predictions(["a", "b"], np.full((len(texts), 2), 0.5))

    with pytest.raises(WinnowError, match=rf"run {teacher.id} does not know c; expected"):
        teach_rows(Teacher(teacher, narrow), release, ["x", "y"], ["a", "c"])
    taught = teach_rows(Teacher(teacher, narrow), release, ["x", "y"], ["a", "a"])
    assert taught is not None
    assert taught.soft.classes == ["a"]


def test_runs_that_cannot_teach_are_refused(release: Release, teacher: Run, tmp_path: Path) -> None:
    rows = [{"id": one, "label": release.labels[0]} for one in release.rows("validation")["id"]]
    imported, _ = import_predictions(release, write_jsonl(tmp_path / "p.jsonl", rows), tmp_path / "runs", name="rules")
    with pytest.raises(WinnowError, match=r"its predictions were imported"):
        require_teacher(imported, release)
    elsewhere = teacher.facts.release.model_copy(update={"sha256": "0" * 64})
    gone = replace(teacher, facts=teacher.facts.model_copy(update={"release": elsewhere}), places=())
    with pytest.raises(WinnowError, match=r"its release is not here"):
        require_teacher(gone, release)
    pupil = gone.facts.model_copy(update={"settings": {**gone.facts.settings, "teacher": "another"}})
    with pytest.raises(WinnowError, match=r"learned from a teacher itself"):
        require_teacher(replace(gone, facts=pupil), release)


WRONG = [
    ("linear", "answers.jsonl", r"answers.jsonl is a file; expected: for method linear the id or path of a run"),
    ("encoder", "answers.jsonl", r"for method encoder the id or path of a run"),
    ("linear", "no-such-run", r"no such run"),
    ("adapter", "RUN", r"is a folder; expected: for method adapter a JSONL file of answers"),
    ("prompt", "RUN", r"method prompt learns from no teacher; expected: one of the methods linear, encoder, adapter"),
]


@pytest.mark.parametrize(("method", "name", "found"), WRONG)
def test_what_is_no_teacher_of_a_method_is_refused(
    method: str, name: str, found: str, trained_example: Trained, teacher: Run, tmp_path: Path
) -> None:
    path = write_jsonl(tmp_path / "answers.jsonl", [])
    named = {"answers.jsonl": str(path), "RUN": str(teacher.path)}.get(name, name)
    with pytest.raises(WinnowError, match=found):
        find_teacher(trained_example[0]._context, method, None, named)


def test_a_teacher_is_named_by_its_id_in_a_workspace(trained_example: Trained, teacher: Run) -> None:
    found = find_teacher(trained_example[0]._context, "linear", {"teacher": teacher.id})
    assert found.teacher["teacher"].id == teacher.id
    assert find_teacher(trained_example[0]._context, "linear", {"inverse_penalty": 1.0}).teacher == {}
