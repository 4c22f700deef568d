"""Debian's Chromium, started so that it talks to nobody but us; and how a page is brought to refuse."""

import shutil

from playwright.sync_api import Page

from tests.e2e.pages import Refusal

CHROMIUM = shutil.which("chromium")
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=en-AU",
)


def provoke(page: Page, refusal: Refusal) -> int:
    """Open a page and do what it refuses; return the status of the answer."""
    answer = page.goto(refusal.address)
    if refusal.button is not None:
        page.evaluate("document.querySelectorAll('main form').forEach((form) => { form.noValidate = true; })")
        page.evaluate("document.querySelectorAll('main details').forEach((it) => { it.open = true; })")
        for field, typed in refusal.typed.items():
            page.fill(field, typed)
        with page.expect_response(lambda response: response.request.method == "POST") as posted:
            page.get_by_role("button", name=refusal.button).first.click()
        answer = posted.value
        page.wait_for_load_state()
    assert answer is not None
    return answer.status
