"""`python -m winnow_server HOME --host --port`: start Redis and the application, watch both, stop both."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from winnow_server.watching import Watch

parser = argparse.ArgumentParser(prog="winnow_server")
parser.add_argument("home", type=Path)
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=0)
given = parser.parse_args()
sys.exit(Watch(given.home.resolve(), given.host, given.port).run())
