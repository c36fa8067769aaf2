from __future__ import annotations

from collections.abc import Callable

import pytest

from winnow.core.errors import WinnowError
from winnow.curation.checks.coverage.task_facets import facet_functions, text_facets
from winnow.workspace import Workspace

Make = Callable[..., Workspace]

TEXTS = [f"open the door of room {n}" for n in range(40)]

UNSTABLE = {
    "chance": "import random\ndef own(text):\n    return random.choice('ab')\n",
    "chance_of_the_process": "import random\nFIXED = str(random.random())\ndef own(text):\n    return FIXED\n",
    "time": "import time\ndef own(text):\n    return str(time.perf_counter_ns())\n",
    "order": "SEEN = []\ndef own(text):\n    SEEN.append(text)\n    return 'ab'[len(SEEN) % 2]\n",
    "hash": "def own(text):\n    return 'ab'[hash(text) % 2]\n",
}


@pytest.mark.parametrize("code", UNSTABLE.values(), ids=list(UNSTABLE))
def test_a_facet_that_depends_on_more_than_its_text_is_refused(make_workspace: Make, code: str) -> None:
    workspace = make_workspace("a", more="facets: {own: mine.py:own}\n")
    (workspace.folder.root / "mine.py").write_text(code)
    workspace.trust("mine.py")
    functions = facet_functions(workspace.task, workspace.folder.root)
    with pytest.raises(WinnowError, match=r"mine\.py:own.* and then .* for the same text 'open the door"):
        text_facets(TEXTS, functions)


def test_a_facet_that_keeps_what_it_computed_is_accepted(make_workspace: Make) -> None:
    workspace = make_workspace("a", more="facets: {own: mine.py:own}\n")
    code = "import functools\n@functools.cache\ndef own(text):\n    return 'even' if len(text) % 2 == 0 else ''\n"
    (workspace.folder.root / "mine.py").write_text(code)
    workspace.trust("mine.py")
    functions = facet_functions(workspace.task, workspace.folder.root)
    assert [facets.get("own") for facets in text_facets(["ab", "abc", "ab"], functions)] == ["even", None, "even"]
