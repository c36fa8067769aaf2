"""Adapters that somebody changed: each is refused in words, none of it is run, and nothing else is packed with it."""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.support.packed_adapters import CPU, save_random_adapter
from winnow.core.errors import GateError, WinnowError
from winnow.training.adapter.saved_adapter import save_adapter
from winnow.training.causal_models import load_network
from winnow.training.packaging.adapter_files import read_adapter, require_finite
from winnow.training.packaging.package_figures import card_figures
from winnow.training.runs import Run, open_run
from winnow.workspace import Workspace

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"


@pytest.fixture(scope="module")
def sound(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_random_adapter(tiny_base, tmp_path_factory.mktemp("adapters") / "sound")


@pytest.fixture
def adapter(sound: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound, tmp_path / "adapter"))


def stated(**changes: Any) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        path = folder / CONFIG
        path.write_text(json.dumps(json.loads(path.read_text()) | changes))

    return change


def written(name: str, content: bytes) -> Callable[[Path], None]:
    return lambda folder: (folder / name).write_bytes(content) and None


def weighed(change: Callable[[str, torch.Tensor], tuple[str, torch.Tensor]]) -> Callable[[Path], None]:
    def changed(folder: Path) -> None:
        weights = load_file(folder / WEIGHTS)
        save_file(dict(change(name, tensor) for name, tensor in weights.items()), folder / WEIGHTS)

    return changed


UNREADABLE: dict[str, Callable[[Path], None]] = {
    "no JSON": written(CONFIG, b"["),
    "no object": written(CONFIG, b"null"),
    "nested deeply": written(CONFIG, b"[" * 100_000),
    "no UTF-8": written(CONFIG, b"\xff\xfe"),
    "rank as a text": stated(r="many"),
    "no rank": stated(r=None),
    "infinite rank": written(CONFIG, b'{"peft_type": "LORA", "r": 1e999}'),
    "list of ranks": stated(rank_pattern=[8]),
    "no safetensors": written(WEIGHTS, b"PK\x03\x04" * 10),
    "cut off": lambda folder: os.truncate(folder / WEIGHTS, 900),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_damaged_files_are_named(adapter: Path, tiny_base: Path, case: str) -> None:
    UNREADABLE[case](adapter)
    with pytest.raises(WinnowError, match=r"adapter_\w+\.\w+: cannot be read"):
        read_adapter(adapter)
    with pytest.raises(WinnowError, match=r"expected: a LoRA adapter of the base model"):
        load_network(tiny_base, CPU, adapter=adapter)


UNFIT: dict[str, Callable[[Path], None]] = {
    "of another kind": stated(peft_type="IA3"),
    "with other layers": stated(target_modules=["q_proj"]),
    "with layers that the model lacks": stated(target_modules=["c_attn"]),
    "of another shape": weighed(lambda name, tensor: (name, tensor.repeat(1, 2))),
    "with other names": weighed(lambda name, tensor: (name.replace("layers", "blocks"), tensor)),
    "without its weights": lambda folder: (folder / WEIGHTS).unlink(),
    "without its settings": lambda folder: (folder / CONFIG).unlink(),
}


@pytest.mark.parametrize("case", UNFIT)
def test_an_adapter_that_does_not_fit_is_never_left_out_silently(adapter: Path, tiny_base: Path, case: str) -> None:
    UNFIT[case](adapter)
    with pytest.raises(WinnowError, match=r"expected: a LoRA adapter of the base model"):
        load_network(tiny_base, CPU, adapter=adapter)


class Marker:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> Any:
        return Path.touch, (self.path,)


def test_neither_pickles_nor_code_of_an_adapter_are_run(adapter: Path, tiny_base: Path, tmp_path: Path) -> None:
    (adapter / WEIGHTS).unlink()
    (adapter / "adapter_model.bin").write_bytes(pickle.dumps(Marker(tmp_path / "ran")))
    with pytest.raises(WinnowError, match=rf"{WEIGHTS} is missing"):
        load_network(tiny_base, CPU, adapter=adapter)
    assert not (tmp_path / "ran").exists()
    assert read_adapter(adapter).file_names == (CONFIG, "adapter_model.bin")


def test_a_base_model_with_code_of_its_own_is_refused_without_a_question(
    tiny_base: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = Path(shutil.copytree(tiny_base, tmp_path / "base"))
    config = json.loads((base / "config.json").read_text())
    own = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    (base / "config.json").write_text(json.dumps(config | {"model_type": "own", "auto_map": own}))
    (base / "own.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(WinnowError, match=r"cannot be loaded"):
        load_network(base, CPU)
    assert not (tmp_path / "ran").exists()


def test_a_link_is_not_followed_into_a_package(adapter: Path, tmp_path: Path) -> None:
    secret = tmp_path / "credentials.json"
    (adapter / CONFIG).rename(secret)
    (adapter / CONFIG).symlink_to(secret)
    with pytest.raises(WinnowError, match=r"adapter_config\.json: a link; expected: a file of the adapter"):
        read_adapter(adapter)


def test_weights_that_are_not_finite_are_neither_packed_nor_saved(
    adapter: Path, tiny_base: Path, tmp_path: Path
) -> None:
    require_finite(read_adapter(adapter))
    weighed(lambda name, tensor: (name, tensor.fill_(float("nan")) if "lora_B" in name else tensor))(adapter)
    with pytest.raises(WinnowError, match=r"14 of 28 tensors have values that are not finite: .*lora_B"):
        require_finite(read_adapter(adapter))
    diverged = load_network(tiny_base, CPU, adapter=adapter)
    for name, parameter in diverged.named_parameters():
        parameter.requires_grad = "lora_" in name
    with pytest.raises(WinnowError, match=r"it diverged: weights are not finite"):
        save_adapter(diverged, tmp_path / "saved", base="b", answers=lambda _: [])
    assert not (tmp_path / "saved").exists()


def test_settings_that_were_changed_after_the_training_are_found(packed: tuple[Workspace, Run]) -> None:
    _, run = packed
    config = run.path / "adapter" / CONFIG
    content = config.read_text()
    config.write_text(content.replace('"lora_alpha": 8', '"lora_alpha": 80'))
    with pytest.raises(GateError, match=r"adapter_config\.json: missing or changed"):
        open_run(run.path)
    config.write_text(content)
    assert open_run(run.path).id == run.id


def test_a_package_is_written_over_what_a_killed_process_of_the_same_number_left(
    packed: tuple[Workspace, Run], tmp_path: Path
) -> None:
    workspace, run = packed
    part = tmp_path / f".desk.{os.getpid()}.part"
    part.mkdir()
    (part / "half").touch()
    made = workspace.package(run.id, target="vllm", out=tmp_path / "desk")
    assert not (made.folder / "half").exists()
    assert [one.name for one in tmp_path.iterdir()] == ["desk"]


def test_names_stay_in_their_folder_and_in_their_argument(packed: tuple[Workspace, Run], tmp_path: Path) -> None:
    workspace, run = packed
    own = tmp_path / "vllm.yaml"
    from winnow.training.packaging.target_rules import TARGETS_FOLDER

    rules = (TARGETS_FOLDER / "vllm.yaml").read_text().splitlines()
    own.write_text("\n".join(line for line in rules if not line.startswith("name_pattern")))
    for name in ("../../desk", "/tmp/desk", "..", "-desk", "desk; date", "desk\ndate", "$(date)"):
        with pytest.raises(GateError, match=r"vllm name: "):
            workspace.package(run.id, target="vllm", name=name, rules=own)
    with pytest.raises(WinnowError, match=r"name: it is empty"):
        workspace.package(run.id, target="vllm", name="")
    assert workspace.package(run.id, target="vllm", name="büro", rules=own, out=tmp_path / "made").name == "büro"


A_FIGURE = '{"a": {"value": VALUE, "low": 0, "high": 1, "rows": 1}}'


@pytest.mark.parametrize(
    "content",
    [A_FIGURE.replace("VALUE", '"x"'), A_FIGURE.replace("VALUE", "null"), "[" * 100_000, '{"a":', "7"],
    ids=["text", "null", "deep", "not JSON", "number"],
)
def test_evaluations_that_were_changed_leave_no_figure(tmp_path: Path, content: str) -> None:
    (tmp_path / "evaluation").mkdir()
    (tmp_path / "evaluation" / "validation.json").write_text(content)
    assert card_figures(tmp_path) == []
