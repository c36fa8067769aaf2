"""Packages of runs that label texts: they answer as the run does, without Winnow, or do not appear."""

from __future__ import annotations

import json
import os
import re
import runpy
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from numpy.typing import NDArray
from typer.testing import CliRunner

from tests.fakes.tiny_architectures import make_architecture
from tests.support.build_once import build_once
from tests.support.packed_classifiers import (
    ENCODER_FOLDER,
    FALLBACK,
    LABELS,
    freeze_classified,
    train_encoder,
    train_linear,
)
from winnow.cli.main import app
from winnow.core.errors import GateError, WinnowError
from winnow.core.model_vocabulary import Pooling
from winnow.core.package_vocabulary import ADAPTER_TARGETS, CLASSIFIER_TARGETS, PackageTarget
from winnow.core.result import NotMeasured
from winnow.training.encoder import lora_adapter
from winnow.training.encoder.encoder_classifier import load_base_encoder
from winnow.training.evaluation.confidence_facts import FallbackThreshold
from winnow.training.evaluation.fit_on_validation import load_or_fit
from winnow.training.methods import predict
from winnow.training.packaging.built_package import BuiltPackage
from winnow.training.packaging.classifiers import classifier_source, equality_check
from winnow.training.packaging.classifiers.build_classifier_package import (
    build_classifier_package,
    classifier_contents,
    comparison_sentences,
)
from winnow.training.packaging.classifiers.classifier_contents import rule_in_words
from winnow.training.packaging.classifiers.classifier_source import open_source
from winnow.training.packaging.classifiers.packed_router import packed_probabilities
from winnow.training.packaging.classifiers.router_file import read_router_file
from winnow.training.packaging.classifiers.routing_graph import NEVER, RoutingGraph, label_columns
from winnow.training.packaging.package_files import state_files
from winnow.training.predictions import Predictions
from winnow.training.routing.answer_rule import AnswerRule, fitted_rule
from winnow.training.runs import Run
from winnow.workspace import Workspace

TARGETS = tuple(CLASSIFIER_TARGETS)
SEEN = [label for label in LABELS if label != "never_seen"]

BLOCKS_WINNOW = """
import importlib.abc, json, runpy, sys
class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[2].split(","):
            raise ImportError(f"{name} is not installed here")
sys.meta_path.insert(0, Refuse())
module = runpy.run_path(sys.argv[1])
texts = json.load(sys.stdin)
print(json.dumps([module["route"](texts), module["probabilities"](texts).tolist(), sorted(sys.modules)]))
"""


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """A workspace of this module, to which runs and packages are added."""
    return Workspace.find(build_once(tmp_path_factory, "classified", freeze_classified))


@pytest.fixture(scope="module")
def encoder_run(classified: Workspace) -> Run:
    return train_encoder(classified)


@pytest.fixture(scope="module")
def bf16_run(classified: Workspace) -> Run:
    return train_encoder(classified, precision="bf16")


@pytest.fixture(scope="module")
def packages(classified: Workspace, encoder_run: Run) -> dict[str, BuiltPackage]:
    """The package of the encoder run for each target; `onnx` also in int8."""
    return {
        "huggingface": classified.package(encoder_run.id, target="huggingface"),
        "onnx": classified.package(encoder_run.id, target="onnx", quantize="int8"),
    }


def texts_of(workspace: Workspace, split: str = "validation") -> list[str]:
    return list(workspace.release("first").rows(split)["text"])


def rule_of(workspace: Workspace, run: Run) -> AnswerRule:
    return fitted_rule(load_or_fit(run, workspace.release("first")))


def by_label(predictions: Predictions) -> NDArray[np.float64]:
    """Probabilities in the order of LABELS."""
    found = np.zeros((len(predictions.probabilities), len(LABELS)))
    found[:, [LABELS.index(name) for name in predictions.classes]] = predictions.probabilities
    return found


def test_the_classes_of_a_run_are_in_the_order_of_the_release(encoder_run: Run) -> None:
    assert predict(encoder_run, ["my vpn drops"]).classes == SEEN


@pytest.mark.parametrize("target", TARGETS)
def test_a_package_computes_the_calibrated_probabilities_of_the_run(
    target: str, packages: dict[str, BuiltPackage], classified: Workspace, encoder_run: Run
) -> None:
    texts = [*texts_of(classified), *texts_of(classified, "test"), "vpn " * 40, "unknownword", ""]
    expected = by_label(rule_of(classified, encoder_run).calibrated(predict(encoder_run, texts)))
    found = packed_probabilities(_with_model(packages[target].folder, "model.onnx"), texts)
    assert np.abs(found - expected).max() < 1e-5
    assert (found.argmax(axis=1) == expected.argmax(axis=1)).all()
    assert not found[:, LABELS.index("never_seen")].any()
    assert not np.allclose(expected, by_label(predict(encoder_run, texts)), atol=1e-3)  # a temperature was fitted


def _with_model(folder: Path, model: str) -> Path:
    """A package that uses the graph in 32 bits, also where int8 changes no answer."""
    router = json.loads((folder / "router.json").read_text())
    if router.get("model", model) == model:
        return folder
    copied = folder.with_name(f"{folder.name}-{model}")
    if not copied.exists():
        shutil.copytree(folder, copied)
    _write_router(copied, router | {"model": model})
    return copied


def _write_router(folder: Path, router: Mapping[str, Any]) -> None:
    """Replace `router.json` of a package, as if it had been packaged so."""
    (folder / "router.json").write_text(json.dumps(router))
    state_files(folder, {})


@pytest.mark.slow  # loads sentence-transformers, and exports a graph
@pytest.mark.parametrize("target", TARGETS)
def test_a_linear_run_is_packed_the_same_way(target: str, classified: Workspace, tmp_path: Path) -> None:
    linear_run = train_linear(classified)
    made = classified.package(linear_run.id, target=target, out=tmp_path / "p")
    texts = texts_of(classified, "test")
    expected = by_label(rule_of(classified, linear_run).calibrated(predict(linear_run, texts)))
    assert np.abs(packed_probabilities(made.folder, texts) - expected).max() < 1e-5
    check = read_router_file(made.folder).check
    assert check is not None
    assert (check.split, check.rows, check.labels_different) == ("validation", len(texts_of(classified)), 0)
    assert check.decisions_different == 0  # the threshold lies between two rows


@pytest.mark.parametrize("target", TARGETS)
def test_padding_changes_nothing(target: str, packages: dict[str, BuiltPackage]) -> None:
    texts = ["vpn", "my vpn drops whenever i join a call from home", "taxi receipt"]
    folder = _with_model(packages[target].folder, "model.onnx")
    alone = np.vstack([packed_probabilities(folder, [text]) for text in texts])
    assert np.abs(packed_probabilities(folder, texts) - alone).max() < 1e-6


@pytest.mark.parametrize(
    ("target", "absent"),
    [
        ("onnx", "winnow,torch,transformers"),
        pytest.param("huggingface", "winnow", marks=pytest.mark.slow),  # a process that loads torch and transformers
    ],
)
def test_route_answers_by_the_rule_without_winnow(
    target: str, absent: str, packages: dict[str, BuiltPackage], classified: Workspace, encoder_run: Run, tmp_path: Path
) -> None:
    folder = shutil.copytree(packages[target].folder, tmp_path / "package")
    router = json.loads((folder / "router.json").read_text())
    texts = texts_of(classified)
    fitted = rule_of(classified, encoder_run)
    middle = float(np.median(fitted.calibrated(predict(encoder_run, texts)).confidence))
    rule = replace(fitted, threshold=middle + 1e-4)
    stated = {"threshold": rule.threshold} | ({"model": "model.onnx"} if target == "onnx" else {})
    _write_router(folder, router | stated)
    answers, probabilities, modules = _route_elsewhere(folder, texts, absent)
    calibrated = rule.calibrated(predict(encoder_run, texts))
    assert np.abs(np.array(probabilities) - by_label(calibrated)).max() < 1e-5
    assert not {name.partition(".")[0] for name in modules} & set(absent.split(","))
    labels = [
        label if answered else FALLBACK
        for label, answered in zip(calibrated.labels, rule.answered(calibrated.confidence), strict=True)
    ]
    assert [answer["label"] for answer in answers] == labels
    assert {answer["decided_by"] for answer in answers} == {"model", "fallback"}
    assert all(answer["route"] == f"agent_{answer['label'].partition('_')[0]}" for answer in answers)
    assert np.allclose([answer["confidence"] for answer in answers], calibrated.confidence, atol=1e-5)


@pytest.mark.parametrize(
    ("target", "file"),
    [("onnx", "tokenizer.json"), ("onnx", "router.json"), ("onnx", "model"), ("huggingface", "head")],
)
def test_a_package_with_a_changed_file_does_not_answer_and_names_it(
    target: str, file: str, packages: dict[str, BuiltPackage], tmp_path: Path
) -> None:
    folder = shutil.copytree(packages[target].folder, tmp_path / "package")
    name = {"model": str(read_router_file(folder).model), "head": "head.safetensors"}.get(file, file)
    (folder / "README.md").write_text("edited")
    assert len(packed_probabilities(folder, ["vpn"])) == 1
    with (folder / name).open("ab") as changed:
        changed.write(b" ")
    with pytest.raises(RuntimeError, match=rf"missing or changed since it was packaged: {re.escape(name)}$"):
        packed_probabilities(folder, ["vpn"])
    with pytest.raises(SystemExit, match="missing or changed"):
        runpy.run_path(str(folder / "route.py"), run_name="__main__")
    (folder / name).unlink()
    with pytest.raises(RuntimeError, match="missing or changed"):
        packed_probabilities(folder, ["vpn"])
    (folder / "package.json").write_text("{}")
    with pytest.raises(RuntimeError, match=r"missing or changed since it was packaged: package\.json$"):
        packed_probabilities(folder, ["vpn"])


def _route_elsewhere(folder: Path, texts: Sequence[str], absent: str) -> list[Any]:
    """What `route.py` answers in a process that cannot import some packages, in a folder without any."""
    command = [sys.executable, "-I", "-c", BLOCKS_WINNOW, str(folder / "route.py"), absent]
    done = subprocess.run(
        command, input=json.dumps(list(texts)), text=True, capture_output=True, cwd=folder.parent, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return list(json.loads(done.stdout))


def test_transformers_loads_a_package_without_a_warning(
    packages: dict[str, BuiltPackage], capfd: pytest.CaptureFixture[str]
) -> None:
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    folder = packages["huggingface"].folder
    level = logging.get_verbosity()
    logging.set_verbosity_warning()
    try:
        model, report = AutoModel.from_pretrained(folder, output_loading_info=True)
    finally:
        logging.set_verbosity(level)
    assert not any(report.values())
    assert "warn" not in capfd.readouterr().err.lower()
    assert list(model.config.id2label.values()) == list(LABELS)
    assert model.config.label2id == {label: place for place, label in enumerate(LABELS)}
    assert AutoTokenizer.from_pretrained(folder).model_max_length == 12
    assert {path.suffix for path in folder.iterdir()} <= {".json", ".safetensors", ".md", ".py"}


def test_a_graph_is_one_file_with_the_stated_inputs_and_no_path_of_this_machine(
    packages: dict[str, BuiltPackage],
) -> None:
    import onnx

    folder = packages["onnx"].folder
    router = read_router_file(folder)
    model = onnx.load(folder / "model.onnx")
    onnx.checker.check_model(model)
    assert [(one.domain, one.version) for one in model.opset_import] == [("", router.opset)]
    assert [one.name for one in model.graph.input] == ["input_ids", "attention_mask"]
    assert [one.name for one in model.graph.output] == ["probabilities", "logits"]
    shapes = [[dim.dim_param or dim.dim_value for dim in one.type.tensor_type.shape.dim] for one in model.graph.input]
    assert shapes == [["batch", "length"]] * 2
    assert not list(folder.glob("*.data"))
    for target in TARGETS:
        texts = {path: path.read_bytes() for path in packages[target].folder.iterdir()}
        home = str(Path(__file__).resolve().parents[4]).encode()
        assert [path.name for path, content in texts.items() if home in content or b"site-packages" in content] == []
        assert [path.name for path, content in texts.items() if str(folder.parent).encode() in content] == []


def test_answers_that_int8_changes_are_counted_and_decide_which_graph_is_used(
    packages: dict[str, BuiltPackage], classified: Workspace, encoder_run: Run
) -> None:
    folder, texts = packages["onnx"].folder, texts_of(classified)
    router = read_router_file(folder)
    assert router.int8 is not None
    exact = packed_probabilities(_with_model(folder, "model.onnx"), texts)
    smaller = _with_model(folder, "model.int8.onnx")
    threshold = rule_of(classified, encoder_run).threshold
    decided = [
        np.where(one.max(axis=1) >= threshold, one.argmax(axis=1), len(LABELS))
        for one in (exact, packed_probabilities(smaller, texts), packed_probabilities(smaller, texts, batch_size=1))
    ]
    changed = int(((decided[0] != decided[1]) | (decided[0] != decided[2])).sum())
    assert (router.int8.rows, router.int8.decisions_changed) == (len(texts), changed)
    assert router.model == ("model.onnx" if changed else "model.int8.onnx")
    assert 0 < router.int8.max_difference < 1
    assert (folder / "model.int8.onnx").stat().st_size < (folder / "model.onnx").stat().st_size
    assert f"{changed} answer" in (folder / "README.md").read_text()


def test_an_answer_changes_where_it_is_another_one_after_the_threshold() -> None:
    exact = np.array([[0.6, 0.4], [0.45, 0.55], [0.7, 0.3]])
    alone = np.array([[0.49, 0.51], [0.45, 0.55], [0.6, 0.4]])
    together = np.array([[0.6, 0.4], [0.52, 0.48], [0.6, 0.4]])

    def changed(rule: AnswerRule) -> int:
        return equality_check.check_int8(rule, exact, alone=alone, together=together, file="x").decisions_changed

    assert changed(AnswerRule(threshold=0.5, fallback="b")) == 2
    assert changed(AnswerRule(threshold=0.58, fallback="b")) == 1  # below it, another label is no other answer


def test_the_card_is_one_of_the_hub_and_states_release_licenses_and_limits(
    packages: dict[str, BuiltPackage], encoder_run: Run, classified: Workspace
) -> None:
    for target, library in (("huggingface", "transformers"), ("onnx", "onnx")):
        card = (packages[target].folder / "README.md").read_text()
        front = yaml.safe_load(card.split("---\n")[1])
        assert front["pipeline_tag"] == "text-classification"
        assert (front["language"], front["library_name"], front["license"]) == (["en"], library, "other")
        assert "base_model" not in front  # a folder is no model of the hub
        for part in (encoder_run.id, encoder_run.facts.release.sha256, ENCODER_FOLDER, "| rows.jsonl | human | MIT |"):
            assert part in card
        assert "It never answers `never_seen`" in card
        assert "This run was not evaluated before it was packed." in card
        assert "{{" not in card
        assert "| the run in 32 bits | 0 |" in card


def test_the_card_lists_stored_figures_with_their_intervals(
    classified: Workspace, encoder_run: Run, tmp_path: Path
) -> None:
    shutil.copytree(encoder_run.path, tmp_path / encoder_run.id)
    run = replace(encoder_run, path=tmp_path / encoder_run.id, places=(classified.folder.releases,))
    from winnow.operations.evaluate import evaluate_run

    evaluation, _ = evaluate_run(run, split="validation")
    contents = classifier_contents(run, PackageTarget.HUGGINGFACE, name="figures", used_names={})
    card = (build_classifier_package(contents, tmp_path / "p").folder / "README.md").read_text()
    low, high = evaluation.measures.intervals["accuracy"]
    accuracy = evaluation.measures.accuracy
    assert f"| validation | accuracy | {accuracy:.3f} | {low:.3f} to {high:.3f} | {evaluation.measures.rows} |" in card
    assert re.search(r"^\| validation \| right route \| ", card, re.M)
    assert "Evaluations on test: 0." in card


@pytest.mark.parametrize("target", ["huggingface", pytest.param("onnx", marks=pytest.mark.slow)])  # exports again
def test_the_same_run_gives_the_same_bytes(
    target: str, packages: dict[str, BuiltPackage], classified: Workspace, encoder_run: Run, tmp_path: Path
) -> None:
    quantize = "int8" if target == "onnx" else None
    again = classified.package(encoder_run.id, target=target, out=tmp_path / "again", quantize=quantize)
    assert again.new
    files = {path.name: path.read_bytes() for path in packages[target].folder.iterdir()}
    assert {path.name: path.read_bytes() for path in again.folder.iterdir()} == files
    known = classified.package(encoder_run.id, target=target, out=tmp_path / "again", quantize=quantize)
    assert (known.new, known.findings) == (False, again.findings)
    (again.folder / "__pycache__").mkdir()  # what an import of route.py leaves
    (again.folder / "__pycache__" / "route.cpython-311.pyc").touch()
    assert not classified.package(encoder_run.id, target=target, out=tmp_path / "again", quantize=quantize).new
    (again.folder / "route.py").write_text("")
    with pytest.raises(WinnowError, match=r"route\.py: missing or changed"):
        classified.package(encoder_run.id, target=target, out=tmp_path / "again", quantize=quantize)


@pytest.mark.parametrize("target", ["huggingface", pytest.param("onnx", marks=pytest.mark.slow)])
def test_a_package_that_answers_otherwise_does_not_appear(
    target: str, classified: Workspace, encoder_run: Run, tmp_path: Path
) -> None:
    contents = classifier_contents(encoder_run, PackageTarget(target), name="wrong", used_names={})
    with torch.no_grad():
        contents.source.model.head.bias[0] += 0.01  # what is written is not the run
    with pytest.raises(
        GateError, match=r"validation record \w+: the package answers .* expected: as the run"
    ) as caught:
        build_classifier_package(contents, tmp_path / "p")
    assert 1 <= len(caught.value.problems) <= equality_check.SHOWN_ROWS
    assert list(tmp_path.iterdir()) == []


def test_predictions_in_bf16_are_compared_too_and_stated(classified: Workspace, bf16_run: Run, tmp_path: Path) -> None:
    made = classified.package(bf16_run.id, target="huggingface", out=tmp_path / "p")
    check = read_router_file(made.folder).check
    assert check is not None
    assert check.max_difference < equality_check.TOLERANCE < check.here_max_difference
    assert check.computed_here.startswith("bf16")
    assert check.computed_here in (made.folder / "README.md").read_text()
    assert any(check.computed_here in sentence for sentence in made.findings)


def test_answers_that_were_not_measured_are_said_with_the_setting_that_measures_them(
    packages: dict[str, BuiltPackage],
) -> None:
    router = read_router_file(packages["huggingface"].folder)
    assert router.check is not None
    for method, setting in (("encoder", "precision=f32"), ("linear", "backend: torch")):
        counted = router.model_copy(
            update={"method": method, "check": router.check.model_copy(update={"here_decisions_different": 3})}
        )
        (said,) = [one for one in comparison_sentences(counted) if "than were measured" in one]
        assert f"3 of {router.check.rows} answers" in said
        assert setting in said
    same = router.model_copy(update={"check": router.check.model_copy(update={"here_decisions_different": 0})})
    assert not any("than were measured" in one for one in comparison_sentences(same))


def test_a_model_without_a_threshold_says_why() -> None:
    missing = NotMeasured("no threshold leaves at most 5 % of the validation answers wrong")
    assert f"without a threshold ({missing.why})" in rule_in_words(AnswerRule(2.0, 0.0, "fallback"), missing)
    fitted = FallbackThreshold(value=0.7, risk=0.05, rows=9, rule="")
    assert "at least 0.7; below that, the answer is `fallback`" in rule_in_words(AnswerRule(2, 0.7, "fallback"), fitted)
    assert rule_in_words(AnswerRule(2.0, 0.0, None), fitted).endswith("without a threshold.")


def test_an_answer_next_to_the_threshold_is_counted_and_not_refused(classified: Workspace, encoder_run: Run) -> None:
    """The labels and probabilities are those of the run to the tolerance, and still one answer is another one."""
    contents = classifier_contents(encoder_run, PackageTarget.HUGGINGFACE, name="near", used_names={})
    exact = np.array([[0.7, 0.3] + [0.0] * (len(LABELS) - 2)])
    threshold = FallbackThreshold(value=0.70001, risk=0.05, rows=1, rule="")
    near = replace(contents, fitted=contents.fitted.model_copy(update={"fallback_threshold": threshold}))
    rows = equality_check.ComparedRows("validation", ["r1"], ["text"], exact, exact)
    check = equality_check.check_package(near, rows, exact + 2e-5)
    assert (check.labels_different, check.decisions_different) == (0, 1)


def test_what_a_method_is_not_packed_for_is_refused_with_what_it_is_packed_for(
    classified: Workspace, encoder_run: Run, tmp_path: Path
) -> None:
    for target in ADAPTER_TARGETS:
        with pytest.raises(
            WinnowError, match=rf"method encoder, for {re.escape(target)}; expected: .*huggingface, onnx.*target='onnx'"
        ):
            classified.package(encoder_run.id, target=target, out=tmp_path / "p")
    with pytest.raises(WinnowError, match=r"rules: huggingface has no rules"):
        classified.package(encoder_run.id, target="huggingface", rules=tmp_path / "rules.yaml")
    with pytest.raises(WinnowError, match=r"quantize: .*expected: the target onnx"):
        classified.package(encoder_run.id, target="huggingface", quantize="int8")
    with pytest.raises(WinnowError, match=r"quantize: unknown value 'int4'"):
        classified.package(encoder_run.id, target="onnx", quantize="int4")
    with pytest.raises(GateError, match=r"onnx name: name 'a/b'"):
        classified.package(encoder_run.id, target="onnx", name="a/b")
    assert list(tmp_path.iterdir()) == []


def test_a_name_belongs_to_one_run(
    packages: dict[str, BuiltPackage], classified: Workspace, bf16_run: Run, tmp_path: Path
) -> None:
    name = packages["onnx"].name
    with pytest.raises(GateError, match=rf"onnx new_name: name '{name}' is that of run"):
        classified.package(bf16_run.id, target="onnx", name=name, out=tmp_path / "p")


def test_without_the_packages_of_onnx_the_message_says_what_to_install(
    classified: Workspace, encoder_run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from winnow.training.packaging.classifiers import graph_export

    monkeypatch.setattr(graph_export, "PACKAGES", ("onnx", "no_such_package"))
    with pytest.raises(WinnowError, match=r"not installed: no_such_package.*pip install onnx onnxruntime onnxscript"):
        classified.package(encoder_run.id, target="onnx", out=tmp_path / "p")


def test_the_command_prints_the_comparison_and_how_to_answer(
    packages: dict[str, BuiltPackage], classified: Workspace, encoder_run: Run
) -> None:
    place = ("-w", str(classified.folder.root))
    done = CliRunner().invoke(app, [*place, "package", encoder_run.id, "--for", "onnx", "--quantize", "int8"])
    assert done.exit_code == 0, done.output
    assert "(was there already)" in done.output
    assert "pip install onnxruntime tokenizers numpy" in done.output
    assert "the same labels" in done.output
    assert "weights in int8 change" in done.output
    assert "winnow deploy" in done.output


@pytest.mark.slow  # a process that loads torch and exports a graph
def test_a_kill_leaves_no_package_and_the_next_one_is_whole(
    classified: Workspace, encoder_run: Run, tmp_path: Path
) -> None:
    out = tmp_path / "packages" / "p"
    script = "import sys, winnow; winnow.open(sys.argv[1]).package(sys.argv[2], target='onnx', out=sys.argv[3])"
    arguments = [sys.executable, "-c", script, str(classified.folder.root), encoder_run.id, str(out)]
    killed = subprocess.Popen(arguments, env={**os.environ, "OMP_NUM_THREADS": "1"})
    deadline = time.monotonic() + 120
    while not list(out.parent.glob(".p.*.part/model.onnx")):
        assert killed.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.005)
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert not out.exists()
    made = classified.package(encoder_run.id, target="onnx", out=out)
    assert made.new
    assert [path.name for path in out.parent.iterdir()] == ["p"]


def test_a_label_without_a_train_row_is_never_predicted_at_any_temperature(encoder_run: Run) -> None:
    model = open_source(encoder_run).model
    columns = label_columns(["b", "a"], ["a", "x", "b"])
    assert columns == [1, 2, 0]
    model.head = torch.nn.Linear(model.head.in_features, 2)
    graph = RoutingGraph(model, columns=columns, temperature=20.0)
    ids = torch.tensor([[2, 5, 3]])
    with torch.inference_mode():
        probabilities, logits = graph(ids, torch.ones_like(ids))
        plain = model.head(model.embed(ids, torch.ones_like(ids)))
    assert logits[0].tolist() == pytest.approx([plain[0, 1].item(), NEVER, plain[0, 0].item()], abs=1e-6)
    assert probabilities[0, 1] == 0
    assert probabilities.sum().item() == pytest.approx(1)


def test_the_head_keeps_small_probabilities_as_winnow_does(encoder_run: Run) -> None:
    """Winnow clips them before the temperature is applied, which a high temperature makes visible."""
    model = open_source(encoder_run).model
    model.head = torch.nn.Linear(model.head.in_features, 3)
    with torch.no_grad():
        model.head.weight.zero_()
        model.head.bias.copy_(torch.tensor([0.0, -60.0, -90.0]))
    ids = torch.tensor([[2, 5, 3]])
    with torch.inference_mode():
        found, logits = RoutingGraph(model, columns=[0, 1, 2], temperature=5.0)(ids, torch.ones_like(ids))
    plain = Predictions(["a", "b", "c"], torch.softmax(logits.double(), dim=-1).numpy())
    assert np.allclose(found, AnswerRule(temperature=5.0).calibrated(plain).probabilities, atol=1e-6)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"prompt": "query: "}, r"the prompt 'query: '"),
        ({"projection": torch.nn.Identity()}, r"a projection"),
        ({"prompt": "a", "pooling": Pooling.MAX}, r"the prompt 'a' and pooling max"),
    ],
)
def test_an_encoder_that_no_package_holds_is_refused_with_what_it_has(
    more: dict[str, Any], said: str, encoder_run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = classifier_source.load_base_encoder
    monkeypatch.setattr(classifier_source, "load_base_encoder", lambda *at, **how: replace(whole(*at, **how), **more))
    with pytest.raises(WinnowError, match=rf"its encoder has {said}; expected: .*pooling mean or cls"):
        open_source(encoder_run)


def test_a_transformer_in_a_folder_of_its_own_is_packed_as_the_run_reads_it(
    classified: Workspace, tmp_path: Path
) -> None:
    """As sentence-transformers writes it with `do_lower_case`, which the tokenizer of the folder does not state."""
    folder = classified.folder.root / "in-parts"
    shutil.copytree(classified.folder.root / ENCODER_FOLDER, folder / "0_Transformer")
    (folder / "0_Transformer" / "1_Pooling").rename(folder / "1_Pooling")
    tokenizer = json.loads((folder / "0_Transformer" / "tokenizer.json").read_text())
    assert tokenizer["normalizer"] == {"type": "Lowercase"}
    (folder / "0_Transformer" / "tokenizer.json").write_text(json.dumps(tokenizer | {"normalizer": None}))
    (folder / "0_Transformer" / "sentence_bert_config.json").write_text(json.dumps({"do_lower_case": True}))
    parts = {"Transformer": "0_Transformer", "Pooling": "1_Pooling"}
    listed = [{"path": path, "type": f"sentence_transformers.models.{kind}"} for kind, path in parts.items()]
    (folder / "modules.json").write_text(json.dumps(listed))
    run = train_encoder(classified, encoder=folder.name)
    made = classified.package(run.id, target="huggingface", out=tmp_path / "p")
    texts = [text.upper() for text in texts_of(classified)]
    expected = by_label(rule_of(classified, run).calibrated(predict(run, texts)))
    assert np.abs(packed_probabilities(made.folder, texts) - expected).max() < 1e-5


def test_the_encoder_of_a_model_with_a_decoder_is_refused_for_transformers(encoder_run: Run, tmp_path: Path) -> None:
    contents = classifier_contents(encoder_run, PackageTarget.HUGGINGFACE, name="decoder", used_names={})
    base = load_base_encoder(str(make_architecture(tmp_path / "t5", "t5")), pooling="own")
    source = replace(contents.source, model=base.classifier(len(SEEN)))
    with pytest.raises(WinnowError, match=r"type t5, which AutoModel loads with a decoder.*target='onnx'"):
        build_classifier_package(replace(contents, source=source), tmp_path / "p")


def test_the_adapter_of_a_run_loads_in_peft_with_its_weights_and_without_a_warning(
    classified: Workspace, encoder_run: Run, recwarn: pytest.WarningsRecorder
) -> None:
    from peft import PeftModel
    from safetensors.torch import load_file
    from torch.nn import functional
    from transformers import AutoModel, AutoTokenizer

    base = classified.folder.root / ENCODER_FOLDER
    adapter = encoder_run.path / "adapter"
    model = PeftModel.from_pretrained(AutoModel.from_pretrained(base), adapter).eval()
    assert [str(one.message) for one in recwarn if "adapter" in str(one.message)] == []
    head = load_file(adapter / "head.safetensors")
    text = texts_of(classified)[0]
    batch = AutoTokenizer.from_pretrained(base)(text, truncation=True, max_length=12, return_tensors="pt")
    with torch.inference_mode():
        states = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).last_hidden_state
    logits = functional.normalize(states.mean(1), dim=-1) @ head["weight"].T + head["bias"]
    assert np.allclose(logits.softmax(-1).numpy(), predict(encoder_run, [text]).probabilities, atol=1e-5)


def test_a_run_of_an_older_version_is_read_as_it_was_saved(
    classified: Workspace, encoder_run: Run, tmp_path: Path
) -> None:
    """Then the adapter held the head, and names of layers had the encoder before them."""
    from safetensors.torch import load_file, save_file

    old = tmp_path / "run"
    shutil.copytree(encoder_run.path, old)
    folder = old / "adapter"
    layers = load_file(folder / "adapter_model.safetensors")
    prefix = lora_adapter.SAVED_MODEL
    saved = {f"{prefix}encoder.{name.removeprefix(prefix)}": tensor for name, tensor in layers.items()}
    saved |= {f"{prefix}head.{name}": tensor for name, tensor in load_file(folder / "head.safetensors").items()}
    save_file(saved, folder / "adapter_model.safetensors", metadata={"format": "pt"})
    (folder / "head.safetensors").unlink()
    config = json.loads((folder / "adapter_config.json").read_text())
    named = [f"encoder.{name}" for name in config["target_modules"]]
    config |= {"modules_to_save": ["head"], "task_type": None, "target_modules": named}
    (folder / "adapter_config.json").write_text(json.dumps(config))
    texts = texts_of(classified)
    assert np.allclose(
        predict(replace(encoder_run, path=old), texts).probabilities,
        predict(encoder_run, texts).probabilities,
        atol=1e-6,
    )
