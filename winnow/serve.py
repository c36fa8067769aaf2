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

from curation.serving.connection import connect
from curation.serving.people import Annotator, add_annotator, annotators, remove_annotator, reset_annotator
from curation.serving.server import Server, crashed, end, start, stop
from winnow import terminal


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
    at = connect(home)
    found = annotators(at.api, at.workspace)
    if json:
        people = [{"name": one.name, "active": one.active, "lead": one.lead} for one in found]
        terminal.say_json({"annotators": people})
        return
    if found:
        rows = [(one.name, "yes" if one.active else "removed", "yes" if one.lead else "no") for one in found]
        terminal.table(["name", "may label", "adjudicates"], rows)
    else:
        terminal.say("no annotators yet")
    terminal.say_next("winnow annotators add NAME")


def add_to(home: Path, name: str, *, lead: bool, json: bool) -> None:
    """Make an account; a lead adjudicates too."""
    at = connect(home)
    _say_account(add_annotator(at.api, name, at.workspace, lead=lead), json=json)


def reset(home: Path, name: str, *, json: bool) -> None:
    """Give an account a new password."""
    at = connect(home)
    _say_account(reset_annotator(at.api, name, at.workspace), json=json)


def remove(home: Path, name: str, *, json: bool) -> None:
    """Shut somebody out."""
    at = connect(home)
    _say_account(remove_annotator(at.api, name, at.workspace), json=json)


def _say_account(account: Annotator, *, json: bool) -> None:
    if json:
        told: dict[str, Any] = asdict(account)
        terminal.say_json(told)
        return
    if not account.active:
        terminal.say(f"{account.name} is shut out; the answers stay")
    elif account.password is None:
        terminal.say(f"{account.name} may label here too, with the password as before")
    else:
        terminal.say(f"{account.name} signs in with the password {account.password} (shown this once)")
    terminal.say_next("winnow annotators list")
