"""A local server that speaks OpenAI's chat completions API as llama.cpp, vLLM and Ollama do, to the unchanged SDK.

    with Chat(script=in_order([error(503, "Loading model")])) as chat:
        client = openai.OpenAI(api_key="none", base_url=chat.url)
        ...
        assert not paid_again(chat.ledger.entries())

It shares the listener, the scripted outcomes and the ledger of requests with `tests.fakes.claude`. What is simulated
and what is not: docs/decisions/0024-providers.md.
"""

from .server import Chat

__all__ = ["Chat"]
