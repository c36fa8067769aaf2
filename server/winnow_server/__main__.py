"""`python -m winnow_server HOME --host --port`: run Redis and the application, restart what ends, stop both."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from winnow_server.supervisor import Supervisor

parser = argparse.ArgumentParser(prog="winnow_server")
parser.add_argument("home", type=Path)
parser.add_argument("--host", default="127.0.0.1")
parser.add_argument("--port", type=int, default=0)
arguments = parser.parse_args()
sys.exit(Supervisor(arguments.home.resolve(), arguments.host, arguments.port).run())
