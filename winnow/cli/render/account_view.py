"""Annotators' accounts: the list, and what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from winnow.cli.render import terminal

if TYPE_CHECKING:
    from winnow.curation.labeling.server.accounts import AnnotatorAccount


def print_accounts(accounts: Sequence[AnnotatorAccount], *, json: bool) -> None:
    """All accounts."""
    if json:
        found = [{"name": one.name, "active": one.active, "lead": one.lead} for one in accounts]
        terminal.print_json({"annotators": found})
        return
    if accounts:
        rows = [(one.name, "yes" if one.active else "removed", "yes" if one.lead else "no") for one in accounts]
        terminal.print_table(["name", "active", "lead"], rows)
    else:
        terminal.print_line("no annotators yet")
    terminal.print_next("winnow annotators add NAME")


def print_account(account: AnnotatorAccount, *, json: bool) -> None:
    """An account that was added, reset or removed."""
    if json:
        terminal.print_json(asdict(account))
        return
    if not account.active:
        terminal.print_line(f"{account.name} no longer has access; all responses are kept")
    elif account.password is None:
        terminal.print_line(f"{account.name} now has access here too, with the same password as before")
    else:
        terminal.print_line(f"{account.name} signs in with the password {account.password} (shown only once)")
    terminal.print_next("winnow annotators list")
