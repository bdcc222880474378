"""How long the book takes to build: cold and warm, and what the editions' shared cache saves.

    .venv/bin/python benchmarks/book.py

Builds a copy of the book in a temporary folder, each time by the command that `make book` runs.
Prints seconds for whole processes, which depend on the machine, and ratios of this one run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PARTS = ["book", "exercises", "tools", "_config.yml"]
PARTS += ["requirements-common.txt", "requirements-cpu.txt"]


def build(folder: Path, *editions: str) -> float:
    """Build editions of the book in a folder; return the seconds of the whole process."""
    start = time.perf_counter()
    command = [sys.executable, "tools/build_book.py", *editions]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"the book could not be built:\n{done.stderr}")
    return time.perf_counter() - start


def words(edition: str) -> int:
    """Count the words of an edition's prose: Latin words, and each Chinese character as one."""
    count = 0
    for path in (ROOT / "book" / edition).glob("*.md"):
        text = re.sub(r"^```\{code-cell\}.*?^```$", "", path.read_text(), flags=re.M | re.S)
        count += len(re.findall(r"[\u4e00-\u9fff]|[A-Za-z][\w'-]*", text))
    return count


def main() -> None:
    """Build, rebuild and print."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part in PARTS:
            copy = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
            copy(ROOT / part, folder / part)
        first = build(folder, "en")
        second = build(folder, "zh")
        warm = build(folder)
        shutil.rmtree(folder / "_build")
        alone = build(folder, "zh")
        pages = len(list((folder / "_build" / "site" / "zh").glob("*.html")))
    print(f"pages per edition: {pages}; words: {words('en')} English, {words('zh')} Chinese")
    print(f"cold: en {first:.1f} s, then zh {second:.1f} s; zh alone {alone:.1f} s")
    print(f"warm, both editions: {warm:.1f} s")
    print(
        f"the second edition costs {second / alone:.2f} of what it costs without the shared cache"
    )
    print(f"a warm build costs {warm / (first + second):.2f} of a cold one")


if __name__ == "__main__":
    main()
