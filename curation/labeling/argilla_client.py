"""The only module that imports Argilla's SDK: datasets, records out, responses back."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import count
from typing import Any

from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.core.vocabulary import ResponseStatus
from winnow.curation.labeling.argilla_types import AnnotatorResponse, ArgillaRecord, DatasetSpec, ServerDataset
from winnow.curation.labeling.review_form import FormQuestion
from winnow.curation.labeling.server.argilla_api import LOCAL_ADDRESSES

RECORDS_PER_UPLOAD = 500
"""Records per bulk request: Argilla's limit."""

RECORDS_PER_PAGE = 500
"""Records with responses per page."""

RECORDS_PER_DELETE = 100
"""Records per delete request: Argilla's limit."""

MAX_PASSES = 3
"""Passes over all pages at most, when records move between pages meanwhile."""

CLIENT_TIMEOUT_SECONDS = 60

VECTOR_NAME = "meaning"

SESSION_FIELD = "session"
"""The field that shows what was written before a record in its session."""

DRAFT = "draft"
"""The status of a response that its annotator has saved and not submitted."""

STARTED = (DRAFT, ResponseStatus.SUBMITTED)
"""Statuses of responses that somebody works on or has finished."""

TOUCHED = (*STARTED, ResponseStatus.DISCARDED)
"""Statuses of all responses."""

OWNER_KEY = "winnow_workspace_id"
"""The metadata of a dataset that says which Winnow workspace it belongs to."""

NOT_FOUND = 404


class ArgillaClient:
    """Requests to an Argilla server as its owner."""

    def __init__(self, url: str, key: str) -> None:
        """Raises ServiceError when the server does not respond, WinnowError for a key that is not an owner's."""
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
        local = url.startswith(LOCAL_ADDRESSES)
        with self._translated_errors():
            self._client = rg.Argilla(
                api_url=url, api_key=key, timeout=CLIENT_TIMEOUT_SECONDS, retries=2, trust_env=not local
            )
            role = self._client.me.role.value
        if role != "owner":  # other roles do not see all names, and one annotator would count as two
            fix = "use an owner's API key"
            raise WinnowError(Problem(url, f"the API key has the role {role}", "owner", fix))

    def usernames(self) -> dict[str, str]:
        """User id to name, of all accounts."""
        with self._translated_errors():
            return {str(user.id): str(user.username) for user in self._client.users}

    def members(self, workspace: str) -> set[str]:
        """Who may see a workspace; nobody if it does not exist."""
        with self._translated_errors():
            found_workspace = self._client.workspaces(workspace)
            return set() if found_workspace is None else {str(user.username) for user in found_workspace.users}

    def grant_access(self, workspace: str, name: str | None = None) -> None:
        """Create a workspace if it does not exist, and add an account to it."""
        with self._translated_errors():
            found_workspace = self._client.workspaces(workspace)
            if found_workspace is None:
                found_workspace = self._rg.Workspace(name=workspace, client=self._client).create()
            if name is not None and all(user.username != name for user in found_workspace.users):
                found_workspace.add_user(self._client.users(name))

    def dataset_exists(self, server_id: str | None) -> bool:
        """Whether the server has a dataset. A server that cannot tell raises ServiceError."""
        return server_id is not None and self.find_dataset(server_id) is not None

    def find_dataset(self, server_id: str) -> ServerDataset | None:
        """A dataset of the server; None if it does not have it."""
        with self._translated_errors():
            answer = self._client.http_client.get(f"/api/v1/datasets/{server_id}")
            return None if answer.status_code == NOT_FOUND else _server_dataset(answer.raise_for_status().json())

    def all_datasets(self) -> list[ServerDataset]:
        """Every dataset of the server, of all its workspaces."""
        with self._translated_errors():
            payload = self._client.http_client.get("/api/v1/me/datasets").raise_for_status().json()
        return [_server_dataset(one) for one in payload["items"]]

    def argilla_workspace_id(self, name: str) -> str | None:
        """Argilla's id of an Argilla workspace; None if there is none of this name."""
        with self._translated_errors():
            found = self._client.workspaces(name)
            return None if found is None else str(found.id)

    def set_owner(self, dataset: ServerDataset, owner: str) -> None:
        """Let a dataset carry the id of a Winnow workspace."""
        with self._translated_errors():
            self._client.http_client.patch(
                f"/api/v1/datasets/{dataset.id}", json={"metadata": {OWNER_KEY: owner}}
            ).raise_for_status()

    def delete_dataset(self, server_id: str) -> None:
        """Delete a dataset with its records and responses."""
        with self._translated_errors():
            self._client.http_client.delete(f"/api/v1/datasets/{server_id}").raise_for_status()

    def is_empty(self, server_id: str) -> bool:
        """Whether a dataset has no records."""
        with self._translated_errors():
            path = f"/api/v1/datasets/{server_id}/progress"
            return int(self._client.http_client.get(path).raise_for_status().json()["total"]) == 0

    def create_dataset(self, spec: DatasetSpec, guidelines: str) -> str:
        """Create and publish a dataset, which carries its owner from the start; returns its id."""
        body = {
            "name": spec.name,
            "workspace_id": self.argilla_workspace_id(spec.workspace),
            "distribution": {"strategy": "overlap", "min_submitted": spec.overlap},
            "metadata": {OWNER_KEY: spec.owner},
        }
        with self._translated_errors():
            made = self._client.http_client.post("/api/v1/datasets", json=body).raise_for_status().json()
            dataset = self._client.datasets(id=made["id"])
            dataset.settings = self._settings(spec, guidelines)
            dataset._publish()
        return str(made["id"])

    def set_guidelines(self, server_id: str, guidelines: str) -> None:
        """Replace the guidelines of a dataset."""
        with self._translated_errors():
            self._client.http_client.patch(
                f"/api/v1/datasets/{server_id}", json={"guidelines": guidelines}
            ).raise_for_status()

    def upload_records(self, server_id: str, items: Sequence[ArgillaRecord]) -> Iterator[list[str]]:
        """Upload records bulk by bulk; yields the record ids of each bulk that was stored.

        A record that exists already is updated and keeps its responses.
        """
        with self._translated_errors():
            dataset = self._client.datasets(id=server_id)
            dataset.get()
        for start in range(0, len(items), RECORDS_PER_UPLOAD):
            part = items[start : start + RECORDS_PER_UPLOAD]
            models = [self._record(item, dataset).api_model() for item in part]
            with self._translated_errors():
                self._client.api.records.bulk_upsert(dataset_id=server_id, records=models)
            yield [item.record_id for item in part]

    def responses(self, server_id: str, usernames: Mapping[str, str]) -> Iterator[AnnotatorResponse]:
        """Every submitted or discarded response of a dataset, some perhaps twice; drafts are left out.

        Annotators may respond meanwhile, and records of one bulk have no fixed order: pages are read again until every
        record was seen.
        """
        seen_records: set[str] = set()
        for _ in range(MAX_PASSES):
            total = 0
            for offset in count(0, RECORDS_PER_PAGE):
                page, total = self._responded_page(server_id, offset)
                for record in page:
                    seen_records.add(record["id"])
                    yield from _responses_of(record, usernames)
                if len(page) < RECORDS_PER_PAGE:
                    break
            if len(seen_records) >= total:
                return
        found, fix = "annotators changed records while they were read", "pull again; what was read is stored"
        raise ServiceError(Problem(self.url, found, "", fix))

    def return_to_draft(self, response: AnnotatorResponse) -> None:
        """Turn a response back into its annotator's draft: nothing of it is lost, and its record is pending again."""
        values = {name: {"value": value} for name, value in response.content.items()}
        body = {"values": values, "status": DRAFT}
        with self._translated_errors():
            self._client.http_client.put(f"/api/v1/responses/{response.response_id}", json=body).raise_for_status()

    def _responded_page(self, server_id: str, offset: int) -> tuple[list[dict[str, Any]], int]:
        """One page of the records with responses, and how many records there are."""
        scope = {"entity": "response", "property": "status"}
        terms = {"type": "terms", "scope": scope, "values": list(ResponseStatus)}
        order = {"scope": {"entity": "record", "property": "inserted_at"}, "order": "asc"}
        body = {"filters": {"type": "and", "and": [terms]}, "sort": [order]}
        params = {"offset": offset, "limit": RECORDS_PER_PAGE, "include": "responses"}
        with self._translated_errors():
            path = f"/api/v1/datasets/{server_id}/records/search"
            payload = self._client.http_client.post(path, params=params, json=body).raise_for_status().json()
        return [item["record"] for item in payload["items"]], int(payload["total"])

    def delete_records(self, server_id: str, record_ids: Sequence[str], *, keep: Collection[str] = ()) -> list[str]:
        """Delete records, except those with a response of a status in `keep`; returns the deleted ones."""
        deleted: list[str] = []
        for start in range(0, len(record_ids), RECORDS_PER_DELETE):
            part = list(record_ids[start : start + RECORDS_PER_DELETE])
            scope = {"entity": "record", "property": "external_id"}
            filters = {"type": "and", "and": [{"type": "terms", "scope": scope, "values": part}]}
            params = {"limit": RECORDS_PER_DELETE, "include": "responses"}
            with self._translated_errors():
                path = f"/api/v1/datasets/{server_id}/records"
                payload = self._client.http_client.post(f"{path}/search", params=params, json={"filters": filters})
                found = [item["record"] for item in payload.raise_for_status().json()["items"]]
                kept = {one["external_id"] for one in found if not _statuses(one).isdisjoint(keep)}
                ids = [one["id"] for one in found if one["external_id"] not in kept]
                if ids:
                    self._client.http_client.delete(path, params={"ids": ",".join(ids)}).raise_for_status()
            deleted += [record for record in part if record not in kept]
        return deleted

    def _settings(self, spec: DatasetSpec, guidelines: str) -> Any:
        rg = self._rg
        fields = [rg.TextField(name="text", title=spec.text_title, use_markdown=spec.is_markdown)]
        if spec.context_title:
            fields.append(rg.TextField(name="context", title=spec.context_title, required=False))
        fields.append(rg.TextField(name=SESSION_FIELD, title="Earlier in this session", required=False))
        metadata = [rg.IntegerMetadataProperty(name="frequency", title="Occurrences")]
        metadata.append(rg.IntegerMetadataProperty(name="words", title="Words"))
        return rg.Settings(
            fields=fields,
            questions=[self._question(one, spec.visible) for one in spec.questions],
            metadata=metadata,
            vectors=[rg.VectorField(name=VECTOR_NAME, title="Meaning", dimensions=spec.dimensions)],
            guidelines=guidelines,
            distribution=rg.TaskDistribution(min_submitted=spec.overlap),
        )

    def _question(self, one: FormQuestion, visible: int) -> Any:
        payload = {"name": one.name, "title": one.title, "required": one.required}
        if not one.options:
            return self._rg.TextQuestion(**payload)
        kind = self._rg.MultiLabelQuestion if one.multiple_choice else self._rg.LabelQuestion
        folded = visible if len(one.options) > visible else None
        return kind(**payload, labels=dict(one.options), visible_labels=folded)

    def _record(self, item: ArgillaRecord, dataset: Any) -> Any:
        suggestions = []
        if item.suggestion:
            label, score, agent = item.suggestion
            scores = [score] * len(label) if isinstance(label, list) else score
            suggestions.append(self._rg.Suggestion("label", label, score=scores, agent=agent, type="model"))
        optional = {"context": item.context, SESSION_FIELD: item.earlier_turns}
        fields = {"text": item.text, **{name: text for name, text in optional.items() if text}}
        return self._rg.Record(
            id=item.record_id,
            fields=fields,
            metadata={"frequency": item.frequency, "words": item.words},
            vectors={VECTOR_NAME: item.vector},
            suggestions=suggestions,
            _dataset=dataset,
        )

    def shows_sessions(self, server_id: str) -> bool:
        """Whether a dataset has the field of the earlier turns; one of an earlier version has not."""
        with self._translated_errors():
            path = f"/api/v1/datasets/{server_id}/fields"
            payload = self._client.http_client.get(path).raise_for_status().json()["items"]
        return any(one["name"] == SESSION_FIELD for one in payload)

    def questions(self, server_id: str) -> dict[str, set[str]]:
        """The questions of a dataset with the values of their options."""
        with self._translated_errors():
            path = f"/api/v1/datasets/{server_id}/questions"
            payload = self._client.http_client.get(path).raise_for_status().json()["items"]
        return {one["name"]: {option["value"] for option in one["settings"].get("options", ())} for one in payload}

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Turn the SDK's errors into WinnowError, and hide its warnings about what does not exist yet."""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                yield
        except self._errors as error:
            raise self._problem(error) from error

    def _problem(self, error: Exception) -> WinnowError:
        if type(error).__name__ in ("ArgillaCredentialsError", "UnauthorizedError"):
            fix = "set WINNOW_ARGILLA_API_KEY to the API key of an owner"
            return WinnowError(
                Problem(self.url, "the labeling server does not accept the API key", "an owner's key", fix)
            )
        message = " ".join(str(error).split())
        found = "it is not an Argilla server" if "<html" in message.lower() else message[:300] or type(error).__name__
        fix = "check that it is running, then run this again"
        return ServiceError(Problem(self.url, f"the labeling server failed: {found}", "", fix))


def _statuses(record: Mapping[str, Any]) -> set[str]:
    return {response["status"] for response in record.get("responses") or ()}


def _server_dataset(payload: Mapping[str, Any]) -> ServerDataset:
    active = payload.get("last_activity_at")
    return ServerDataset(
        id=str(payload["id"]),
        name=str(payload["name"]),
        argilla_workspace_id=str(payload["workspace_id"]),
        owner=(payload.get("metadata") or {}).get(OWNER_KEY),
        ready=payload["status"] == "ready",
        last_activity_at=_utc(active) if active else None,
    )


def _responses_of(record: Mapping[str, Any], usernames: Mapping[str, str]) -> Iterator[AnnotatorResponse]:
    for response in record.get("responses") or ():
        if response["status"] not in list(ResponseStatus):
            continue
        content = {name: payload["value"] for name, payload in (response["values"] or {}).items()}
        who = usernames.get(str(response["user_id"]), str(response["user_id"]))
        times = (_utc(response["inserted_at"]), _utc(response["updated_at"]))
        yield AnnotatorResponse(
            str(record["external_id"]), who, response["status"], content, *times, response_id=str(response["id"])
        )


def _utc(moment: str) -> str:
    """Argilla's times are UTC without saying so."""
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).isoformat(timespec="microseconds")
