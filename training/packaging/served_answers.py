"""The answers of a model behind a server with OpenAI's chat completions API: vLLM, llama.cpp, Ollama."""

from __future__ import annotations

import http.client
import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from typing import Any

from winnow.core.errors import Problem, ServiceError
from winnow.core.progress import Progress

SECONDS = 300
"""How long one answer may take; a model is loaded at the first one."""

KEY_VARIABLE = "OPENAI_API_KEY"
"""The environment variable with the key, for servers that ask for one."""

Messages = Sequence[Mapping[str, Any]]


def served_answers(
    endpoint: str, model: str, prompts: Mapping[str, Messages], *, max_tokens: int, progress: Progress | None = None
) -> dict[str, str]:
    """The greedy answer to each prompt, by its key.

    Raises ServiceError when no server answers, or it answers with something else.
    """
    answers = {}
    for done, (key, messages) in enumerate(prompts.items(), start=1):
        body = {"model": model, "messages": list(messages), "temperature": 0, "max_tokens": max_tokens}
        answers[key] = _content(endpoint, _post(f"{endpoint.rstrip('/')}/chat/completions", body))
        if progress:
            progress(done, len(prompts))
    return answers


def _post(url: str, body: Mapping[str, Any]) -> bytes:
    headers = {"Content-Type": "application/json"}
    if key := os.environ.get(KEY_VARIABLE):
        headers["Authorization"] = f"Bearer {key}"
    try:
        request = urllib.request.Request(url, json.dumps(body).encode(), headers)
        if request.type not in ("http", "https"):
            raise _failed(url, f"{request.type} is no address of a server")
        with urllib.request.urlopen(request, timeout=SECONDS) as response:
            return bytes(response.read())
    except urllib.error.HTTPError as error:
        raise _failed(url, f"{error.code} {error.read(200).decode(errors='replace')}") from None
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise _failed(url, str(error) or type(error).__name__) from None


def _content(endpoint: str, response: bytes) -> str:
    try:
        return str(json.loads(response)["choices"][0]["message"]["content"] or "")
    except (ValueError, LookupError, TypeError, RecursionError):
        raise _failed(endpoint, "the response is not a chat completion") from None


def _failed(place: str, why: str) -> ServiceError:
    fix = "start the server, or correct the address and the name of the model"
    return ServiceError(Problem(place, " ".join(why.split())[:200], "a chat completion", fix))
