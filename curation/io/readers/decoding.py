"""From bytes to text: gzip, byte-order marks, UTF-8, UTF-16, else an older encoding with a note."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from typing import NamedTuple

from winnow.core.errors import Parameter, Problem, WinnowError
from winnow.curation.io.readers.legacy_encodings import legacy_encoding, utf_16_without_mark

_BYTE_ORDER_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]

ALWAYS_ALLOWED_BYTES = 100_000_000
"""Size that any gzip file may unpack to, in bytes."""

MAX_COMPRESSION_RATIO = 100
"""How many times its size a larger one may unpack to; text rarely compresses to less than a tenth."""


def decompress(data: bytes, *, name: str) -> bytes:
    """The content of a gzip file; other data unchanged.

    Raises WinnowError for a damaged file, and for one that unpacks to many times what any text does.
    """
    if not data.startswith(b"\x1f\x8b"):
        return data
    limit = unpacked_limit(data)
    try:
        with gzip.open(io.BytesIO(data)) as packed:
            content = packed.read(limit + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise WinnowError(Problem(name, f"damaged gzip ({error})", "an intact gzip file", "copy it again")) from None
    if len(content) > limit:
        found = f"{len(data):,} bytes that unpack to more than {limit:,}"
        raise WinnowError(Problem(name, found, "packed text", "unpack it yourself if this is intended"))
    return content


def unpacked_limit(data: bytes) -> int:
    """The number of bytes that a packed file may unpack to."""
    return max(ALWAYS_ALLOWED_BYTES, MAX_COMPRESSION_RATIO * len(data))


class Decoded(NamedTuple):
    """A file as text."""

    text: str
    note: str | None = None
    """What the user should know about how it was decoded."""
    encoding: str = ""
    """The encoding that it was read in, as `--encoding` takes it."""


def decode(data: bytes, *, name: str, encoding: str | None = None) -> Decoded:
    """The text of a file.

    Invalid bytes in an otherwise UTF-8 file become lone surrogates (`surrogateescape`), so that screening
    drops just their rows. A file without any valid multi-byte character is read in the encoding whose words it holds;
    where none is plain, as Windows-1252, the superset of latin-1 that the WHATWG Encoding Standard prescribes for it.
    """
    if encoding:
        return Decoded(_decode_as(data, encoding, name), encoding=encoding)
    for mark, codec in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return Decoded(data.decode(codec, "replace"), encoding=codec)
    if wide := utf_16_without_mark(data):
        return Decoded(data.decode(wide, "replace"), f"{name}: read as {wide}, of which it has no mark", wide)
    text = data.decode("utf-8", "surrogateescape")
    broken = sum("\udc80" <= c <= "\udcff" for c in text)
    if not broken:
        return Decoded(text, encoding="utf-8")
    sound = sum(c > "\x7f" for c in text) - broken
    if sound >= broken:
        return Decoded(text, f"{name}: {broken} bytes are not UTF-8; their rows are dropped", "utf-8")
    found = legacy_encoding(data)
    if found and found != "cp1252":
        note = f"{name}: not UTF-8, read as {found}; set the encoding to change that"
        return Decoded(data.decode(found, "replace"), note, found)
    sure = "" if found else ", which is a guess: check the accents"
    note = f"{name}: not UTF-8, read as latin-1 (Windows-1252){sure}; set the encoding to change that"
    return Decoded(_windows_1252(data), note, "cp1252")


def _decode_as(data: bytes, encoding: str, name: str) -> str:
    try:
        codec = codecs.lookup(encoding).name
        return data.decode("utf-8-sig", "surrogateescape") if codec == "utf-8" else data.decode(codec, "replace")
    except (LookupError, UnicodeError):
        expected = "such as utf-8, latin-1, cp1252"
        found = f"no text encoding {encoding!r}, needed for {name}"
        raise WinnowError(Problem(Parameter("encoding"), found, expected)) from None


def _windows_1252(data: bytes) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")
