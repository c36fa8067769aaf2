"""The server as a process: prints its URL, answers until SIGTERM, SIGINT or, if asked, its standard input's end."""

from __future__ import annotations

import argparse
import importlib
import json
import signal
import sys
import threading
from pathlib import Path

from .price_table import Price
from .schema_answers import Writer
from .scripts import Script, always, from_json
from .server import Claude


def script(text: str) -> Script:
    """A script from JSON or from a file that holds it."""
    return from_json(text if text.lstrip()[:1] in "[{" else Path(text).read_text(encoding="utf-8"))


def writer(name: str) -> Writer:
    """A function that is named as `module:function`."""
    module, _, function = name.partition(":")
    found: Writer = getattr(importlib.import_module(module), function)
    return found


def parser() -> argparse.ArgumentParser:
    """The options."""
    made = argparse.ArgumentParser(prog="python -m tests.fakes.claude", description=__doc__)
    made.add_argument("--port", type=int, default=0)
    made.add_argument("--key", default="test-key")
    for name, what in (
        ("script", "messages"),
        ("counting", "token counting"),
        ("batch-calls", "the calls to batches"),
        ("items", "the requests in batches"),
    ):
        made.add_argument(f"--{name}", type=script, default=always(), help=f"JSON or file: outcomes of {what}")
    made.add_argument("--polls", type=int, default=1, help="polls until a batch has ended")
    made.add_argument("--batch-seconds", type=float, default=0.0, help="seconds until a batch has ended")
    made.add_argument(
        "--batch-hit-share", type=float, default=1.0, help="share of batched requests that read the cache"
    )
    made.add_argument("--writer", type=writer, help="module:function that writes the answers")
    made.add_argument("--most-at-once", type=int, default=0, help="messages at a time; more get 429")
    made.add_argument("--prices", type=Path, help='JSON file: {"model": {"input": USD, "output": USD}}')
    made.add_argument("--ledger", type=Path, help="file to append the ledger to")
    made.add_argument("--while-stdin", action="store_true", help="stop when standard input ends")
    return made


def at_end_of_input(stop: threading.Event) -> None:
    """Stop once the other end of the pipe is closed, be it by the death of who holds it."""
    sys.stdin.read()
    stop.set()


def main() -> None:
    """Serve until told to stop."""
    options = parser().parse_args()
    prices = json.loads(options.prices.read_text(encoding="utf-8")) if options.prices else {}
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with Claude(
        key=options.key,
        port=options.port,
        script=options.script,
        counting=options.counting,
        batch_calls=options.batch_calls,
        items=options.items,
        polls=options.polls,
        batch_seconds=options.batch_seconds,
        batch_hit_share=options.batch_hit_share,
        writer=options.writer,
        most_at_once=options.most_at_once,
        prices={model: Price(**price) for model, price in prices.items()},
        ledger_path=options.ledger,
    ) as claude:
        print(claude.url, flush=True)
        if options.while_stdin:
            threading.Thread(target=at_end_of_input, args=(stop,), daemon=True).start()
        stop.wait()


if __name__ == "__main__":
    main()
