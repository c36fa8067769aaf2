"""What the makers of the models that wrote selected records say about training other models with them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from winnow.core.counted import counted
from winnow.core.vocabulary import Origin
from winnow.validators.model_terms import ModelTerms, TrainingTerms, terms_of

if TYPE_CHECKING:
    import pandas as pd

PHRASES = {
    TrainingTerms.FORBIDDEN: "restricts training other models with them",
    TrainingTerms.CONDITIONAL: "allows training other models with them under conditions",
    TrainingTerms.UNREAD: "has terms that this table does not know",
}
"""What the maker says; a license without such a clause needs no note."""


def terms_notes(selected: pd.DataFrame) -> list[str]:
    """A note for each model whose maker restricts what its outputs train, or whose terms are not known.

    The most records come first. Synthetic records that name no model are counted, too.
    """
    counts = Counter(model for models in selected["origin_models"] for model in models)
    ordered = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    notes = [note for model, count in ordered if (note := _note(model, count, terms_of(model)))]
    unnamed = int(((selected["origin"] == Origin.SYNTHETIC) & ~selected["origin_models"].astype(bool)).sum())
    if unnamed:
        notes.append(f"{counted(unnamed, 'synthetic record')} of a model that is not named: its terms are not known")
    return notes


def _note(model: str, count: int, terms: ModelTerms | None) -> str:
    """What a reader has to know about the records of one model; empty if nothing."""
    written = f"{counted(count, 'record')} written by {model}"
    if terms is None:
        return f"{written}, whose terms are not known: read what its license says about training with outputs"
    if terms.terms == TrainingTerms.FREE:
        return ""
    dated = f", text of {terms.dated}" if terms.dated else ""
    quoted = ", as quoted by third parties" if terms.quoted else ""
    return f"{written}: {terms.maker} {PHRASES[terms.terms]}: {terms.clause}{quoted} ({terms.link}{dated})"
