"""What the tests in a browser share: opening a page, and saying what is wrong with it."""

from __future__ import annotations

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def open_page(chromium: Browser, url: str, home: str, **look: object) -> tuple[Page, list[str]]:
    """Open a page as on a first visit; return it with errors logged and strangers asked."""
    page = chromium.new_context(**look).new_page()
    faults: list[str] = []
    page.on("console", lambda m: faults.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda r: faults.append(r.url) if not r.url.startswith(home) else None)
    page.on("response", lambda r: faults.append(f"{r.status} {r.url}") if r.status > 399 else None)
    page.goto(url, wait_until="networkidle")
    return page, faults


def wider(page: Page) -> list[str]:
    """Say by how much a page is wider than its window, if it is."""
    beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{beyond} px wider than the window"] * (beyond > 0)


def inaccessible(page: Page) -> set[tuple[str, str]]:
    """Return the rules of axe-core that a page breaks, with the element that does."""
    options = {"runOnly": AXE_RULES, "resultTypes": ["violations"]}
    return {
        (violation["id"], " ".join(node["target"]))
        for violation in Axe().run(page, options=options).response["violations"]
        for node in violation["nodes"]
    }
