"""Every rule of every target, violated once, and the files that state them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from winnow.core.errors import WinnowError
from winnow.core.package_vocabulary import ADAPTER_TARGETS, PackageTarget, TargetRule
from winnow.training.packaging.package_subject import PackageSubject
from winnow.training.packaging.target_faults import RULES, reserved_rank, served_base, target_faults
from winnow.training.packaging.target_rules import TARGETS_FOLDER, TargetRules, read_target, rules_of

MODULES = tuple(f"model.layers.{layer}.self_attn.{name}" for layer in range(2) for name in ("q_proj", "v_proj"))
GOOD = PackageSubject(
    base="/models/Mistral-7B-Instruct-v0.2",
    architecture="mistral",
    rank=16,
    adapter_bytes=168_000_000,
    modules=MODULES,
    base_modules=frozenset(MODULES),
    window=4096,
    template="mistral",
    name="helpdesk-3",
    run="r1",
)
"""What every target serves."""

R, T = TargetRule, PackageTarget
WRONG: dict[tuple[PackageTarget, TargetRule], dict[str, Any]] = {
    (T.CLOUDFLARE, R.MERGED): {"merged": True},
    (T.CLOUDFLARE, R.RANK): {"rank": 33},
    (T.CLOUDFLARE, R.SIZE): {"adapter_bytes": 300_000_000},
    (T.CLOUDFLARE, R.FILE_NAMES): {"file_names": ("adapter_config.json", "adapter_model.bin")},
    (T.CLOUDFLARE, R.BASE): {"base": "meta-llama/Llama-3.2-1B-Instruct"},
    (T.CLOUDFLARE, R.ARCHITECTURE): {"architecture": "llama"},
    (T.CLOUDFLARE, R.MODEL_TYPE): {"base": "Qwen/QwQ-32B", "architecture": "qwen2"},
    (T.CLOUDFLARE, R.QUANTIZATION): {"quantization": "bitsandbytes"},
    (T.CLOUDFLARE, R.WINDOW): {"window": 15_001},
    (T.CLOUDFLARE, R.MODULE_NAMES): {"modules": ("layers.0.q_proj",)},
    (T.CLOUDFLARE, R.CALL_FORMAT): {"calls_are_text": False},
    (T.CLOUDFLARE, R.NAME): {"name": "Help Desk"},
    (T.CLOUDFLARE, R.NEW_NAME): {"used_names": {"helpdesk-3": "r0"}},
    (T.CLOUDFLARE, R.ADAPTERS): {"used_names": {f"n{number}": "r0" for number in range(100)}},
    (T.VLLM, R.MERGED): {"merged": True},
    (T.VLLM, R.RANK): {"rank": 513},
    (T.VLLM, R.FILE_NAMES): {"file_names": ()},
    (T.VLLM, R.QUANTIZATION): {"quantization": "gguf"},
    (T.VLLM, R.MODULES): {"modules": (*MODULES, "lm_head"), "base_modules": frozenset((*MODULES, "lm_head"))},
    (T.VLLM, R.MODULE_NAMES): {"modules": ()},
    (T.VLLM, R.SAVED_MODULES): {"saved_modules": ("lm_head",)},
    (T.VLLM, R.VARIANT): {"variants": ("use_dora",)},
    (T.VLLM, R.CALL_FORMAT): {"calls_are_text": False},
    (T.VLLM, R.NAME): {"name": "a=b"},
    (T.VLLM, R.NEW_NAME): {"used_names": {"helpdesk-3": "r0"}},
    (T.LLAMA_CPP, R.MERGED): {"merged": True},
    (T.LLAMA_CPP, R.FILE_NAMES): {"file_names": ("adapter_model.safetensors",)},
    (T.LLAMA_CPP, R.MODULES): {"modules": ("model.embed_tokens",), "base_modules": frozenset(("model.embed_tokens",))},
    (T.LLAMA_CPP, R.MODULE_NAMES): {"modules": ("transformer.h.0.q_proj",)},
    (T.LLAMA_CPP, R.SAVED_MODULES): {"saved_modules": ("model.embed_tokens",)},
    (T.LLAMA_CPP, R.VARIANT): {"variants": ("use_rslora",)},
    (T.LLAMA_CPP, R.CALL_FORMAT): {"calls_are_text": False},
    (T.LLAMA_CPP, R.NAME): {"name": "-x"},
    (T.LLAMA_CPP, R.NEW_NAME): {"used_names": {"helpdesk-3": "r0"}},
    (T.OLLAMA, R.FILE_NAMES): {"file_names": ("adapter_config.json",)},
    (T.OLLAMA, R.QUANTIZATION): {"quantization": "bitsandbytes"},
    (T.OLLAMA, R.MODULE_NAMES): {"modules": ("layers.0.q_proj",)},
    (T.OLLAMA, R.TEMPLATE): {"template": ""},
    (T.OLLAMA, R.CALL_FORMAT): {"calls_are_text": False},
    (T.OLLAMA, R.NAME): {"name": "Upper"},
    (T.OLLAMA, R.NEW_NAME): {"used_names": {"helpdesk-3": "r0"}},
}
"""What violates one rule of a target, and no other."""

SETS_A_RULE: dict[TargetRule, Callable[[TargetRules], object]] = {
    R.MERGED: lambda rules: rules.adapter_only,
    R.RANK: lambda rules: rules.max_rank,
    R.SIZE: lambda rules: rules.max_bytes,
    R.FILE_NAMES: lambda rules: rules.file_names,
    R.BASE: lambda rules: rules.bases,
    R.ARCHITECTURE: lambda rules: rules.bases,
    R.MODEL_TYPE: lambda rules: rules.model_types,
    R.QUANTIZATION: lambda rules: rules.quantizations is not None,
    R.WINDOW: lambda rules: rules.bases,
    R.MODULES: lambda rules: rules.refused_modules,
    R.MODULE_NAMES: lambda rules: rules.modules_of_base,
    R.SAVED_MODULES: lambda rules: not rules.saved_modules,
    R.VARIANT: lambda rules: rules.refused_variants,
    R.TEMPLATE: lambda rules: rules.templates,
    R.ADAPTERS: lambda rules: rules.max_adapters,
}
"""Which rules a file states; the others hold for every target."""


def test_every_rule_of_every_target_is_violated_here() -> None:
    stated = {
        (target, rule)
        for target in ADAPTER_TARGETS
        for rule in TargetRule
        if SETS_A_RULE.get(rule, lambda _: True)(read_target(target))
    }
    assert set(WRONG) == stated
    assert set(RULES) == set(TargetRule)


@pytest.mark.parametrize(("target", "rule"), WRONG, ids=lambda one: str(one))
def test_a_violated_rule_is_named_alone(target: PackageTarget, rule: TargetRule) -> None:
    found = target_faults(read_target(target), replace(GOOD, **WRONG[target, rule]))
    assert [problem.where for problem in found] == [f"{target} {rule}"]
    assert all((found[0].found, found[0].expected, found[0].fix))


@pytest.mark.parametrize("target", ADAPTER_TARGETS)
def test_a_good_adapter_has_no_fault(target: PackageTarget) -> None:
    assert target_faults(read_target(target), GOOD) == []
    same_run = replace(GOOD, used_names={GOOD.name: GOOD.run})
    assert target_faults(read_target(target), same_run) == []


def test_all_faults_are_named_at_once() -> None:
    wrong = replace(GOOD, rank=64, adapter_bytes=671_000_000, base="gpt2", architecture="gpt2", quantization="gptq")
    found = {problem.where for problem in target_faults(read_target("cloudflare"), wrong)}
    assert found == {"cloudflare rank", "cloudflare size", "cloudflare base", "cloudflare quantization"}


def test_what_is_not_known_before_a_training_is_not_checked() -> None:
    planned = PackageSubject(base="google/gemma-2b-it", architecture="gemma", rank=8, adapter_bytes=10_000_000)
    assert all(not target_faults(read_target(target), planned) for target in ADAPTER_TARGETS)


@pytest.mark.parametrize(
    ("base", "name"),
    [
        ("mistralai/Mistral-7B-Instruct-v0.2", "@cf/mistral/mistral-7b-instruct-v0.2-lora"),
        ("models/mistral-7b-instruct-v0.2/", "@cf/mistral/mistral-7b-instruct-v0.2-lora"),
        ("@cf/meta/llama-3.2-3b-instruct", "@cf/meta/llama-3.2-3b-instruct"),
        ("meta-llama/Llama-3.2-1B-Instruct", None),
    ],
)
def test_a_base_model_is_known_by_its_name(base: str, name: str | None) -> None:
    found = served_base(read_target("cloudflare"), base)
    assert (found and found.name) == name


def test_the_reserved_rank_is_one_that_the_server_takes() -> None:
    rules = read_target("vllm")
    assert [reserved_rank(rules, rank) for rank in (1, 9, 16, 200)] == [1, 16, 16, 256]
    assert reserved_rank(read_target("llama.cpp"), 9) == 9


def test_a_file_of_rules_replaces_the_own_ones(tmp_path: Path) -> None:
    text = (TARGETS_FOLDER / "cloudflare.yaml").read_text().replace("max_rank: 32", "max_rank: 8")
    (tmp_path / "mine.yaml").write_text(text)
    rules = rules_of("cloudflare", tmp_path / "mine.yaml")
    assert [problem.where for problem in target_faults(rules, GOOD)] == ["cloudflare rank"]
    with pytest.raises(WinnowError, match=r"rules of cloudflare; expected: rules of vllm"):
        rules_of("vllm", tmp_path / "mine.yaml")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (
            "target: cloudflare\nas_of: yesterday\nmax_rank: 0\nranks: 4\nextra: 1\n",
            "as_of max_rank ranks extra source",
        ),
        ("{", "not YAML"),
        ("- 1", "the file"),
        ("target: heroku\n", "target"),
        ("\x00", "not YAML"),
        ("target: &a [*a]\n", "a million values"),
        ("as_of: 2026-99-99\n", "not YAML"),
    ],
)
def test_a_wrong_file_of_rules_is_refused_with_every_field(tmp_path: Path, text: str, named: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(text)
    with pytest.raises(WinnowError) as caught:
        read_target(path)
    assert all(word in str(caught.value) for word in (named.split() if "max_rank" in named else [named]))
    with pytest.raises(WinnowError, match=r"No such file"):
        read_target(tmp_path / "missing.yaml")


def test_an_unknown_target_is_refused_with_the_known_ones() -> None:
    with pytest.raises(WinnowError, match=r"cloudflare.*ollama"):
        read_target("heroku")
