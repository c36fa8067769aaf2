"""The only module that imports detect-secrets: patterns of tokens and keys."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import cache

SKIPPED_PLUGINS = {"base", "basic_auth", "high_entropy_strings", "ip_public", "keyword"}
"""Entropy and keywords see secrets in plain words; a password inside a URL is found with its URL."""

MAY_HOLD = re.compile(r"[\w+/=-]{18}|xox[abposr]-|(?i:eyJ|_authToken|Bearer|PRIVATE KEY|PuTTY|AKC|AP[\dA-F])")
"""Every pattern below needs one of these."""

EXTRA_PATTERNS = re.compile(
    r"\b(?:sk-(?=[\w-]*\d)[\w-]{20,}|AIza[\w-]{30,}|github_pat_\w{22,}|[rs]k_(?:live|test)_\w{10,}|hf_(?=\w*\d)\w{30,}"
    r"|xapp-[\w-]{20,}|ya29\.[\w-]{20,}|Bearer\s+(?=\S*\d)[\w.~+/-]{20,})"
)
"""OpenAI's and Anthropic's newer keys, Google's, GitHub's fine-grained, Stripe's, Hugging Face's, Slack's, OAuth."""

TAIL = re.compile(r"[\w.+/=-]*")

PEM_END = re.compile(r"-----END [A-Z0-9 ]+-----|\Z")


def find_secrets(text: str) -> Iterator[tuple[int, int]]:
    """Complete spans of tokens and keys in a text: the patterns stop before a token's end, or match only its start."""
    if not MAY_HOLD.search(text):
        return
    for match in (match for pattern in _patterns() for match in pattern.finditer(text)):
        start, end = match.span()
        if "PRIVATE KEY" in match[0] or "PuTTY" in match[0]:
            dashes = 5 if text.startswith("-----", max(start - 5, 0)) else 0
            last = PEM_END.search(text, end)
            yield start - dashes, last.end() if last else len(text)
        elif any(c.isdigit() for c in match[0]):
            tail = TAIL.match(text, end)
            yield start, end + (len(tail[0].rstrip(".")) if tail else 0)


@cache
def _patterns() -> tuple[re.Pattern[str], ...]:
    """Patterns, not plugins: a plugin gives groups without offsets, and one call of it may go online to verify."""
    import detect_secrets.plugins as package

    names = [module.name for module in pkgutil.iter_modules(package.__path__) if module.name not in SKIPPED_PLUGINS]
    modules = [importlib.import_module(f"detect_secrets.plugins.{name}") for name in names]
    own = [c for m in modules for c in vars(m).values() if isinstance(c, type) and c.__module__ == m.__name__]
    return EXTRA_PATTERNS, *(pattern for plugin in own for pattern in getattr(plugin, "denylist", ()))
