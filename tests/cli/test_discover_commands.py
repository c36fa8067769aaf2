"""From traffic without labels to the label queue, by the commands as they are printed."""

from __future__ import annotations

import shlex
from pathlib import Path
from subprocess import CompletedProcess

from tests.support.commands import run_winnow
from tests.support.unlabeled_queries import QUERIES


def _next_of(done: CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stderr
    return done.stdout.strip().splitlines()[-1].removeprefix("next: ")


def _run(line: str, folder: Path) -> CompletedProcess[str]:
    change, _, command = line.rpartition(" && ")
    return run_winnow(*shlex.split(command)[1:], cwd=folder / shlex.split(change)[1] if change else folder)


def test_the_printed_commands_lead_to_the_label_queue(tmp_path: Path) -> None:
    (tmp_path / "my traffic.csv").write_text("Message\n" + "".join(f'"{one}"\n' for one in QUERIES), encoding="utf-8")
    made = run_winnow("init", "my router", "--from", "my traffic.csv", "--discover", cwd=tmp_path)
    assert "suggestions for labels, from 36 queries" in made.stdout, made.stderr
    assert "no query has a label yet" in made.stdout
    assert "in no suggestion: 11.1% of the queries" in made.stdout
    router = tmp_path / "my router"
    added = _run(_next_of(made), tmp_path)
    assert "added 36 +" in added.stdout
    accept = _next_of(added)
    assert made.stdout.strip().splitlines()[-2].endswith(accept)
    suggestions = router / "taxonomy.yaml"
    edited = suggestions.read_text(encoding="utf-8").replace("accept: no", "accept: yes")
    suggestions.write_text(
        edited + "  - {name: fallback, accept: yes, description: Everything else.}\n", encoding="utf-8"
    )
    accepted = _run(accept, router)
    assert "to winnow.yaml" in accepted.stdout
    serve, push = _next_of(accepted).split(", then ")
    assert serve == "winnow serve --background"
    pushed = _run(push, router)
    assert (pushed.returncode, "winnow serve" in pushed.stderr) == (3, True)
    assert "fallback: fallback" in (router / "winnow.yaml").read_text(encoding="utf-8")
