"""Every fixed list of words, written once: splits, origins, states, queues, facets."""

from __future__ import annotations

from typing import Literal

State = Literal["unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded"]


STATES: tuple[State, ...] = ("unlabeled", "proposed", "labeled", "disputed", "rejected", "superseded")


SPLITS = ("train", "validation", "test")


HOLD_OUT_SPLITS = ("test", "validation")


QUEUES = ("label", "review", "relabel", "adjudicate", "audit")


BUILT_IN_FACETS = {
    "phrasing": ("question", "fragment", "casual", "formal"),
    "length": ("short", "medium", "long"),
    "noise": ("clean", "typo", "shouting", "stretched"),
}
"""The facets that every task has, and their values."""

ORIGINS = ("human", "log", "public", "synthetic")
