"""Run the labeling server in the foreground or background, and say where it is."""

from __future__ import annotations

import ipaddress
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from winnow.cli.render import terminal
from winnow.curation.labeling.server.process import (
    EmbeddedServer,
    server_error,
    start_server,
    stop_server,
    terminate_server,
)


def run_server(home: Path, *, host: str, port: int, background: bool, json: bool) -> None:
    """Start the server, say where it is, and watch it unless it goes on in the background."""
    if not _is_loopback(host):
        terminal.print_note(f"warning: on {host}, everybody in the network reaches the sign-in page, and without TLS")
        terminal.print_note("         passwords travel readable; put a TLS proxy before it: docs/serve.md")
    process = None
    with _ending_on_signals():
        try:
            server, process = start_server(home, host=host, port=port, note=terminal.print_note)
            _print_server(server, already=process is None, json=json)
            if process is None or background:
                if not json:
                    terminal.print_next("winnow annotators add NAME")
                return
            if not json:
                terminal.print_line("Ctrl-C stops it")
            _watch(server, process)
        except KeyboardInterrupt:
            if process is not None:
                terminate_server(process)
    if not json:
        terminal.print_line("stopped; every submitted answer is kept")


def _print_server(server: EmbeddedServer, *, already: bool, json: bool) -> None:
    if json:
        reported = {"url": server.url, "credentials": str(server.credentials), "pid": server.pid, "already": already}
        terminal.print_json(reported)
        terminal.flush()
        return
    terminal.print_line(f"{'already running' if already else 'ready'}: {server.url}")
    terminal.print_line(f"name and password of the owner: {server.credentials}")


def _watch(server: EmbeddedServer, process: subprocess.Popen[bytes]) -> None:
    """Until Ctrl-C, or the server's end; restarts of a part are told as they happen."""
    reported = 0
    while process.poll() is None:
        reported = _print_restarts(server.log, reported)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
    if process.returncode:
        raise server_error(server.home)


def _print_restarts(log: Path, reported: int) -> int:
    lines = [line for line in log.read_text(errors="replace").splitlines() if " ended with " in line]
    for line in lines[reported:]:
        terminal.print_note(line)
    return len(lines)


@contextmanager
def _ending_on_signals() -> Iterator[None]:
    """A signal that ends a command ends the server as well, as Ctrl-C does."""

    def end_by_signal(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {name: signal.signal(name, end_by_signal) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def stop_and_print(home: Path, *, json: bool) -> None:
    """Stop the server of a workspace, if there is one."""
    found = stop_server(home)
    if json:
        terminal.print_json({"stopped": found is not None})
    elif found is None:
        terminal.print_line("no server of this workspace is running")
    else:
        terminal.print_line(f"stopped {found.url}; every submitted answer is kept")
