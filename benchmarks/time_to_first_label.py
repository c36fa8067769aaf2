"""From `winnow serve` to the first submitted label in a browser: seconds and memory by component."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.labeling_server_speed import memory
from winnow.curation.labeling.server.process import find_server

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "helpdesk"

WINNOW = Path(sys.executable).parent / "winnow"


def main() -> None:
    """Print one line per step; the server's environment and the embedding model are already installed."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(EXAMPLE / "winnow.yaml", folder)
        for file, *more in (("labeled.jsonl",), ("traffic.jsonl", "--group-column", "session")):
            run(folder, "add", str(EXAMPLE / file), "--license", "Apache-2.0", *more)
        begun = time.perf_counter()
        url = json.loads(run(folder, "serve", "--background", "--json"))["url"]
        step("serve answers", begun)
        try:
            password = json.loads(run(folder, "annotators", "add", "ann", "--json"))["password"]
            step("an annotator is there", begun)
            run(folder, "push", "label", "--count", "50", "--second-reviewer-share", "0")
            step("fifty records are pushed, the probe fitted", begun)
            submit(url, password)
            step("the first label is submitted in Chromium", begun)
            server = find_server(Path(folder) / ".winnow" / "server")
            print(f"memory: {memory(server) if server else 'no server'}")
        finally:
            run(folder, "serve", "--stop")


def run(folder: str, *arguments: str) -> str:
    """Run a command and return its output."""
    return subprocess.run([WINNOW, *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def step(name: str, begun: float) -> None:
    """Print when a step was finished."""
    print(f"{time.perf_counter() - begun:5.1f} s  {name}")


def submit(url: str, password: str) -> None:
    """Sign in, choose the first label and submit, in the browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))))
        browser: Any = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page()
        page.route("**/*", lambda route: route.continue_() if route.request.url.startswith(url) else route.abort())
        page.goto(url, wait_until="domcontentloaded")
        page.fill("input[name=Username]", "ann")
        page.fill("input[name=Password]", password)
        page.click("button[type=submit]")
        page.get_by_text("label", exact=True).first.click()
        page.locator("div.input-button").first.click()
        with page.expect_response(lambda r: r.request.method == "POST" and "/responses" in r.url) as waited:
            page.locator("button.button--submit").click()
        assert waited.value.ok
        browser.close()


if __name__ == "__main__":
    main()
