"""Everything that a package is written from."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from winnow.curation.checks.chat_template.chat_tokenizer import ChatTokenizer
from winnow.curation.releases.release import Release
from winnow.training.packaging.adapter_files import AdapterFiles
from winnow.training.packaging.base_architecture import GGUF, BaseArchitecture
from winnow.training.packaging.package_figures import CardFigure
from winnow.training.packaging.package_prompt import PackagePrompt
from winnow.training.packaging.package_subject import PackageSubject
from winnow.training.packaging.target_faults import reserved_rank, served_base
from winnow.training.packaging.target_rules import TargetRules
from winnow.training.run_facts import AdapterRunFacts

ANSWER_TOKENS = 512
"""Tokens that a caller leaves for an answer: a sentence and several calls take 100 to 200."""

CONTEXT_STEP = 1024
"""Windows are rounded up to a multiple of it."""


@dataclass(frozen=True)
class PackageContents:
    """A run that keeps all rules of a target, and what its package says."""

    facts: AdapterRunFacts
    rules: TargetRules
    subject: PackageSubject
    adapter: AdapterFiles
    base: BaseArchitecture
    base_folder: str
    """The folder of the base model, or its GGUF file."""
    base_license: str
    release: Release
    chat: ChatTokenizer
    prompt: PackagePrompt
    figures: Sequence[CardFigure]

    @property
    def context(self) -> int:
        """Tokens that the runtime reserves: the longest row of the training, and room for an answer."""
        wanted = (self.subject.window or 0) + ANSWER_TOKENS
        rounded = -(-wanted // CONTEXT_STEP) * CONTEXT_STEP
        return min(rounded, self.chat.window) if isinstance(self.chat.window, int) else rounded

    def values(self) -> dict[str, Any]:
        """What the templates of a package may use."""
        served = served_base(self.rules, self.subject.base)
        return {
            "name": self.subject.name,
            "target": str(self.rules.target),
            "as_of": self.rules.as_of.isoformat(),
            "source": self.rules.source,
            "errors": self.rules.errors,
            "run": self.facts.run,
            "run_argument": shlex.quote(self.facts.run),
            "release": self.facts.release.name,
            "release_hash": self.facts.release.sha256,
            "sources": self.release.manifest.sources,
            "base_model": self.subject.base,
            "base_path": shlex.quote(self.subject.base),
            "base_hash": self.facts.base.weights_hash,
            "base_is_gguf": self.base.quantization == GGUF,
            "base_license": self.base_license,
            "architecture": self.base.name,
            "served_on": served.name if served else "",
            "rank": self.adapter.rank,
            "reserved_rank": reserved_rank(self.rules, self.adapter.rank),
            "longest": f"{self.subject.window or 0:,}",
            "context": self.context,
            "max_tokens": ANSWER_TOKENS,
            "template_hash": self.facts.template_sha256,
            "call_format": self.prompt.call_format,
            "folded": " and ".join(self.prompt.folded_roles),
            "stop": self.prompt.stop,
            "control_texts": self.prompt.control_texts,
            "figures": self.figures,
        }


def render_text(template: str, values: dict[str, Any]) -> str:
    """A file of a package from its template in `training/packaging/templates`."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("winnow.training.packaging"),
        autoescape=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
