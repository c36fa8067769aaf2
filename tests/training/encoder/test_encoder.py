from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from tests.fakes.tiny_encoder_model import make_encoder, own_words, texts_of
from tests.support.commands import run_winnow
from winnow.core.errors import WinnowError
from winnow.curation.releases.release import Release
from winnow.operations.evaluate import evaluate_run
from winnow.training import methods
from winnow.training.encoder import encoder_method
from winnow.training.encoder.batched_inference import compute_logits
from winnow.training.encoder.checkpoints import last_checkpoint
from winnow.training.encoder.dry_run import estimate_training
from winnow.training.encoder.encoder_classifier import load_base_encoder
from winnow.training.encoder.encoder_settings import EncoderSettings
from winnow.training.encoder.initialization import LabeledTexts, prepare_training
from winnow.training.encoder.lora_adapter import load_classes, load_merged, save_adapter
from winnow.training.encoder.trainer import TrainedEncoder, fit_encoder
from winnow.training.encoder.training_curves import training_curves
from winnow.training.encoder.training_curves_svg import draw_training_curves
from winnow.training.hardware import detect_hardware
from winnow.training.run_facts import EncoderRunFacts
from winnow.training.runs import open_run
from winnow.training.settings_file import DEFAULT_SETTINGS_FOLDER, check_settings, read_settings
from winnow.workspace import Workspace

QUICK = EncoderSettings(rank=4, alpha=8.0, learning_rate=1e-2, head_learning_rate=1e-2, epochs=4, batch_size=8)


pytestmark = pytest.mark.usefixtures("one_thread")

LOAD = """
import sys
from pathlib import Path
from winnow.training.encoder.encoder_classifier import load_base_encoder
from winnow.training.encoder.lora_adapter import load_merged
from winnow.training.hardware import detect_hardware
load_merged(load_base_encoder(sys.argv[1], pooling="own"), Path(sys.argv[2]), detect_hardware())
"""


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_encoder(tmp_path_factory.mktemp("tiny") / "encoder", own_words())


@pytest.fixture(scope="module")
def tiny_example(frozen_example: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny encoder that knows the words of the shipped example."""
    texts = " ".join(frozen_example.release("first").rows("train")["text"]).lower()
    return make_encoder(tmp_path_factory.mktemp("tiny") / "example", sorted(set(texts.split())))


def rows_of(counts: dict[str, int], *, seed: int = 0) -> LabeledTexts:
    pairs = [(text, label) for label, count in counts.items() for text in texts_of(label, count, seed=seed)]
    random.Random(0).shuffle(pairs)
    return LabeledTexts([text for text, _ in pairs], [label for _, label in pairs])


TRAIN = rows_of({"card": 40, "loan": 40, "trip": 40})

HELD = rows_of({"card": 20, "loan": 20, "trip": 20}, seed=1)


def trained(
    folder: Path, scratch: Path, train: LabeledTexts = TRAIN, held: LabeledTexts = HELD, **changes: Any
) -> TrainedEncoder:
    return fit_encoder(str(folder), train, held, settings=replace(QUICK, **changes), seed=0, checkpoints=scratch)


def answers(fitted: TrainedEncoder, folder: Path, scratch: Path, texts: list[str]) -> np.ndarray[Any, Any]:
    """The logits of what was saved and read again."""
    save_adapter(fitted.model, fitted.classes, scratch)
    base = load_base_encoder(str(folder), pooling="own")
    return compute_logits(load_merged(base, scratch, detect_hardware()), base.tokenize(texts, 128))


def test_it_learns_what_can_be_learnt_and_says_how_it_went(tiny: Path, tmp_path: Path) -> None:
    fitted = trained(tiny, tmp_path / "checkpoints")
    logits = answers(fitted, tiny, tmp_path, list(HELD.texts))
    predicted = [load_classes(tmp_path)[i] for i in logits.argmax(axis=1)]
    accuracy = np.mean([gold == said for gold, said in zip(HELD.labels, predicted, strict=True)])
    assert accuracy > 0.8  # chance is 0.33
    points = training_curves(fitted.history)
    assert [p["epoch"] for p in points["train"]] == [1, 2, 3, 4]
    assert len(points["validation"]) == fitted.training.epochs
    assert max(p["accuracy"] for p in points["validation"]) == pytest.approx(accuracy)
    assert points["train"][-1]["loss"] < points["train"][0]["loss"]
    svg = draw_training_curves(points, best_epoch=fitted.training.best_epoch)
    assert svg.count("<circle") == len(points["train"]) + 3 * len(points["validation"])
    assert fitted.training.peak_memory.process_bytes > 2**20


def test_what_is_saved_answers_as_what_was_trained(tiny: Path, tmp_path: Path) -> None:
    fitted = trained(tiny, tmp_path / "checkpoints", precision="f32")
    texts = list(HELD.texts[:20])
    base = load_base_encoder(str(tiny), pooling="own")
    with torch.inference_mode():
        model = fitted.model.eval()
        each = [base.tokenizer(text, return_tensors="pt") for text in texts]
        direct = np.vstack([model(one["input_ids"], one["attention_mask"])["logits"].numpy() for one in each])
    save_adapter(fitted.model, fitted.classes, tmp_path)
    merged = load_merged(base, tmp_path, detect_hardware().model_copy(update={"precision": "f32"}))
    assert np.allclose(compute_logits(merged, base.tokenize(texts, 128)), direct, atol=1e-4)
    kept = {path.suffix for path in tmp_path.joinpath("adapter").iterdir()}
    assert kept == {".safetensors", ".json"}  # nothing that runs code when it is read
    command = [sys.executable, "-W", "error::FutureWarning", "-c", LOAD, str(tiny), str(tmp_path)]
    subprocess.run(command, check=True)  # users see no warning of peft about transformers, which comes once a process


def test_a_text_is_answered_alike_alone_and_among_others(tiny: Path, tmp_path: Path) -> None:
    fitted = trained(tiny, tmp_path / "checkpoints", epochs=1)
    texts = [*HELD.texts, "card " * 500]  # longer than the encoder can read
    together = answers(fitted, tiny, tmp_path, texts)
    turned = answers(fitted, tiny, tmp_path, texts[::-1])[::-1]
    alone = np.vstack([answers(fitted, tiny, tmp_path, [text]) for text in texts[:3]])
    assert np.allclose(together, turned, atol=1e-6)
    assert np.allclose(together[:3], alone, atol=2e-2)  # bf16 sums of other shapes round differently


def test_same_seed_same_answers_other_seed_others_and_the_caller_keeps_its_random_state(
    tiny: Path, tmp_path: Path
) -> None:
    before = torch.get_rng_state(), np.random.get_state()[1], random.getstate()
    first = answers(trained(tiny, tmp_path / "a"), tiny, tmp_path / "1", list(HELD.texts))
    assert torch.equal(torch.get_rng_state(), before[0])
    assert np.array_equal(np.random.get_state()[1], before[1])
    assert random.getstate() == before[2]
    random.random()  # a caller's own draws change nothing
    second = answers(trained(tiny, tmp_path / "b"), tiny, tmp_path / "2", list(HELD.texts))
    other = fit_encoder(str(tiny), TRAIN, HELD, settings=QUICK, seed=1, checkpoints=tmp_path / "c")
    assert np.array_equal(first, second)
    assert not np.array_equal(first, answers(other, tiny, tmp_path / "3", list(HELD.texts)))


def test_a_training_that_was_interrupted_goes_on_and_ends_the_same(tiny: Path, tmp_path: Path) -> None:
    whole = trained(tiny, tmp_path / "whole", patience=9)
    stopped: list[int] = []

    def stop(done: int, of: int) -> None:
        stopped.append(done)
        if done >= of * 0.6:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fit_encoder(
            str(tiny),
            TRAIN,
            HELD,
            settings=replace(QUICK, patience=9),
            seed=0,
            checkpoints=tmp_path / "again",
            progress=stop,
        )
    torn = tmp_path / "again" / "checkpoint-999"  # what a kill amid the writing of a checkpoint leaves
    torn.mkdir()
    (torn / "adapter_model.safetensors").write_bytes(b"half")
    resumed = trained(tiny, tmp_path / "again", patience=9)
    assert resumed.training.resumed
    assert not torn.exists()
    assert training_curves(resumed.history) == training_curves(whole.history)
    texts = list(HELD.texts)
    assert np.array_equal(answers(resumed, tiny, tmp_path / "1", texts), answers(whole, tiny, tmp_path / "2", texts))


def test_what_was_over_before_the_kill_is_not_trained_further(tiny: Path, tmp_path: Path) -> None:
    whole = trained(tiny, tmp_path / "checkpoints", epochs=9, patience=1)
    assert whole.training.epochs < 9
    last = last_checkpoint(tmp_path / "checkpoints")
    again = trained(tiny, tmp_path / "checkpoints", epochs=9, patience=1)
    assert last_checkpoint(tmp_path / "checkpoints") == last
    assert training_curves(again.history) == training_curves(whole.history)
    texts = list(HELD.texts)
    assert np.array_equal(answers(again, tiny, tmp_path / "1", texts), answers(whole, tiny, tmp_path / "2", texts))


def test_it_stops_when_validation_no_longer_gains_and_keeps_the_best_epoch(tiny: Path, tmp_path: Path) -> None:
    fitted = trained(tiny, tmp_path / "checkpoints", epochs=9, patience=2)
    accuracy = [p["accuracy"] for p in training_curves(fitted.history)["validation"]]
    best = int(np.argmax(accuracy))
    assert fitted.training.best_epoch == best + 1
    assert len(accuracy) == min(best + 1 + 2, 9)
    logits = answers(fitted, tiny, tmp_path, list(HELD.texts))
    said = [fitted.classes[i] for i in logits.argmax(axis=1)]
    assert np.mean([a == b for a, b in zip(said, HELD.labels, strict=True)]) == pytest.approx(accuracy[best])


def test_without_validation_every_epoch_is_trained(tiny: Path, tmp_path: Path) -> None:
    fitted = trained(tiny, tmp_path / "checkpoints", held=LabeledTexts([], []), epochs=3, patience=1)
    assert (fitted.training.epochs, fitted.training.best_epoch) == (3, 3)
    assert training_curves(fitted.history)["validation"] == []
    assert "<svg" in draw_training_curves(training_curves(fitted.history), best_epoch=3)


def test_a_validation_label_without_train_rows_is_no_class(tiny: Path, tmp_path: Path) -> None:
    few = LabeledTexts(
        *zip(*[(t, y) for t, y in zip(TRAIN.texts, TRAIN.labels, strict=True) if y != "trip"], strict=True)
    )
    few = replace(few, order=("trip", "loan", "card"))
    fitted = trained(tiny, tmp_path / "checkpoints", train=few, epochs=1)
    assert fitted.classes == ["loan", "card"]  # in the order of the release
    assert fitted.training.validation_rows == 40


def test_the_head_starts_as_the_probe_in_the_order_of_the_release(tiny: Path) -> None:
    train = replace(TRAIN, order=("trip", "loan", "card"))
    setup = prepare_training(str(tiny), train, HELD, settings=QUICK, seed=0, hardware=detect_hardware())
    assert setup.classes == ["trip", "loan", "card"]
    logits = compute_logits(setup.model.base_model.model.eval(), [row["input_ids"] for row in setup.train])
    assert np.mean(logits.argmax(axis=1) == [row["labels"] for row in setup.train]) > 0.8  # chance is 0.33


def test_class_weights_lift_a_rare_label(tiny: Path, tmp_path: Path) -> None:
    skewed = rows_of({"card": 80, "loan": 5})
    # the same words in both, so that nothing but how often each label is seen can decide
    mixed = LabeledTexts([text.replace("loan", "card") for text in skewed.texts], skewed.labels)
    none = LabeledTexts([], [])
    share = {}
    for told in ("none", "balanced", "auto"):
        fitted = trained(tiny, tmp_path / told, train=mixed, held=none, epochs=2, class_weights=told)
        logits = answers(fitted, tiny, tmp_path / f"{told}-saved", list(mixed.texts))
        rare = fitted.classes.index("loan")
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        share[told] = float((odds[:, rare] / odds.sum(axis=1)).mean())
        assert fitted.training.class_weights == ("none" if told == "none" else "balanced")
    assert share["none"] < 0.2 < share["balanced"]
    assert share["auto"] == share["balanced"]
    assert trained(tiny, tmp_path / "even", epochs=1, class_weights="auto").training.class_weights == "none"


def test_a_rehearsal_takes_ten_steps_and_foretells_the_whole(tiny: Path) -> None:
    told = estimate_training(str(tiny), rows_of({"card": 60, "loan": 60, "trip": 60}), HELD, settings=QUICK, seed=0)
    assert (told.steps, told.total_steps) == (10, 4 * 23)
    assert isinstance(told.peak_memory.process_bytes, int)
    assert told.seconds_per_epoch > 23 * told.seconds_per_step * 0.99  # and the look at validation
    assert told.seconds > 4 * told.seconds_per_epoch * 0.99  # and reading
    few = estimate_training(str(tiny), rows_of({"card": 8, "loan": 8}), LabeledTexts([], []), settings=QUICK, seed=0)
    assert few.steps == 2


def test_a_run_holds_all_that_it_needs_to_be_judged_and_repeated(
    frozen_example: Workspace, tiny_example: Path, tmp_path: Path
) -> None:
    release = frozen_example.release("first")
    told = {"model": str(tiny_example), "epochs": 2, "learning_rate": 5e-3}
    run, new = methods.train(release, tmp_path, method="encoder", seed=0, settings=told)
    assert new
    assert {"peft", "transformers", "accelerate", "torch"} <= set(run.facts.versions)
    facts = run.facts_of(EncoderRunFacts)
    assert (facts.base.model, facts.train_rows) == (str(tiny_example), release.counts["train"])
    assert facts.routes == release.task().routes
    assert {path.name for path in run.path.iterdir()} == {"adapter", "curves.json", "curves.svg", "run.json"}
    assert not list(tmp_path.glob(".*.resume"))
    texts = list(release.rows("validation")["text"])
    predicted = methods.predict(run, texts)
    assert predicted.probabilities.shape == (len(texts), len(predicted.classes))
    assert np.allclose(predicted.probabilities.sum(axis=1), 1)
    again, new = methods.train(release, tmp_path, method="encoder", seed=0, settings=told)
    assert (again.id, new) == (run.id, False)
    fresh, _ = methods.train(release, tmp_path / "other", method="encoder", seed=0, settings=told)
    assert fresh.id == run.id
    assert np.array_equal(methods.predict(fresh, texts).probabilities, predicted.probabilities)
    assert methods.predict(run, []).labels == []


def test_other_weights_than_those_it_was_trained_on_are_refused(
    frozen_example: Workspace, tiny_example: Path, tmp_path: Path
) -> None:
    model = Path(shutil.copytree(tiny_example, tmp_path / "model"))
    told = {"model": str(model), "epochs": 1}
    run, _ = methods.train(frozen_example.release("first"), tmp_path / "runs", method="encoder", seed=0, settings=told)
    shutil.rmtree(model)
    make_encoder(model, own_words(), seed=7)
    with pytest.raises(WinnowError, match="restore the encoder"):
        methods.predict(run, ["my card"])
    other, new = methods.train(
        frozen_example.release("first"), tmp_path / "runs", method="encoder", seed=0, settings=told
    )
    assert new  # the same folder, but not the same encoder
    assert other.id != run.id
    (model / "pytorch_model.bin").write_bytes(b"")
    with pytest.raises(WinnowError, match="only safetensors weights"):
        methods.train(frozen_example.release("first"), tmp_path / "runs", method="encoder", seed=1, settings=told)


@pytest.mark.slow  # trains a real model; the same with a tiny one is above
def test_the_bundled_encoder_trains_and_beats_chance(frozen_example: Workspace, tmp_path: Path) -> None:
    release = frozen_example.release("first")
    run, _ = methods.train(release, tmp_path, method="encoder", seed=0, settings={"epochs": 1, "batch_size": 32})
    assert run.facts_of(EncoderRunFacts).base.model is None
    rows = release.rows("validation")
    predicted = methods.predict(run, list(rows["text"]))
    accuracy = np.mean([a == b for a, b in zip(predicted.labels, rows["label"], strict=True)])
    assert accuracy > 0.5  # thirteen labels: chance is 0.08
    evaluation, page = evaluate_run(run, split="validation")
    assert evaluation.measures.accuracy == pytest.approx(accuracy)
    assert page.is_file()


def test_settings_come_from_a_file_and_single_changes_and_every_problem_is_reported_at_its_line(tmp_path: Path) -> None:
    told = read_settings(EncoderSettings, file=DEFAULT_SETTINGS_FOLDER / "encoder.yaml")
    assert check_settings(EncoderSettings, told) == EncoderSettings()  # the shipped file says the defaults, all of them
    assert set(told) == set(EncoderSettings.__dataclass_fields__)
    linear = methods.METHODS["linear"].settings
    assert check_settings(linear, read_settings(linear, file=DEFAULT_SETTINGS_FOLDER / "linear.yaml")) == linear()
    path = tmp_path / "own.yaml"
    path.write_text("# mine\nrank: 8\nlearning_rate: 1e-3\n")
    own = read_settings(EncoderSettings, file=path, changes=["rank=4", "model=null"])
    assert check_settings(EncoderSettings, own) == replace(EncoderSettings(), rank=4, learning_rate=1e-3)
    path.write_text("# mine\nrnk: 8\nrank: 0\nrank: 2\nbatch_size: many\n")
    with pytest.raises(WinnowError) as caught:
        read_settings(EncoderSettings, file=path, changes=["precision=bf17"])
    said = str(caught.value)
    assert len(caught.value.problems) == 4
    for part in (
        f"{path}:2: unknown setting 'rnk'",
        "'rank'?",
        f"{path}:4: duplicate setting 'rank'",
        f"{path}:5",
        "bf17",
    ):
        assert part in said
    for content, line in (("- rank\n", 1), ("rank: 8\n  x: [\n", 2)):
        path.write_text(content)
        with pytest.raises(WinnowError, match=rf"own\.yaml:{line}"):
            read_settings(EncoderSettings, file=path)


def test_a_rehearsal_keeps_nothing_and_what_is_not_known_is_refused(
    frozen_example: Workspace, tiny_example: Path, tmp_path: Path
) -> None:
    release = frozen_example.release("first").path
    tell = ["train", release, "--method", "encoder", "--set", f"model={tiny_example}"]
    told = run_winnow(*tell, "--dry-run", "--json", cwd=tmp_path)
    assert told.returncode == 0, told.stderr
    rehearsal = json.loads(told.stdout)
    assert rehearsal["steps"] <= 10
    assert rehearsal["seconds"] > 0
    assert list(tmp_path.iterdir()) == []  # nothing is kept
    opened = frozen_example.release("first")
    with pytest.raises(WinnowError, match="linear does not train in steps"):
        methods.dry_run(opened, method="linear", seed=0)
    with pytest.raises(WinnowError, match="linear does not train in steps"):
        methods.train(opened, tmp_path, method="linear", seed=0, report_to="tensorboard")
    with pytest.raises(WinnowError, match="nowhere"):
        methods.train(opened, tmp_path, method="encoder", seed=0, report_to="nowhere", settings={"model": "not-here"})
    wrong = run_winnow(*tell, "--set", "rnk=3", cwd=tmp_path)
    assert wrong.returncode == 2
    assert "did you mean 'rank'?" in wrong.stderr


def _spawn(release: Release, model: Path, folder: Path) -> subprocess.Popen[str]:
    script = (
        "import sys; from pathlib import Path; from winnow.training import methods;"
        "from winnow.curation.releases.release import open_release;"
        "settings = {'model': sys.argv[2], 'epochs': 12, 'patience': 12, 'batch_size': 8, 'learning_rate': 5e-3};"
        "methods.train(open_release(Path(sys.argv[1])), Path(sys.argv[3]), method='encoder', seed=0, settings=settings)"
    )
    arguments = [sys.executable, "-c", script, str(release.path), str(model), str(folder)]
    return subprocess.Popen(arguments, text=True, stderr=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"})


@pytest.mark.slow  # three processes, each of which loads torch and transformers
def test_a_training_killed_by_sigkill_goes_on_and_ends_as_if_it_had_not_been(
    frozen_example: Workspace, tiny_example: Path, tmp_path: Path
) -> None:
    release = frozen_example.release("first")
    killed = _spawn(release, tiny_example, tmp_path / "killed")
    deadline = time.monotonic() + 120
    while not list((tmp_path / "killed").glob(".*.resume/checkpoint-*/trainer_state.json")):
        assert killed.poll() is None, killed.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not list((tmp_path / "killed").glob("first-*"))  # no half a run
    assert list((tmp_path / "killed").glob(".*.resume"))
    runs = []
    for name in ("killed", "whole"):
        process = _spawn(release, tiny_example, tmp_path / name)
        _, errors = process.communicate(timeout=240)
        assert process.returncode == 0, errors
        [path] = (tmp_path / name).glob("first-*")
        runs.append(open_run(path))
        assert not list((tmp_path / name).glob(".*.resume"))
    assert [run.facts_of(EncoderRunFacts).resumed for run in runs] == [True, False]
    assert json.loads((runs[0].path / "curves.json").read_text()) == json.loads(
        (runs[1].path / "curves.json").read_text()
    )
    texts = list(release.rows("validation")["text"])
    first, second = (encoder_method.predict(run, texts).probabilities for run in runs)
    assert np.array_equal(first, second)
