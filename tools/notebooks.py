"""Sphinx extension: offer each page with code as a notebook, its prose in plain Markdown."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import jupytext
import nbformat
from nbformat import NotebookNode
from pybtex.database import BibliographyData, parse_file
from sphinx.application import Sphinx

# What is written in the reader's language: headings of exercises, and the note at the top.
WORDS = {
    "en": {
        "exercise": "Exercise: {}",
        "solution": "Solution",
        "cited": "({})",
        "others": " et al.",
        "note": "A page of *Deep Learning Computation* as a notebook. It imports `dlc`, which "
        "belongs to the course: run it in the course's own environment, which `make lab` opens.",
    },
    "zh_CN": {
        "exercise": "练习：{}",
        "solution": "解答",
        "cited": "（{}）",
        "others": "等",
        "note": "这是《深度学习计算》中的一页。笔记本要用到本课程自带的 `dlc` 包，"
        "请在课程的环境中运行（`make lab`）。",
    },
}
_OPEN = re.compile(r"^(?P<fence>[`:]{3,})\{(?P<name>[\w:-]+)\} ?(?P<title>.*)$")
_OPTION = re.compile(r"^:(?P<name>[\w-]+): ?(?P<value>.*)$")
_LABEL = re.compile(r"^\((?P<label>[\w:-]+)\)=$")
_ROLE = re.compile(r"\{(?P<name>[\w:]+)\}`(?P<text>[^`<]*?)(?: ?<(?P<target>[^`>]*)>)?`")
# Directives that have no place in a notebook: entries of the index, a list that Sphinx makes.
_LEFT_OUT = {"index", "bibliography", "solution-end"}


class Converter:
    """Turns the MyST pages of one edition into notebooks that any Jupyter can show."""

    def __init__(self, folder: Path, language: str, sources: BibliographyData) -> None:
        self.folder, self.words, self.sources = folder, WORDS[language], sources
        self.titles: dict[str, str] = {}
        for page in folder.glob("*.md"):
            text = page.read_text(encoding="utf-8")
            self.titles |= dict(re.findall(r"^\(([\w:-]+)\)=\n#+ (.*)$", text, re.M))
            exercises = re.findall(r"^`{3}\{exercise\} (.*)\n:label: (.*)$", text, re.M)
            self.titles |= {label: title for title, label in exercises}

    def notebook(self, page: str) -> NotebookNode:
        """Return a page as a notebook without outputs.

        Raises ValueError where the page holds something that this module does not know.
        """
        nb = jupytext.read(self.folder / f"{page}.md")
        answer = False
        for number, cell in enumerate(nb.cells):
            cell.id, cell.metadata = f"{page}-{number}", NotebookNode()
            if cell.cell_type == "markdown":
                for bound in re.findall(r"\{solution-(start|end)\}", cell.source):
                    answer = bound == "start"
                cell.source = self.plain(cell.source)
            elif answer:
                cell.metadata["jupyter"] = {"source_hidden": True}
        nb.cells = [cell for cell in nb.cells if cell.source.strip()]
        note = nbformat.v4.new_markdown_cell(f"> {self.words['note']}", id=f"{page}-note")
        nb.cells.insert(0, note)
        nb.metadata = NotebookNode(kernelspec=nb.metadata.kernelspec)
        return nb

    def plain(self, text: str) -> str:
        """Return MyST Markdown as plain Markdown, with a little HTML for what folds.

        The prose of a solution folds to the end of `text`, for a code cell follows.
        """
        out: list[str] = []
        opened: list[tuple[str, str]] = []  # fences and names of the directives around a line
        options: dict[str, str] | None = None  # those of the directive that was opened last
        folded = False  # whether the prose of a solution is open
        for line in text.split("\n"):
            fence, name = opened[-1] if opened else ("", "")
            directive = _OPEN.match(line)
            if options is not None and not directive:
                if option := _OPTION.match(line):
                    options[option["name"]] = option["value"]
                    continue
                if name == "literalinclude":
                    out += self._included(options)
                options = None
            quote = "> " * sum(inner == "admonition" for _, inner in opened)
            if name == "code":
                out.append(quote + line)
                if line.strip() == fence:
                    opened.pop()
            elif directive:
                if directive["name"] == "solution-start":
                    folded = True
                elif folded and directive["name"] == "solution-end":
                    out += ["", "</details>"]
                    folded = False
                out += [quote + made for made in self._opening(directive)]
                opened.append((directive["fence"], directive["name"]))
                options = {"path": directive["title"]}
            elif fence and line.strip() == fence:
                opened.pop()
                if name == "dropdown":
                    out += [quote.rstrip(), f"{quote}</details>", quote.rstrip()]
            elif name in _LEFT_OUT or _LABEL.match(line):
                continue
            else:
                if line.startswith("```"):
                    opened.append(("```", "code"))
                    out.append(quote + line)
                else:
                    out.append((quote + _ROLE.sub(self._role, line)).rstrip())
        if opened:
            raise ValueError(f"{opened[-1][1]}: the directive is not closed")
        if folded:
            out += ["", "</details>"]
        plain = re.sub(r"\n{3,}", "\n\n", "\n".join(out)).strip()
        # A solution of code alone has nothing to fold here.
        solution = re.escape(f"{self._solution()}\n\n")
        return re.sub(f"{solution}(?:</details>|$)", f"**{self.words['solution']}**", plain)

    def _opening(self, directive: re.Match[str]) -> list[str]:
        """Return the lines that stand for the beginning of a directive."""
        name, title = directive["name"], _ROLE.sub(self._role, directive["title"])
        if name == "admonition":
            return [f"> **{title}**", ">"]
        if name == "dropdown":
            summary = re.sub("`([^`]*)`", r"<code>\1</code>", html.escape(title, quote=False))
            return [f"<details><summary>{summary}</summary>", ""]
        if name == "exercise":
            return [f"**{self.words['exercise'].format(title)}**", ""]
        if name == "solution-start":
            return [self._solution(), ""]
        if name == "literalinclude" or name in _LEFT_OUT:
            return []
        raise ValueError(f"{name}: no form of this directive for notebooks is known")

    def _solution(self) -> str:
        return f"<details><summary>{self.words['solution']}</summary>"

    def _included(self, options: dict[str, str]) -> list[str]:
        """Return the lines of the file that a literalinclude names, as a block of code."""
        first, last = (int(number) for number in options["lines"].split("-"))
        text = (self.folder / options["path"]).read_text(encoding="utf-8")
        lines = text.splitlines()[first - 1 : last]
        return [f"```{options.get('language', '')}", *lines, "```"]

    def _role(self, role: re.Match[str]) -> str:
        """Return the text that stands for a role: a title, a term, the authors of a source."""
        name, text, target = role["name"], role["text"], role["target"]
        if name in ("ref", "numref"):
            return text if target else f"*{self.titles[text]}*"
        if name in ("term", "download"):
            return text
        if name.startswith("cite"):
            sources = "; ".join(self._source(key.strip()) for key in text.split(","))
            return self.words["cited"].format(sources)
        raise ValueError(f"{name}: no form of this role for notebooks is known")

    def _source(self, key: str) -> str:
        entry = self.sources.entries[key]
        people = entry.persons["author"]
        first = " ".join([*people[0].prelast_names, *people[0].last_names]).strip("{}")
        others = self.words["others"] if len(people) > 1 else ""
        return f"{first}{others}, {entry.fields['year']}"


def with_code(folder: Path) -> list[str]:
    """Return the names of the pages that have code, in order."""
    pages = sorted(folder.glob("*.md"))
    return [page.stem for page in pages if "```{code-cell}" in page.read_text(encoding="utf-8")]


def offer(app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Let the theme's download button show the notebook, where there is one."""
    if page in with_code(Path(app.srcdir)):
        context["ipynb_source"] = f"{page}.ipynb"


def write(app: Sphinx, error: Exception | None) -> None:
    """Write the notebooks beside the sources of the pages, where the theme's button leads."""
    if error:
        return
    folder = Path(app.srcdir)
    sources = parse_file(str(folder / app.config.bibtex_bibfiles[0]), "bibtex")
    converter = Converter(folder, app.config.language, sources)
    for page in with_code(folder):
        nbformat.write(converter.notebook(page), Path(app.outdir, "_sources", f"{page}.ipynb"))


def setup(app: Sphinx) -> dict[str, bool]:
    """Register with Sphinx."""
    # Before the theme makes its buttons, at the usual 500.
    app.connect("html-page-context", offer, priority=400)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
