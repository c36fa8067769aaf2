"""Pack a run for a target: check its rules, then write the files, the card and the commands."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from winnow.core.errors import GateError, Parameter, Problem, WinnowError
from winnow.core.hashing import file_sha256, json_hash
from winnow.core.package_vocabulary import PackageTarget
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.training.answering.run_base import base_of_run
from winnow.training.packaging.adapter_files import read_adapter, require_finite
from winnow.training.packaging.base_architecture import base_architecture
from winnow.training.packaging.built_package import CARD, BuiltPackage
from winnow.training.packaging.cloudflare_package import fill_cloudflare_package
from winnow.training.packaging.llama_cpp_package import fill_llama_cpp_package
from winnow.training.packaging.ollama_package import fill_ollama_package
from winnow.training.packaging.ollama_template import template_form
from winnow.training.packaging.package_contents import PackageContents, render_text
from winnow.training.packaging.package_figures import card_figures
from winnow.training.packaging.package_files import write_package
from winnow.training.packaging.package_prompt import longest_row, package_prompt
from winnow.training.packaging.package_subject import PackageSubject
from winnow.training.packaging.stated_license import stated_license
from winnow.training.packaging.target_faults import target_faults
from winnow.training.packaging.target_rules import TargetRules
from winnow.training.packaging.vllm_package import fill_vllm_package
from winnow.training.peft_files import ADAPTER_FOLDER, ADAPTER_WEIGHTS
from winnow.training.run_facts import AdapterRunFacts
from winnow.training.run_release import release_of, task_of_run
from winnow.training.runs import Run
from winnow.validators.tools.call_formats import CALL_FORMATS

COMMANDS, PROMPT_FILE = "commands.sh", "prompt.json"
"""Files of every package of an adapter, besides the card."""

FILL: dict[PackageTarget, Callable[[PackageContents, Path], None]] = {
    PackageTarget.CLOUDFLARE: fill_cloudflare_package,
    PackageTarget.OLLAMA: fill_ollama_package,
    PackageTarget.VLLM: fill_vllm_package,
    PackageTarget.LLAMA_CPP: fill_llama_cpp_package,
}
"""What writes the model of each target."""

SNIPPETS: dict[PackageTarget, str] = {PackageTarget.CLOUDFLARE: "cloudflare.js"}
"""Templates of programs that call the model, where a command line is not how it is called."""

MERGED_WEIGHTS = "model.safetensors"
"""A run with this file has merged weights."""


def package_contents(run: Run, rules: TargetRules, *, name: str, used_names: Mapping[str, str]) -> PackageContents:
    """Everything that a package of a run is written from.

    Raises WinnowError for a run without an adapter or of another kind than tools, for another base model than that of
    the training, and GateError with every rule of the target that the run violates.
    """
    facts = _adapter_facts(run)
    if not name:
        raise WinnowError(Problem(Parameter("name"), "it is empty", "a name that the adapter gets in the runtime"))
    base, release = base_of_run(run), release_of(run)
    if not release.kind.holds_dialogues:
        fix = "serve it with `ws.predict`, which decodes nothing but labels"
        raise WinnowError(Problem(run.id, f"a run of kind {release.kind.name}", "a run that answers in dialogues", fix))
    chat = open_chat_tokenizer(base.folder, name=facts.base.model or base.folder)
    adapter, architecture = read_adapter(run.path / ADAPTER_FOLDER), base_architecture(base.folder)
    quantized = facts.settings.get("quantization") not in (None, "none")
    subject = PackageSubject(
        base=str(facts.base.model),
        architecture=architecture.name,
        rank=adapter.rank,
        adapter_bytes=adapter.weights_bytes,
        modules=adapter.modules,
        base_modules=architecture.modules,
        window=longest_row(release, chat, task_of_run(run, release)),
        quantization="bitsandbytes" if quantized else architecture.quantization,
        merged=(run.path / MERGED_WEIGHTS).exists(),
        file_names=adapter.file_names,
        saved_modules=adapter.saved_modules,
        variants=adapter.variants,
        template=template_form(chat),
        calls_are_text=CALL_FORMATS[release.task().call_format].in_text,
        name=name,
        run=run.id,
        used_names=used_names,
    )
    if faults := target_faults(rules, subject):
        raise GateError(faults)
    require_finite(adapter)
    prompt, figures = package_prompt(release, chat, task_of_run(run, release)), card_figures(run.path)
    license_ = stated_license(Path(base.folder))
    return PackageContents(
        facts, rules, subject, adapter, architecture, base.folder, license_, release, chat, prompt, figures
    )


def build_package(contents: PackageContents, folder: Path) -> BuiltPackage:
    """Write a package into a folder. Raises WinnowError when something else is there."""
    target, values = contents.rules.target, contents.values()
    commands = render_text(f"{target}.sh", values)

    def fill_folder(part: Path) -> None:
        FILL[target](contents, part)
        snippet = render_text(SNIPPETS[target], values).strip() if target in SNIPPETS else ""
        note = ", in the number format of the base model: quantized weights differ" if target == "ollama" else ""
        card = {**values, "commands": commands.strip(), "snippet": snippet, "quantized_note": note}
        (part / CARD).write_text(render_text("card.md", card), encoding="utf-8")
        (part / COMMANDS).write_text(commands, encoding="utf-8")
        prompt = json.dumps(contents.prompt.facts(), indent=1, ensure_ascii=False) + "\n"
        (part / PROMPT_FILE).write_text(prompt, encoding="utf-8")

    written = write_package(folder, _stated(contents), fill_folder)
    return BuiltPackage(written.folder, written.new, str(target), contents.subject.name, commands)


def _stated(contents: PackageContents) -> dict[str, Any]:
    """What `package.json` says about the package: everything that its bytes depend on."""
    rules = contents.rules
    return {
        "name": contents.subject.name,
        "target": str(rules.target),
        "rules": {"as_of": rules.as_of.isoformat(), "sha256": json_hash(rules.model_dump(mode="json"))},
        "run": contents.facts.run,
        "release": {"name": contents.facts.release.name, "sha256": contents.facts.release.sha256},
        "base": {"model": contents.facts.base.model, "weights_hash": contents.facts.base.weights_hash},
        "adapter_sha256": file_sha256(contents.adapter.folder / ADAPTER_WEIGHTS),
        "template_sha256": contents.facts.template_sha256,
        "evaluations_sha256": json_hash([vars(one) for one in contents.figures]),
    }


def _adapter_facts(run: Run) -> AdapterRunFacts:
    if not isinstance(run.facts, AdapterRunFacts):
        found, fix = f"a run of method {run.facts.method}", "name a run of method adapter"
        raise WinnowError(Problem(run.id, found, "a run with an adapter", fix))
    return run.facts
