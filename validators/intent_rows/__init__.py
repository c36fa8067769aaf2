"""Layouts of rows that hold a query and its label as the turns of a chat, or in columns of other names."""

from winnow.validators.intent_rows.alpaca_queries import ALPACA_QUERIES
from winnow.validators.intent_rows.chat_rows import CHAT_ROWS, PROMPT_AND_COMPLETION
from winnow.validators.intent_rows.gateway_requests import GATEWAY_REQUESTS
from winnow.validators.preference_rows import PREFERENCE

INTENT_LAYOUTS = (
    PREFERENCE,
    GATEWAY_REQUESTS,
    CHAT_ROWS,
    PROMPT_AND_COMPLETION,
    ALPACA_QUERIES,
)
"""Every layout; the first one that recognizes a row reads it."""
