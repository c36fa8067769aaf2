"""What keeps an adapter from being served by a target: every fault of every rule, without looking at a file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import PurePath
from typing import NamedTuple

from winnow.core.commands import command
from winnow.core.counted import agreeing, counted
from winnow.core.errors import Problem
from winnow.core.package_vocabulary import TargetRule
from winnow.training.packaging.package_subject import PackageSubject
from winnow.training.packaging.target_rules import ServedBase, TargetRules


class RuleFault(NamedTuple):
    """Why a rule does not hold."""

    found: str
    expected: str
    fix: str


Faults = Iterator[RuleFault]

MEGABYTE = 1_000_000

OTHER_NAME = "give the package another name"

NOT_IN_NAMES = re.compile(r"[^\w.@+:-]|^[.-]")
"""What no name has, because it leads to another folder or ends an argument of a command."""


def target_faults(rules: TargetRules, subject: PackageSubject) -> list[Problem]:
    """Everything that the target refuses, in the order of the rules; the place of a problem is target and rule."""
    return [
        Problem(f"{rules.target} {rule}", fault.found, fault.expected, fault.fix)
        for rule, check in RULES.items()
        for fault in check(rules, subject)
    ]


def served_base(rules: TargetRules, base: str) -> ServedBase | None:
    """The model of the target that adapters of a base model are served on; a folder is known by its name."""
    own = _bare_name(base)
    known = (one for one in rules.bases if own in {_bare_name(one.name), *map(_bare_name, one.trained_as)})
    return next(known, None)


def reserved_rank(rules: TargetRules, rank: int) -> int:
    """The rank to start the server with: the smallest of those it takes that is not below the adapter's."""
    return min((one for one in rules.ranks if one >= rank), default=rank)


def _bare_name(model: str) -> str:
    return PurePath(model.rstrip("/\\")).name.lower()


def _merged(rules: TargetRules, subject: PackageSubject) -> Faults:
    if rules.adapter_only and subject.merged:
        fix = "package the adapter as it was trained, without merging it"
        yield RuleFault("the adapter is merged into the base model", "an adapter alone", fix)


def _rank(rules: TargetRules, subject: PackageSubject) -> Faults:
    if rules.max_rank is not None and subject.rank > rules.max_rank:
        yield RuleFault(f"rank {subject.rank}", f"at most {rules.max_rank}", _retrain(f"rank={rules.max_rank}"))


def _size(rules: TargetRules, subject: PackageSubject) -> Faults:
    if rules.max_bytes is not None and subject.adapter_bytes >= rules.max_bytes:
        found = f"{subject.adapter_bytes / MEGABYTE:,.1f} MB of weights"
        half = max(1, subject.rank // 2)
        fix = f"save the adapter in bf16, or {_retrain(f'rank={half}')}"
        yield RuleFault(found, f"less than {rules.max_bytes / MEGABYTE:,.1f} MB", fix)


def _base(rules: TargetRules, subject: PackageSubject) -> Faults:
    if rules.bases and served_base(rules, subject.base) is None:
        served = ", ".join(one for base in rules.bases for one in base.trained_as)
        fix = f"train on one of these models; a file of rules of your own replaces the list of {rules.as_of}"
        yield RuleFault(f"base model {subject.base}", f"a model with LoRA there, trained as {served}", fix)


def _architecture(rules: TargetRules, subject: PackageSubject) -> Faults:
    base = served_base(rules, subject.base)
    if base is not None and base.architecture != subject.architecture:
        fix = f"train on {base.trained_as[0]} itself"
        yield RuleFault(f"{subject.base} is a {subject.architecture} model", f"{base.architecture}: {base.name}", fix)


def _model_type(rules: TargetRules, subject: PackageSubject) -> Faults:
    base = served_base(rules, subject.base)
    if not rules.model_types or base is None or base.model_type in rules.model_types:
        return
    stated = f"model_type {base.model_type!r}" if base.model_type else "no model_type is documented"
    fix = "state `model_type` of this base in a copy of the rules, and use that"
    yield RuleFault(f"{stated} for {base.name}", f"one of {', '.join(rules.model_types)}", fix)


def _quantization(rules: TargetRules, subject: PackageSubject) -> Faults:
    allowed = rules.quantizations
    if subject.quantization and allowed is not None and subject.quantization not in allowed:
        expected = f"a base model that is not quantized{', or as ' + ', '.join(allowed) if allowed else ''}"
        fix = "train on the plain weights of the base model"
        yield RuleFault(f"{subject.base} is quantized: {subject.quantization}", expected, fix)


def _window(rules: TargetRules, subject: PackageSubject) -> Faults:
    base = served_base(rules, subject.base)
    if base and base.window is not None and subject.window is not None and subject.window > base.window:
        fix = f"shorten the documentation of the tools, or set `base_model.window` to {base.window} and train again"
        yield RuleFault(
            f"rows of up to {counted(subject.window, 'token')}", f"at most {base.window:,} on {base.name}", fix
        )


def _file_names(rules: TargetRules, subject: PackageSubject) -> Faults:
    missing = [name for name in rules.file_names if name not in subject.file_names]
    if missing:
        found = f"{', '.join(sorted(subject.file_names)) or 'no file'}; missing: {', '.join(missing)}"
        fix = "restore the folder `adapter` of the run, or train again"
        yield RuleFault(found, f"exactly {', '.join(rules.file_names)}", fix)


def _modules(rules: TargetRules, subject: PackageSubject) -> Faults:
    refused = sorted({name.rpartition(".")[2] for name in subject.modules} & {*rules.refused_modules})
    if refused:
        expected = f"an adapter without {', '.join(rules.refused_modules)}"
        yield RuleFault(f"it changes {', '.join(refused)}", expected, _retrain("target_modules=all-linear"))


def _module_names(rules: TargetRules, subject: PackageSubject) -> Faults:
    known = subject.base_modules
    if not rules.modules_of_base or known is None:
        return
    fix = "package with the base model that the adapter was trained on"
    strange = [name for name in subject.modules if name not in known]
    if strange:
        found = f"{len(strange)} of {len(subject.modules)} modules are not in the base model: {', '.join(strange[:3])}"
        yield RuleFault(found, "names of modules of the base model, else the base answers alone", fix)
    if not subject.modules:
        yield RuleFault("the adapter changes no module", "at least one module of the base model", fix)


def _saved_modules(rules: TargetRules, subject: PackageSubject) -> Faults:
    if subject.saved_modules and not rules.saved_modules:
        found = f"it holds whole modules: {', '.join(subject.saved_modules)}"
        yield RuleFault(found, "an adapter without `modules_to_save`", _retrain("target_modules=all-linear"))


def _variant(rules: TargetRules, subject: PackageSubject) -> Faults:
    refused = [name for name in subject.variants if name in rules.refused_variants]
    if refused:
        expected = f"without {', '.join(rules.refused_variants)}"
        yield RuleFault(f"adapter_config.json sets {', '.join(refused)}", expected, "train again with plain LoRA")


def _template(rules: TargetRules, subject: PackageSubject) -> Faults:
    if rules.templates and subject.template is not None and subject.template not in rules.templates:
        found = f"the chat template is {subject.template or 'of no known form'}"
        fix = "package for vllm, which uses the model's own template"
        yield RuleFault(found, f"one of {', '.join(rules.templates)}", fix)


def _call_format(rules: TargetRules, subject: PackageSubject) -> Faults:
    if not subject.calls_are_text:
        fix = "set `call_format: fenced_json` or `hermes_tags` in winnow.yaml, freeze and train again"
        yield RuleFault("calls are no text: openai_tool_calls", "a call format in text", fix)


def _name(rules: TargetRules, subject: PackageSubject) -> Faults:
    if subject.name and not rules.name_pattern.fullmatch(subject.name):
        yield RuleFault(f"name {subject.name!r}", f"a name of the form {rules.name_pattern.pattern}", OTHER_NAME)
    elif NOT_IN_NAMES.search(subject.name):
        expected = "a name that is part of a file name and of commands, whatever the rules say"
        yield RuleFault(f"name {subject.name!r}", expected, OTHER_NAME)


def _new_name(rules: TargetRules, subject: PackageSubject) -> Faults:
    user = subject.used_names.get(subject.name)
    if user is not None and user != subject.run:
        found = f"name {subject.name!r} is that of run {user}"
        yield RuleFault(found, "a name that no other run had: names are never reused", OTHER_NAME)


def _adapters(rules: TargetRules, subject: PackageSubject) -> Faults:
    used = len(subject.used_names)
    if rules.max_adapters is not None and used >= rules.max_adapters and subject.name not in subject.used_names:
        fix = "state the limit of your account in a copy of the rules, and use that"
        yield RuleFault(
            f"{counted(used, 'name')} {agreeing(used, 'is', 'are')} recorded for {rules.target}",
            f"at most {rules.max_adapters}",
            fix,
        )


def _retrain(setting: str) -> str:
    """The command of a training with another setting."""
    return f"train again with `{command('train', 'RELEASE', method='adapter', set=setting)}`"


RULES: dict[TargetRule, Callable[[TargetRules, PackageSubject], Faults]] = {
    TargetRule.MERGED: _merged,
    TargetRule.RANK: _rank,
    TargetRule.SIZE: _size,
    TargetRule.FILE_NAMES: _file_names,
    TargetRule.BASE: _base,
    TargetRule.ARCHITECTURE: _architecture,
    TargetRule.MODEL_TYPE: _model_type,
    TargetRule.QUANTIZATION: _quantization,
    TargetRule.WINDOW: _window,
    TargetRule.MODULES: _modules,
    TargetRule.MODULE_NAMES: _module_names,
    TargetRule.SAVED_MODULES: _saved_modules,
    TargetRule.VARIANT: _variant,
    TargetRule.TEMPLATE: _template,
    TargetRule.CALL_FORMAT: _call_format,
    TargetRule.NAME: _name,
    TargetRule.NEW_NAME: _new_name,
    TargetRule.ADAPTERS: _adapters,
}
"""Every rule with its check, in the order in which faults are reported."""
