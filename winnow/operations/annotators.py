"""Annotators' accounts on the workspace's Argilla server: list, add, reset, remove."""

from __future__ import annotations

from pathlib import Path

from winnow.curation.labeling.server import accounts
from winnow.curation.labeling.server.accounts import AnnotatorAccount
from winnow.curation.labeling.server.connection import connect_to_argilla


def list_annotators(server_folder: Path) -> list[AnnotatorAccount]:
    """All accounts, by name."""
    connection = connect_to_argilla(server_folder)
    return accounts.annotator_accounts(connection.api, connection.workspace)


def add_annotator(server_folder: Path, name: str, *, lead: bool = False) -> AnnotatorAccount:
    """Create an account; a lead also adjudicates."""
    connection = connect_to_argilla(server_folder)
    return accounts.add_annotator(connection.api, name, connection.workspace, lead=lead)


def reset_annotator(server_folder: Path, name: str) -> AnnotatorAccount:
    """Give an account a new password."""
    connection = connect_to_argilla(server_folder)
    return accounts.reset_annotator(connection.api, name, connection.workspace)


def remove_annotator(server_folder: Path, name: str) -> AnnotatorAccount:
    """Revoke an annotator's access; responses are kept."""
    connection = connect_to_argilla(server_folder)
    return accounts.remove_annotator(connection.api, name, connection.workspace)
