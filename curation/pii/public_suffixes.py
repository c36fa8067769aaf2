"""Which names can be hosts on the internet: the public suffix list that tldextract ships."""

from __future__ import annotations

from functools import cache
from typing import Any


def is_public_host(host: str) -> bool:
    """Whether a name ends in a public suffix and has a label before it, such as "firm.co.uk"."""
    return bool(_suffixes()(host).fqdn)


@cache
def _suffixes() -> Any:
    """With this setting, tldextract never downloads a newer list."""
    import tldextract

    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None)
