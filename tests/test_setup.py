"""The set-up behind make: nothing twice, and one clear line where it cannot go on."""

import hashlib
import os
import shutil
import subprocess
import sys
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from autograder import device

ROOT = Path(__file__).resolve().parent.parent
FILES = ["tools/setup.sh", "tools/link_cuda.py", "autograder/device.py", "pyproject.toml"]
FILES += ["requirements.txt", "requirements-cpu.txt", "requirements-common.txt"]
# No package index can be reached.
DEAD = {"PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_CACHE_DIR": "1"}
DEAD |= {"PIP_CONFIG_FILE": os.devnull}


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
        done = setup(checkout, **DEAD, MXNET="cpu")
        assert done.returncode == 1
        last = done.stderr.splitlines()[-1]
        assert last.startswith("setup: pip could not install requirements-cpu.txt; is the network")
        assert "Traceback" not in done.stderr
        assert not (checkout / ".venv/.packages").exists()


def test_an_environment_is_made_anew_though_make_has_its_python_in_path(checkout):
    venv.create(checkout / ".venv")
    (checkout / ".venv/.packages").write_text("cpu of-last-year")
    path = f"{checkout / '.venv/bin'}:{os.environ['PATH']}"
    done = setup(checkout, **DEAD, MXNET="cpu", PATH=path)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("setup: pip could not install requirements-cpu.txt; is the network")
    assert (checkout / ".venv/bin/pip").exists()


# --- the GPU --------------------------------------------------------------------------------------


def test_without_a_driver_mxnet_for_the_gpu_is_refused_before_any_download(checkout):
    if device.probe().outcome is not device.Outcome.NO_DRIVER:
        pytest.skip("this machine has an NVIDIA driver")
    done = setup(checkout, **DEAD, MXNET="gpu")
    assert done.returncode == 1
    assert done.stderr == (
        "setup: MXNET=gpu cannot work here: there is no NVIDIA driver (libcuda.so.1 was not "
        "found), and mxnet-cu112 does not load without; nothing was downloaded; install the "
        "driver, or take MXNET=cpu\n"
    )
    assert not (checkout / ".venv").exists()


@pytest.mark.parametrize(
    ("cards", "choice", "said"),
    [
        (
            "8.6",
            "",
            "for the GPU: Stand-in 0 (compute capability 8.6): mxnet-cu112 has code for it",
        ),
        ("9.0", "", "for the CPU: Stand-in 0 (compute capability 9.0) is not supported by"),
        (
            "9.0",
            "gpu",
            "for the GPU, as MXNET=gpu asks: Stand-in 0 (compute capability 9.0) is not",
        ),
        ("8.6", "cpu", "for the CPU"),
    ],
)
def test_what_the_driver_shows_decides_and_is_said_before_the_download(
    checkout, stand_in, cards, choice, said
):
    driver = {"LD_LIBRARY_PATH": str(stand_in), "STAND_IN_CARDS": cards}
    done = setup(checkout, **DEAD, **driver, MXNET=choice)
    first, second, last = done.stderr.splitlines()
    python = sys.version.split()[0]
    assert first.startswith(f"setup: making .venv with Python {python} and MXNet {said}")
    assert ("2 GB to download" in second) is ("GPU" in said.split()[2])
    assert last.startswith("setup: pip could not install requirements")


@pytest.fixture
def gpu_checkout(checkout: Path) -> Path:
    """A checkout whose environment is done, with empty files for what the wheels install."""
    environment = checkout / ".venv"
    venv.create(environment)
    packages = environment / "lib/python3.11/site-packages"
    for name in (
        "mxnet/libmxnet.so",
        "nvidia/cudnn/lib/libcudnn.so.8",
        "nvidia/nccl/lib/libnccl.so.2",
    ):
        (packages / name).parent.mkdir(parents=True)
        (packages / name).touch()
    pins = [
        (checkout / name).read_bytes() for name in ("requirements.txt", "requirements-common.txt")
    ]
    (environment / ".packages").write_text(f"gpu {hashlib.sha256(b''.join(pins)).hexdigest()}")
    project = hashlib.sha256((checkout / "pyproject.toml").read_bytes()).hexdigest()
    (environment / ".project").write_text(project)
    return checkout


def test_cuda_libraries_are_linked_beside_mxnet_after_every_reinstall(gpu_checkout):
    (mxnet,) = gpu_checkout.glob(".venv/lib/*/site-packages/mxnet")

    def links() -> dict[str, str]:
        done = setup(gpu_checkout, MXNET="gpu")
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert (mxnet / "libmxnet.so").is_file()
        return {link.name: str(link.readlink()) for link in mxnet.iterdir() if link.is_symlink()}

    whole = {
        "libcudnn.so.8": "../nvidia/cudnn/lib/libcudnn.so.8",
        "libnccl.so.2": "../nvidia/nccl/lib/libnccl.so.2",
    }
    assert links() == links() == whole
    # MXNet reinstalled: all links gone, or one to another environment.
    (mxnet / "libcudnn.so.8").unlink()
    (mxnet / "libnccl.so.2").unlink()
    (gpu_checkout / "libnccl.so.2").touch()
    (mxnet / "libnccl.so.2").symlink_to(gpu_checkout / "libnccl.so.2")
    assert links() == whole
    # Another cuDNN.
    (mxnet / "../nvidia/cudnn/lib/libcudnn.so.8").rename(
        mxnet / "../nvidia/cudnn/lib/libcudnn.so.9"
    )
    whole["libcudnn.so.9"] = whole.pop("libcudnn.so.8").replace(".8", ".9")
    assert links() == whole


@pytest.mark.parametrize("cards", ["", "9.0"])
def test_a_hidden_or_replaced_card_does_not_cost_the_environment(gpu_checkout, stand_in, cards):
    """MXNet for the GPU computes on the CPU too."""
    driver = {"LD_LIBRARY_PATH": str(stand_in), "STAND_IN_CARDS": cards}
    done = setup(gpu_checkout, **DEAD, **driver, MXNET="")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (gpu_checkout / ".venv/.packages").read_text().startswith("gpu ")


def test_without_a_compiler_the_test_of_the_wheel_says_so(checkout):
    shutil.copy(ROOT / "tools/test_cu112.sh", checkout / "tools")
    done = subprocess.run(
        ["bash", "tools/test_cu112.sh"],
        cwd=checkout,
        env={**os.environ, "PATH": tools(checkout, "cc", "gcc")},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    assert done.stderr == (
        "test-cu112: a C compiler is needed for the stand-in driver; install gcc, then run make "
        "test-cu112 again\n"
    )


# --- pins -----------------------------------------------------------------------------------------


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
