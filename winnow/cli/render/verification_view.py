"""What `verify` found."""

from __future__ import annotations

from typing import TYPE_CHECKING

from winnow.cli.render.terminal import print_json, print_line, printable

if TYPE_CHECKING:
    from winnow.operations.verify import VerifyResult


def print_verification_json(result: VerifyResult) -> None:
    """The shape of `verify --json`."""
    found = result.verification
    print_json(
        {
            "ok": not found.problems,
            "problems": found.problems,
            "recorded_hash": "measured" if result.recorded else "not_measured",
            "sha256": found.sha256,
        }
    )


def print_verification(result: VerifyResult, name: str) -> None:
    """Every problem, or what the release was compared with."""
    found = result.verification
    for problem in found.problems:
        print_line(printable(problem), style="red")
    if found.problems:
        return
    if not result.recorded:
        print_line(f"{name} matches its own manifest; SHA-256 {found.sha256}")
        print_line("no workspace here to compare with: compare the SHA-256 with the one that freeze printed")
        return
    print_line(f"{name} is unchanged since it was frozen; manifest SHA-256 {found.sha256}")
    if result.forgotten:
        records = f"{result.forgotten} record{'s' if result.forgotten > 1 else ''}"
        print_line(f"it still contains {records} erased since", style="yellow")
