"""What `winnow serve` and `winnow annotators` do and say."""

from __future__ import annotations

import ipaddress
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from types import FrameType
from typing import Any

from curation.serving.http import Api
from curation.serving.people import add_annotator, annotators, remove_annotator, reset_annotator
from curation.serving.server import Server, crashed, end, find, start, stop
from validators.faults import Fault, WinnowError
from winnow import terminal

ACTIONS = {"add": add_annotator, "reset": reset_annotator, "remove": remove_annotator}


def serve(home: Path, *, host: str, port: int, background: bool, json: bool) -> None:
    """Start the server, say where it is, and watch it unless it goes on in the background."""
    if not _is_loopback(host):
        terminal.note(f"warning: on {host}, everybody in the network reaches the sign-in page, and without TLS")
        terminal.note("         passwords travel readable; put a TLS proxy before it: docs/serve.md")
    process = None
    with _ending_on_signals():
        try:
            server, process = start(home, host=host, port=port, note=terminal.note)
            _say_server(server, already=process is None, json=json)
            if process is None or background:
                if not json:
                    terminal.say_next("winnow annotators add NAME")
                return
            if not json:
                terminal.say("Ctrl-C stops it")
            _watch(server, process)
        except KeyboardInterrupt:
            if process is not None:
                end(process)
    if not json:
        terminal.say("stopped; every submitted answer is kept")


def _say_server(server: Server, *, already: bool, json: bool) -> None:
    if json:
        told = {"url": server.url, "credentials": str(server.credentials), "pid": server.pid, "already": already}
        terminal.say_json(told)
        terminal.flush()
        return
    terminal.say(f"{'already running' if already else 'ready'}: {server.url}")
    terminal.say(f"name and password of the owner: {server.credentials}")


def _watch(server: Server, process: subprocess.Popen[bytes]) -> None:
    """Until Ctrl-C, or the server's end; restarts of a part are told as they happen."""
    told = 0
    while process.poll() is None:
        told = _tell_restarts(server.log, told)
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.5)
    if process.returncode:
        raise crashed(server.home)


def _tell_restarts(log: Path, told: int) -> int:
    lines = [line for line in log.read_text(errors="replace").splitlines() if " ended with " in line]
    for line in lines[told:]:
        terminal.note(line)
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


def stop_server(home: Path, *, json: bool) -> None:
    """Stop the server of a workspace, if there is one."""
    found = stop(home)
    if json:
        terminal.say_json({"stopped": found is not None})
    elif found is None:
        terminal.say("no server of this workspace is running")
    else:
        terminal.say(f"stopped {found.url}; every submitted answer is kept")


def list_annotators(home: Path, *, json: bool) -> None:
    """Show the accounts."""
    found = annotators(_api(home))
    if json:
        terminal.say_json({"annotators": [{"name": one.name, "active": one.active} for one in found]})
        return
    if found:
        terminal.table(["name", "may label"], [(one.name, "yes" if one.active else "removed") for one in found])
    else:
        terminal.say("no annotators yet")
    terminal.say_next("winnow annotators add NAME")


def change_annotator(action: str, home: Path, name: str, *, json: bool) -> None:
    """Add, reset or remove one account."""
    done = ACTIONS[action](_api(home), name)
    if json:
        told: dict[str, Any] = asdict(done)
        terminal.say_json(told)
        return
    if done.password is None:
        terminal.say(f"{name} is shut out; the answers stay")
    else:
        terminal.say(f"{name} signs in with the password {done.password} (shown this once)")
    terminal.say_next("winnow annotators list")


def _api(home: Path) -> Api:
    server = find(home)
    if server is None:
        fault = Fault(str(home), "no server of this workspace is running", "", "run `winnow serve --background`")
        raise WinnowError(fault)
    return server.owner()
