"""The verdicts of the Berkeley Function Calling Leaderboard's own checker; run by the Python of an environment with it.

Reads one JSON object a line with `functions`, `answer`, `possible` and `category`, and writes `{"valid", "error_type",
"error"}` for each. The checker is used as it is installed. Only its table of models is replaced, because importing it
imports the SDKs of all providers; it is asked only whether a model writes `_` for `.` in names, and none does.

Run by `benchmarks.bfcl_agreement`, never imported.
"""

from __future__ import annotations

import json
import sys
import types
from typing import Any

MODEL = "any"

CRASHED = "crashed"
"""The type of the error where the checker raises an exception instead of giving a verdict."""


def main() -> None:
    """Judge every line of the standard input."""
    models: Any = types.ModuleType("bfcl_eval.constants.model_config")
    models.MODEL_CONFIG_MAPPING = {MODEL: types.SimpleNamespace(underscore_to_dot=False)}
    sys.modules[models.__name__] = models
    from bfcl_eval.constants.enums import Language
    from bfcl_eval.eval_checker.ast_eval.ast_checker import ast_checker

    for line in sys.stdin:
        given = json.loads(line)
        if "irrelevance" in given["category"]:  # as `_evaluate_single_relevance_entry` does: no call is right
            found = {"valid": not given["answer"], "error": [], "error_type": "irrelevance_error"}
        else:
            parts = (given["functions"], given["answer"], given["possible"], Language.PYTHON, given["category"], MODEL)
            try:
                found = ast_checker(*parts)
            except Exception as error:  # noqa: BLE001  # whatever it raises is a verdict that it does not give
                found = {"valid": False, "error": [repr(error)], "error_type": CRASHED}
        verdict = {"valid": found["valid"], "error_type": found.get("error_type", ""), "error": str(found["error"])}
        sys.stdout.write(json.dumps(verdict) + "\n")


if __name__ == "__main__":
    main()
