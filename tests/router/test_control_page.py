"""The page of the router in a real browser."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.router.conftest import TwoRuns
from tests.support.router_processes import TOKEN, RouterProcess, running_router

PICTURES = Path(os.environ["WINNOW_TEST_PICTURES"]) if "WINNOW_TEST_PICTURES" in os.environ else None
"""Where the screens are kept, to be looked at; nowhere when unset."""

TOPICS = ["my vpn drops every hour", "when do I get paid", "how do I book leave", "is there life on mars", "hi"]
CUT_BARS = """[...document.querySelectorAll(".bar")].filter(
    (bar) => bar.getBoundingClientRect().right > bar.closest(".panel").getBoundingClientRect().right).length"""
BROKEN_DATES = """[...document.querySelectorAll("#models td.nowrap")].filter((cell) => {
    const text = document.createRange(); text.selectNodeContents(cell); return text.getClientRects().length > 1;
}).length"""
SCREENS = {"wide": (1440, "light"), "narrow": (390, "light"), "wide-dark": (1440, "dark"), "narrow-dark": (390, "dark")}


def opened(browser: Any, router: RouterProcess, width: int, scheme: str) -> tuple[Page, list[str]]:
    """The page with the token entered, and what the browser complained about."""
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page: Page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda one: complaints.append(one.url) if not one.url.startswith(router.url) else None)
    page.goto(router.url)
    expect(page.locator("#content")).to_be_hidden()
    page.fill("#token", TOKEN)
    page.click("#enter button")
    expect(page.locator("#content")).to_be_visible()
    return page, [one for one in complaints if not one.startswith("data:")]


@pytest.mark.slow
def test_a_person_selects_a_model_and_registers_an_id(two_runs: TwoRuns, browser: Any) -> None:
    workspace, first, second = two_runs
    workspace.deploy(first, by="Ann", reason="first")
    with running_router(workspace.folder.root, "--run", second) as router:
        texts = [f"{topic} {'please ' * (number % 3)}" for number in range(40) for topic in TOPICS]
        for start in range(0, len(texts), 100):
            assert router.call("/v1/route", {"texts": texts[start : start + 100]}).status == 200
        router.call("/v1/analytics")
        page, complaints = opened(browser, router, 1440, "light")
        expect(page.locator("#models tr.active b")).to_have_text(second)
        expect(page.locator("#cards .card b").first).to_have_text("200")
        page.select_option("#select [name=run]", first)
        page.fill("#select [name=by]", "<b>Ann</b>")
        page.fill("#select [name=reason]", "staging")
        page.click("#select button")
        expect(page.locator("#select .message")).to_contain_text(f"{first} answers since")
        expect(page.locator("#models tr.active b")).to_have_text(first)
        for number, shown in ((1, f"{first} is router-1 in vllm"), (2, f"'router-1' is run {first} in vllm")):
            page.select_option("#remote [name=run]", first if number == 1 else second)
            page.select_option("#remote [name=target]", "vllm")
            page.fill("#remote [name=remote_id]", "router-1")
            page.fill("#remote [name=by]", "Ann")
            page.fill("#remote [name=reason]", "uploaded")
            page.click("#remote button")
            expect(page.locator("#remote .message")).to_contain_text(shown)
        page.reload()
        expect(page.locator("#models")).to_contain_text("vllm: router-1")
        assert [one for one in complaints if "422" not in one] == []
        for name, (width, scheme) in SCREENS.items():
            screen, _ = opened(browser, router, width, scheme)
            expect(screen.locator("#confidence svg")).to_be_visible()
            assert screen.evaluate("document.documentElement.scrollWidth") <= width
            assert screen.evaluate(CUT_BARS) == 0
            assert screen.evaluate(BROKEN_DATES) == 0
            if PICTURES:
                screen.screenshot(path=PICTURES / f"router-{name}.png", full_page=True)
        page.evaluate("sessionStorage.setItem('winnow-router-token', 'wrong')")
        page.click("#refresh")
        expect(page.locator("#problem")).to_contain_text("missing, or another token")
        expect(page.locator("#content")).to_be_hidden()
