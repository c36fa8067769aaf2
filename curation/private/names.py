"""Names of people, places and organisations, by a token-classification model that a team has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from curation.private.detect import Found
from curation.private.scrub import Names
from validators.faults import Fault, WinnowError

ENTITIES = {"PER": "PERSON", "PERSON": "PERSON", "LOC": "LOCATION", "GPE": "LOCATION", "ORG": "ORGANIZATION"}
"""What models call them."""
SUREST = 0.5
"""Scores below are not believed."""


def names_model(path: Path) -> Names:
    """A function that finds names, from the folder of a Hugging Face token-classification model in safetensors.

    Raises WinnowError when the folder holds no such model.
    """
    from transformers import AutoModelForTokenClassification, AutoTokenizer, pipeline

    if not any(path.glob("*.safetensors")):
        fix = "convert it: model.save_pretrained(FOLDER) writes safetensors"
        raise WinnowError(Fault(str(path), "no *.safetensors", "a model that can be loaded without pickle", fix))
    try:
        model = AutoModelForTokenClassification.from_pretrained(path, use_safetensors=True, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(path, local_files_only=True)
    except (OSError, ValueError) as error:
        expected = "a token-classification model"
        raise WinnowError(Fault(str(path), str(error).splitlines()[0][:200], expected, "check private.model")) from None
    tagger = pipeline("token-classification", model=model, tokenizer=tokenizer, aggregation_strategy="first")

    def found(text: str) -> Iterator[Found]:
        for one in tagger(text):
            entity = ENTITIES.get(str(one["entity_group"]).upper())
            if entity and one["score"] >= SUREST:
                yield Found(entity, int(one["start"]), int(one["end"]))

    return lambda text: list(found(text))
