"""Packages of a run: what they hold, that they load, and that nothing is overwritten or written in part."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from tests.support.packed_adapters import CPU, make_adapter_run, make_chatml_model, make_linear_run
from winnow.cli.main import app
from winnow.core.errors import GateError, WinnowError
from winnow.training.causal_models import load_network
from winnow.training.packaging.target_rules import TARGETS_FOLDER
from winnow.training.runs import Run
from winnow.workspace import Workspace

PROMPTS = [
    f"<|im_start|>user\nWhat is the weather in {number}?<|im_end|>\n<|im_start|>assistant\n" for number in range(9)
]


@pytest.fixture(scope="module")
def own_rules(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Rules of Cloudflare as if it served the tiny model."""
    rules = yaml.safe_load((TARGETS_FOLDER / "cloudflare.yaml").read_text())
    served = {"name": "@cf/tests/tiny", "architecture": "llama", "model_type": "llama", "trained_as": [tiny_base.name]}
    path = tmp_path_factory.mktemp("rules") / "cloudflare.yaml"
    path.write_text(yaml.safe_dump({**rules, "bases": [served]}))
    return path


def answers(network: Any, tokenizer: Any, prompts: Sequence[str] = PROMPTS) -> list[list[int]]:
    """Greedy answers of a model."""
    import torch

    found = []
    for prompt in prompts:
        ids = torch.tensor([tokenizer(prompt, add_special_tokens=False)["input_ids"]])
        with torch.inference_mode():
            written = network.generate(ids, do_sample=False, max_new_tokens=4, pad_token_id=0)
        found.append(written[0, ids.shape[1] :].tolist())
    return found


def test_the_adapter_for_cloudflare_has_a_model_type_more_and_loads(
    packed: tuple[Workspace, Run], own_rules: Path, tiny_base: Path
) -> None:
    workspace, run = packed
    made = workspace.package(run.id, target="cloudflare", name="desk-1", rules=own_rules)
    folder = made.folder / "adapter"
    assert sorted(one.name for one in folder.iterdir()) == ["adapter_config.json", "adapter_model.safetensors"]
    own = json.loads((run.path / "adapter" / "adapter_config.json").read_text())
    assert json.loads((folder / "adapter_config.json").read_text()) == {**own, "model_type": "llama"}
    assert "npx wrangler ai finetune create @cf/tests/tiny desk-1 adapter" in made.commands
    assert 'lora: "desk-1", // the name' in (made.folder / "README.md").read_text()
    from transformers import AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(tiny_base)
    trained = answers(load_network(tiny_base, CPU, adapter=run.path / "adapter"), tokenizer)
    assert answers(load_network(tiny_base, CPU, adapter=folder), tokenizer) == trained
    assert answers(load_network(tiny_base, CPU), tokenizer) != trained


def test_merged_weights_for_ollama_load_without_peft_and_answer_alike(
    packed: tuple[Workspace, Run], tiny_base: Path
) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    workspace, run = packed
    made = workspace.package(run.id, target="ollama")
    model = made.folder / "model"
    assert not list(model.glob("adapter*"))
    plain, tokenizer = AutoModelForCausalLM.from_pretrained(model).eval(), AutoTokenizer.from_pretrained(model)
    assert answers(plain, tokenizer) == answers(load_network(tiny_base, CPU, adapter=run.path / "adapter"), tokenizer)
    modelfile = (made.folder / "Modelfile").read_text()
    assert f"FROM ./{made.name}-Q4_K_M.gguf" in modelfile
    assert '{{ else if eq .Role "assistant" }}<|im_start|>assistant\n{{ .Content }}<|im_end|>\n' in modelfile
    assert 'PARAMETER stop "<|im_end|>"\nPARAMETER temperature 0\nPARAMETER num_ctx ' in modelfile
    assert f"llama-quantize {made.name}-bf16.gguf {made.name}-Q4_K_M.gguf Q4_K_M" in made.commands


def test_the_flags_of_vllm_and_llama_cpp_name_the_adapter(packed: tuple[Workspace, Run], tiny_base: Path) -> None:
    workspace, run = packed
    vllm = workspace.package(run.id, target="vllm")
    assert f"--enable-lora --max-lora-rank 8 --lora-modules {vllm.name}=./adapter" in vllm.commands
    assert f"BASE={tiny_base}" in vllm.commands
    llama = workspace.package(run.id, target="llama.cpp")
    assert f"convert_lora_to_gguf.py adapter --base base_config --outfile {llama.name}.gguf" in llama.commands
    config = json.loads((llama.folder / "base_config" / "config.json").read_text())
    assert config["architectures"] == ["LlamaForCausalLM"]


def test_a_package_states_what_it_is_made_of_and_how_it_is_called(packed: tuple[Workspace, Run]) -> None:
    workspace, run = packed
    evaluation = run.path / "evaluation"
    evaluation.mkdir()
    accuracy = {"value": 0.75, "low": 0.5, "high": 0.9, "rows": 12}
    stored = {"accuracy": accuracy, "levels": [{"level": "valid", "share": accuracy}], "slices": [{"x": accuracy}]}
    stored["pairs"] = [{"first": "create_task", "second": "create_event", "accuracy": accuracy}]
    (evaluation / "validation.json").write_text(json.dumps(stored))
    made = workspace.package(run.id, target="vllm", name="figures")
    card = (made.folder / "README.md").read_text()
    assert "| validation | accuracy | 0.750 | 0.500 to 0.900 | 12 |" in card
    assert "| validation | levels valid share | 0.750 | 0.500 to 0.900 | 12 |" in card
    assert "| validation | pairs create_task create_event accuracy | 0.750 | 0.500 to 0.900 | 12 |" in card
    assert "slices" not in card
    assert run.facts.release.sha256 in card
    prompt = json.loads((made.folder / "prompt.json").read_text())
    assert len(prompt["tools"]) == 10
    assert all(tool["function"]["name"] in prompt["system"] for tool in prompt["tools"])
    assert prompt["answer"]
    assert prompt["text"].startswith("<|im_start|>system\n" + prompt["messages"][0]["content"])
    assert prompt["text"].endswith("<|im_start|>assistant\n")
    assert prompt["stop"] == ["<|im_end|>"]
    assert prompt["control_texts"] == ["<|im_end|>", "<|im_start|>"]
    assert "`< |im_end|>`" in card
    stated = json.loads((made.folder / "package.json").read_text())
    assert set(stated["files"]) == {
        path.relative_to(made.folder).as_posix()
        for path in made.folder.rglob("*")
        if path.is_file() and path.name != "package.json"
    }
    shutil.rmtree(evaluation)


def test_the_same_run_gives_the_same_bytes_and_nothing_is_overwritten(
    packed: tuple[Workspace, Run], tmp_path: Path
) -> None:
    workspace, run = packed
    first, second = (workspace.package(run.id, target="vllm", out=tmp_path / name) for name in ("a", "b"))
    assert [path.read_bytes() for path in sorted(first.folder.rglob("*")) if path.is_file()] == [
        path.read_bytes() for path in sorted(second.folder.rglob("*")) if path.is_file()
    ]
    assert not workspace.package(run.id, target="vllm", out=tmp_path / "a").new
    with pytest.raises(WinnowError, match=r"the package of run .* for vllm is there"):
        workspace.package(run.id, target="llama.cpp", out=tmp_path / "a")
    (tmp_path / "a" / "adapter" / "adapter_config.json").write_text("{}")
    with pytest.raises(WinnowError, match=r"adapter_config\.json: missing or changed"):
        workspace.package(run.id, target="vllm", out=tmp_path / "a")
    (tmp_path / "other").mkdir()
    with pytest.raises(WinnowError, match=r"something else is there"):
        workspace.package(run.id, target="vllm", out=tmp_path / "other")
    assert not list(tmp_path.glob(".*.part"))


def test_a_name_is_never_that_of_two_runs(packed: tuple[Workspace, Run], tiny_base: Path, tmp_path: Path) -> None:
    workspace, run = packed
    other = make_adapter_run(workspace, tiny_base, seed=1)
    workspace.package(run.id, target="vllm", name="desk", out=tmp_path / "a")
    with pytest.raises(GateError, match=rf"vllm new_name: name 'desk' is that of run {run.id}"):
        workspace.package(other.id, target="vllm", name="desk", out=tmp_path / "b")
    assert workspace.package(other.id, target="llama.cpp", name="desk", out=tmp_path / "c").new
    with pytest.raises(WinnowError, match=f"'desk' is run {run.id} in vllm"):
        workspace.deploy(make_linear_run(workspace).id, by="Ann", reason="x", target="vllm", remote_id="desk")


def test_all_violated_rules_are_named_and_nothing_is_written(
    packed: tuple[Workspace, Run], tiny_base: Path, tmp_path: Path
) -> None:
    workspace, _ = packed
    wrong = make_adapter_run(workspace, tiny_base, r=64, use_dora=True, modules_to_save=["lm_head"])
    for target, rules in (("cloudflare", ("rank", "base")), ("vllm", ("saved_modules", "variant"))):
        with pytest.raises(GateError) as caught:
            workspace.package(wrong.id, target=target, out=tmp_path / "x")
        assert {f"{target} {rule}" for rule in rules} <= {problem.where for problem in caught.value.problems}
    assert not list(tmp_path.iterdir())
    assert {entry["name"]: entry["places"] for entry in workspace.runs()}[wrong.id] == []


def test_runs_without_an_adapter_and_other_base_models_are_refused(
    packed: tuple[Workspace, Run], tmp_path: Path
) -> None:
    workspace, _ = packed
    with pytest.raises(WinnowError, match=r"a run of method linear, for vllm; expected: one of huggingface, onnx"):
        workspace.package(make_linear_run(workspace).id, target="vllm")
    base = make_chatml_model(tmp_path / "tiny")
    other = make_adapter_run(workspace, base, seed=3)
    config = other.path / "adapter" / "adapter_config.json"
    stated = config.read_text()
    config.write_text("[")
    with pytest.raises(GateError, match=r"adapter_config\.json: missing or changed"):
        workspace.package(other.id, target="vllm")
    config.write_text(stated)
    weights = (base / "model.safetensors").read_bytes()
    (base / "model.safetensors").write_bytes(weights[:-4] + bytes(4))
    with pytest.raises(WinnowError, match=r"has weights"):
        workspace.package(other.id, target="vllm")


def test_the_command_prints_what_to_do_next(packed: tuple[Workspace, Run], tmp_path: Path) -> None:
    workspace, run = packed
    place = ("-w", str(workspace.folder.root))
    arguments = [*place, "package", run.id, "--for", "vllm", "--out", str(tmp_path / "p")]
    told = CliRunner().invoke(app, arguments)
    assert told.exit_code == 0, told.output
    assert "vllm serve" in told.output
    found = json.loads(CliRunner().invoke(app, [*arguments, "--json"]).output)
    assert (found["target"], found["new"]) == ("vllm", False)
