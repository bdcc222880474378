"""The set-up behind make: nothing twice, and one clear line where it cannot go on."""

import os
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).resolve().parent.parent
FILES = ["tools/setup.sh", "autograder/device.py", "pyproject.toml"]
FILES += ["requirements.txt", "requirements-cpu.txt", "requirements-common.txt"]
DEAD = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
DEAD |= {"PIP_CONFIG_FILE": os.devnull, "MXNET": "cpu"}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with what the set-up reads, and no .venv."""
    for name in FILES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def setup(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        ["bash", "tools/setup.sh", *words],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def tools(folder: Path, *left_out: str) -> str:
    """Return a PATH on which all but the named programs are found, no matter where they lie."""
    path = folder / "bin"
    path.mkdir()
    for directory in os.environ["PATH"].split(os.pathsep):
        for program in sorted(Path(directory).glob("*")) if directory else []:
            link = path / program.name
            if not program.name.startswith(left_out) and program.is_file() and not link.exists():
                link.symlink_to(program)
    return str(path)


def test_a_second_set_up_does_nothing():
    before = {p: p.stat().st_mtime_ns for p in (ROOT / ".venv").glob(".p*")}
    done = setup(ROOT, MXNET=(ROOT / ".venv/.packages").read_text().split()[0])
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_missing_debian_packages_are_named_with_the_command(checkout):
    done = setup(checkout, PATH=tools(checkout, "bwrap", "apt-get"))
    assert done.returncode == 1
    assert done.stderr == (
        "setup: missing from this machine: bubblewrap; "
        "install with: sudo apt-get install bubblewrap\n"
    )


def test_a_wrong_choice_of_mxnet_is_refused(checkout):
    done = setup(checkout, MXNET="tpu")
    assert done.returncode == 1
    assert done.stderr == "setup: MXNET must be cpu or gpu, not 'tpu'\n"


def test_without_python_311_the_next_step_is_named(checkout):
    if Path("/usr/bin/python3.11").exists():
        script = checkout / "tools/setup.sh"
        script.write_text(script.read_text().replace("/usr/bin/python3.11", "/nowhere/python3.11"))
    done = setup(checkout, PATH=tools(checkout, "python", "uv"))
    assert done.returncode == 1
    assert done.stderr.startswith("setup: Python 3.11 is needed and was not found; install")
    assert len(done.stderr.splitlines()) == 1 and not (checkout / ".venv").exists()


def test_without_network_the_set_up_says_so_and_goes_on_later(checkout):
    for _ in range(2):
        done = setup(checkout, **DEAD)
        assert done.returncode == 1
        last = done.stderr.splitlines()[-1]
        assert last.startswith("setup: pip could not install requirements-cpu.txt; is the network")
        assert "Traceback" not in done.stderr
        assert not (checkout / ".venv/.packages").exists()


def test_new_pins_are_installed_though_make_finds_the_old_python_first(checkout):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", ".venv"], cwd=checkout)
    old = checkout / ".venv/old"
    old.touch()
    before = f"{checkout / '.venv/bin'}:{os.environ['PATH']}"
    done = setup(checkout, PATH=before, **DEAD)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("setup: pip could not install requirements-cpu.txt")
    assert (checkout / ".venv/bin/python").exists() and not old.exists()


def test_everything_is_pinned():
    for name in FILES[-3:]:
        lines = (ROOT / name).read_text().splitlines()
        pins = [line for line in lines if line and not line.startswith(("#", "-r "))]
        assert pins and all("==" in line for line in pins), name
    common = (ROOT / "requirements-common.txt").read_text().splitlines()
    assert "numpy==1.23.5" in common


def test_every_pin_takes_the_oldest_python_311_that_distributions_ship():
    """Debian 12 has Python 3.11.2, where a pin that asks for 3.11.5 does not install."""
    asking = {d.metadata["Name"]: d.metadata["Requires-Python"] for d in metadata.distributions()}
    refusing = {n: r for n, r in asking.items() if r and "3.11.2" not in SpecifierSet(r)}
    assert not refusing
