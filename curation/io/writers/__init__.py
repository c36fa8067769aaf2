"""Writers, one file per format; WRITERS lists them."""

from __future__ import annotations

from winnow.curation.io.writers.alpaca_writer import ALPACA_FORMAT
from winnow.curation.io.writers.anthropic_writer import ANTHROPIC_FORMAT
from winnow.curation.io.writers.autotrain_writer import AUTOTRAIN_FORMAT
from winnow.curation.io.writers.chat_writer import CHAT_FORMAT
from winnow.curation.io.writers.csv_writer import CSV_FORMAT
from winnow.curation.io.writers.export_format import ExportFormat
from winnow.curation.io.writers.jsonl_writer import JSONL_FORMAT
from winnow.curation.io.writers.openai_writer import OPENAI_FORMAT
from winnow.curation.io.writers.plain_writer import PLAIN_FORMAT
from winnow.curation.io.writers.rasa_writer import RASA_FORMAT
from winnow.curation.io.writers.semantic_router_writer import SEMANTIC_ROUTER_FORMAT
from winnow.curation.io.writers.sharegpt_writer import SHAREGPT_FORMAT
from winnow.curation.io.writers.trl_messages_writer import TRL_MESSAGES_FORMAT
from winnow.curation.io.writers.trl_writer import TRL_FORMAT
from winnow.curation.io.writers.vllm_router_writer import VLLM_ROUTER_FORMAT
from winnow.validators.kinds.kind import Kind

WRITERS: dict[str, ExportFormat] = {
    one.name: one
    for one in (
        JSONL_FORMAT,
        CSV_FORMAT,
        CHAT_FORMAT,
        OPENAI_FORMAT,
        ANTHROPIC_FORMAT,
        SHAREGPT_FORMAT,
        ALPACA_FORMAT,
        TRL_FORMAT,
        TRL_MESSAGES_FORMAT,
        PLAIN_FORMAT,
        AUTOTRAIN_FORMAT,
        SEMANTIC_ROUTER_FORMAT,
        VLLM_ROUTER_FORMAT,
        RASA_FORMAT,
    )
}
"""Every format by its name."""


def formats_of(kind: Kind) -> list[str]:
    """The formats that releases of a kind can be written in."""
    holds_texts = "text" in kind.content_columns
    return [name for name, one in WRITERS.items() if _holds(one, kind) or (one.whole and holds_texts)]


def row_formats_of(kind: Kind) -> list[str]:
    """Those of them that write each row by itself: what they hold of a row can be read back."""
    return [name for name, one in WRITERS.items() if _holds(one, kind)]


def _holds(one: ExportFormat, kind: Kind) -> bool:
    return bool(one.table or (one.dialogue if kind.holds_dialogues else "text" in kind.content_columns and one.query))
