"""A training of an adapter: what it learns, what it refuses, and what a run holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub.utils import _telemetry
from safetensors.torch import load_file

from tests.fakes.tiny_causal_model import make_causal
from tests.support.dialogues import dialogue, tools_workspace
from tests.support.workspaces import new_workspace, waive_failing
from winnow.cli.render.training_view import print_trained
from winnow.core.errors import WinnowError
from winnow.core.model_vocabulary import Device, Precision, Quantization
from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.curation.releases.release import Release
from winnow.training import methods
from winnow.training.adapter import adapter_method
from winnow.training.adapter.adapter_plan import AdapterPlan
from winnow.training.adapter.adapter_settings import AdapterSettings
from winnow.training.adapter.adapter_trainer import AdapterRows, TrainedAdapter, fit_adapter
from winnow.training.adapter.collated_rows import check_collated
from winnow.training.adapter.general_share import mix_general
from winnow.training.adapter.prefix_sharing import SharedPrefixCollator
from winnow.training.adapter.quantized_base import require_quantization
from winnow.training.adapter.query_prompt import query_prompt
from winnow.training.adapter.saved_adapter import save_adapter
from winnow.training.adapter.trained_rows import NOT_TRAINED, TrainedRow
from winnow.training.adapter.training_watch import TrainingWatch, check_steps
from winnow.training.causal_models import load_network, local_base
from winnow.training.encoder.dry_run import DryRunEstimate
from winnow.training.hardware import detect_hardware
from winnow.training.run_facts import AdapterRunFacts, Hardware
from winnow.training.runs import Run
from winnow.workspace import Workspace

QUICK: Mapping[str, Any] = {"rank": 4, "learning_rate": 0.01, "batch_size": 8, "samples": 1, "precision": "f32"}

CITIES = ("Rome", "Oslo", "Lima", "Bonn", "Kyiv", "Cork", "Graz", "Bern")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_causal(tmp_path_factory.mktemp("adapter") / "model", chat=True)


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """Sixteen dialogues with a call and an answer in text each."""
    workspace = tools_workspace(tmp_path_factory.mktemp("adapter") / "tools")
    asked = [(f"How is the {tool} in {city}?", city, tool) for city in CITIES for tool in ("weather", "traffic")]
    rows = [dialogue(text, city, tool=tool) for text, city, tool in asked]
    return frozen(workspace, rows)


def frozen(workspace: Workspace, rows: list[dict[str, object]]) -> Release:
    file = workspace.folder.root / "rows.jsonl"
    file.write_text("\n".join(map(json.dumps, rows)))
    workspace.add(file)
    waive_failing(workspace)
    workspace.freeze("r1")
    return workspace.release("r1")


def trained(release: Release, folder: Path, model: Path, **changes: Any) -> Run:
    seed, progress = changes.pop("seed", 0), changes.pop("progress", None)
    settings = {**QUICK, "model": str(model), **changes}
    return methods.train(release, folder, method="adapter", seed=seed, settings=settings, progress=progress).run


@pytest.fixture(scope="module")
def run(release: Release, model: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return trained(release, tmp_path_factory.mktemp("adapter") / "runs", model)


def learned(release: Release, model: Path, **changes: Any) -> adapter_method.LearnedRelease:
    settings = AdapterSettings(model=str(model), **changes)
    base = local_base(str(model))
    chat = adapter_method.open_chat(base, release.task(), settings)
    return adapter_method.learned_release(release, base, chat, settings, seed=0)


def test_a_run_holds_what_runtimes_load_and_nothing_else(run: Run, release: Release, model: Path) -> None:
    files = sorted(path.relative_to(run.path).as_posix() for path in run.path.rglob("*") if path.is_file())
    adapter = ["adapter/adapter_config.json", "adapter/adapter_model.safetensors"]
    assert files == [*adapter, "curves.json", "curves.svg", "run.json", "samples.jsonl"]
    config = json.loads((run.path / adapter[0]).read_text())
    assert config["base_model_name_or_path"] == str(model)
    assert isinstance(config["lora_alpha"], int)
    assert config["target_modules"] == sorted(
        ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
    )
    assert {weight.dtype for weight in load_file(run.path / adapter[1]).values()} == {torch.bfloat16}
    facts = run.facts_of(AdapterRunFacts)
    assert facts.trained_answers == 2 * release.counts["train"]
    assert facts.validation_answers == 2 * release.counts["validation"] > 0
    assert facts.saved_as == Precision.BF16
    assert facts.epochs == 2
    assert not list(run.path.parent.glob(".*resume"))


def test_what_was_learned_is_printed(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    print_trained(run, new=True)
    printed = " ".join(capsys.readouterr().out.split())
    facts = run.facts_of(AdapterRunFacts)
    assert f"{facts.trained_answers} answers learned, 0 of them general; best checkpoint after" in printed
    assert "saved as bf16" in printed


def test_the_loss_falls_and_the_best_checkpoint_is_kept(run: Run) -> None:
    curves = json.loads((run.path / "curves.json").read_text())
    losses = [point["loss"] for point in curves["validation"]]
    assert len(losses) == 4
    assert losses[-1] < losses[0]
    facts = run.facts_of(AdapterRunFacts)
    assert facts.best_epoch == curves["validation"][losses.index(min(losses))]["epoch"]
    samples = [json.loads(line) for line in (run.path / "samples.jsonl").read_text().splitlines()]
    assert [one["epoch"] for one in samples] == [round(point["epoch"], 3) for point in curves["validation"]]
    assert not any("<|end|>" in one["expected"] for one in samples)
    assert all(isinstance(one["answer"], str) for one in samples)


def test_the_saved_adapter_changes_what_the_base_model_says(run: Run, model: Path) -> None:
    hardware = detect_hardware(Precision.F32)
    ids = torch.tensor([[10, 20, 30]])
    with torch.no_grad():
        plain = load_network(model, hardware)(input_ids=ids).logits
        adapted = load_network(model, hardware, adapter=run.path / "adapter")(input_ids=ids).logits
    assert not torch.allclose(plain, adapted, atol=1e-3)


def test_the_same_seed_gives_the_same_weights_also_after_an_interruption(
    run: Run, release: Release, model: Path, tmp_path: Path
) -> None:
    whole = load_file(run.path / "adapter" / "adapter_model.safetensors")
    stop_at = check_steps(run.facts_of(AdapterRunFacts).trained_answers, AdapterSettings(batch_size=8))
    interrupted = sorted(stop_at)[1] * 8 + 8

    def stop(done: int, total: int) -> None:
        if done == interrupted:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(release, tmp_path, model, progress=stop)
    (samples,) = tmp_path.glob(".*.resume/samples.jsonl")
    cut_last_line(samples)  # as if it had been killed between a checkpoint and its samples
    resumed = trained(release, tmp_path, model)
    assert resumed.id == run.id
    assert resumed.facts_of(AdapterRunFacts).resumed
    assert resumed.facts_of(AdapterRunFacts).train_rows == release.counts["train"]
    again = load_file(resumed.path / "adapter" / "adapter_model.safetensors")
    assert all(torch.equal(whole[name], again[name]) for name in whole)
    assert (resumed.path / "curves.json").read_text() == (run.path / "curves.json").read_text()
    assert (resumed.path / "samples.jsonl").read_text() == (run.path / "samples.jsonl").read_text()
    other = load_file(trained(release, tmp_path, model, seed=1).path / "adapter" / "adapter_model.safetensors")
    assert not any(torch.equal(whole[name], other[name]) for name in whole)


def cut_last_line(file: Path) -> None:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    file.write_text("".join([*lines[:-1], lines[-1][:9]]), encoding="utf-8")


def fitted(release: Release, model: Path, folder: Path, validation: bool, **changes: Any) -> TrainedAdapter:
    found = learned(release, model)
    settings = AdapterSettings(**{**QUICK, "model": str(model), **changes})
    rows = AdapterRows(found.train.rows, found.validation if validation else [])
    return fit_adapter(found.base, found.chat, rows, settings=settings, seed=0, checkpoints=folder)


def test_without_validation_the_last_weights_are_kept(
    release: Release, model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CI", raising=False)  # where it is set, trl sends nothing by itself
    made = fitted(release, model, tmp_path, validation=False)
    assert [entry["epoch"] for entry in made.history if "loss" in entry][-1] == 2
    assert not any("eval_loss" in entry for entry in made.history)
    assert not (tmp_path / "samples.jsonl").exists()
    assert _telemetry._TELEMETRY_THREAD is None  # nothing was sent over the network


def test_samples_before_an_interruption_stay_whatever_a_kill_cut_off(tmp_path: Path) -> None:
    line = json.dumps({"step": 2, "answer": "one\u2028two"}, ensure_ascii=False) + "\n"
    later = json.dumps({"step": 4, "answer": "later"}) + "\n"
    samples = tmp_path / "samples.jsonl"
    samples.write_bytes(line.encode() + later.encode() + '{"step": 2, "answer": "ü'.encode()[:-1])
    any_chat: Any = None
    TrainingWatch([], [], any_chat, AdapterSettings(), tmp_path, None).start(0.0, 0.0, 3)
    assert samples.read_text(encoding="utf-8") == line


def test_a_training_that_resumes_with_no_steps_left_states_the_speed_of_its_steps(
    release: Release, model: Path, tmp_path: Path
) -> None:
    before = fitted(release, model, tmp_path, validation=True, epochs=1)
    after = fitted(release, model, tmp_path, validation=True, epochs=1)
    assert after.resumed
    assert after.tokens_per_second == before.tokens_per_second > 0
    newest = max(tmp_path.glob("checkpoint-*"), key=lambda one: int(one.name.split("-")[1]))
    (newest / "speed.json").write_text("[")
    assert fitted(release, model, tmp_path, validation=True, epochs=1).tokens_per_second == 0
    (newest / "trainer_state.json").write_text("null")  # a disk that is full may leave any text
    assert not fitted(release, model, tmp_path / "empty", validation=True, epochs=1).resumed


def test_training_stops_when_validation_gets_no_better(release: Release, model: Path, tmp_path: Path) -> None:
    """With so small a learning rate that no weight changes, the loss stays as it is."""
    settings: dict[str, Any] = {"validation": True, "learning_rate": 1e-30, "epochs": 5, "patience": 2}
    made = fitted(release, model, tmp_path, **settings)
    assert len([entry for entry in made.history if "eval_loss" in entry]) == 3
    samples = (tmp_path / "samples.jsonl").read_text(encoding="utf-8")
    cut_last_line(tmp_path / "samples.jsonl")  # as if it had been killed before it wrote the samples of its last check
    assert len(fitted(release, model, tmp_path, **settings).history) == len(made.history)
    assert (tmp_path / "samples.jsonl").read_text(encoding="utf-8") == samples


def test_exactly_the_answer_and_its_stop_token_are_learned(release: Release, model: Path) -> None:
    found = learned(release, model)
    assert len(found.train.rows) == 2 * release.counts["train"]
    for row in found.train.rows:
        decoded = found.chat.tokenizer.decode(row.input_ids)
        assert decoded.startswith("<|system|>")
        answer = found.chat.tokenizer.decode(row.answer_ids)
        assert answer.startswith("I will look." if row.turn == 1 else "It is fine.")
        assert answer.endswith("<|end|>")
        assert answer.count("<|end|>") == 1
        assert found.chat.tokenizer.decode(row.prompt_ids).endswith("<|assistant|>")


def test_an_answer_that_the_window_cuts_is_refused_with_its_record(release: Release, model: Path) -> None:
    longest = max(len(row.input_ids) for row in learned(release, model).train.rows)
    with pytest.raises(WinnowError, match=r"record \w+, turn \d: answer cut") as refused:
        learned(release, model, max_length=longest - 3)
    assert all(problem.fix for problem in refused.value.problems)


def without_the_last_label(rows: list[Any]) -> dict[str, Any]:
    batch = SharedPrefixCollator()(rows)
    batch["labels"][0, -1] = NOT_TRAINED
    return dict(batch)


def without_labels(rows: list[Any]) -> dict[str, Any]:
    batch = SharedPrefixCollator()(rows)
    return {**batch, "labels": torch.full_like(batch["labels"], NOT_TRAINED)}


@pytest.mark.parametrize(
    ("collate", "fault"),
    [(without_the_last_label, "stop not trained"), (without_labels, "nothing trained")],
)
def test_what_the_collator_really_gives_is_checked(release: Release, model: Path, collate: Any, fault: str) -> None:
    found = learned(release, model)
    given = [{"input_ids": row.input_ids, "labels": row.labels} for row in found.train.rows]
    check_collated(found.train.rows, given, SharedPrefixCollator(), found.chat)
    with pytest.raises(WinnowError, match=fault) as refused:
        check_collated(found.train.rows, given, collate, found.chat)
    assert any(found.train.rows[0].record in problem.where for problem in refused.value.problems)


def test_queries_are_answered_with_their_label_as_they_are_asked(model: Path, tmp_path: Path) -> None:
    workspace = new_workspace(tmp_path / "ws", "weather", "traffic")
    rows: list[dict[str, object]] = [
        {"text": f"{word} in {city}?", "label": label}
        for city in CITIES
        for word, label in (("rain or sun", "weather"), ("a jam on the roads", "traffic"))
    ]
    release = frozen(workspace, rows)
    found = learned(release, model)
    prompt = query_prompt(found.chat, instruction=AdapterSettings().instruction, prompt_template=None)
    texts = dict(zip(*(release.rows("train")[name] for name in ("id", "text")), strict=True))
    for row in found.train.rows:
        assert found.chat.tokenizer.decode(row.prompt_ids) == prompt.text(texts[row.record])
        assert found.chat.tokenizer.decode(row.answer_ids) in ("weather<|end|>", "traffic<|end|>")
    made = trained(release, tmp_path / "runs", model, epochs=1)
    assert made.facts_of(AdapterRunFacts).call_format == ""


def test_dialogues_are_not_trained_by_a_method_for_texts(release: Release, tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"method linear; expected: a method for it: adapter, prompt"):
        methods.train(release, tmp_path, method="linear", seed=0)


def test_a_model_has_to_be_named(release: Release, tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"base_model"):
        methods.train(release, tmp_path, method="adapter", seed=0)


def test_layers_that_the_model_lacks_are_named(release: Release, model: Path, tmp_path: Path) -> None:
    with pytest.raises(WinnowError, match=r"no linear layers c_attn; expected: all-linear, or some of down_proj"):
        trained(release, tmp_path, model, target_modules="c_attn,q_proj")


def test_a_dry_run_keeps_nothing(release: Release, model: Path) -> None:
    before = sorted(release.path.parent.rglob("*"))
    settings = {**QUICK, "model": str(model), "batch_size": 2}
    plan = methods.dry_run(release, method="adapter", seed=0, settings=settings)
    assert isinstance(plan, AdapterPlan)
    estimate = plan.steps
    assert isinstance(estimate, DryRunEstimate)
    assert 0 < estimate.steps <= 10
    assert estimate.total_steps == 2 * -(-2 * release.counts["train"] // 2)
    assert estimate.seconds > estimate.seconds_per_step > 0
    assert sorted(release.path.parent.rglob("*")) == before


def general_rows(others: int, general: int) -> list[TrainedRow]:
    return [TrainedRow(f"r{i}", 1, i >= others, [1, 2], 1) for i in range(others + general)]


@pytest.mark.parametrize(("others", "general", "kept"), [(90, 30, 10), (90, 5, 5), (90, 10, 10), (0, 7, 7), (9, 2, 1)])
def test_general_answers_are_at_most_their_share(others: int, general: int, kept: int) -> None:
    mixed = mix_general(general_rows(others, general), share=0.1, seed=0)
    assert (mixed.general, mixed.left_out) == (kept, general - kept)
    assert len(mixed.rows) == others + kept
    assert mixed == mix_general(general_rows(others, general), share=0.1, seed=0)


class Answering:
    """Answers of a model before and after rounding."""

    def __init__(self, *answers: list[list[int]]) -> None:
        self.answers = list(answers)

    def __call__(self, model: Any) -> list[list[int]]:
        return self.answers.pop(0)


@pytest.mark.parametrize(
    ("rounded", "kept"), [([[1, 2]], Precision.BF16), ([[1, 3]], Precision.F32)], ids=["same", "changed"]
)
def test_weights_are_rounded_only_if_answers_stay_the_same(
    run: Run, model: Path, tmp_path: Path, rounded: list[list[int]], kept: Precision
) -> None:
    adapted = load_network(model, detect_hardware(Precision.F32), adapter=run.path / "adapter")
    for name, parameter in adapted.named_parameters():
        parameter.requires_grad = "lora_" in name
        parameter.data += 1e-4
    before = {name: p.clone() for name, p in adapted.named_parameters()}
    saved = save_adapter(adapted, tmp_path, base="org/base", answers=Answering([[1, 2]], rounded))
    assert saved == kept
    dtypes = {weight.dtype for weight in load_file(tmp_path / "adapter_model.safetensors").values()}
    assert dtypes == {torch.bfloat16 if kept == Precision.BF16 else torch.float32}
    assert all(torch.equal(before[name], p) for name, p in adapted.named_parameters())


def test_four_bits_need_a_gpu_and_bitsandbytes() -> None:
    here = Hardware(device=Device.CPU, precision=Precision.F32, threads=1)
    require_quantization(Quantization.NONE, here)
    with pytest.raises(WinnowError, match=r"no CUDA device"):
        require_quantization(Quantization.NF4, here)


def test_checks_are_evenly_spaced() -> None:
    settings = AdapterSettings(batch_size=4, epochs=2, checks_per_epoch=2)
    assert sorted(check_steps(40, settings)) == [5, 10, 15, 20]
    assert sorted(check_steps(3, replace(settings, checks_per_epoch=5))) == [1, 2]


def test_a_template_that_refuses_system_messages_gets_the_instruction_in_the_query(tmp_path: Path, model: Path) -> None:
    from tests.fakes.tiny_chat_tokenizer import MISTRAL, make_chat_tokenizer
    from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer

    chat: ChatTokenizer = open_chat_tokenizer(str(make_chat_tokenizer(tmp_path / "m", MISTRAL)))
    prompt = query_prompt(chat, instruction="Answer with the label.", prompt_template=None)
    assert prompt.text("rain?") == "<s>[INST] Answer with the label.\n\nrain? [/INST]"
    own = query_prompt(chat, instruction="not used", prompt_template="Which topic has {text}")
    assert own.text("rain?") == "<s>[INST] Which topic has rain? [/INST]"
