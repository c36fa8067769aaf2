"""What the local stand-ins have in common: a server in a thread that runs for the length of a `with` block."""

from __future__ import annotations

import itertools
import threading
import time
from types import TracebackType
from typing import Any

from .listener import Listener


class RunningServer:
    """Starts and stops a listener, counts ids, and knows how many calls are being answered."""

    def __post_init__(self) -> None:
        self._busy = 0
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._ids = itertools.count(1)

    def _start(self, handler: Any, *, port: int, name: str) -> int:
        """Listen on a local port, a free one for 0; returns it."""
        self._http = Listener(("127.0.0.1", port), handler)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), name=name)
        self._thread.start()
        return int(self._http.server_address[1])

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.hang_up_all()
        self._http.server_close()
        self._thread.join()
        if self._http.crashes and error is None:
            raise RuntimeError("a writer, a script or the server itself failed") from self._http.crashes[0]

    def wait_until_quiet(self, seconds: float = 10.0) -> None:
        """Until everything that arrived is in the ledger, also what its client no longer waits for."""
        end = time.monotonic() + seconds
        while self._busy and time.monotonic() < end:
            time.sleep(0.005)

    def wait(self, seconds: float) -> None:
        """Sleep, but not beyond the server's end."""
        if seconds > 0:
            self._stopping.wait(seconds)

    def counted_id(self, prefix: str, separator: str) -> str:
        """An id with the next number."""
        with self._lock:
            return f"{prefix}{separator}{next(self._ids):024d}"
