"""How to fine-tune: by the size of the data, the hardware and the task, and never by what cannot run here."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.decision_situations import inputs_of
from tests.support.paths import ROOT
from winnow.config.decision_rules import DEFAULT_RULES
from winnow.core.result import NotMeasured
from winnow.training.monitoring.base_models import read_base_models
from winnow.training.monitoring.choose_method import MethodAdvice, TrainingSituation, choose_method, distill_from
from winnow.training.monitoring.decision_context import DecisionContext
from winnow.training.monitoring.recommend import recommend
from winnow.training.monitoring.rules import RuleThresholds
from winnow.training.monitoring.training_hardware import TrainingHardware
from winnow.training.settings_file import read_model_facts
from winnow.validators.kinds.intents import INTENTS
from winnow.validators.kinds.tools import TOOLS

QUERIES = TrainingSituation(
    kind="intents",
    methods=tuple(INTENTS.training_methods),
    release="r2",
    records=2400,
    base_models=read_base_models(),
)

DIALOGUES = replace(QUERIES, kind="tools", methods=tuple(TOOLS.training_methods))

MODELS = ROOT / "training" / "settings" / "models"

CPU = TrainingHardware(memory_gib=16)


def chosen(situation: TrainingSituation) -> MethodAdvice:
    found = choose_method(situation, DEFAULT_RULES)
    assert isinstance(found, MethodAdvice)
    return found


@pytest.mark.parametrize(
    ("hardware", "technique", "base_model"),
    [
        (CPU, "LoRA", "SmolLM2-135M"),
        (TrainingHardware(64, gpu_gb=6.4, can_quantize=True), "QLoRA", "Llama-3.2-1B"),
        (TrainingHardware(64, gpu_gb=8.6, can_quantize=True), "QLoRA", "Llama-3.2-3B"),
        (TrainingHardware(64, gpu_gb=25.4, can_quantize=True), "QLoRA", "Qwen2.5-7B"),
        (TrainingHardware(64, gpu_gb=25.4, can_quantize=False), "LoRA", "Qwen2.5-7B"),
        (TrainingHardware(64, gpu_gb=12.9, can_quantize=False), "LoRA", "Llama-3.2-3B"),
        (TrainingHardware(64, gpu_gb=31.9, can_quantize=True), "QLoRA", "Qwen2.5-7B"),
        (TrainingHardware(64, gpu_gb=32.0, can_quantize=True), "LoRA", "Qwen2.5-7B"),
    ],
)
def test_an_adapter_fits_the_hardware(hardware: TrainingHardware, technique: str, base_model: str) -> None:
    found = chosen(replace(DIALOGUES, hardware=hardware))
    assert (found.method, found.technique, found.base_model) == ("adapter", technique, base_model)
    assert ("--set quantization=nf4" in found.command) == (technique == "QLoRA")


def test_four_bit_weights_are_never_recommended_without_a_gpu() -> None:
    found = chosen(replace(DIALOGUES, hardware=replace(CPU, can_quantize=True)))
    assert found.command == "winnow train r2 --method adapter --settings smollm2-135m"
    assert "no GPU" in found.reason


def test_what_cannot_run_here_is_not_recommended() -> None:
    found = choose_method(replace(DIALOGUES, hardware=TrainingHardware(memory_gib=4)), DEFAULT_RULES)
    assert found == NotMeasured("no base model of the table can be trained here: 4 GiB of memory")
    assert isinstance(choose_method(replace(QUERIES, kind="pairs", methods=()), DEFAULT_RULES), NotMeasured)


def test_a_goal_for_latency_asks_for_the_smallest_model() -> None:
    gpu = TrainingHardware(64, gpu_gb=25.4, can_quantize=True)
    assert chosen(replace(DIALOGUES, hardware=gpu, latency_ms=500)).base_model == "SmolLM2-135M"


def test_the_task_names_the_base_model_and_the_role() -> None:
    found = chosen(replace(DIALOGUES, hardware=CPU, own_model="my/model", role="mail"))
    assert (found.base_model, found.command) == ("my/model", "winnow train r2 --method adapter --role mail")
    assert chosen(replace(QUERIES, own_model="models/encoder", language="de")).command == (
        "winnow train r2 --method encoder"
    )


def test_the_language_of_the_task_chooses_the_encoder() -> None:
    assert chosen(QUERIES).command == "winnow train r2 --method encoder"
    german = chosen(replace(QUERIES, language="de"))
    assert german.command.endswith("--set model=sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2")


@pytest.mark.parametrize(("records", "told"), [(9_999, "below 10,000"), (10_000, "Winnow trains none in full")])
def test_the_number_of_records_is_the_reason(records: int, told: str) -> None:
    assert told in chosen(replace(QUERIES, records=records)).reason


def test_a_slow_model_teaches_a_faster_one_where_there_are_many_records() -> None:
    situation = replace(QUERIES, records=12_000, slow_teacher="adapter-2")
    context = DecisionContext(
        baseline="linear-1", candidate="adapter-2", fine_tuned="adapter-2", training=situation, fix_command="other"
    )
    facts = {"accuracy_gain": 0.2, "goals_missed": 1, "candidate_p95_ms": 400, "labeled_records": 12_000}
    found = recommend(inputs_of(facts), context, RuleThresholds(latency_ms=50))
    assert (found.recommended_action, found.next) == ("train", "winnow train r2 --method encoder --teacher adapter-2")
    assert "slow_candidate: p95 in ms 400 (above 50), labeled records 12,000 (at least 10,000)" in found.reason
    few = recommend(inputs_of(facts | {"labeled_records": 9_000}), context, RuleThresholds(latency_ms=50))
    assert (few.recommended_action, few.next) == ("keep", "other")
    student = distill_from(situation, DEFAULT_RULES)
    assert student is not None
    assert student.technique == "distillation"
    assert distill_from(replace(situation, slow_teacher=None), DEFAULT_RULES) is None


def test_memory_is_that_of_the_settings_files() -> None:
    shipped = [one for one in read_base_models() if one.settings]
    assert len(shipped) >= 4
    for one in shipped:
        facts = read_model_facts(MODELS / f"{one.settings}.yaml")
        assert facts is not None
        assert facts.memory is not None
        assert (one.bf16_gib, one.nf4_gib) == (facts.memory.lora_bf16_gib, facts.memory.qlora_nf4_gib)
        assert one.cpu_gib in (None, facts.memory.lora_f32_cpu_gib)


def test_the_table_of_the_documentation_is_the_data() -> None:
    lines = (ROOT / "docs" / "decide.md").read_text(encoding="utf-8").splitlines()
    rows = [f"| {one.kind} | {one.name} | {one.use} | {one.speed} | {one.source} |" for one in read_base_models()]
    assert [row for row in rows if row not in lines] == []
