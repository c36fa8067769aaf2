"""Annotators' accounts: the list, and what was changed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from winnow.cli.render import terminal
from winnow.curation.labeling.server.accounts import (
    AnnotatorAccount,
    add_annotator,
    annotator_accounts,
    remove_annotator,
    reset_annotator,
)
from winnow.curation.labeling.server.connection import connect_to_argilla


def list_accounts(home: Path, *, json: bool) -> None:
    """Show the accounts."""
    connection = connect_to_argilla(home)
    found = annotator_accounts(connection.api, connection.workspace)
    if json:
        accounts = [{"name": one.name, "active": one.active, "lead": one.lead} for one in found]
        terminal.print_json({"annotators": accounts})
        return
    if found:
        rows = [(one.name, "yes" if one.active else "removed", "yes" if one.lead else "no") for one in found]
        terminal.print_table(["name", "may label", "adjudicates"], rows)
    else:
        terminal.print_line("no annotators yet")
    terminal.print_next("winnow annotators add NAME")


def add_account(home: Path, name: str, *, lead: bool, json: bool) -> None:
    """Make an account; a lead adjudicates too."""
    connection = connect_to_argilla(home)
    _print_account(add_annotator(connection.api, name, connection.workspace, lead=lead), json=json)


def reset_account(home: Path, name: str, *, json: bool) -> None:
    """Give an account a new password."""
    connection = connect_to_argilla(home)
    _print_account(reset_annotator(connection.api, name, connection.workspace), json=json)


def remove_account(home: Path, name: str, *, json: bool) -> None:
    """Shut somebody out."""
    connection = connect_to_argilla(home)
    _print_account(remove_annotator(connection.api, name, connection.workspace), json=json)


def _print_account(account: AnnotatorAccount, *, json: bool) -> None:
    if json:
        reported: dict[str, Any] = asdict(account)
        terminal.print_json(reported)
        return
    if not account.active:
        terminal.print_line(f"{account.name} is shut out; the answers stay")
    elif account.password is None:
        terminal.print_line(f"{account.name} may label here too, with the password as before")
    else:
        terminal.print_line(f"{account.name} signs in with the password {account.password} (shown this once)")
    terminal.print_next("winnow annotators list")
