"""Make HTML and Markdown that students wrote harmless, and typeset formulas without a script.

Sanitising stands after Markdown: what Markdown makes of a cell is sanitised, not its source.
"""

from __future__ import annotations

import base64
import html
import mimetypes
import re
import secrets
from collections.abc import Iterator
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree

from bleach.css_sanitizer import CSSSanitizer
from bleach.html5lib_shim import Filter
from bleach.sanitizer import Cleaner
from jinja2 import pass_context
from jinja2.runtime import Context
from latex2mathml.converter import convert_to_element
from markupsafe import Markup, escape
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments.token import STANDARD_TYPES

from autograder.outputs import MIB


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_TAGS = _words("""
    a abbr b blockquote br caption code col colgroup dd del details div dl dt em figcaption figure
    h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q s samp small span strong sub summary sup
    table tbody td tfoot th thead tr tt u ul var
""")
_ATTRIBUTES = _words(
    "align alt border colspan dir height lang rowspan scope style title width"  # and see _attribute
)
# Nothing that takes a thing out of its place or over another, and nothing that has an address.
_STYLES = _words("""
    background-color border border-bottom border-collapse border-color border-left border-right
    border-style border-top border-width color font-family font-size font-style font-weight height
    letter-spacing line-height list-style-type max-width min-width padding padding-bottom
    padding-left padding-right padding-top text-align text-decoration text-indent vertical-align
    white-space width
""")
# What pandas and the highlighting of code use; others belong to the page around.
_CLASSES = frozenset({"dataframe", "highlight", *STANDARD_TYPES.values()}) - {""}
_IMAGE = re.compile(r"data:image/(png|jpeg|gif|webp|svg\+xml);base64,[A-Za-z0-9+/=\s]*")
# Their content is no text to be read.
_UNREADABLE = re.compile(
    r"<(script|style|template|title)\b.*?(</\1\s*>|\Z)", re.DOTALL | re.IGNORECASE
)
# An element in an element, or elements at all, that make parsing slow; a table of pandas has fewer.
_DEEPEST, _MOST = 50, 5000
_EMPTY = _words("br col hr img li p td th tr wbr")  # or ended by the next of its kind

_MATHML = _words("""
    math menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts
    mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none
""")
_MATH_ATTRIBUTES = _words("""
    accent accentunder bevelled close columnalign columnlines columnspacing display displaystyle
    fence form height linethickness lspace mathvariant maxsize minsize movablelimits notation open
    rowalign rowlines rowspacing rspace scriptlevel separator separators stretchy symmetric width
""")
_LONGEST_FORMULA = 4000
# What stands for a formula while all else is sanitised.
_FORMULA = re.compile(r"formula[0-9a-f]{32}")
_TAG_OR_FORMULA = re.compile(rf"""<[^<>"']*(?:(?:"[^"]*"|'[^']*')[^<>"']*)*>|{_FORMULA.pattern}""")


def _attribute(tag: str, name: str, value: str) -> bool:
    """Whether an attribute may stay: a link leads within the page, an image is in the page."""
    if name == "class":
        return set(value.split()) <= _CLASSES
    if tag == "a" and name == "href":
        return value.startswith(("#", "https://", "http://", "mailto:"))  # and see _Links
    if tag == "img" and name == "src":
        return _IMAGE.fullmatch(value) is not None
    if name == "style":
        return "(" not in value and "\\" not in value  # no url()
    return name in _ATTRIBUTES


class _Links(Filter):
    """Shows where a link of a student's leads, and lets nobody go there by a click: whoever grades
    is logged in to a server that does things when it is asked for an address."""

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for token in super().__iter__():
            data = token.get("data")
            if token["type"] == "StartTag" and token["name"] == "a" and (None, "href") in data:
                address = data[None, "href"]
                if not address.startswith("#"):
                    del data[None, "href"]
                    data[None, "title"] = address
            yield token


class _Slow(Exception):
    """This HTML would take a parser of HTML5 minutes."""


class _Size(HTMLParser):
    """Raises _Slow on HTML of too many elements, or too many in one another."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self._open: list[str] = []
        self._met = 0

    def handle_starttag(self, tag: str, attributes: list) -> None:
        self._met += 1
        if tag not in _EMPTY:
            self._open.append(tag)
        if len(self._open) > _DEEPEST or self._met > _MOST:
            raise _Slow

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass


def clean_html(text: Any, links: bool = False) -> str:
    """Return HTML that shows as much of `text` as is harmless: tables, images in the page, colours.

    No script, form, frame, outside address or foreign class or id is left; links show their
    address but do not lead there, unless ``links``. HTML too deep or too long to be parsed is shown
    as its source.
    """
    text = text.decode(errors="replace") if isinstance(text, bytes) else str(text)
    text = _UNREADABLE.sub("", text)
    cleaner = Cleaner(
        tags=_TAGS,
        attributes=_attribute,
        protocols={"http", "https", "mailto", "data"},
        strip=True,
        css_sanitizer=CSSSanitizer(_STYLES, ()),
        filters=[] if links else [_Links],
    )
    try:
        _Size().feed(text)
        return cleaner.clean(text)
    except (_Slow, RecursionError):
        return f"<pre>{html.escape(text)}</pre>"


def formula(latex: str, display: bool = False) -> str:
    """Return a LaTeX formula as MathML, which browsers typeset; what is none stays text."""
    latex = latex.strip()
    try:
        if len(latex) > _LONGEST_FORMULA:
            raise ValueError("too long")
        element = convert_to_element(latex, display="block" if display else "inline")
        return ElementTree.tostring(_harmless(element), encoding="unicode")
    except Exception:  # whatever the converter raises on what is no LaTeX, RecursionError too
        sign = "$$" if display else "$"
        return f"<code>{html.escape(f'{sign}{latex}{sign}')}</code>"


def _harmless(element: ElementTree.Element) -> ElementTree.Element:
    """Return a copy of a MathML element without links, events and what is no MathML."""
    name = element.tag if element.tag in _MATHML else "mrow"
    kept = {key: value for key, value in element.attrib.items() if key in _MATH_ATTRIBUTES}
    copy = ElementTree.Element(name, kept)
    copy.text = html.unescape(element.text or "")  # the converter writes some signs as entities
    copy.tail = html.unescape(element.tail or "")
    copy.extend(map(_harmless, element))
    return copy


@pass_context
def latex_output(context: Context, source: Any) -> Markup:
    """Return an output of the type text/latex as HTML: a formula, where it is one."""
    text = str(source).strip()
    found = re.fullmatch(r"(\$\$|\$|\\\[|\\\()(?P<formula>[^$]+)(\$\$|\$|\\\]|\\\))", text)
    if found:
        return Markup(formula(found["formula"].removeprefix("\\displaystyle"), display=True))
    return Markup(f"<code>{escape(text)}</code>")


class _Renderer(IPythonRenderer):
    """nbconvert's, but formulas wait, under names that no student can guess, until all else is
    sanitised; images that lie beside the notebook come into the page; and an attachment that is not
    there stops nothing."""

    @cached_property
    def formulas(self) -> dict[str, str]:
        return {}

    def _keep(self, text: str) -> str:
        name = f"formula{secrets.token_hex(16)}"
        self.formulas[name] = text
        return name

    def inline_math(self, body: str) -> str:
        return self._keep(formula(body))

    def block_math(self, body: str) -> str:
        return self._keep(formula(body, display=True))

    def latex_environment(self, name: str, body: str) -> str:
        return self._keep(formula(f"\\begin{{{name}}}{body}\\end{{{name}}}", display=True))

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{html.escape(code)}</pre>"

    def _embed_image_or_attachment(self, src: str) -> str:
        if src.removeprefix("attachment:") in self.attachments:
            return super()._embed_image_or_attachment(src)
        return _image_beside(Path(self.path), src) or src


def _image_beside(folder: Path, name: str) -> str:
    """Return an image file in a folder as an address that holds it, or "" if there is none."""
    kind = mimetypes.guess_type(name)[0] or ""
    try:
        path = (folder / unquote(name)).resolve()
        inside = path.is_relative_to(folder.resolve()) and path.is_file()
        if not inside or not kind.startswith("image/") or path.stat().st_size > MIB:
            return ""
        return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"
    except (OSError, ValueError):  # no name of a file
        return ""


@pass_context
def markdown2html(context: Context, source: str) -> str:
    """Return Markdown as harmless HTML; takes the place of nbconvert's filter of this name."""
    cell = context.get("cell") or {}
    renderer = _Renderer(
        escape=False,
        attachments=cell.get("attachments"),
        exclude_anchor_links=True,
        path=context.get("resources", {}).get("metadata", {}).get("path", ""),
    )
    try:
        text = MarkdownWithMath(renderer=renderer).render(source)
    except Exception:  # whatever mistune and pygments raise on odd input
        return f"<pre>{html.escape(source)}</pre>"
    # In a comment, which an instructor writes, links work.
    comment = cell.get("metadata", {}).get("nbgrader", {}).get("comment")
    text = clean_html(text, links=source == comment)
    # Within a tag (in the description of an image, say) a formula would end an attribute.
    return _TAG_OR_FORMULA.sub(
        lambda found: renderer.formulas.get(found[0], _FORMULA.sub("", found[0])), text
    )


def self_contained(head: str) -> str:
    """Return the head of one of nbgrader's own pages without its scripts and fonts."""
    return re.sub(r"<script\b.*?</script>|@font-face ?\{[^}]*\}", "", head, flags=re.DOTALL)
