"""Argilla's pages in a real browser, under the headers of the embedded server: they work, and stay on this host."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.support.labeling import try_password
from winnow.curation.labeling.server.accounts import add_annotator
from winnow.curation.labeling.server.process import EmbeddedServer

FOREIGN = "https://elsewhere.example"

MARKDOWN = f'**which one** ![pixel]({FOREIGN}/markdown.png) <img src="{FOREIGN}/html.png">'

PIXEL = "data:image/gif;base64,R0lGODlhAQABAAAAACw="


@pytest.fixture(scope="module")
def password(server: EmbeddedServer) -> str:
    """The password of an annotator who sees one dataset: Markdown and images of another host wherever they fit."""
    api = server.owner_api()
    added = add_annotator(api, "eve", "pages")
    space = next(one["id"] for one in api.get("me/workspaces")["items"] if one["name"] == "pages")
    dataset = api.send("POST", "datasets", {"name": "foreign", "workspace_id": space, "guidelines": MARKDOWN})["id"]
    for name, settings in (("note", {"type": "text", "use_markdown": True}), ("picture", {"type": "image"})):
        api.send("POST", f"datasets/{dataset}/fields", {"name": name, "title": name, "settings": settings})
    options = [{"value": value, "text": value} for value in ("yes", "no")]
    question = {"name": "label", "title": "Label", "description": MARKDOWN, "required": True}
    question["settings"] = {"type": "label_selection", "options": options}
    api.send("POST", f"datasets/{dataset}/questions", question)
    api.send("PUT", f"datasets/{dataset}/publish", None)
    items = [{"fields": {"note": MARKDOWN, "picture": picture}} for picture in (f"{FOREIGN}/image.png", PIXEL)]
    api.send("POST", f"datasets/{dataset}/records/bulk", {"items": items})
    assert added.password
    return added.password


@pytest.fixture
def requested(browser: Any, server: EmbeddedServer) -> Iterator[tuple[Page, list[str]]]:
    """A page, and the address of every request that leaves the browser for another host."""
    context = browser.new_context(extra_http_headers={"X-Forwarded-For": "192.0.2.77"})
    page = context.new_page()
    foreign: list[str] = []

    def note(route: Any) -> None:
        if route.request.url.startswith(server.url):
            route.continue_()
        else:
            foreign.append(route.request.url)
            route.abort()

    page.route("**/*", note)
    yield page, foreign
    context.close()


def sign_in(page: Page, server: EmbeddedServer, password: str) -> None:
    page.goto(server.url, wait_until="domcontentloaded")
    page.fill("input[name=Username]", "eve")
    page.fill("input[name=Password]", password)
    page.click("button[type=submit]")


def test_a_page_with_foreign_images_asks_no_other_host_and_works(
    requested: tuple[Page, list[str]], server: EmbeddedServer, password: str
) -> None:
    page, foreign = requested
    sign_in(page, server, password)
    page.get_by_text("foreign", exact=True).first.click()
    page.get_by_text("which one").first.wait_for()
    page.get_by_role("button", name="Expand Panel").first.click()  # the guidelines
    page.locator("button.button--submit").wait_for()
    page.wait_for_load_state("networkidle")
    page.locator("div.input-button[aria-label='yes']").first.click()
    with page.expect_response(lambda answer: "/responses" in answer.url) as answered:
        page.locator("button.button--submit").click()
    assert answered.value.ok
    page.wait_for_load_state("networkidle")  # the next record
    assert foreign == []


def test_too_many_wrong_passwords_have_to_wait(
    requested: tuple[Page, list[str]], server: EmbeddedServer, password: str
) -> None:
    page, _ = requested
    assert [try_password(server, "eve", "wrong", "192.0.2.77").status for _ in range(6)] == [401] * 5 + [429]
    with page.expect_response(lambda answer: answer.url.endswith("/token")) as answered:
        sign_in(page, server, password)
    assert answered.value.status == 429

    page.wait_for_timeout(1_000 * int(answered.value.headers["retry-after"]))
    page.click("button[type=submit]")
    page.get_by_text("Your datasets").wait_for()
