"""The book: builds strictly, agrees in both editions, keeps its promises on the page."""

from __future__ import annotations

import functools
import http.server
import importlib.metadata
import re
import shutil
import subprocess
import sys
import threading
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from urllib.parse import quote

import jupytext
import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from nbclient import NotebookClient
from playwright.sync_api import Browser, Page

from autograder.device import execution_device, installed_mxnet

ROOT = Path(__file__).resolve().parents[1]
EDITIONS = ("en", "zh")
SOURCES = sorted(path.stem for path in (ROOT / "book" / "en").glob("*.md"))
# Sphinx makes these two beside the pages that we write.
MADE_PAGES = ["genindex", "search"]
# What the theme does and we do not mend: its logo stands outside every landmark of the page.
THEME_FAULTS = {("region", ".only-light"), ("region", ".only-dark")}
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
HEADER = """---
jupytext: {text_representation: {extension: .md, format_name: myst}}
kernelspec: {display_name: Python 3, language: python, name: python3}
---
"""


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the tools as a user would."""
    command = [sys.executable, str(script), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def notebook(name: str) -> nbformat.NotebookNode:
    """Return a page of the English edition as a notebook."""
    return jupytext.read(ROOT / "book" / "en" / f"{name}.md")


@pytest.fixture(scope="session")
def site() -> Path:
    """The site, built by the command that users run."""
    done = run(ROOT / "tools" / "build_book.py")
    assert done.returncode == 0, done.stderr
    return ROOT / "_build" / "site"


@pytest.fixture
def small_book(tmp_path: Path) -> Callable[..., Path]:
    """A function that makes a book of one page, the same in both editions unless told otherwise."""

    def make(text: str, chinese: str | None = None) -> Path:
        for name in ("tools", "book/_templates", "book/_static"):
            shutil.copytree(ROOT / name, tmp_path / name)
        for name in ("_config.yml", "book/references.bib"):
            shutil.copy2(ROOT / name, tmp_path / name)
        for edition, body in zip(EDITIONS, (text, chinese or text), strict=True):
            folder = tmp_path / "book" / edition
            folder.mkdir()
            (folder / "_toc.yml").write_text("format: jb-book\nroot: index\n")
            (folder / "index.md").write_text(f"{HEADER}# Title\n\n{body}\n")
        return tmp_path / "tools" / "build_book.py"

    return make


# --- the build ------------------------------------------------------------------------------------


def test_both_editions_build_strictly_and_every_page_is_there(site: Path) -> None:
    for edition in EDITIONS:
        built = {path.stem for path in (site / edition).glob("*.html")}
        assert built == {*SOURCES, *MADE_PAGES}
    assert (site / "index.html").exists()


def test_a_failing_cell_stops_the_build_with_its_error_and_no_traceback(
    small_book: Callable,
) -> None:
    done = run(small_book("```{code-cell}\n1 / 0\n```"), "en")
    assert done.returncode != 0
    assert "index" in done.stderr and "ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr and "was not built" in done.stderr


def test_stderr_of_a_cell_and_a_broken_link_stop_the_build(small_book: Callable) -> None:
    cell = '```{code-cell}\nimport sys\nprint("careless", file=sys.stderr)\n```'
    builder = small_book(f"{cell}\n\n[gone](gone.md) {{ref}}`nowhere`")
    # The second time nothing has changed, and the faults are still there.
    for _ in range(2):
        done = run(builder, "en")
        assert done.returncode != 0
        for complaint in ("stderr was found in the cell outputs", "gone.md", "nowhere"):
            assert complaint in done.stderr
    assert not (builder.parents[1] / "_build" / "site" / "en").exists()


def test_a_page_that_is_no_more_leaves_the_site(small_book: Callable) -> None:
    builder = small_book("Prose.")
    folder = builder.parents[1] / "book" / "en"
    built = builder.parents[1] / "_build" / "site" / "en"
    (folder / "_toc.yml").write_text("format: jb-book\nroot: index\nchapters:\n- file: old\n")
    (folder / "old.md").write_text("# Old\n")
    (folder.parent / "zh" / "old.md").write_text("# 旧\n")
    shutil.copy2(folder / "_toc.yml", folder.parent / "zh" / "_toc.yml")
    assert run(builder, "en").returncode == 0 and (built / "old.html").exists()
    for edition in EDITIONS:
        (folder.parent / edition / "old.md").unlink()
        (folder.parent / edition / "_toc.yml").write_text("format: jb-book\nroot: index\n")
    assert run(builder, "en").returncode == 0 and not (built / "old.html").exists()


def test_code_that_differs_between_the_editions_stops_the_build(small_book: Callable) -> None:
    builder = small_book("```{code-cell}\nx = 1\n```", chinese="```{code-cell}\nx = 2\n```")
    done = run(builder)
    assert done.returncode != 0
    assert "en/index.md alone has: x = 1" in done.stderr
    assert "zh/index.md alone has: x = 2" in done.stderr


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("## A", "### 一"),
        ("(here)=\n## A", "(there)=\n## 一"),
        ("See {ref}`here`.", "见 {ref}`there`。"),
        ("See [A](a.md).", "见[一](b.md)。"),
        ("$x$", "$y$"),
        ("$$\nx\n$$", "$$\ny\n$$"),
        (":::{note}\nA\n:::", ":::{warning}\n一\n:::"),
    ],
)
def test_editions_that_differ_beyond_prose_are_told_apart(
    small_book: Callable, english: str, chinese: str
) -> None:
    checker = small_book(english, chinese=chinese).with_name("check_editions.py")
    done = run(checker)
    assert done.returncode != 0 and "index.md alone has" in done.stdout


def test_editions_that_differ_in_prose_alone_agree(small_book: Callable) -> None:
    english = "See {ref}`the part <here>` on $x$.\n\n:::{note}\nA\n:::"
    chinese = "关于 $x$，见{ref}`那一节 <here>`。\n\n:::{note}\n一\n:::"
    done = run(small_book(english, chinese=chinese).with_name("check_editions.py"))
    assert done.returncode == 0, done.stdout


def test_an_unknown_edition_is_refused_with_the_ones_to_choose_from() -> None:
    done = run(ROOT / "tools" / "build_book.py", "fr")
    assert done.returncode != 0 and "'fr': choose from en, zh" in done.stderr


def test_a_build_folder_that_cannot_be_written_is_named(small_book: Callable) -> None:
    builder = small_book("Prose.")
    (builder.parents[1] / "_build").write_text("a file where a folder should be")
    done = run(builder, "en")
    assert done.returncode != 0
    assert "_build" in done.stderr and "run again" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("changed", ["book/dlc/figures.py", "requirements-cpu.txt"])
def test_pages_run_anew_when_what_their_cells_rest_on_changes(
    small_book: Callable, changed: str
) -> None:
    tools = small_book("Prose.").parent
    path = tools.parent / changed
    path.parent.mkdir(exist_ok=True)

    def key() -> str:
        script = "import build_book; print(build_book.environment_key())"
        command = [sys.executable, "-c", script]
        return subprocess.run(command, cwd=tools, capture_output=True, text=True).stdout

    keys = []
    for content in ("", "", "# changed"):
        path.write_text(content)
        keys.append(key())
    assert keys[0] and keys[0] == keys[1] != keys[2]


# --- the sources ----------------------------------------------------------------------------------


def test_sources_have_no_look_alike_characters() -> None:
    for path in (ROOT / "book").glob("*/*.md"):
        text = path.read_text(encoding="utf-8")
        # Letters only: NFKC would also turn the full-width punctuation of Chinese into ASCII.
        bad = {
            char
            for char in text
            if unicodedata.category(char)[0] == "L" and unicodedata.normalize("NFKC", char) != char
        }
        bad |= set(re.findall("[\u2e80-\u2fdf]", text))
        assert not bad, f"{path.name}: {[f'{char} U+{ord(char):04X}' for char in sorted(bad)]}"


def test_code_and_its_comments_are_english() -> None:
    for name in SOURCES:
        for cell in notebook(name).cells:
            if cell.cell_type == "code":
                assert not re.search("[\u3000-\u9fff]", cell.source), f"{name}: {cell.source}"


def test_cells_have_at_most_20_lines() -> None:
    for name in SOURCES:
        for cell in notebook(name).cells:
            if cell.cell_type == "code":
                assert cell.source.count("\n") < 20, f"{name}: {cell.source}"


def test_both_editions_define_the_same_terms() -> None:
    def table(edition: str) -> set[frozenset[str]]:
        text = (ROOT / "book" / edition / "terms.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| ([^|]+) \| ([^|]+) \| ?([^|]*)\|$", text, flags=re.M)[1:]
        return {frozenset(cell.strip() for cell in row) for row in rows}

    assert table("en") == table("zh") and len(table("en")) > 30


# --- the outputs ----------------------------------------------------------------------------------


def test_references_are_those_of_the_pages() -> None:
    done = run(ROOT / "tools" / "reference.py", "--check")
    assert done.returncode == 0, done.stderr


def test_a_stale_reference_is_named(small_book: Callable) -> None:
    root = small_book("```{code-cell}\nx = 1\n```").parents[1]
    cell = nbformat.v4.new_code_cell("x = 2")
    (root / "tests" / "reference").mkdir(parents=True)
    old = nbformat.v4.new_notebook(cells=[cell])
    nbformat.write(old, root / "tests" / "reference" / "index.ipynb")
    done = run(root / "tools" / "reference.py", "--check")
    assert done.returncode != 0 and "Stale references: index" in done.stderr


def nbval(folder: Path) -> subprocess.CompletedProcess[str]:
    """Let nbval run the references in a folder again and compare."""
    options = ["-q", "--nbval", "--nbval-sanitize-with", str(ROOT / "tests" / "sanitize.cfg")]
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *options, str(folder)],
        capture_output=True,
        text=True,
        timeout=300,
        cwd=ROOT,
    )


def test_every_page_prints_what_its_reference_holds() -> None:
    done = nbval(ROOT / "tests" / "reference")
    assert done.returncode == 0, done.stdout


def test_a_changed_output_is_noticed(tmp_path: Path) -> None:
    source = ROOT / "tests" / "reference" / "index.ipynb"
    changed = source.read_text(encoding="utf-8").replace("11.", "12.")
    (tmp_path / "index.ipynb").write_text(changed, encoding="utf-8")
    done = nbval(tmp_path)
    assert done.returncode != 0 and "1 failed" in done.stdout


@pytest.mark.parametrize("name", SOURCES)
def test_a_page_run_twice_in_one_kernel_prints_the_same(name: str, tmp_path: Path) -> None:
    page = notebook(name)
    once = [cell for cell in page.cells if cell.cell_type == "code"]
    page.cells = once + [nbformat.v4.new_code_cell(cell.source) for cell in once]
    place = {"metadata": {"path": str(tmp_path)}}
    NotebookClient(page, resources=place, timeout=120, coalesce_streams=True).execute()
    printed = [
        [output.get("text") or output.get("data") for output in cell.outputs] for cell in page.cells
    ]
    assert printed[: len(once)] == printed[len(once) :]


# --- the pages ------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_page_with_code_says_where_and_when_it_ran(site: Path, edition: str) -> None:
    version = importlib.metadata.version(installed_mxnet())
    for name in SOURCES:
        page = BeautifulSoup((site / edition / f"{name}.html").read_bytes(), "html.parser")
        line = page.select_one(".executed").get_text()
        assert execution_device() in line and f"MXNet {version}" in line
        assert (
            date.fromisoformat(re.search(r"\d{4}-\d\d-\d\d", line).group())
            <= datetime.now(UTC).date()
        )


@pytest.mark.parametrize("edition", EDITIONS)
def test_every_page_leads_to_its_twin(site: Path, edition: str) -> None:
    for name in [*SOURCES, *MADE_PAGES]:
        path = site / edition / f"{name}.html"
        page = BeautifulSoup(path.read_bytes(), "html.parser")
        twin = (path.parent / page.select_one("a.edition-link")["href"]).resolve()
        assert twin.exists() and twin.stem == name and twin.parent.name != edition
        alternates = page.select("head link[rel=alternate][hreflang]")
        assert {link["hreflang"] for link in alternates} == {"en", "zh-CN"}
        assert all((path.parent / link["href"]).exists() for link in alternates)


def test_figures_say_in_words_what_is_to_be_seen(site: Path) -> None:
    page = BeautifulSoup((site / "en" / "blocks.html").read_bytes(), "html.parser")
    tree, calls = page.select("svg.dlc-figure")
    assert tree["role"] == calls["role"] == "img"
    assert "hidden.weight is named mlp_dense0_weight (8, 5)" in tree["aria-label"]
    assert "net: Sequential (2, 5) -> (2, 1)" in calls["aria-label"]


def test_chinese_pages_have_no_english_labels_of_exercises(site: Path) -> None:
    page = BeautifulSoup((site / "zh" / "blocks.html").read_bytes(), "html.parser")
    titles = [title.get_text() for title in page.select("p.admonition-title")]
    assert "解答" in " ".join(titles)
    assert not re.search("Solution|Exercise", " ".join(titles))


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


@pytest.mark.parametrize("edition", EDITIONS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1400, 390])
def test_pages_are_sound_in_a_browser(
    chromium: Browser, address: str, edition: str, scheme: str, width: int
) -> None:
    look = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    options = {"runOnly": AXE_RULES, "resultTypes": ["violations"]}
    for name in [*SOURCES, *MADE_PAGES]:
        page, faults = open_page(chromium, f"{address}{edition}/{name}.html", address, **look)
        assert not faults, f"{name}: {faults}"
        beyond = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        assert beyond <= 0, f"{name} is {beyond} px wider than the window"
        found = {
            (violation["id"], " ".join(node["target"]))
            for violation in Axe().run(page, options=options).response["violations"]
            for node in violation["nodes"]
        }
        assert found <= THEME_FAULTS, f"{name}: {found - THEME_FAULTS}"
        page.context.close()


@pytest.mark.parametrize("edition", EDITIONS)
def test_formulas_are_set_without_a_server(chromium: Browser, site: Path, edition: str) -> None:
    url = (site / edition / "blocks.html").as_uri()
    page, faults = open_page(chromium, url, site.as_uri())
    page.wait_for_selector("mjx-container", state="attached")
    assert not faults
    page.context.close()


@pytest.mark.parametrize(
    ("edition", "query"),
    [
        ("en", "Sequential"),
        ("zh", "参数"),
        ("zh", "初始化"),
        ("zh", "子块"),
        ("zh", "结构键"),
        ("zh", "自定义层"),
        ("zh", "Sequential"),
    ],
)
def test_search_finds_the_terms(chromium: Browser, address: str, edition: str, query: str) -> None:
    url = f"{address}{edition}/search.html?q={quote(query)}"
    page, faults = open_page(chromium, url, address)
    page.wait_for_selector("#search-results .search li a", timeout=10_000)
    assert not faults
    page.context.close()


def test_the_first_page_leads_to_the_readers_language(chromium: Browser, address: str) -> None:
    for locale, edition in [("en-GB", "en"), ("zh-CN", "zh"), ("fr-FR", "en")]:
        page, faults = open_page(chromium, address, address, locale=locale)
        page.wait_for_url(f"{address}{edition}/index.html")
        assert not faults
        page.context.close()
