"""The attacks of tests/hostile that are code, as tests and benchmarks/hostile.py hand them in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from autograder import solutions
from autograder.solutions import Solution

ROOT = Path(__file__).resolve().parents[1]
RIGHT = ROOT / "exercises/my-sequential/solutions/right_register_child.py"
CELL = "MySequential"


def attacks() -> dict[str, Solution]:
    """Return the attacks by FAMILY/NAME."""
    found = solutions.read_all(ROOT / "tests" / "hostile")
    return {path.removesuffix(".py"): solution for path, solution in found.items()}


def filled(attack: Solution, outside: Path, port: int) -> Solution:
    """Put into an attack's code what it leaves open: for ``{RIGHT}`` a right solution; for
    ``{OUTSIDE}`` the path of the project that is attacked; for ``{PORT}`` a port of the machine's.
    """
    code = attack.cells[CELL].replace("{RIGHT}", solutions.read(RIGHT).cells[CELL])
    code = code.replace("{OUTSIDE}", str(outside)).replace("{PORT}", str(port))
    return replace(attack, cells={CELL: code})
