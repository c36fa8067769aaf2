"""Where the labeling server is, and what happens to it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from winnow.cli.render import terminal

if TYPE_CHECKING:
    from winnow.curation.labeling.server.process import EmbeddedServer
    from winnow.operations.serve import ServerStarted


def print_network_warning(host: str) -> None:
    """Warn about a server that other machines can reach."""
    terminal.print_note(f"warning: on {host}, everybody in the network can open the sign-in page, and passwords are")
    terminal.print_note("         sent unencrypted; put a TLS proxy in front of it: docs/serve.md")


def print_server(started: ServerStarted, *, json: bool) -> None:
    """Where the server is, and where its owner's password is."""
    server = started.server
    if json:
        terminal.print_json(
            {
                "url": server.url,
                "credentials": str(server.credentials),
                "pid": server.pid,
                "already_running": started.already_running,
            }
        )
        terminal.flush()
        return
    terminal.print_line(f"{'already running' if started.already_running else 'ready'}: {server.url}")
    terminal.print_line(f"name and password of the owner: {server.credentials}")


def print_restarts(log: Path, reported: int) -> int:
    """Print the restarts in the server's log after the first `reported`; returns how many there are."""
    lines = [line for line in log.read_text(errors="replace").splitlines() if " ended with " in line]
    for line in lines[reported:]:
        terminal.print_note(line)
    return len(lines)


def print_stopped(server: EmbeddedServer | None, *, json: bool) -> None:
    """What was stopped."""
    if json:
        terminal.print_json({"stopped": server is not None})
    elif server is None:
        terminal.print_line("the labeling server of this workspace is not running")
    else:
        terminal.print_line(f"stopped {server.url}; every submitted response is kept")
