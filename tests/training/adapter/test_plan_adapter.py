"""A dry run says what an adapter takes and what a target would refuse, also where only its configuration is here."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from winnow.cli.main import app
from winnow.core.errors import GateError, WinnowError
from winnow.core.model_vocabulary import Device, Precision, Quantization
from winnow.core.result import NotMeasured
from winnow.curation.releases.release import Release
from winnow.training.adapter.adapter_dry_runs import check_target
from winnow.training.adapter.adapter_plan import AdapterPlan, PlannedRows
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.plan_adapter import has_weights, plan_training, weight_format
from winnow.training.methods import METHODS, dry_run
from winnow.training.packaging.target_rules import read_target
from winnow.training.run_facts import Hardware
from winnow.training.settings_file import check_settings, read_settings
from winnow.training.sizing.shipped_settings import shipped_files
from winnow.training.sizing.training_memory import WeightFormat
from winnow.workspace import Workspace

TINY = {"rank": 4, "batch_size": 8, "epochs": 1}


@pytest.fixture(scope="module")
def release(frozen_dialogues: Workspace) -> Release:
    return frozen_dialogues.release("first")


@pytest.fixture(scope="module")
def without_weights(tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("configuration") / "model"
    shutil.copytree(tiny_chat, folder, ignore=shutil.ignore_patterns("*.safetensors"))
    return folder


@pytest.fixture(scope="module")
def measured(release: Release, tiny_chat: Path) -> AdapterPlan:
    found = dry_run(release, method="adapter", seed=0, settings={"model": str(tiny_chat), **TINY})
    assert isinstance(found, AdapterPlan)
    return found


def test_rows_are_counted_as_they_are_trained(measured: AdapterPlan) -> None:
    rows = measured.rows
    assert isinstance(rows, PlannedRows)
    assert rows.trained_tokens < rows.tokens <= rows.train_answers * rows.longest_row
    assert (rows.window, rows.validation_answers > 0) == (16_384, True)
    assert rows.longest_row < rows.batch_tokens < 8 * rows.longest_row  # common prefixes count once


def test_time_is_measured_where_the_weights_are(measured: AdapterPlan) -> None:
    assert not isinstance(measured.steps, NotMeasured)
    assert measured.steps.seconds > 0


def test_without_weights_all_but_time_is_the_same(
    release: Release, without_weights: Path, measured: AdapterPlan
) -> None:
    assert not has_weights(str(without_weights))
    found = dry_run(release, method="adapter", seed=0, settings={"model": str(without_weights), **TINY})
    assert isinstance(found, AdapterPlan)
    assert isinstance(found.steps, NotMeasured)
    same = {"base", "steps"}
    assert found.model_dump(exclude=same) == measured.model_dump(exclude=same)


def test_a_shipped_model_is_planned_without_any_file_of_it(release: Release) -> None:
    settings = AdapterSettings(model="mistralai/Mistral-7B-Instruct-v0.2", rank=32)
    plan = plan_training(release, settings=settings, seed=0).plan
    assert (plan.trained_parameters, round(plan.package.f32 / 1e6, 1)) == (83_886_080, 335.6)
    assert isinstance(plan.rows, NotMeasured)
    assert isinstance(plan.memory.total_bytes, NotMeasured)


def test_the_memory_of_a_plan_is_the_sum_of_its_parts(measured: AdapterPlan) -> None:
    for memory in (measured.memory, *measured.memory_on_gpu):
        parts = memory.model_dump(exclude={"weight_format", "total_bytes"})
        assert sum(parts.values()) == memory.total_bytes


@pytest.mark.parametrize(
    ("device", "precision", "quantization", "expected"),
    [
        (Device.CPU, Precision.F32, Quantization.NONE, WeightFormat.F32),
        (Device.CPU, Precision.BF16, Quantization.NONE, WeightFormat.F32_AUTOCAST),
        (Device.CUDA, Precision.BF16, Quantization.NONE, WeightFormat.BF16),
        (Device.CUDA, Precision.F32, Quantization.NONE, WeightFormat.F32),
        (Device.CPU, Precision.BF16, Quantization.NF4, WeightFormat.NF4),
    ],
)
def test_weights_lie_in_memory_as_the_trainer_loads_them(
    device: Device, precision: Precision, quantization: Quantization, expected: WeightFormat
) -> None:
    hardware = Hardware(device=device, precision=precision, threads=1)
    assert weight_format(AdapterSettings(quantization=quantization), hardware) == expected


def test_every_fault_of_a_target_is_named_at_once(release: Release, without_weights: Path) -> None:
    settings = AdapterSettings(model=str(without_weights), rank=64, quantization=Quantization.NF4)
    found = check_target(release, settings=settings, seed=0, target=read_target("cloudflare"))
    assert {one.where for one in found.faults} == {"cloudflare rank", "cloudflare base", "cloudflare quantization"}


def test_a_package_that_is_too_large_is_refused_before_it_is_trained(release: Release) -> None:
    settings = AdapterSettings(model="Qwen/Qwen2.5-7B-Instruct", rank=64)
    found = check_target(release, settings=settings, seed=0, target=read_target("cloudflare"))
    (size,) = (one for one in found.faults if one.where == "cloudflare size")
    assert size.found == "323.0 MB of weights"


def test_a_good_plan_has_no_fault(release: Release) -> None:
    settings = AdapterSettings(model="mistralai/Mistral-7B-Instruct-v0.2", rank=32)
    assert check_target(release, settings=settings, seed=0, target=read_target("cloudflare")).faults == ()


def run(*words: str) -> Any:
    return CliRunner().invoke(app, ["train", *words])


def test_a_dry_run_for_a_target_exits_with_1_and_shows_plan_and_faults(release: Release) -> None:
    words = (str(release.path), "--method", "adapter", "--dry-run", "--for", "cloudflare", "--settings", "qwen2.5-7b")
    shown = run(*words)
    assert shown.exit_code == 1
    assert "40,370,176 trained parameters" in shown.output
    assert "cloudflare base: base model Qwen/Qwen2.5-7B-Instruct" in shown.output
    stated = run(*words, "--json")
    assert stated.exit_code == 1
    assert [one["where"] for one in json.loads(stated.stdout)["target"]["faults"]] == ["cloudflare base"]


def test_a_dry_run_names_the_command_that_trains_what_was_planned(release: Release) -> None:
    settings = ("--method", "adapter", "--settings", "smollm2-135m", "--set", "rank=8", "--set", "epochs=1")
    shown = run(str(release.path), *settings, "--for", "vllm", "--dry-run")
    full = f"next: winnow train {release.path} {' '.join(settings)} --for vllm"
    assert " ".join(shown.output.split()).endswith(full)


def test_nothing_is_trained_that_the_target_refuses(
    release: Release, tiny_chat: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    words = ("--method", "adapter", "--set", f"model={tiny_chat}", "--set", "rank=64", "--for", "cloudflare")
    refused = run(str(release.path), *words)
    assert isinstance(refused.exception, GateError)
    assert [one.where for one in refused.exception.problems] == ["cloudflare rank", "cloudflare base"]
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--method", "adapter", "--for", "nowhere"), r"unknown value 'nowhere'"),
        (("--method", "adapter", "--rules", "x.yaml"), r"rules without a runtime"),
        (("--method", "prompt", "--for", "vllm"), r"runs of method prompt are not packaged"),
    ],
)
def test_a_target_that_makes_no_sense_is_refused(words: tuple[str, ...], found: str, release: Release) -> None:
    with pytest.raises(WinnowError, match=found):
        raise run(str(release.path), *words).exception


@pytest.mark.parametrize("path", shipped_files(), ids=lambda path: path.stem)
def test_shipped_settings_are_those_of_the_method(path: Path) -> None:
    kind = METHODS["adapter"].settings
    check_settings(kind, read_settings(kind, file=path))
