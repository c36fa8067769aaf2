"""Runs of method `adapter` whose LoRA layers are random: packages ask for their form, not for what they learned."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.fakes.tiny_causal_model import make_causal
from tests.fakes.tiny_chat_tokenizer import CHATML, CHATML_TOKENS, make_chat_tokenizer
from tests.support.adapter_runs import adapter_facts
from winnow.core.clock import utc_now
from winnow.core.model_vocabulary import Device, Precision
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.training.causal_models import load_network, local_base
from winnow.training.run_facts import (
    AdapterRunFacts,
    BaseModelFacts,
    EmbedderFacts,
    Hardware,
    LinearRunFacts,
    RunIdentity,
)
from winnow.training.runs import Run, create_run
from winnow.workspace import Workspace

CPU = Hardware(device=Device.CPU, precision=Precision.F32, threads=1)


def make_chatml_model(folder: Path) -> Path:
    """A tiny causal model of random parameters with the chat template of SmolLM2."""
    make_causal(folder)
    for name in ("config.json", "generation_config.json"):
        stated = json.loads((folder / name).read_text())
        (folder / name).write_text(json.dumps(stated | {"bos_token_id": 0, "eos_token_id": 1}))
    return make_chat_tokenizer(folder, CHATML, special=CHATML_TOKENS)


def save_random_adapter(base: Path, folder: Path, *, seed: int = 0, scale: float = 0.3, **settings: Any) -> Path:
    """A LoRA adapter of a model, as peft saves it, that changes what the model answers."""
    import torch
    from peft import LoraConfig, get_peft_model

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        chosen: dict[str, Any] = {"r": 4, "lora_alpha": 8, "target_modules": "all-linear", "task_type": "CAUSAL_LM"}
        network = get_peft_model(load_network(base, CPU), LoraConfig(**(chosen | settings)))
        for name, weights in network.named_parameters():
            if "lora_B" in name:
                torch.nn.init.normal_(weights, std=scale)
        network.save_pretrained(folder)
    (folder / "README.md").unlink(missing_ok=True)
    return folder


def make_adapter_run(
    workspace: Workspace, base: Path, *, seed: int = 0, settings: Mapping[str, Any] | None = None, **adapter: Any
) -> Run:
    """A run of method `adapter` on the release `first`; `adapter` are settings of LoRA."""
    release = workspace.release("first")
    own = local_base(str(base))

    def fill_folder(part: Path, identity: RunIdentity) -> AdapterRunFacts:
        save_random_adapter(base, part / "adapter", seed=seed, **adapter)
        return adapter_facts(
            identity,
            base=BaseModelFacts(model=own.requested, weights_hash=own.weights_hash),
            template_sha256=open_chat_tokenizer(str(base)).template_sha256,
            answer_limit=6,
            call_format=release.task().call_format,
        )

    created = create_run(
        workspace.folder.runs,
        release,
        method="adapter",
        settings=dict(settings or {}),
        seed=seed,
        fill_folder=fill_folder,
        depends_on={"adapter": str(sorted(adapter.items()))},
    )
    return created.run


def make_linear_run(workspace: Workspace) -> Run:
    """A run without an adapter on the release `first`."""
    near = EmbedderFacts(model=None, backend="none", identity="none")

    def fill_folder(part: Path, identity: RunIdentity) -> LinearRunFacts:
        return LinearRunFacts(
            **dict(identity), method="linear", trained_at=utc_now(), routes={}, seconds=1.0, train_rows=1, embedder=near
        )

    release = workspace.release("first")
    return create_run(workspace.folder.runs, release, method="linear", settings={}, seed=0, fill_folder=fill_folder).run
