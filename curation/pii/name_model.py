"""Names of people, places and organizations, by a team's own token-classification model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from winnow.core.errors import Problem, WinnowError
from winnow.curation.pii.detect import PiiSpan
from winnow.curation.pii.scrub import NameFinder

ENTITY_OF_TAG = {"PER": "PERSON", "PERSON": "PERSON", "LOC": "LOCATION", "GPE": "LOCATION", "ORG": "ORGANIZATION"}
"""The entity for each label that models use."""

MIN_SCORE = 0.5
"""Finds with a lower score, from 0 to 1, are ignored."""


def load_name_model(path: Path) -> NameFinder:
    """A function that finds names, from the folder of a Hugging Face token-classification model in safetensors.

    Raises WinnowError when the folder does not contain such a model.
    """
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    if not any(path.glob("*.safetensors")):
        fix = "convert it: model.save_pretrained(FOLDER) writes safetensors"
        raise WinnowError(Problem(str(path), "no *.safetensors", "a model that can be loaded without pickle", fix))
    try:
        model = AutoModelForTokenClassification.from_pretrained(path, use_safetensors=True, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError) as error:
        expected = "a token-classification model"
        raise WinnowError(
            Problem(str(path), str(error).splitlines()[0][:200], expected, "check private.model")
        ) from None
    tagger = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first")

    def found(text: str) -> Iterator[PiiSpan]:
        for one in tagger(text) if text.strip() else ():  # models refuse a text without a word
            entity = ENTITY_OF_TAG.get(str(one["entity_group"]).upper())
            if entity and one["score"] >= MIN_SCORE:
                yield PiiSpan(entity, int(one["start"]), int(one["end"]))

    return lambda text: list(found(text))
