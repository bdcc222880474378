"""The gradebook's database: whether this nbgrader can use it, and what to do where it cannot."""

from __future__ import annotations

import functools
import logging
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbgrader
from nbgrader.api import Comment, Grade, SubmittedNotebook
from sqlalchemy import URL, Engine, Index, create_engine, event, inspect, text
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError

from autograder.errors import AutograderError

# Here nbgrader logs, with a traceback, the errors of the database that it also raises.
logging.getLogger("tornado.application").addHandler(logging.NullHandler())

# nbgrader's own indices begin with the cell, so that to find what belongs to one submission it
# searches those of all. A new gradebook gets these with its tables.
_INDICES = (
    Index("autograder_submitted_notebook", SubmittedNotebook.assignment_id),
    Index("autograder_grade", Grade.notebook_id),
    Index("autograder_comment", Comment.notebook_id),
)
_PATIENCE = 30  # seconds
_REVISION = re.compile(r"^(down_)?revision = (?:'(\w+)'|None)$", re.MULTILINE)

# What a database says, as a pattern, and what then helps.
_STEPS = {
    "is locked": "close the program that writes to it, or wait until it is done, and run the "
    "command again: what was graded is kept",
    "full|disk I/O": "make room on its disk and run the command again: what was graded is kept",
    "readonly|unable to open": "make the file and its folder writable and run the command again: "
    "what was graded is kept",
    "not a database|malformed": "put an earlier copy in its place; without one, move it away, "
    "release the assignments again and grade them again",
    "no such (table|column)": "run in the course folder: nbgrader db upgrade",
    "": "see to the database, or to CourseDirectory.db_url in nbgrader_config.py",
}


@event.listens_for(Engine, "do_connect")
def _be_patient(dialect: Any, record: Any, arguments: Any, parameters: dict[str, Any]) -> None:
    """Have SQLite wait longer than 5 s for others, if the address names no ``timeout``."""
    if dialect.name == "sqlite":
        parameters.setdefault("timeout", _PATIENCE)


def is_there(url: URL) -> bool:
    """Whether there is a database; opening it would make SQLite's file."""
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def add_indices(engine: Engine) -> None:
    """Give a gradebook that was made by nbgrader alone the indices that keep a submission's cost
    the same in a large class. Nothing else depends on them, so one that refuses goes without."""
    with suppress(DBAPIError):
        for index in _INDICES:
            index.create(engine, checkfirst=True)


def require_schema(url: URL) -> None:
    """Raise AutograderError if a gradebook was made for another nbgrader. Changes nothing in it."""
    if not is_there(url):
        return
    engine = create_engine(url)
    try:
        with engine.connect() as connection:
            tables = inspect(connection).get_table_names()
            if "alembic_version" not in tables:  # a new one, or from before there were versions
                return
            version = connection.scalar(text("SELECT version_num FROM alembic_version"))
    finally:
        engine.dispose()
    known, newest = _revisions()
    if version is None or version == newest:
        return
    if version in known:
        raise AutograderError(
            "the gradebook was made by an older nbgrader; run in the course folder: "
            "nbgrader db upgrade"
        )
    raise AutograderError(
        f"the gradebook was made by a newer nbgrader than {nbgrader.__version__}, which is here; "
        "grade with that one, or put an earlier copy of the gradebook in its place"
    )


@functools.cache
def _revisions() -> tuple[set[str], str]:
    """Return the versions of the schema that nbgrader knows, and the newest of them.

    They stand in its alembic/versions; alembic itself would take long to import.
    """
    texts = Path(nbgrader.__file__).parent.glob("alembic/versions/*.py")
    found = [_REVISION.findall(path.read_text(encoding="utf-8")) for path in texts]
    known = {name for pairs in found for down, name in pairs if not down}
    replaced = {name for pairs in found for down, name in pairs if down}
    [newest] = known - replaced
    return known, newest


def is_unusable(error: Exception) -> bool:
    """Whether an error of the database, which nbgrader may have told as one of its own, would meet
    every other submission too."""
    origin = _origin(error)
    return isinstance(origin, DBAPIError) and not isinstance(origin, (DataError, IntegrityError))


def explain(error: Exception) -> str:
    """Return what the database says, in one line, and what to do."""
    said = str(getattr(_origin(error), "orig", error)).partition("\n")[0]
    step = next(step for pattern, step in _STEPS.items() if re.search(pattern, said))
    return f"{said}; {step}"


def _origin(error: BaseException) -> BaseException:
    """Return the error of SQLAlchemy behind nbgrader's InvalidEntry, or the error itself."""
    origin = error
    while origin is not None and not isinstance(origin, DBAPIError):
        origin = origin.__context__
    return error if origin is None else origin
