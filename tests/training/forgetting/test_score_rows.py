"""Likelihoods of choices and reference answers: those of each row alone, before and after, stored in the run."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest

import winnow
from tests.fakes.tiny_causal_model import make_causal
from tests.support.adapter_runs import adapter_run
from tests.support.commands import run_winnow
from tests.support.files import write_jsonl
from winnow.cli.render.forgetting_view import print_forgetting
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import Precision
from winnow.core.result import Measured, NotMeasured
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.training.answering.answer_request import requests_of
from winnow.training.answering.model_answer import ModelAnswer
from winnow.training.causal_models import load_network, local_base
from winnow.training.forgetting.general_facts import GeneralFacts
from winnow.training.forgetting.general_rows import GeneralFile, read_general_file
from winnow.training.forgetting.measure_general import measure_general, unasked_calls
from winnow.training.forgetting.score_rows import score, tokenize
from winnow.training.hardware import detect_hardware
from winnow.training.run_facts import BaseModelFacts
from winnow.validators.tools.dialogue import Dialogue, Role, Turn
from winnow.workspace import Workspace

CHOICES = ["on", "a rather long choice of many words", "née"]


@pytest.fixture(scope="module")
def adapter(tiny_chat: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LoRA layers that change the model."""
    import torch
    from peft import LoraConfig, get_peft_model

    network = get_peft_model(_network(tiny_chat), LoraConfig(r=4, target_modules="all-linear", task_type="CAUSAL_LM"))
    with torch.random.fork_rng(), torch.no_grad():
        torch.manual_seed(1)
        for name, weights in network.named_parameters():
            if "lora_B" in name:
                weights.normal_(std=0.5)
    folder = tmp_path_factory.mktemp("lora")
    network.save_pretrained(folder)
    return folder


def _network(folder: Path) -> Any:
    return load_network(folder, detect_hardware(Precision.F32))


def general(folder: Path, questions: int = 6, instructions: int = 4) -> GeneralFile:
    rows: list[dict[str, object]] = [
        {"question": f"Question {'x' * place}?", "choices": CHOICES, "answer": place % 3} for place in range(questions)
    ]
    for place in range(instructions):
        texts = [f"Say {place}.", f"It is {place}."]
        messages = [{"role": role, "content": text} for role, text in zip(("user", "assistant"), texts, strict=True)]
        rows.append({"messages": messages})
    return read_general_file(write_jsonl(folder / "general.jsonl", rows))


def test_the_scores_of_a_batch_are_those_of_each_row_alone(tiny_chat: Path, tmp_path: Path) -> None:
    import torch

    network, chat, content = _network(tiny_chat), open_chat_tokenizer(str(tiny_chat)), general(tmp_path)
    found = score(network, content, tokenize(content, chat))

    def alone(prompt: str, answer: str) -> float:
        before, after = chat.token_ids([prompt, answer])
        with torch.inference_mode():
            logits = network(torch.tensor([before + after])).logits[0].double()
        likely = torch.log_softmax(logits, dim=-1)
        return sum(float(likely[len(before) - 1 + place, token]) for place, token in enumerate(after))

    for place, row in enumerate(content.questions):
        prompt = f"<|user|>{row.question}<|end|><|assistant|>"
        by_choice = [alone(prompt, text) / len(text.encode()) for text in CHOICES]
        assert found.right[place] == (by_choice.index(max(by_choice)) == row.right)
    for place, instruction in enumerate(content.instructions):
        prompt = f"<|user|>{instruction.messages[0]['content']}<|end|><|assistant|>"
        mean = alone(prompt, instruction.reference) / len(instruction.reference)  # every byte is a token
        assert found.probability[place] == pytest.approx(math.exp(mean), rel=1e-4)


def test_a_row_beyond_the_window_is_refused(tmp_path: Path) -> None:
    small = make_causal(tmp_path / "small", chat=True, reach=24)
    content = general(tmp_path, questions=1, instructions=0)
    with pytest.raises(WinnowError, match=r"row 1: \d+ tokens; expected: at most 24"):
        tokenize(content, open_chat_tokenizer(str(small)))


def test_answers_that_begin_a_call_are_counted(tmp_path: Path) -> None:
    task = winnow.init(tmp_path / "ws", template="tools").task
    turns = (Turn(Role.USER, "Hello."), Turn(Role.ASSISTANT, "Hi."))
    dialogues = {str(number): (Dialogue(turns, ()), "general") for number in range(1, 5)}
    call = 'Sure.\n\n```json\n{"tool": "create_task", "params": {}}\n```'
    texts = ["Hi there.", call, call[:20], "```python\nprint(1)\n```"]
    found = unasked_calls(list(requests_of(dialogues, task)), [ModelAnswer(text) for text in texts])
    assert [one.row for one in found] == [2, 3]


@pytest.fixture
def ws(frozen_dialogues: Workspace, tmp_path: Path) -> Workspace:
    shutil.copytree(frozen_dialogues.folder.root, tmp_path / "ws")
    return winnow.open(tmp_path / "ws")


def test_a_run_is_measured_before_and_after(
    ws: Workspace, tiny_chat: Path, adapter: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    base = BaseModelFacts(model=str(tiny_chat), weights_hash=local_base(str(tiny_chat)).weights_hash)
    template = open_chat_tokenizer(str(tiny_chat)).template_sha256
    run = adapter_run(ws, "first", base=base, adapter=adapter, template_sha256=template)
    general(tmp_path)
    shown = run_winnow("evaluate", run.id, "--general", tmp_path / "general.jsonl", "--json", cwd=ws.folder.root)
    assert shown.returncode == 0, shown.stderr
    found = GeneralFacts.model_validate_json(shown.stdout)
    assert GeneralFacts.model_validate_json((run.path / "evaluation" / "general.json").read_bytes()) == found
    assert not isinstance(found.references, NotMeasured)
    assert found.references.change.difference != 0
    assert (found.margin, found.references.rows) == (0.02, 4)
    assert not isinstance(found.questions, NotMeasured)
    assert isinstance(found.questions.before, Measured)
    assert not isinstance(found.unasked_calls, NotMeasured)
    assert found.unasked_calls.share.rows == 4
    print_forgetting(found)
    assert f"verdict: {found.verdict}" in capsys.readouterr().out


def test_an_adapter_without_effect_changes_nothing_and_another_base_is_refused(
    ws: Workspace, tiny_chat: Path, tmp_path: Path
) -> None:
    from peft import LoraConfig, get_peft_model

    network = get_peft_model(_network(tiny_chat), LoraConfig(r=2, target_modules="all-linear", task_type="CAUSAL_LM"))
    network.save_pretrained(tmp_path / "zero")
    content = general(tmp_path)
    digest = local_base(str(tiny_chat)).weights_hash
    base = BaseModelFacts(model=str(tiny_chat), weights_hash=digest)
    run = adapter_run(ws, "first", call_format="", base=base, adapter=tmp_path / "zero")
    found = measure_general(run, content, margin=0.02)
    assert not isinstance(found.references, NotMeasured)
    assert (found.references.change.difference, found.references.p_value) == (0, 1)
    other = BaseModelFacts(model=str(tiny_chat), weights_hash="0" * 64)
    with pytest.raises(WinnowError, match=r"has weights"):
        measure_general(adapter_run(ws, "first", call_format="", seed=1, base=other), content, margin=0.02)
