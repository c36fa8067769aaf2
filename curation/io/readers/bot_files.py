"""Training files of other services for intents, in JSON, whose texts and intents are plain to see.

- LUIS and Conversational Language Understanding of Microsoft: `utterances` with `text` and `intent`;
- Watson Assistant of IBM: `intents` with `intent` and `examples`;
- Snips NLU: `intents` by name, whose `utterances` are parts with a `text`;
- Rasa NLU before version 2: `rasa_nlu_data` with `common_examples`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Query = dict[str, Any]


def bot_rows(data: object) -> list[Query]:
    """The rows of a training file as `text` and `label`; none for other data."""
    if not isinstance(data, Mapping):
        return []
    assets = data.get("assets")
    holders = (data, assets if isinstance(assets, Mapping) else {})
    return [row for holder in holders for read in (_luis, _watson, _snips, _rasa) for row in read(holder)]


def _luis(data: Mapping[str, Any]) -> Iterator[Query]:
    is_one = "luis_schema_version" in data or ("intents" in data and "utterances" in data)
    for one in _objects(data.get("utterances")) if is_one else ():
        yield {"text": one.get("text"), "label": one.get("intent")}


def _watson(data: Mapping[str, Any]) -> Iterator[Query]:
    for intent in _objects(data.get("intents")):
        for one in _objects(intent.get("examples")) if "intent" in intent else ():
            yield {"text": one.get("text"), "label": intent["intent"]}


def _snips(data: Mapping[str, Any]) -> Iterator[Query]:
    intents = data.get("intents")
    for name, intent in intents.items() if isinstance(intents, Mapping) else ():
        for one in _objects(intent.get("utterances")) if isinstance(intent, Mapping) else ():
            parts = _objects(one.get("data"))
            texts = [text for part in parts if isinstance(text := part.get("text"), str)]
            yield {"text": "".join(texts) if len(texts) == len(parts) else None, "label": name}


def _rasa(data: Mapping[str, Any]) -> Iterator[Query]:
    held = data.get("rasa_nlu_data")
    for one in _objects(held.get("common_examples")) if isinstance(held, Mapping) else ():
        yield {"text": one.get("text"), "label": one.get("intent")}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
