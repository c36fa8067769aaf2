"""Start, find and stop the embedded Argilla server of a workspace."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from filelock import FileLock

from winnow.core.atomic import atomic_write
from winnow.core.errors import Problem, ServiceError, WinnowError
from winnow.curation.labeling.server.argilla_api import ArgillaApi
from winnow.curation.labeling.server.server_environment import NoteProgress, server_code, server_python

READY_SECONDS = 180.0

STOP_SECONDS = 20.0

PORT_FILE = "port"
"""The file in the server's folder with the port of its last start."""

SEARCH_ENGINE_NAME = "winnow"
"""The name that the embedded server's search engine reports."""


@dataclass(frozen=True)
class EmbeddedServer:
    """A server that is running or starting."""

    home: Path
    pid: int
    host: str
    port: int
    instance: str
    run: str
    """Its private folder for sockets and temporary files."""

    @property
    def url(self) -> str:
        """Its address on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)
        return f"http://{f'[{host}]' if ':' in host and not host.startswith('[') else host}:{self.port}"

    @property
    def credentials(self) -> Path:
        """The file with the owner's name, password and API key."""
        return self.home / "credentials.json"

    @property
    def log(self) -> Path:
        """Its log file."""
        return self.home / "server.log"

    def owner_api(self) -> ArgillaApi:
        """Requests to the server as its owner."""
        return ArgillaApi(self.url, json.loads(self.credentials.read_text())["api_key"])

    def accepts_connections(self) -> bool:
        """Whether its port is open: from before `server.json` is written until the server ends."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)
        try:
            with socket.create_connection((host, self.port), timeout=5):
                return True
        except OSError:
            return False

    def responds(self) -> bool:
        """Whether this server, and no other one on its port, responds."""
        try:
            engine = ArgillaApi(self.url).get("status", seconds=10).get("search_engine", {})
        except (WinnowError, AttributeError):
            return False
        return bool(engine == {"name": SEARCH_ENGINE_NAME, "instance": self.instance})


def find_server(home: Path) -> EmbeddedServer | None:
    """The server of a home folder, if it is running; what a killed server left behind is removed."""
    known = _read_server_file(home)
    if known is None:
        return None
    if _process_exists(known.pid) and known.accepts_connections():
        return known
    run = Path(known.run)
    if run.name.startswith("winnow-") and run.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(run, ignore_errors=True)
    (home / "server.json").unlink(missing_ok=True)
    return None


def _process_exists(pid: int) -> bool:
    """Whether the supervisor exists; the port alone may stay open for a moment after a kill."""
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, PermissionError):  # ended, or the process id now belongs to another user
        return False
    return True


def _read_server_file(home: Path) -> EmbeddedServer | None:
    try:
        known: dict[str, Any] = json.loads((home / "server.json").read_text())
    except FileNotFoundError:
        return None
    return EmbeddedServer(home=home, **known)


class StartedServer(NamedTuple):
    """A server that responds."""

    server: EmbeddedServer
    process: subprocess.Popen[bytes] | None
    """None when it was already running."""


def start_server(home: Path, *, host: str, port: int, note: NoteProgress) -> StartedServer:
    """Start a server and wait until it responds, or find the one that is already running.

    Port 0 is the one that the server had before; a free one at the first start, or if another process uses that one.
    Raises ServiceError when it ends or does not respond.
    """
    home.mkdir(parents=True, exist_ok=True)
    home.chmod(0o700)
    with FileLock(home / "start.lock", mode=0o600):
        found = find_server(home)
        if found is not None:
            _wait_until_ready(found.home, None)
            return StartedServer(found, None)
        process = _spawn(home, server_python(note), host, port or _earlier_port(home, host, note))
        note("starting the labeling server")
        try:
            started = StartedServer(_wait_until_ready(home, process), process)
            _remember_port(home, started.server.port)
            return started
        except BaseException:
            terminate_server(process)
            raise


def _earlier_port(home: Path, host: str, note: NoteProgress) -> int:
    """The port that this server had before, so that its address stays; 0 if there is none, or it is taken."""
    path = home / PORT_FILE
    port = int(path.read_text()) if path.exists() else 0
    if not port or _is_free(host, port):
        return port
    note(f"port {port}, which this server had before, is used by another process: the address changes")
    return 0


def _remember_port(home: Path, port: int) -> None:
    with atomic_write(home / PORT_FILE) as part:
        part.touch(mode=0o600)
        part.write_text(str(port))


def _is_free(host: str, port: int) -> bool:
    version = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=version).close()
    except OSError:
        return False
    return True


def _spawn(home: Path, python: Path, host: str, port: int) -> subprocess.Popen[bytes]:
    command = [str(python), "-m", "winnow_server", str(home.resolve()), "--host", host, "--port", str(port)]
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "ARGILLA_"))}
    environment = {**clean, "PYTHONPATH": str(server_code()), "PYTHONDONTWRITEBYTECODE": "1"}
    with open(home / "server.log", "wb", opener=_open_private) as log:
        return subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
        )


def _open_private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _wait_until_ready(home: Path, process: subprocess.Popen[bytes] | None) -> EmbeddedServer:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        known = _read_server_file(home)
        if known is not None and known.accepts_connections() and known.responds():
            return known
        if process is not None and process.poll() is not None:
            raise server_error(home)
        time.sleep(0.1)
    raise server_error(home, f"no response after {READY_SECONDS:.0f} seconds")


def server_error(home: Path, found: str = "the labeling server ended") -> ServiceError:
    """A failure of the server, with the last lines of its log."""
    log = home / "server.log"
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return ServiceError(Problem(str(log), f"{found}: {' | '.join(lines[-3:])}", "a server that responds"))


def stop_server(home: Path) -> EmbeddedServer | None:
    """Stop the server of a home folder with all its processes; None if none is running."""
    found = find_server(home)
    if found is None:
        return None
    os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS
    while time.monotonic() < deadline:
        known = _read_server_file(home)
        if known is None or known.instance != found.instance:
            return found
        time.sleep(0.05)
    os.killpg(found.pid, signal.SIGKILL)
    time.sleep(0.2)
    find_server(home)
    return found


def terminate_server(process: subprocess.Popen[bytes]) -> None:
    """Stop a server that was started here, with all its processes."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
