"""Build the book's editions, strictly, into _build/site/<edition>."""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import importlib.metadata
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from check_editions import differences

try:
    from autograder.device import execution_device, installed_mxnet
    from autograder.errors import AutograderError
except ModuleNotFoundError:
    sys.exit("The course is not installed in this Python: run `make book`, which installs it.")

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "_build"
# What differs between the editions beside their pages.
EDITIONS = {
    "en": {
        "language": "en",
        "html_title": "Deep Learning Computation",
        "ogp_image": "_static/card-en.png",
    },
    "zh": {
        "language": "zh_CN",
        "html_title": "深度学习计算",
        "project": "深度学习计算",
        "ogp_image": "_static/card-zh.png",
        "author": "《深度学习计算》编写组",
        "nb_code_prompt_show": "显示代码",
        "nb_code_prompt_hide": "隐藏代码",
        "togglebutton_hint": "点击展开",
        "togglebutton_hint_hide": "点击折叠",
    },
}
# The site's own first page: the reader's language where the browser tells it, a link elsewhere.
CHOOSER = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Deep Learning Computation · 深度学习计算</title>
<link rel="icon" href="en/_static/favicon.svg">
<script>
location.replace((navigator.language.startsWith("zh") ? "zh" : "en") + "/index.html");
</script>
</head>
<body>
<main>
<h1>Deep Learning Computation · <span lang="zh-CN">深度学习计算</span></h1>
<p><a href="en/index.html">English</a> · <a href="zh/index.html" lang="zh-CN">中文</a></p>
</main>
</body>
</html>
"""


def environment_key() -> str:
    """Return a hash of what a cell's output depends on beside the cell itself.

    jupyter-cache keys an execution by the notebook's kernel and code alone; with this key in the
    folder's name, another MXNet, another pin, a changed figure or another device runs it anew.
    """
    mxnet = installed_mxnet()
    digest = hashlib.sha256()
    for word in (sys.version, mxnet, importlib.metadata.version(mxnet), execution_device()):
        digest.update(word.encode() + b"\0")
    for path in sorted([*ROOT.glob("requirements*.txt"), *(ROOT / "book/dlc").glob("*.py")]):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


@contextlib.contextmanager
def captured_stderr() -> Iterator[IO[str]]:
    """Send what this process and the kernels that it starts write to stderr into a file instead."""
    with tempfile.TemporaryFile("w+") as log:
        sys.stderr.flush()
        saved = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield log
        finally:
            sys.stderr.flush()
            os.dup2(saved, 2)
            os.close(saved)


def reasons(log: str, result: int | Exception) -> list[str]:
    """Return the build's complaints, one a line, without the tracebacks that surround them."""
    plain = re.sub(r"\x1b\[[\d;]*m", "", log).replace(f"{ROOT}/", "")
    found = re.findall(r"^.*(?:WARNING|ERROR|CRITICAL): .*$", plain, flags=re.M)
    # Of a cell's traceback, its place in the page and its last line.
    found += re.findall(r"^(?:Cell In.*|\w*(?:Error|Exception|Interrupt): .*)$", plain, flags=re.M)
    return list(dict.fromkeys(found)) or [plain.strip() or repr(result)]


def build(edition: str, cache: Path, address: str) -> list[str]:
    """Build one edition into the site; return what is wrong with it, empty if nothing.

    `address` is where the site will be published, or empty.
    """
    # Importing takes a second or two, which `-h` and a failed check need not wait for.
    from jupyter_book.sphinx import build_sphinx

    staging = BUILD / "editions" / edition
    # Sphinx warns of a fault only when it reads or writes the page, so what a failed or broken-off
    # build has left would pass the next time. The mark says that the last build was good.
    good = staging / "good"
    if not good.exists():
        shutil.rmtree(staging, ignore_errors=True)
    good.unlink(missing_ok=True)
    overrides = EDITIONS[edition] | {
        "external_toc_path": "_toc.yml",
        "latex_individualpages": False,
        "nb_execution_cache_path": str(cache),
    }
    if address:
        home = f"{address.rstrip('/')}/{edition}/"
        overrides |= {"html_baseurl": home, "ogp_site_url": home}
    with captured_stderr() as log:
        result = build_sphinx(
            ROOT / "book" / edition,
            staging / "html",
            noconfig=True,
            path_config=ROOT / "_config.yml",
            confoverrides=overrides,
            doctreedir=staging / "doctrees",
            quiet=True,
            warningiserror=True,
            keep_going=True,
        )
        log.seek(0)
        complaints = log.read()
    if result != 0:
        return reasons(complaints, result)
    # Sphinx leaves the pages of chapters that are no more.
    pages = {path.stem for path in (ROOT / "book" / edition).glob("*.md")} | {"genindex", "search"}
    for path in [*(staging / "html").glob("*.html"), *(staging / "html/_sources").iterdir()]:
        if path.stem not in pages:
            path.unlink()
    good.touch()
    # The site changes only as a whole: a failed build leaves the last good edition in place.
    site = BUILD / "site" / edition
    shutil.rmtree(site, ignore_errors=True)
    shutil.copytree(staging / "html", site, ignore=shutil.ignore_patterns(".buildinfo"))
    return []


def build_all(names: list[str], address: str) -> None:
    """Build the editions named, saying how long each took; exit at the first that fails."""
    cache = BUILD / ".jupyter_cache" / environment_key()
    cache.parent.mkdir(parents=True, exist_ok=True)
    for name in names:
        start = time.monotonic()
        found = build(name, cache, address)
        if found:
            print(*found, sep="\n", file=sys.stderr)
            sys.exit(f"The edition {name!r} was not built: mend what is named above and run again.")
        print(f"{name}: built in {time.monotonic() - start:.1f} s", flush=True)
    (BUILD / "site" / "index.html").write_text(CHOOSER, encoding="utf-8")


def write_student_notebooks() -> None:
    """Release the assignments that the first page offers; exit if one cannot be released."""
    # Imports nbgrader, which `-h` and a failed check need not wait for.
    import student_notebooks

    try:
        student_notebooks.write(ROOT / "exercises", BUILD / "assignments")
    except AutograderError as error:
        sys.exit(f"The assignments cannot be offered: {error}")


def main() -> None:
    """Build the editions named on the command line, by default all of them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "editions", nargs="*", metavar="EDITION", help=f"one of {', '.join(EDITIONS)}; default: all"
    )
    parser.add_argument(
        "--address",
        default="",
        metavar="URL",
        help="where the site will be published: links to it can then show a preview",
    )
    arguments = parser.parse_args()
    names = arguments.editions or list(EDITIONS)
    unknown = [name for name in names if name not in EDITIONS]
    if unknown:
        parser.error(f"no edition {unknown[0]!r}: choose from {', '.join(EDITIONS)}")
    if not installed_mxnet():
        sys.exit("MXNet is not installed in this Python: run `make book`, which installs it.")
    found = differences(ROOT / "book")
    if found:
        print(*found, sep="\n", file=sys.stderr)
        sys.exit("The editions differ: make them alike in all but prose, then build again.")

    # jupyter-cache stores UTC without saying so and myst-nb reads it as local time.
    os.environ["TZ"] = "UTC"
    time.tzset()
    # MXNet for the GPU remarks on stderr, which is an error here, that there is no GPU, or that
    # cuDNN is newer than the one it was built with.
    os.environ |= {"MXNET_CUDA_LIB_CHECKING": "0", "MXNET_CUDNN_LIB_CHECKING": "0"}
    try:
        write_student_notebooks()
        build_all(names, arguments.address)
    except OSError as error:
        sys.exit(f"Cannot write {error.filename}: {error.strerror}. Mend that and run again.")
    print(f"Open {(BUILD / 'site' / 'index.html').relative_to(ROOT)} in a browser.")


if __name__ == "__main__":
    main()
