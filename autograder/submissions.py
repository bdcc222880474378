"""What students hand in: which files of a folder are taken, and why one cannot be graded."""

from __future__ import annotations

import difflib
import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from nbgrader.utils import parse_utc

from autograder import sandbox
from autograder.repair import NotANotebook, read

MAX_FILES, MAX_LEFT_OUT = 10_000, 20
TIMESTAMP = "timestamp.txt"


@dataclass(frozen=True)
class Contents:
    """A submission's folder: its files, and what is not taken: links, pipes, devices, and what has
    a name that is not Unicode."""

    files: list[Path]
    left_out: list[Path]


def contents(folder: Path) -> Contents:
    """Return what is in a folder and the folders below it, sorted; links are not followed.

    Stops beyond ``MAX_FILES``. Raises OSError if a folder cannot be read; one that is not there
    holds nothing.
    """

    def refuse(error: OSError) -> None:
        if not isinstance(error, FileNotFoundError):
            raise error

    found = Contents([], [])
    for where, folders, names in os.walk(folder, onerror=refuse):
        folders.sort()
        for name in sorted(folders + names):
            path = Path(where, name)
            mode = path.lstat().st_mode
            if not is_unicode(name) or not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
                found.left_out.append(path)
                if name in folders:
                    folders.remove(name)
            elif stat.S_ISREG(mode):
                found.files.append(path)
        if len(found.files) + len(found.left_out) > MAX_FILES:
            break
    return found


def find_problem(folder: Path, notebooks: list[str]) -> str:
    """Say in a sentence why a submission folder cannot be graded, or return ""."""
    problem = find_bad_files(folder)
    if problem:
        return problem
    present = [name for name in notebooks if os.path.lexists(folder / name)]
    if not present:
        return _nothing_there(folder, notebooks)
    for name in present:
        try:
            read(folder / name)
        except NotANotebook as error:
            return shown(error)
    return ""


def find_bad_files(folder: Path) -> str:
    """Say in a sentence why the files of a folder must not be touched, or return ""."""
    if not is_unicode(str(folder)):
        return f"the name of {shown(folder)} is not in UTF-8; rename the folder"
    if re.search(r"[\[\]*?]", str(folder)):
        return f"nbgrader reads [ ] * ? in {folder} as wildcards; rename the folder"
    try:
        found = contents(folder)
        size = sum(path.stat().st_size for path in found.files)
    except OSError as error:
        return f"{shown(error.filename)} cannot be read: {error.strerror}; make it readable"
    if len(found.files) + len(found.left_out) > MAX_FILES:
        return f"{folder} holds more than {MAX_FILES} files; ask for less"
    if size > sandbox.Limits().work_folder:
        return f"{folder} holds {size >> 20} MiB, more than the sandbox; ask for less data"
    if len(found.left_out) > MAX_LEFT_OUT:
        return f"{folder} holds {len(found.left_out)} links or other things that are no files"
    return ""


def notes(folder: Path, notebooks: list[str]) -> list[str]:
    """Return what the instructor should know of a folder that is graded nevertheless."""
    told = [
        f"{shown(path.relative_to(folder))} was left out: it is a link, a pipe or a device, or its "
        "name is not in UTF-8"
        for path in contents(folder).left_out
        if path.name not in notebooks
    ]
    stamp = folder / TIMESTAMP
    if stamp.is_file() and read_timestamp(folder) is None:
        told.append(f"{TIMESTAMP} does not hold a time, so the submission does not count as late")
    for name in notebooks:
        if not os.path.lexists(folder / name):
            told.append(f"there is no {name}, so it has no points{_offer(folder, name)}")
    return told


def read_timestamp(folder: str | Path) -> datetime | None:
    """Return when a submission was handed in, in UTC, or None if the file does not tell.

    nbgrader's own follows links, waits for pipes, and fails on what is not a time.
    """
    path = Path(folder, TIMESTAMP)
    try:
        if path.is_symlink() or not path.is_file():
            return None
        with path.open(encoding="utf-8-sig") as stream:
            text = stream.read(200).strip()
        return parse_utc(text) if text else None
    except (ValueError, OverflowError, TypeError, OSError):
        return None


def shown(name: object) -> str:
    """Return a file's name, or a sentence with one, as a terminal may show it."""
    return "".join(c if c.isprintable() else "?" for c in str(name))


def is_unicode(name: str) -> bool:
    """Whether a name is in UTF-8, as the gradebook and CSV files must have it."""
    return all(not "\ud800" <= c <= "\udfff" for c in name)


def _nothing_there(folder: Path, notebooks: list[str]) -> str:
    wanted = " or ".join(notebooks)
    there = sorted(path.relative_to(folder) for path in contents(folder).files)
    if not there:
        return f"there is no {wanted} in {folder}; ask for it"
    offer = next(filter(None, (_offer(folder, name) for name in notebooks)), "")
    held = ", ".join(shown(path) for path in there[:5]) + (", …" if there[5:] else "")
    return (
        f"there is no {wanted} in {folder}; the folder holds {held}{offer or '; rename'} "
        "or ask for the right file"
    )


def _offer(folder: Path, name: str) -> str:
    """Name the one file that is probably meant by ``name``; never take it for that."""
    files = [path.relative_to(folder) for path in contents(folder).files]
    same = [path for path in files if path.name == name]
    kind = re.compile(r"\.(ipynb|json)\b", re.IGNORECASE)
    likely = [path for path in files if kind.search(path.name)]
    near = difflib.get_close_matches(_plain(name), {_plain(p.name) for p in likely}, 9, 0.75)
    found = same or [path for path in likely if _plain(path.name) in near]
    if len(found) != 1:
        return ""
    return f"; if {shown(found[0])} is meant, rename it to {name}"


def _plain(name: str) -> str:
    """Return a file's name without what browsers, systems and people add to it."""
    stem = re.split(r"\.(?:ipynb|json)\b", name.lower())[0]
    stem = re.sub(r"[ _-]*(\(\d+\)|copy\d*|副本|final|checkpoint)", "", stem)
    return re.sub(r"[\W_]+", "-", stem).strip("-")
