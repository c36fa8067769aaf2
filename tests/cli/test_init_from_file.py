"""`init --from` on the command line: what it prints, and a next command that runs as it is printed."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

from tests.support.commands import run_winnow

TICKETS = "Ticket;Beschreibung;Kategorie\n" + "".join(
    f"{n};Wo ist denn mein Paket mit der Nummer {n} geblieben?;{('Lieferung', 'lieferung', 'Rechnung')[n % 3]}\n"
    for n in range(12)
)


def test_the_printed_command_runs_unchanged(tmp_path: Path) -> None:
    file = tmp_path / "März's tickets [1].csv"
    file.write_text(TICKETS, encoding="utf-8")
    made = run_winnow("init", "my router", "--from", file.name, cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    assert "Beschreibung  text" in made.stdout
    assert "winnow rename lieferung Lieferung --yes" in made.stdout
    assert "--license NAME" in made.stdout
    last = made.stdout.strip().splitlines()[-1]
    change, _, line = last.removeprefix("next: ").partition(" && ")
    added = run_winnow(*shlex.split(line)[1:], cwd=tmp_path / shlex.split(change)[1])
    assert "added 12 +" in added.stdout, added.stderr


def test_a_dry_run_shows_the_same_and_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "tickets.csv").write_text(TICKETS, encoding="utf-8")
    shown = run_winnow("init", "router", "--from", "tickets.csv", "--dry-run", "--json", cwd=tmp_path)
    found = json.loads(shown.stdout)
    assert (found["written"], found["found"]["section"]["text"]) == (False, "Beschreibung")
    assert not (tmp_path / "router").exists()
    assert found["found"]["labels"]["counts"] == {"Lieferung": 4, "lieferung": 4, "Rechnung": 4}
