"""Serve: run the embedded labeling server of a workspace."""

from __future__ import annotations

import ipaddress
import subprocess
from dataclasses import dataclass
from pathlib import Path

from winnow.core.ranges import check_range
from winnow.curation.labeling.server.process import EmbeddedServer, start_server, stop_server
from winnow.curation.labeling.server.server_environment import NoteProgress

MAX_PORT = 65_535


@dataclass(frozen=True)
class ServerStarted:
    """A server that responds."""

    server: EmbeddedServer
    process: subprocess.Popen[bytes] | None
    """The process that was started; None if the server was already running."""

    @property
    def already_running(self) -> bool:
        """Whether it was running before."""
        return self.process is None


def start(server_folder: Path, *, host: str, port: int, note: NoteProgress) -> ServerStarted:
    """Start the server, or find the one that is running, and wait until it responds."""
    check_range("port", port, low=0, high=MAX_PORT)
    server, process = start_server(server_folder, host=host, port=port, note=note)
    return ServerStarted(server, process)


def stop(server_folder: Path) -> EmbeddedServer | None:
    """Stop the server; None if none was running."""
    return stop_server(server_folder)


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
