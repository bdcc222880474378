"""Keep one language's prose of an assignment: an nbgrader preprocessor for releases."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Enum


class Language(NbGraderPreprocessor):
    """Drop the Markdown cells whose metadata ``lang`` names another language.

    Cells without ``lang`` (all code among them) are for every language.
    """

    language = Enum(
        ["en", "zh", "both"],
        default_value="both",
        help="The language of the prose: en, zh or both.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        if self.language != "both":
            nb.cells = [
                c for c in nb.cells if c.metadata.get("lang", self.language) == self.language
            ]
        return nb, resources
