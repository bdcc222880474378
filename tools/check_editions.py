"""Fail where the two editions of a page differ in anything but prose."""

from __future__ import annotations

import argparse
import difflib
import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EDITIONS = ("en", "zh")
# What both editions must share in one order ...
BLOCK = r"""
      ^`{3,}\{code-cell\}.*?^`{3,}[ ]*$     # a cell with its options
    | ^\([\w:-]+\)=$                        # a label
    | ^\#{1,6}(?=\ )                        # the level of a heading
    | ^\$\$.*?^\$\$                         # displayed mathematics
    | ^[`:]{3,}\{[\w:-]+\}                  # a directive ...
    | ^:(?:name|label|class):[^\n]*         # ... and its options that are no prose
"""
# ... and between two of those in any order, for languages order their sentences differently.
INLINE = r"""
      (?<![\\$\w])\$[^$\n]+\$
    | \{(?:ref|numref|eq|cite:?\w*|doc|term|download)\}`[^`]*`
    | \]\([^)]*\)                           # where a link leads
"""
SHARED = re.compile(f"(?P<block>{BLOCK})|(?P<inline>{INLINE})", re.M | re.S | re.X)
# The text before <target> in a reference is prose.
TITLED_ROLE = re.compile(r"^\{(\w+)\}`[^<`]*<(.*)>`$")


def skeleton(page: Path) -> list[str]:
    """Return the lines of a page that both editions must share."""
    lines: list[str] = []
    inline: list[str] = []
    for match in SHARED.finditer(page.read_text(encoding="utf-8")):
        if match["inline"]:
            inline.append(TITLED_ROLE.sub(r"{\1}`\2`", match["inline"]))
        else:
            lines += [*sorted(inline), *match["block"].splitlines()]
            inline = []
    return lines + sorted(inline)


def differences(book: Path) -> list[str]:
    """Return one line for each thing that the editions in `book` do not share; empty if none."""
    names = {path.name for edition in EDITIONS for path in (book / edition).glob("*.md")}
    found = []
    for name in sorted(names):
        pages = [book / edition / name for edition in EDITIONS]
        missing = [page for page in pages if not page.exists()]
        if missing:
            found += [f"{page.parent.name}/{name} is missing" for page in missing]
            continue
        english, chinese = map(skeleton, pages)
        found += [
            f"{'en' if line[0] == '-' else 'zh'}/{name} alone has: {line[1:]}"
            for line in difflib.unified_diff(english, chinese, lineterm="", n=0)
            if line[0] in "+-" and not line.startswith(("---", "+++"))
        ]
    trees = [
        re.findall(
            r"^.*(?:file|root|numbered):.*$", (book / edition / "_toc.yml").read_text(), re.M
        )
        for edition in EDITIONS
    ]
    if trees[0] != trees[1]:
        found.append("en/_toc.yml and zh/_toc.yml list different pages")
    return found


def main() -> None:
    """Print the differences of the book's editions and exit with status 1 if there are any."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    found = differences(ROOT / "book")
    print(*found, sep="\n", end="\n" if found else "")
    if found:
        sys.exit(f"The editions differ in {len(found)} places: make them alike in all but prose.")


if __name__ == "__main__":
    main()
