"""Run the labeling server in the foreground until Ctrl-C, or start it in the background."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from winnow.cli.render import terminal
from winnow.cli.render.server_view import print_network_warning, print_restarts, print_server
from winnow.curation.labeling.server.process import EmbeddedServer, server_error, terminate_server
from winnow.operations import serve


def run_server(server_folder: Path, *, host: str, port: int, background: bool, json: bool) -> None:
    """Start the server, print where it is, and wait for its end unless it runs in the background."""
    if not serve.is_loopback(host):
        print_network_warning(host)
    process = None
    with _interrupted_by_signals():
        try:
            started = serve.start(server_folder, host=host, port=port, note=terminal.print_note)
            process = started.process
            print_server(started, json=json)
            if process is None or background:
                if not json:
                    terminal.print_next("winnow annotators add NAME")
                return
            if not json:
                terminal.print_line("Ctrl-C stops it")
            _watch(started.server, process)
        except KeyboardInterrupt:
            if process is not None:
                terminate_server(process)
    if not json:
        terminal.print_line("stopped; every submitted response is kept")


def _watch(server: EmbeddedServer, process: subprocess.Popen[bytes]) -> None:
    """Wait for Ctrl-C or the end of the server, and print restarts of its processes as they happen."""
    reported = 0
    while process.poll() is None:
        reported = print_restarts(server.log, reported)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
    if process.returncode:
        raise server_error(server.home)


@contextmanager
def _interrupted_by_signals() -> Iterator[None]:
    """Signals that end a command also end the server, as Ctrl-C does."""

    def interrupt(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {name: signal.signal(name, interrupt) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
