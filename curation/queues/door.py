"""The one door to Argilla's SDK: datasets, records out, answers back. Everything else here does not know Argilla."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from curation.queues.questions import Question
from curation.serving.http import LOCAL
from validators.faults import Fault, ServiceError, WinnowError

UPLOAD = 500
"""Records of one bulk request: Argilla's limit."""
PAGE = 500
"""Answered records of one page."""
DELETED = 100
"""Records of one request to delete: Argilla's limit."""
READINGS = 3
"""Of all pages at most, when records moved between them."""
SECONDS = 60
VECTOR = "meaning"


@dataclass(frozen=True)
class Shape:
    """What a dataset is made of."""

    name: str
    workspace: str
    questions: Sequence[Question]
    visible: int
    """Options that are shown before the rest is folded."""
    context: str | None
    """The title of the second field, which says what is known about a record; None: there is none."""
    overlap: int
    """People who answer each record."""
    dimensions: int
    """Of the vectors."""


@dataclass(frozen=True)
class Item:
    """One record as people see it."""

    record_id: str
    text: str
    context: str | None
    seen: int
    """How often it was asked."""
    vector: list[float]
    suggestion: tuple[str, float, str] | None
    """Label, probability and agent."""


@dataclass(frozen=True)
class Answer:
    """What one person said about one record, as it stands."""

    record_id: str
    who: str
    status: str
    """`submitted` or `discarded`."""
    content: dict[str, Any]
    """Question to value."""
    begun_at: str
    answered_at: str
    """UTC, ISO 8601 with microseconds."""


class Door:
    """An Argilla server, asked as its owner."""

    def __init__(self, url: str, key: str) -> None:
        """Raises ServiceError when the server does not answer, WinnowError for a key that is not an owner's."""
        import httpx

        logging.getLogger("httpx").setLevel(logging.WARNING)
        logging.getLogger("argilla").setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            import argilla as rg
            from argilla._exceptions import ArgillaError

        self.url = url
        self._rg: Any = rg
        self._errors: tuple[type[Exception], ...] = (ArgillaError, httpx.HTTPError)
        local = url.startswith(LOCAL)
        with self._clear_errors():
            self._client = rg.Argilla(api_url=url, api_key=key, timeout=SECONDS, retries=2, trust_env=not local)
            role = self._client.me.role.value
        if role != "owner":  # others do not see everybody's name, and one person would count as two
            fix = "use an owner's API key"
            raise WinnowError(Fault(url, f"the key is of the role {role}", "owner", fix))

    def people(self) -> dict[str, str]:
        """User id to name, of everybody."""
        with self._clear_errors():
            return {str(user.id): str(user.username) for user in self._client.users}

    def members(self, workspace: str) -> set[str]:
        """Who may see a workspace; nobody where there is none."""
        with self._clear_errors():
            place = self._client.workspaces(workspace)
            return set() if place is None else {str(user.username) for user in place.users}

    def let_in(self, workspace: str, name: str | None = None) -> None:
        """Make a workspace where there is none, and let a person in."""
        with self._clear_errors():
            place = self._client.workspaces(workspace)
            if place is None:
                place = self._rg.Workspace(name=workspace, client=self._client).create()
            if name is not None and all(user.username != name for user in place.users):
                place.add_user(self._client.users(name))

    def find(self, server_id: str | None) -> bool:
        """Whether a dataset is there."""
        with self._clear_errors():
            return server_id is not None and bool(self._client.api.datasets.exists(server_id))

    def make(self, shape: Shape, guidelines: str) -> str:
        """The id of a dataset of this shape: made, or found when one has just been made.

        Raises WinnowError when another dataset has its name.
        """
        with self._clear_errors():
            known = self._client.datasets(shape.name, workspace=shape.workspace)
            if known is not None and known._model.status != "ready":  # its making was cut short: nobody saw it
                known.delete()
                known = None
            if known is not None:
                wanted = {one.name: set(one.options) for one in shape.questions}
                if self._questions(known) != wanted:
                    where = f"{self.url}, dataset {shape.name} of workspace {shape.workspace}"
                    fix = "rename or delete it there, or set WINNOW_ARGILLA_WORKSPACE to another name"
                    raise WinnowError(Fault(where, "a dataset of another task has this name", "a free name", fix))
                return str(known.id)
            settings = self._settings(shape, guidelines)
            made = self._rg.Dataset(
                name=shape.name, workspace=shape.workspace, settings=settings, client=self._client
            ).create()
        return str(made.id)

    def guide(self, server_id: str, guidelines: str) -> None:
        """Give a dataset other guidelines."""
        with self._clear_errors():
            self._client.http_client.patch(
                f"/api/v1/datasets/{server_id}", json={"guidelines": guidelines}
            ).raise_for_status()

    def upload(self, server_id: str, items: Sequence[Item]) -> Iterator[list[str]]:
        """Put records into a dataset, a bulk at a time; gives the ids of each bulk that has arrived.

        A record that is there already stays one record, and keeps its answers.
        """
        with self._clear_errors():
            dataset = self._client.datasets(id=server_id)
            dataset.get()
        for start in range(0, len(items), UPLOAD):
            part = items[start : start + UPLOAD]
            models = [self._record(item, dataset).api_model() for item in part]
            with self._clear_errors():
                self._client.api.records.bulk_upsert(dataset_id=server_id, records=models)
            yield [item.record_id for item in part]

    def active_at(self, server_id: str) -> str | None:
        """When somebody last answered in a dataset, UTC."""
        with self._clear_errors():
            told = self._client.http_client.get(f"/api/v1/datasets/{server_id}").raise_for_status().json()
        active = told.get("last_activity_at")
        return _utc(active) if active else None

    def answers(self, server_id: str, people: Mapping[str, str]) -> Iterator[Answer]:
        """Every submitted or discarded answer of a dataset, some perhaps twice; drafts are none.

        People answer meanwhile, and records of one bulk have no order among themselves: pages are read again until
        every record was met.
        """
        met: set[str] = set()
        for _ in range(READINGS):
            total = 0
            for offset in count(0, PAGE):
                found, total = self._answered(server_id, offset)
                for record in found:
                    met.add(record["id"])
                    yield from _answers_of(record, people)
                if len(found) < PAGE:
                    break
            if len(met) >= total:
                return
        restless = "records moved while they were read"
        raise ServiceError(Fault(self.url, restless, "a moment of rest", "run it again; what was read is kept"))

    def _answered(self, server_id: str, offset: int) -> tuple[list[dict[str, Any]], int]:
        """One page of the records that somebody answered, and how many there are."""
        scope = {"entity": "response", "property": "status"}
        terms = {"type": "terms", "scope": scope, "values": ["submitted", "discarded"]}
        order = {"scope": {"entity": "record", "property": "inserted_at"}, "order": "asc"}
        asked = {"filters": {"type": "and", "and": [terms]}, "sort": [order]}
        params = {"offset": offset, "limit": PAGE, "include": "responses"}
        with self._clear_errors():
            path = f"/api/v1/datasets/{server_id}/records/search"
            told = self._client.http_client.post(path, params=params, json=asked).raise_for_status().json()
        return [item["record"] for item in told["items"]], int(told["total"])

    def delete(self, server_id: str, record_ids: Sequence[str], *, answered: bool) -> list[str]:
        """Delete records; returns those that are gone now. Unless `answered`, those with any answer or draft stay."""
        gone: list[str] = []
        for start in range(0, len(record_ids), DELETED):
            part = list(record_ids[start : start + DELETED])
            scope = {"entity": "record", "property": "external_id"}
            filters = {"type": "and", "and": [{"type": "terms", "scope": scope, "values": part}]}
            params = {"limit": DELETED, "include": "responses"}
            with self._clear_errors():
                path = f"/api/v1/datasets/{server_id}/records"
                told = self._client.http_client.post(f"{path}/search", params=params, json={"filters": filters})
                found = [item["record"] for item in told.raise_for_status().json()["items"]]
                kept = {one["external_id"] for one in found if one.get("responses") and not answered}
                ids = [one["id"] for one in found if one["external_id"] not in kept]
                if ids:
                    self._client.http_client.delete(path, params={"ids": ",".join(ids)}).raise_for_status()
            gone += [record for record in part if record not in kept]
        return gone

    def _settings(self, shape: Shape, guidelines: str) -> Any:
        rg = self._rg
        fields = [rg.TextField(name="text", title="Query")]
        if shape.context:
            fields.append(rg.TextField(name="context", title=shape.context, required=False))
        metadata = [rg.IntegerMetadataProperty(name="seen", title="Times asked")]
        metadata.append(rg.IntegerMetadataProperty(name="words", title="Words"))
        return rg.Settings(
            fields=fields,
            questions=[self._question(one, shape.visible) for one in shape.questions],
            metadata=metadata,
            vectors=[rg.VectorField(name=VECTOR, title="Meaning", dimensions=shape.dimensions)],
            guidelines=guidelines,
            distribution=rg.TaskDistribution(min_submitted=shape.overlap),
        )

    def _question(self, one: Question, visible: int) -> Any:
        told = {"name": one.name, "title": one.title, "required": one.required}
        if not one.options:
            return self._rg.TextQuestion(**told)
        kind = self._rg.MultiLabelQuestion if one.several else self._rg.LabelQuestion
        folded = visible if len(one.options) > visible else None
        return kind(**told, labels=dict(one.options), visible_labels=folded)

    def _record(self, item: Item, dataset: Any) -> Any:
        suggestions = []
        if item.suggestion:
            label, score, agent = item.suggestion
            suggestions.append(self._rg.Suggestion("label", label, score=score, agent=agent, type="model"))
        fields = {"text": item.text, **({"context": item.context} if item.context else {})}
        return self._rg.Record(
            id=item.record_id,
            fields=fields,
            metadata={"seen": item.seen, "words": len(item.text.split())},
            vectors={VECTOR: item.vector},
            suggestions=suggestions,
            _dataset=dataset,
        )

    def _questions(self, dataset: Any) -> dict[str, set[str]]:
        """Question to the values of its options."""
        path = f"/api/v1/datasets/{dataset.id}/questions"
        told = self._client.http_client.get(path).raise_for_status().json()["items"]
        return {one["name"]: {option["value"] for option in one["settings"].get("options", ())} for one in told}

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        """Turn the SDK's errors into faults, and keep its warnings about what is not there yet to ourselves."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except self._errors as error:
            raise self._fault(error) from error

    def _fault(self, error: Exception) -> WinnowError:
        if type(error).__name__ in ("ArgillaCredentialsError", "UnauthorizedError"):
            fix = "set WINNOW_ARGILLA_API_KEY to the API key of an owner"
            return WinnowError(Fault(self.url, "the labeling server does not know the key", "an owner's key", fix))
        said = " ".join(str(error).split())
        found = "what answers there is no Argilla" if "<html" in said.lower() else said[:300] or type(error).__name__
        return ServiceError(Fault(self.url, f"the labeling server: {found}", "", "see that it runs, then run it again"))


def _answers_of(record: Mapping[str, Any], people: Mapping[str, str]) -> Iterator[Answer]:
    for response in record.get("responses") or ():
        if response["status"] not in ("submitted", "discarded"):
            continue
        content = {name: told["value"] for name, told in (response["values"] or {}).items()}
        who = people.get(str(response["user_id"]), str(response["user_id"]))
        times = (_utc(response["inserted_at"]), _utc(response["updated_at"]))
        yield Answer(str(record["external_id"]), who, response["status"], content, *times)


def _utc(moment: str) -> str:
    """Argilla's times are UTC and do not say so."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).isoformat(timespec="microseconds")
