"""The code of the notes from which the course grew, as it stands there (notes.txt)."""

from __future__ import annotations

import re
from pathlib import Path


def snippets() -> list[str]:
    """Return the blocks of code in the notes, in their order."""
    text = Path(__file__).with_name("notes.txt").read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```$", text, flags=re.M | re.S)
