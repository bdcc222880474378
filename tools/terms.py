"""Sphinx extension: the glossary of both editions from book/terms.yml, and its words for search."""

from __future__ import annotations

import logging
from pathlib import Path

import jieba
import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.util.docutils import SphinxDirective

TERMS = Path(__file__).resolve().parents[1] / "book" / "terms.yml"


def read() -> dict[str, list[dict[str, str]]]:
    """Return the terms by the chapter that introduces them.

    Each has ``en`` and ``zh``, the definitions ``en_text`` and ``zh_text``, perhaps ``mxnet`` (its
    name there, below ``mxnet``), and perhaps ``not``, Chinese synonyms that the book does not use.
    """
    return yaml.safe_load(TERMS.read_text(encoding="utf-8"))


class TermsDirective(SphinxDirective):
    """``{terms} CHAPTER``: the glossary of one chapter, in the edition's language first."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Return the glossary; each term can be referred to by its name in either language."""
        self.env.note_dependency(str(TERMS))
        own, other = ("zh", "en") if self.config.language == "zh_CN" else ("en", "zh")
        lines = []
        for term in read()[self.arguments[0]]:
            name = f" `{term['mxnet']}`" if "mxnet" in term else ""
            lines += [term[own], term[other], f"  {term[f'{own}_text']}{name}", ""]
        return self.parse_text_to_nodes("\n".join(["```{glossary}", *lines, "```"]))


def teach(app: Sphinx, config: Config) -> None:
    """Teach the Chinese search the terms, so that it cuts none of them in pieces."""
    if config.language != "zh_CN":
        return
    # Otherwise jieba reports the loading of its dictionary on stderr.
    jieba.setLogLevel(logging.WARNING)
    for chapter in read().values():
        for term in chapter:
            jieba.add_word(term["zh"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    app.add_directive("terms", TermsDirective)
    app.connect("config-inited", teach)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
