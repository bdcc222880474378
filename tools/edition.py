"""Sphinx extension: tie the two editions together and say on each page where its code ran."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from docutils import nodes
from myst_nb.sphinx_ import NbMetadataCollector
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator
from sphinx_exercise.nodes import solution_node

from autograder.device import execution_device, installed_mxnet

# Sphinx's name of the language -> folder in the site, name of the edition, the line on execution.
EDITIONS = {
    "en": (
        "en",
        "English",
        "The code on this page ran on: {device} · MXNet {mxnet} · {date} (UTC)",
    ),
    "zh_CN": (
        "zh",
        "中文",
        "本页代码的执行环境：{device} · MXNet {mxnet} · {date}（UTC）",
    ),
}
# What a browser fetches to set formulas; the extension's 24 MB also hold speech rules and other
# output formats.
MATHJAX_PARTS = ["tex-chtml.js", "input/tex/extensions", "output/chtml/fonts"]


def links(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the page's template its twin pages, and its head the alternates for search engines."""
    up = "../" * (page.count("/") + 1)
    context["editions"] = [
        {
            "lang": lang.replace("_", "-"),
            "name": name,
            "href": f"{up}{folder}/{page}.html",
            "here": lang == app.config.language,
        }
        for lang, (folder, name, _) in EDITIONS.items()
    ]
    # Where the site's address is known, search engines are told it in full.
    site = app.config.html_baseurl.rsplit("/", 2)[0]
    context["metatags"] = context.get("metatags", "") + "".join(
        f'\n<link rel="alternate" hreflang="{twin["lang"]}" '
        f'href="{site + twin["href"].removeprefix(up[:-1]) if site else twin["href"]}" />'
        for twin in context["editions"]
    )


def drop_thebe(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any
) -> None:
    """Take out the scripts of live code, which this book does not use.

    Jupyter Book always loads sphinx-thebe, which declares its address of a foreign server twice: an
    error in the browser's console.
    """
    context["script_files"] = [
        script
        for script in context["script_files"]
        if "thebe" not in f"{script.filename} {script.attributes.get('body')}".lower()
    ]


def executed(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give the page's template the line that says on what and when its code ran."""
    record = NbMetadataCollector.get_doc_data(app.env).get(page, {}).get("exec_data")
    if record:
        context["executed"] = EDITIONS[app.config.language][2].format(
            device=execution_device(),
            mxnet=importlib.metadata.version(installed_mxnet()),
            date=datetime.fromtimestamp(record["mtime"], UTC).date().isoformat(),
        )


def translate_solutions(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Translate the one title that sphinx-exercise's own catalogue lacks."""
    if app.config.language == "zh_CN":
        for solution in doctree.findall(solution_node):
            title = solution.next_node(nodes.title)
            title.replace_self(nodes.title(title.rawsource, "解答"))


def visit_citation(translator: HTML5Translator, node: nodes.citation) -> None:
    """Write a source as an item of its list; the role that docutils gives it is deprecated."""
    HTML5Translator.visit_citation(translator, node)
    translator.body[-1] = translator.body[-1].replace("doc-biblioentry", "listitem")


def copy_mathjax(app: Sphinx, error: Exception | None) -> None:
    """Put MathJax beside the pages, so that formulas need no network."""
    if error:
        return
    # The distribution's folder has a hyphen in its name, so it cannot be imported by a statement.
    package = Path(importlib.util.find_spec("sphinx-mathjax-offline").origin).parent
    source = package / "static" / "mathjax"
    target = Path(app.outdir) / "_static" / "mathjax"
    for part in MATHJAX_PARTS:
        (target / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copy2 if (source / part).is_file() else shutil.copytree
        if not (target / part).exists():
            copy(source / part, target / part)


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    # Sphinx reads all pages anew when such a value changes, but not when an extension does.
    app.add_config_value("edition_source", Path(__file__).read_text(encoding="utf-8"), "env")
    html = (visit_citation, HTML5Translator.depart_citation)
    app.add_node(nodes.citation, override=True, html=html)
    app.connect("doctree-resolved", translate_solutions)
    app.connect("html-page-context", links)
    app.connect("html-page-context", drop_thebe)
    app.connect("html-page-context", executed)
    app.connect("build-finished", copy_mathjax)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
