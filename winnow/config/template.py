"""The initial winnow.yaml of a workspace: valid, with comments."""

from __future__ import annotations

from collections.abc import Mapping

import yaml

TEMPLATES = ("intents", "tools")
"""The templates that a workspace can start from."""

FALLBACK_NAMES = ("fallback", "oos", "out_of_scope", "out-of-scope", "none", "other", "unknown")
"""Label names that public datasets use for out-of-scope queries."""

_HEAD = """\
# The task of this workspace. `winnow check` validates it and reports every problem with its line.
name: {name}
kind: {kind}                     # an example is one query, its target one label
language: en                      # other languages are flagged by `winnow add`, not dropped
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
  minimum_per_label: {train_rows: 10}
  label_balance: {ratio_max: 10}
  facet_marginals: {share_max: 0.95, labels_share_max: 0.10}
  traffic_coverage: {share_min: 0.70}
licenses:
  allow: []                       # licenses that pass although they are `unknown` or forbid commercial use
# goals: {accuracy: 0.95, recall.LABEL: 0.9}   # what a model must reach; met, not met, or not enough evidence
# must_pass: must_pass.jsonl      # queries that every model has to get right, with `text` and `label`
"""


def intents_task(name: str, *, routes: Mapping[str, str | None] | None = None) -> str:
    """The text of a task file for intent routing; `routes` (label to route) replaces the example labels."""
    head = _HEAD.format(name=_scalar(name), kind="intents")
    return head + _LABELS_HELP + (_EXAMPLE_LABELS if routes is None else _labels(routes)) + _TAIL


def _labels(routes: Mapping[str, str | None]) -> str:
    lines = ["labels:"]
    for label, route in routes.items():
        lines.append(f"  - name: {_scalar(label)}")
        if route:
            lines.append(f"    route: {_scalar(route)}")
    fallback = next((label for label in routes if label.lower() in FALLBACK_NAMES), None)
    if fallback:
        lines.append(f"fallback: {_scalar(fallback)}            # the out-of-scope label, guessed from its name")
    else:
        lines.append("# fallback: NAME                # the out-of-scope label, if there is one")
    lines.append("confusable: []                    # pairs that people mix up, such as [[billing, account]]")
    return "\n".join(lines) + "\n"


def _scalar(value: str) -> str:
    """A string as one YAML scalar on one line, quoted if necessary."""
    text = yaml.safe_dump(value, width=10_000, allow_unicode=True)
    return text.removesuffix("...\n").strip() if "\n" in text.strip() else text.strip()
