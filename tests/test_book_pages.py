"""The pages as readers meet them: complete, linked, accessible, and at home without a network."""

from __future__ import annotations

import functools
import http.server
import importlib.metadata
import re
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote, unquote, urldefrag

import nbformat
import pytest
from browser import inaccessible, open_page, wider
from bs4 import BeautifulSoup
from pages import CHAPTERS, EDITIONS, PAGES, ROOT, WITH_CODE
from playwright.sync_api import Browser

from autograder.course import Exercises
from autograder.device import execution_device, installed_mxnet

ALL_PAGES = [*PAGES, "genindex", "search"]
# What the theme does and we do not mend: its logo stands outside every landmark of the page.
THEME_FAULTS = {("region", ".only-light"), ("region", ".only-dark")}
# What a reader would look for, and the page that must be among the answers.
SEARCHES = {
    "en": {
        "Sequential": "blocks",
        "register_child": "blocks",
        "residual": "blocks",
        "hook": "blocks",
        "collect_params": "parameters",
        "freeze": "parameters",
        "grad_req": "parameters",
        "initialiser": "initialisation",
        "deferred": "initialisation",
        "Xavier": "initialisation",
        "tying": "sharing",
        "autoencoder": "sharing",
        "constant": "layers",
        "numerical": "layers",
        "checkpoint": "files",
        "save_parameters": "files",
        "little-endian": "files",
        "hybridize": "hybridise",
        "export": "hybridise",
        "asynchronous": "devices",
        "replica": "devices",
        "glossary": "terms",
    },
    "zh": {
        "子块": "blocks",
        "结构键": "blocks",
        "残差块": "blocks",
        "钩子": "blocks",
        "参数": "parameters",
        "冻结": "parameters",
        "句柄": "parameters",
        "初始化": "initialisation",
        "初始化器": "initialisation",
        "延后初始化": "initialisation",
        "共享参数": "sharing",
        "权重绑定": "sharing",
        "自编码器": "sharing",
        "自定义层": "layers",
        "数值梯度": "layers",
        "参数文件": "files",
        "检查点": "files",
        "混合化": "hybridise",
        "导出": "hybridise",
        "设备": "devices",
        "异步执行": "devices",
        "数据并行": "devices",
        "Sequential": "blocks",
    },
}


def parsed(site: Path, edition: str, name: str) -> BeautifulSoup:
    return BeautifulSoup((site / edition / f"{name}.html").read_bytes(), "html.parser")


# --- what stands in the files ---------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_page_with_code_says_where_and_when_it_ran(site: Path, edition: str) -> None:
    version = importlib.metadata.version(installed_mxnet())
    for name in WITH_CODE:
        line = parsed(site, edition, name).select_one(".executed").get_text()
        assert execution_device() in line and f"MXNet {version}" in line
        assert (
            date.fromisoformat(re.search(r"\d{4}-\d\d-\d\d", line).group())
            <= datetime.now(UTC).date()
        )


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_page_leads_to_its_twin(site: Path, edition: str) -> None:
    for name in ALL_PAGES:
        path = site / edition / f"{name}.html"
        page = parsed(site, edition, name)
        twin = (path.parent / page.select_one("a.edition-link")["href"]).resolve()
        assert twin.exists() and twin.stem == name and twin.parent.name != edition
        alternates = page.select("head link[rel=alternate][hreflang]")
        assert {link["hreflang"] for link in alternates} == {"en", "zh-CN"}
        assert all((path.parent / link["href"]).exists() for link in alternates)


def test_every_internal_link_leads_somewhere(site: Path) -> None:
    pages = {
        path.resolve(): BeautifulSoup(path.read_bytes(), "html.parser")
        for path in site.glob("*/*.html")
    }
    anchors = {
        path: {tag.get("id") or tag.get("name") for tag in page.select("[id], a[name]")}
        for path, page in pages.items()
    }
    lost = []
    for path, page in pages.items():
        for tag in page.select("a[href], link[href], script[src], img[src]"):
            link = unquote(tag.get("href") or tag.get("src"))
            if re.match(r"[a-z]+:", link):
                continue
            where, anchor = urldefrag(link.split("?")[0] if "#" not in link else link)
            target = (path.parent / where.split("?")[0]).resolve() if where else path
            if not target.exists() or (anchor and anchor not in anchors.get(target, {anchor})):
                lost.append(f"{path.parent.name}/{path.name}: {link}")
    assert not lost


@pytest.mark.parametrize("edition", EDITIONS)
def test_a_link_to_a_page_can_show_what_it_is(site: Path, edition: str) -> None:
    for name in PAGES:
        page = parsed(site, edition, name)
        preview = {tag["property"]: tag["content"] for tag in page.select("meta[property]")}
        assert preview["og:title"] and preview["og:site_name"]
        assert (site / edition / preview["og:image"]).exists()
        assert page.select_one("meta[name=description]")["content"]
        assert (site / edition / page.select_one("link[rel=icon]")["href"]).exists()


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_chapter_has_a_figure_that_says_what_is_to_be_seen(site: Path, edition: str) -> None:
    for name in [*CHAPTERS, "setup"]:
        figures = parsed(site, edition, name).select("svg.dlc-figure")
        assert figures, name
        for figure in figures:
            assert figure["role"] == "img" and len(figure["aria-label"]) > 40


def test_figures_are_drawn_from_the_live_objects(site: Path) -> None:
    tree, calls = parsed(site, "en", "blocks").select("svg.dlc-figure")
    assert "hidden.weight is named mlp_dense0_weight (8, 5)" in tree["aria-label"]
    assert "net: Sequential (2, 5) -> (2, 1)" in calls["aria-label"]


def test_chinese_pages_have_no_english_labels_of_exercises(site: Path) -> None:
    for name in CHAPTERS:
        titles = " ".join(
            title.get_text() for title in parsed(site, "zh", name).select("p.admonition-title")
        )
        assert "解答" in titles and not re.search("Solution|Exercise", titles)


# --- in a browser ---------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """The address of a server of the site."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

    handler = functools.partial(Quiet, directory=site)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.mark.parametrize("edition", EDITIONS)
# What is dark is a colour: it does not depend on the width.
@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (1400, "dark"), (390, "light")])
def test_pages_are_sound_in_a_browser(
    chromium: Browser, address: str, edition: str, scheme: str, width: int
) -> None:
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    wrong = {}
    for name in ALL_PAGES:
        page, logged = open_page(chromium, f"{address}{edition}/{name}.html", address, **look)
        faults = list(logged)  # as the reader has them; axe asks for style sheets of its own
        # What is folded must be sound as well.
        page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
        faults += wider(page)
        faults += map(str, inaccessible(page) - THEME_FAULTS)
        page.context.close()
        if faults:
            wrong[name] = faults
    assert not wrong


@pytest.mark.parametrize("edition", EDITIONS)
def test_pages_need_no_server_and_no_network(chromium: Browser, site: Path, edition: str) -> None:
    for name in ALL_PAGES:
        url = (site / edition / f"{name}.html").as_uri()
        page, faults = open_page(chromium, url, site.as_uri())
        if "$" in (site / edition / "_sources" / f"{name}.md").read_text() if name in PAGES else "":
            page.wait_for_selector("mjx-container", state="attached")
        assert not faults, f"{name}: {faults}"
        page.context.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_search_finds_the_page(chromium: Browser, address: str, edition: str) -> None:
    lost = []
    for query, name in SEARCHES[edition].items():
        url = f"{address}{edition}/search.html?q={quote(query)}"
        page, faults = open_page(chromium, url, address)
        page.wait_for_function(
            "document.querySelector('#search-results p.search-summary').innerText"
        )
        page.wait_for_timeout(500)
        found = page.eval_on_selector_all(
            "#search-results .search li a", "links => links.map(link => link.pathname)"
        )
        assert not faults, faults
        if not any(path.endswith(f"/{name}.html") for path in found):
            lost.append((query, name, found))
        page.context.close()
    assert not lost


@pytest.mark.parametrize("edition", EDITIONS)
def test_from_every_chapter_one_reaches_its_twin_and_its_notebook(
    chromium: Browser, address: str, site: Path, edition: str
) -> None:
    other = "zh" if edition == "en" else "en"
    for name in [*CHAPTERS, "setup"]:
        page, faults = open_page(chromium, f"{address}{edition}/{name}.html", address)
        page.click(".dropdown-download-buttons > button")
        with page.expect_download() as download:
            page.click(".dropdown-download-buttons a[href$='.ipynb']")
        notebook = site / edition / "_sources" / f"{name}.ipynb"
        assert Path(download.value.path()).read_bytes() == notebook.read_bytes()
        page.keyboard.press("Escape")
        page.click("a.edition-link")
        page.wait_for_url(f"{address}{other}/{name}.html")
        assert not faults
        page.context.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_the_first_page_hands_out_every_assignment_in_both_languages(
    site: Path, edition: str
) -> None:
    page = BeautifulSoup((site / edition / "index.html").read_text("utf-8"), "html.parser")
    found = []
    for link in page.select("article a.download"):
        path = site / edition / unquote(link["href"])
        nb = nbformat.read(path, as_version=4)
        text = "\n".join(cell.source for cell in nb.cells)
        assert "YOUR CODE HERE" in text and "### BEGIN" not in text
        languages = {cell.metadata["lang"] for cell in nb.cells if "lang" in cell.metadata}
        assert languages == {"English": {"en"}, "中文": {"zh"}}[link.text]
        found.append((path.stem, link.text))
    names = Exercises(ROOT / "exercises").names
    assert sorted(found) == [(name, word) for name in names for word in ("English", "中文")]


def test_a_choice_shows_whether_it_is_right(chromium: Browser, address: str) -> None:
    page, faults = open_page(chromium, f"{address}en/blocks.html", address)
    choices = page.locator(".admonition.tip details")
    right = page.get_by_text("A dictionary holds one value under one key.")
    assert not right.is_visible()
    choices.nth(1).locator("summary").click()
    assert right.is_visible() and "Right." in choices.nth(1).inner_text()
    assert not faults
    page.context.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_on_paper_a_page_is_its_text(chromium: Browser, address: str, edition: str) -> None:
    look = {"viewport": {"width": 720, "height": 1000}, "color_scheme": "dark"}
    for name in CHAPTERS:
        page, faults = open_page(chromium, f"{address}{edition}/{name}.html", address, **look)
        page.emulate_media(media="print")
        for selector in (".bd-sidebar-primary", ".bd-sidebar-secondary", ".bd-header-article"):
            assert not page.locator(selector).first.is_visible(), selector
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
        ink = page.evaluate("getComputedStyle(document.querySelector('article p')).color")
        assert max(map(int, re.findall(r"\d+", ink)[:3])) < 128, f"{name}: {ink} on white paper"
        assert not faults
        page.context.close()


def test_the_first_page_leads_to_the_readers_language(chromium: Browser, address: str) -> None:
    for locale, edition in [("en-GB", "en"), ("zh-CN", "zh"), ("fr-FR", "en")]:
        page, faults = open_page(chromium, address, address, locale=locale)
        page.wait_for_url(f"{address}{edition}/index.html")
        assert not faults
        page.context.close()
