"""The listening socket and its connections, all of which end when the server does."""

from __future__ import annotations

import socket
import sys
import threading
from http.server import ThreadingHTTPServer
from typing import Any

from .http_bytes import hang_up


class Listener(ThreadingHTTPServer):
    """Remembers its connections, so that idle ones can be closed, and what failed in its threads."""

    daemon_threads = False
    request_queue_size = 256

    def __init__(self, address: tuple[str, int], handler: Any) -> None:
        self.crashes: list[BaseException] = []
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def hang_up_all(self) -> None:
        """Close every connection, so that no thread waits for another request."""
        with self._guard:
            for connection in self._open:
                hang_up(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if error is not None and not isinstance(error, ConnectionError):
            self.crashes.append(error)
