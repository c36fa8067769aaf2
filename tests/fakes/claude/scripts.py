"""Scripts: functions that give every arriving request its outcome."""

from __future__ import annotations

import itertools
import json
import random
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .api_errors import Json
from .outcomes import Outcome, success


@dataclass(frozen=True)
class Arrival:
    """What a script may look at."""

    number: int
    """Of the valid requests to this kind of endpoint, from 0."""
    seen: int
    """How many times the same body came before."""
    hash: str
    path: str
    body: Json
    custom_id: str = ""
    """In a batch."""

    @property
    def draw(self) -> str:
        """Tells apart the times at which one body is asked."""
        return f"{self.custom_id} {self.seen}"


Script = Callable[[Arrival], Outcome]


def always(outcome: Outcome | None = None) -> Script:
    """The same for everybody."""
    return lambda arrival: outcome or success()


def in_order(outcomes: Iterable[Outcome], *, then: Outcome | None = None) -> Script:
    """One after the other, in the order of arrival; afterwards the last word for all."""
    line = itertools.chain(outcomes, itertools.repeat(then or success()))
    lock = threading.Lock()

    def script(arrival: Arrival) -> Outcome:
        with lock:
            return next(line)

    return script


def first_time(outcome: Outcome, *, times: int = 1) -> Script:
    """This happens to each body the first times it comes; later it succeeds."""
    return lambda arrival: outcome if arrival.seen < times else success()


def at(path: str, script: Script) -> Script:
    """Only for one address; of batch calls the path begins with the method, as in `POST /v1/messages/batches`."""
    return lambda arrival: script(arrival) if arrival.path == path else success()


def by_custom_id(outcomes: Mapping[str, Outcome]) -> Script:
    """For the items of batches."""
    return lambda arrival: outcomes.get(arrival.custom_id, success())


def mixed(shares: Sequence[tuple[float, Outcome]], *, seed: int = 0) -> Script:
    """Each request draws by its hash and by how often it came, so that the order of arrival does not matter."""

    def script(arrival: Arrival) -> Outcome:
        left = random.Random(f"{seed} {arrival.hash} {arrival.custom_id} {arrival.seen}").random()
        for share, outcome in shares:
            if left < share:
                return outcome
            left -= share
        return success()

    return script


def from_json(text: str) -> Script:
    """A script for the command line.

    A list of outcomes is taken in order: `[{"kind": "error", "status": 529}, {"delay_seconds": 2}]`. An object draws:
    `{"seed": 7, "shares": [[0.1, {"kind": "error", "status": 529}], [0.02, {"kind": "dropped", "billed": true}]]}`.
    Either may be kept to one address: `{"at": "POST /v1/messages/batches", "script": [{"kind": "dropped"}]}`.
    """
    return told(json.loads(text))


def told(script: Any) -> Script:
    """A script from what JSON holds."""
    if isinstance(script, list):
        return in_order([Outcome(**one) for one in script])
    if set(script) == {"at", "script"}:
        return at(script["at"], told(script["script"]))
    if unknown := sorted(set(script) - {"seed", "shares"}):
        raise ValueError(f"unknown in a script: {', '.join(unknown)}")
    return mixed([(share, Outcome(**one)) for share, one in script["shares"]], seed=script.get("seed", 0))
