"""A local server that speaks Anthropic's Messages, token-counting and Message Batches APIs to the unchanged SDK.

    with Claude(script=in_order([overloaded()])) as claude:
        client = anthropic.Anthropic(api_key=claude.key, base_url=claude.url)
        ...
        assert not paid_again(claude.ledger.entries())

As a process of its own, for clients that get killed: `python -m tests.fakes.claude --help`, or `process.running(...)`.
What is simulated, from which sources, and what is not: docs/decisions/0017-claude-wire-format.md.
"""

from .price_table import Price, Tokens
from .request_log import Entry, answered, paid, paid_again, read_ledger, total_tokens, total_usd
from .server import Claude

__all__ = [
    "Claude",
    "Entry",
    "Price",
    "Tokens",
    "answered",
    "paid",
    "paid_again",
    "read_ledger",
    "total_tokens",
    "total_usd",
]
