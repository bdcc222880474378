"""The build of the book: strict, the same in both editions but for prose, never half done."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pages import EDITIONS, PAGES, ROOT, run

# Sphinx makes these two beside the pages that we write.
MADE_PAGES = {"genindex", "search"}


def test_both_editions_build_strictly_and_every_page_is_there(site: Path) -> None:
    for edition in EDITIONS:
        built = {path.stem for path in (site / edition).glob("*.html")}
        assert built == {*PAGES, *MADE_PAGES}
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


def test_an_address_stands_in_full_in_links_for_previews_and_search_engines(
    small_book: Callable,
) -> None:
    builder = small_book("Prose.")
    assert run(builder, "zh", "--address", "https://example.org/course/").returncode == 0
    built = builder.parents[1] / "_build" / "site" / "zh"
    page = BeautifulSoup((built / "index.html").read_bytes(), "html.parser")
    assert page.select_one("meta[property='og:url']")["content"].startswith(
        "https://example.org/course/zh/"
    )
    picture = page.select_one("meta[property='og:image']")["content"]
    assert picture == "https://example.org/course/zh/_static/card-zh.png"
    assert (built / "_static" / "card-zh.png").exists()
    alternates = {link["href"] for link in page.select("link[rel=alternate][hreflang]")}
    assert alternates == {f"https://example.org/course/{name}/index.html" for name in EDITIONS}


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
