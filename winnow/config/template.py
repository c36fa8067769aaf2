"""The initial winnow.yaml of a workspace: valid, with comments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import yaml

from winnow.config.source_options import SourceOptions
from winnow.core.layout import TASK_FILE

TEMPLATES = ("intents", "tools")
"""The templates that a workspace can start from."""

FALLBACK_NAMES = ("fallback", "oos", "out_of_scope", "out-of-scope", "none", "other", "unknown")
"""Label names that public datasets use for out-of-scope queries."""

_HEAD = """\
# The task of this workspace. `winnow check` validates it and reports every problem with its line.
name: {name}
kind: {kind}                     # an example is one query, its target one label
language: {language}                      # other languages are flagged by `winnow add`, not dropped
"""

_NO_LABELS = """\
labels: []                        # name at least two, each as `- name: LABEL`, before queries are labeled
# fallback: NAME                  # the out-of-scope label, if there is one
"""

_SOURCES_HELP = """\
# How files are read: `winnow add FILE` takes what its options leave open from the first section whose pattern matches.
"""

_LABELS_HELP = """\
# Class ids follow this order: append new labels, never reorder. A label's description and examples become the
# annotators' guideline; near_miss is a text that looks like the label but belongs to another one.
"""

_EXAMPLE_LABELS = """\
labels:
  - name: billing
    route: agent_billing
    description: Invoices, payments and refunds.
    examples: ["Where is my invoice?", "I was charged twice"]
    near_miss: {text: "How do I change my plan?", label: account}
  - name: account
    route: agent_account
    description: Sign-in, profile and plan.
    examples: ["I can't sign in", "Upgrade me to pro"]
  - name: fallback
    route: agent_human
    description: Everything that no agent answers.
    examples: ["Tell me a joke"]
fallback: fallback                # the out-of-scope label
confusable: [[billing, account]]  # pairs that people mix up
"""

_TAIL = """\
# slots: {device: [laptop, phone]}   # values that can vary without changing the label
targets:
  per_label: 50                   # labeled records that each label should have
  synthetic_share_max: 0.7        # maximum share of train
  fallback_share: [0.10, 0.15]    # lowest and highest share of train
splits:
  validation: 0.15                # shares of eligible human rows; a record keeps its assigned split permanently
  test: 0.15
  key: winnow                     # a changed key affects only splits assigned later
gates:                            # thresholds; one looser than its default also needs `by: NAME, reason: TEXT`
  duplicates: {cosine: 0.97, share_max: 0.20, label_share_max: 0.50}
  leakage: {cosine: 0.97, share_max: 0.10, label_share_max: 0.25}
  disputed: {share_max: 0.02}
  label_accuracy: {lower_bound_min: 0.95}    # of audited labels from files, see `winnow push audit`
  minimum_per_label: {train_rows: 10}
  label_balance: {ratio_max: 10}
  facet_marginals: {share_max: 0.95, labels_share_max: 0.10}
  traffic_coverage: {share_min: 0.80}
licenses:
  allow: []                       # licenses that pass although they are `unknown` or forbid commercial use
# goals: {accuracy: 0.95, recall.LABEL: 0.9}   # what a model must reach; met, not met, or not enough evidence
# must_pass: must_pass.jsonl      # queries that every model has to get right, with `text` and `label`
# rules: {fine_tune_below: 0.90}   # thresholds of `winnow decide`
"""


_TOOLS_HEAD = """\
# The task of this workspace. `winnow check` validates it and reports every problem with its line.
name: {name}
kind: tools                       # an example is one dialogue, its label the tools that are called, or none
language: {language}                      # other languages are flagged by `winnow add`, not dropped
{files}call_format: fenced_json          # how a model is to write calls; every answer is checked against it
"""

TOOLS_FILE = "tools.json"

PROMPT_FILE = "system_prompt.txt"

_FILE_LINES = {
    "tools": f"tools: {TOOLS_FILE}                 # offered in every dialogue that names no tools of its own\n",
    "system_prompt": f"system_prompt: {PROMPT_FILE}  # replaces the system prompts of the dialogues that are added\n",
}

_TOOLS_TAIL = """\
splits:
  validation: 0.15                # shares of eligible human rows; a record keeps its assigned split permanently
  test: 0.15
  key: winnow                     # a changed key affects only splits assigned later
gates:                            # thresholds; one looser than its default also needs `by: NAME, reason: TEXT`
  duplicates: {cosine: 0.97, share_max: 0.20, label_share_max: 0.50}
  leakage: {cosine: 0.97, share_max: 0.10, label_share_max: 0.25}
  label_accuracy: {lower_bound_min: 0.95}    # of audited labels from files, see `winnow push audit`
  minimum_per_label: {train_rows: 10}
  answer_style: {share_min: 0.80}
licenses:
  allow: []                       # licenses that pass although they are `unknown` or forbid commercial use
goals:                            # what a model must reach; met, not met, or not enough evidence
  selection: 0.90                 # of the answers that should call, those that call the right tools
  valid: 0.98                     # answers that the call format reads
  no_call_precision: 0.90         # of the answers without a call, those that should have none
  # pairs: 0.95                   # accuracy on the pairs of `confusable`, where they are listed
"""

_EXAMPLE_TOOLS = """\
[
  {
    "name": "create_task",
    "description": "Add something to do to the user's list.",
    "parameters": {
      "type": "object",
      "properties": {
        "title": {"type": "string"},
        "due_date": {"type": "string", "format": "date"}
      },
      "required": ["title"]
    }
  },
  {
    "name": "get_weather",
    "description": "The forecast for a place on a day.",
    "parameters": {
      "type": "object",
      "properties": {
        "location": {"type": "string"},
        "date": {"type": "string", "format": "date", "description": "Today if left out."}
      },
      "required": ["location"]
    }
  }
]
"""

_EXAMPLE_PROMPT = """\
You are a personal assistant. Today is Monday, 2026-03-02.

To call tools, write one short sentence, then one fenced JSON block for each call, and nothing after the last block:

```json
{"tool": "get_weather", "params": {"location": "Oslo"}}
```

Use only the tools that are offered, and only values that the user or a result gave. Ask when a required value is
missing. Say so when no tool serves the request.
"""


def tools_task(name: str) -> dict[str, str]:
    """The files of a task for dialogues that call tools, by name: the task file first, then those that it names."""
    return tools_task_of(name, tools=_EXAMPLE_TOOLS, system_prompt=_EXAMPLE_PROMPT)


def tools_task_of(
    name: str, *, tools: str, system_prompt: str, language: str = "en", source: SourceOptions | None = None
) -> dict[str, str]:
    """The same with given tools (JSON) and a given system prompt, either of which may be empty; its file is left out.

    `source` says how a file is read.
    """
    named = {"tools": TOOLS_FILE if tools else "", "system_prompt": PROMPT_FILE if system_prompt else ""}
    lines = (_FILE_LINES[key] if file else f"# {_FILE_LINES[key]}" for key, file in named.items())
    head = _TOOLS_HEAD.format(name=_scalar(name), language=language, files="".join(lines))
    texts = {TOOLS_FILE: tools, PROMPT_FILE: system_prompt}
    written = {file: text for file, text in texts.items() if text}
    return {TASK_FILE: head + (_sources(source) if source else "") + _TOOLS_TAIL, **written}


def intents_task(
    name: str,
    *,
    routes: Mapping[str, str | None] | None = None,
    language: str = "en",
    source: SourceOptions | None = None,
) -> str:
    """The text of a task file for intent routing.

    `routes` (label to route) replaces the example labels, and `source` says how a file is read.
    """
    head = _HEAD.format(name=_scalar(name), kind="intents", language=language)
    labels = _EXAMPLE_LABELS if routes is None else _labels(routes) if routes else _NO_LABELS
    return head + _LABELS_HELP + labels + (_sources(source) if source else "") + _TAIL


def _sources(source: SourceOptions) -> str:
    """The section of a file; a comment where no license is stated."""
    stated = source.model_dump(exclude_defaults=True, mode="json")
    [first, *others] = yaml.safe_dump([stated], sort_keys=False, allow_unicode=True, width=10_000).splitlines()
    lines = ["sources:", *(f"  {line}" for line in (first, *others))]
    if not source.license:
        lines.append(
            "    # license: NAME              # a release needs it: such as CC-BY-4.0, or own for your own data"
        )
    return _SOURCES_HELP + "\n".join(lines) + "\n"


def fallback_of(labels: Iterable[str]) -> str | None:
    """The first label whose name public datasets use for out-of-scope queries."""
    return next((label for label in labels if label.lower() in FALLBACK_NAMES), None)


def _labels(routes: Mapping[str, str | None]) -> str:
    lines = ["labels:"]
    for label, route in routes.items():
        lines.append(f"  - name: {_scalar(label)}")
        if route:
            lines.append(f"    route: {_scalar(route)}")
    if fallback := fallback_of(routes):
        lines.append(f"fallback: {_scalar(fallback)}            # the out-of-scope label, guessed from its name")
    else:
        lines.append("# fallback: NAME                # the out-of-scope label, if there is one")
    lines.append("confusable: []                    # pairs that people mix up, such as [[billing, account]]")
    return "\n".join(lines) + "\n"


def _scalar(value: str) -> str:
    """A string as one YAML scalar on one line, quoted if necessary."""
    text = yaml.safe_dump(value, width=10_000, allow_unicode=True)
    return text.removesuffix("...\n").strip() if "\n" in text.strip() else text.strip()
