"""Commands in processes of their own that need not import the command line: a process that has imported it forks them.

This saves most of the time of a short command. What a command reads and writes, its environment, its folder and how it
ends are as if the script had been started. Two processes fork in turn, because they hash differently, and so order sets
differently: a command that depends on it gives another result the next time.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import itertools
import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

WINNOW_SCRIPT = Path(sys.executable).parent / "winnow"
CAN_FORK = sys.platform == "linux"
MAX_REQUEST = 1_000_000
NUMBER = struct.Struct("!i")
FORKING_PROCESSES = 2
_calls = itertools.count()
_starting = threading.Lock()


def run_forked(arguments: Sequence[str], *, cwd: Path, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a command with the environment of this process, and wait for its end."""
    with _starting:
        address = _forking_process(next(_calls) % FORKING_PROCESSES, os.getpid())
    request = {"arguments": arguments, "cwd": str(cwd), "environment": dict(os.environ)}
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection,
    ):
        connection.connect(address)
        connection.settimeout(timeout)
        socket.send_fds(connection, [json.dumps(request).encode()], [output.fileno(), errors.fileno()])
        (process,) = NUMBER.unpack(connection.recv(NUMBER.size))
        try:
            (status,) = NUMBER.unpack(connection.recv(NUMBER.size))
        except BaseException:
            os.kill(process, signal.SIGKILL)
            raise
        written = []
        for file in (output, errors):
            file.seek(0)
            written.append(file.read().decode())
    return subprocess.CompletedProcess([str(WINNOW_SCRIPT), *arguments], status, *written)


@cache
def _forking_process(_number: int, _of: int) -> str:
    """The address of one of the forking processes of this process; they end with it."""
    folder = tempfile.mkdtemp(prefix="winnow-forks-")
    address = str(Path(folder) / "socket")
    process = subprocess.Popen(
        [sys.executable, __file__, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    )
    assert process.stdin is not None
    assert process.stdout is not None
    atexit.register(process.communicate)
    assert process.stdout.readline() == b"ready\n"
    return address


def is_command(address: str) -> bool:
    """Fork a process for each request until standard input ends; True in each of them, in place of the script."""
    before = set(os.environ)
    import pandas  # noqa: F401  (most commands need it)

    from winnow.cli import main  # noqa: F401

    gc.freeze()
    by_import = {name: os.environ[name] for name in os.environ.keys() - before}
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listening, selectors.DefaultSelector() as selector:
        listening.bind(address)
        listening.listen()
        os.write(1, b"ready\n")
        selector.register(listening, selectors.EVENT_READ)
        selector.register(0, selectors.EVENT_READ)
        while all(key.fileobj is listening for key, _ in selector.select()):
            connection, _ = listening.accept()
            if not os.fork():
                listening.close()
                _become_command(connection, by_import)
                return True
            connection.close()
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
    Path(address).unlink()
    Path(address).parent.rmdir()
    return False


def _become_command(connection: socket.socket, by_import: Mapping[str, str]) -> None:
    """Wait for the command of one request, in a process for it, and send its status."""
    message, files, _, _ = socket.recv_fds(connection, MAX_REQUEST, 2)
    if command := os.fork():
        connection.send(NUMBER.pack(command))
        _, status = os.waitpid(command, 0)
        connection.send(NUMBER.pack(os.waitstatus_to_exitcode(status)))
        os._exit(0)
    connection.close()
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    for number, file in enumerate(files, 1):
        os.dup2(file, number)
        os.close(file)
    request: dict[str, Any] = json.loads(message)
    os.environ.clear()
    os.environ.update({**by_import, **request["environment"]})
    os.chdir(request["cwd"])
    sys.argv = [str(WINNOW_SCRIPT), *request["arguments"]]


if __name__ == "__main__":
    sys.path[0] = str(WINNOW_SCRIPT.parent)
    if is_command(sys.argv[1]):
        from winnow.cli.main import main

        main()
