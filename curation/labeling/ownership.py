"""Datasets in Argilla belong to one workspace: each carries its workspace's id, and those of others are refused."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from winnow.core.errors import Problem, WinnowError
from winnow.curation.labeling.argilla_client import ArgillaClient
from winnow.curation.labeling.argilla_types import ServerDataset
from winnow.curation.labeling.queues import queue_named
from winnow.curation.labeling.queues.definition import QueueDefinition
from winnow.curation.labeling.server.accounts import LEADS_SUFFIX
from winnow.curation.labeling.server.connection import WORKSPACE_VARIABLE, ArgillaConnection
from winnow.curation.store.database import Store
from winnow.curation.store.queue_items import QueueDataset, queue_datasets, update_dataset
from winnow.curation.store.workspace_id import workspace_id

FREE_NAME_FIX = f"set {WORKSPACE_VARIABLE} to a name that no other workspace uses, and run this again"


@dataclass(frozen=True)
class Ownership:
    """A workspace, and the Argilla server that its datasets are on."""

    store: Store
    client: ArgillaClient
    connection: ArgillaConnection
    workspace_id: str
    """The id that the workspace's datasets carry."""

    def claim_datasets(self) -> None:
        """Check every dataset that this workspace knows; one without an id, of an earlier version, gets this one's.

        A dataset of another workspace is left to it once this workspace uses another Argilla workspace. Raises
        WinnowError until then.
        """
        with self.store.reading() as connection:
            known = [one for one in queue_datasets(connection) if one.server_id]
        foreign = []
        for dataset in known:
            found = self.client.find_dataset(str(dataset.server_id))
            if found is None or found.owner == self.workspace_id:
                continue
            if found.owner is None:
                self.client.set_owner(found, self.workspace_id)
            elif found.argilla_workspace_id == self.client.argilla_workspace_id(self._argilla_workspace(dataset)):
                foreign.append(self._foreign(found))
            else:
                with self.store.writing() as connection:
                    update_dataset(connection, dataset.name, server_id=None, responses_read_until=None)
        if foreign:
            raise WinnowError(foreign)

    def check_names(self, queue: QueueDefinition, annotators: Sequence[str]) -> None:
        """Raises WinnowError when another workspace's dataset has a name that a dataset of this queue may get."""
        spaces = {
            self.client.argilla_workspace_id(argilla_workspace_of(self.connection.workspace, queue, assignee))
            for assignee in (None, *annotators)
        }
        foreign = [
            self._foreign(one)
            for one in self.client.all_datasets()
            if one.argilla_workspace_id in spaces
            and (one.name == queue.name or one.name.startswith((f"{queue.name}-", f"{queue.name} (")))
            and is_foreign(self.client, one, self.workspace_id)
        ]
        if foreign:
            raise WinnowError(foreign)

    def _argilla_workspace(self, dataset: QueueDataset) -> str:
        return argilla_workspace_of(self.connection.workspace, queue_named(dataset.queue), dataset.assignee)

    def _foreign(self, dataset: ServerDataset) -> Problem:
        return foreign_dataset(self.client.url, dataset, self.workspace_id)


def open_ownership(store: Store, client: ArgillaClient, connection: ArgillaConnection) -> Ownership:
    """The ownership of this workspace's datasets on a server; the workspace draws its id at the first call."""
    with store.writing() as writing:
        return Ownership(store, client, connection, workspace_id(writing))


def is_foreign(client: ArgillaClient, dataset: ServerDataset, own_id: str) -> bool:
    """Whether a dataset of the server that this workspace does not know belongs to another one.

    One without an id belongs to nobody as long as it has no records: an earlier version was interrupted.
    """
    if dataset.owner is None:
        return dataset.ready and not client.is_empty(dataset.id)
    return dataset.owner != own_id


def foreign_dataset(url: str, dataset: ServerDataset, own_id: str) -> Problem:
    """The problem that a dataset belongs to another workspace."""
    owner = f"the workspace with the id {dataset.owner}" if dataset.owner else "no workspace that is known"
    return Problem(
        f"{url}, dataset {dataset.name}", f"it belongs to {owner}", f"the id of this workspace, {own_id}", FREE_NAME_FIX
    )


def argilla_workspace_of(workspace: str, queue: QueueDefinition, assignee: str | None) -> str:
    """The Argilla workspace of a dataset; only its members see the dataset."""
    if queue.for_leads:
        return workspace + LEADS_SUFFIX
    return f"{workspace}-for-{assignee}" if assignee else workspace
