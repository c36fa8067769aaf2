"""Prompt caching on the local Claude server: what is written, what is read, for how long."""

from __future__ import annotations

import threading
import time
from typing import Any

import anthropic
import pytest

from tests.fakes.claude import Claude, total_tokens
from tests.fakes.claude.outcomes import slow
from tests.fakes.claude.scripts import in_order
from tests.fakes.claude.sdk_client import ASK, LONG, SCHEMA, cached, with_schema
from tests.fakes.claude.token_counter import count


def test_a_shared_prefix_is_written_once_and_then_read(claude: Claude, sdk: anthropic.Anthropic) -> None:
    first, second, other_model = (
        sdk.messages.create(**asked).usage
        for asked in (cached(LONG, "one"), cached(LONG, "two"), cached(LONG, "two", model="claude-sonnet-5-5"))
    )
    assert (first.cache_creation_input_tokens, first.cache_read_input_tokens) == (count(LONG), 0)
    assert (second.cache_creation_input_tokens, second.cache_read_input_tokens) == (0, count(LONG))
    assert first.input_tokens == second.input_tokens == count("one") + 4
    assert first.cache_creation is not None
    assert first.cache_creation.ephemeral_5m_input_tokens == count(LONG)
    assert other_model.cache_read_input_tokens == 0
    assert total_tokens(claude.ledger.entries()[:2]).cache_read == count(LONG)


def test_what_the_cache_does_not_do(claude: Claude, sdk: anthropic.Anthropic) -> None:
    def read(**asked: Any) -> int:
        return sdk.messages.create(**asked).usage.cache_read_input_tokens or 0

    for length, written in ((511, 0), (511, 0), (512, 512)):  # 512 is the least that this model caches
        used = sdk.messages.create(**cached("word " * length, "x")).usage
        assert (used.cache_creation_input_tokens, used.cache_read_input_tokens) == (written, 0)
    assert read(**cached(LONG, "one")) == 0
    assert read(**cached("Other " + LONG, "one")) == 0
    assert read(**{**cached(LONG, "one"), "output_config": with_schema(SCHEMA)["output_config"]}) == 0
    assert read(**{**cached(LONG, "one"), "tools": [{"name": "f", "input_schema": {"type": "object"}}]}) == 0
    assert read(**{**ASK, "system": LONG}) == 0  # no breakpoint, no look
    assert read(**cached(LONG, "two")) == count(LONG)


def test_cache_entries_live_five_minutes_from_their_last_use_or_an_hour(
    claude: Claude, sdk: anthropic.Anthropic
) -> None:
    hour = cached("Hour " + LONG, "x", "1h")
    reads = []
    for minutes in (0, 4, 4, 6, 50):
        claude.clock.skip(minutes=minutes)
        used = [sdk.messages.create(**asked).usage for asked in (cached(LONG, "x"), hour)]
        reads.append([bool(one.cache_read_input_tokens) for one in used])
    assert reads == [[False, False], [True, True], [True, True], [False, True], [False, True]]


def test_a_growing_conversation_is_found_twenty_blocks_back(claude: Claude, sdk: anthropic.Anthropic) -> None:
    def ask(turns: int) -> anthropic.types.Usage:
        messages = [{"role": "user", "content": f"{number} {LONG}"} for number in range(turns)]
        return sdk.messages.create(**{**ASK, "messages": messages}, cache_control={"type": "ephemeral"}).usage

    first = ask(2)
    assert ask(21).cache_read_input_tokens == first.cache_creation_input_tokens
    assert ask(41).cache_read_input_tokens == 0  # the last entry is the 21st block to look at


def test_at_most_four_breakpoints_and_the_longer_lived_first(claude: Claude, sdk: anthropic.Anthropic) -> None:
    def system(*ttls: str) -> list[dict[str, Any]]:
        return [{"type": "text", "text": "x", "cache_control": {"type": "ephemeral", "ttl": ttl}} for ttl in ttls]

    sdk.messages.create(**ASK, system=system("1h", "1h", "5m", "5m"))
    with pytest.raises(anthropic.BadRequestError, match=r"maximum of 4 blocks.*Found 5"):
        sdk.messages.create(**ASK, system=system(*["5m"] * 5))
    with pytest.raises(anthropic.BadRequestError, match="must not come after"):
        sdk.messages.create(**ASK, system=system("5m", "1h"))


def test_an_entry_is_readable_only_once_the_first_response_began(claude: Claude, sdk: anthropic.Anthropic) -> None:
    claude.script = in_order([slow(0.5)])
    first = threading.Thread(target=lambda: sdk.messages.create(**cached(LONG, "one")))
    first.start()
    while not claude.bodies:
        time.sleep(0.005)
    assert sdk.messages.create(**cached(LONG, "two")).usage.cache_read_input_tokens == 0
    first.join()
    assert sdk.messages.create(**cached(LONG, "three")).usage.cache_read_input_tokens == count(LONG)


def test_warming_the_cache_says_nothing(claude: Claude, sdk: anthropic.Anthropic) -> None:
    warm = sdk.messages.create(**{**cached(LONG, "warmup"), "max_tokens": 0})
    assert (warm.content, warm.stop_reason, warm.usage.output_tokens) == ([], "max_tokens", 0)
    assert sdk.messages.create(**cached(LONG, "x")).usage.cache_read_input_tokens == count(LONG)
    with pytest.raises(anthropic.BadRequestError):
        sdk.messages.create(**{**with_schema(SCHEMA), "max_tokens": 0})
