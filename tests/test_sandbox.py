"""The sandbox: what student code cannot reach, shown from inside."""

import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from autograder import sandbox, warm

pytestmark = pytest.mark.sandbox


def cold(code: str, **options) -> subprocess.CompletedProcess:
    return subprocess.run(
        sandbox.command([sys.executable, "-c", code], **options),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
    )


@pytest.fixture(params=[cold, warm.run], ids=["cold", "warm"])
def inside(request):
    """Run code in a sandbox: in a new process, or in one forked from the fork server."""
    return request.param


@pytest.mark.parametrize("enforced", [sandbox.enforced, warm.enforced], ids=["cold", "warm"])
def test_every_protection_holds(enforced):
    assert {name for name, holds in enforced().items() if not holds} == set()


def test_the_project_is_not_there_but_evidence_is(inside):
    root = Path(__file__).resolve().parent.parent
    code = f"""
import os
from autograder.evidence import challenge
seen = [os.path.join(d, f) for d, _, fs in os.walk({str(root)!r}) for f in fs if '.venv' not in d]
print(sorted(os.path.basename(f) for f in seen if not f.endswith('.pyc')))
"""
    done = inside(code)
    assert done.returncode == 0, done.stdout
    assert done.stdout.strip() == "['__init__.py', 'evidence.py', 'known_wrong.py']"


def test_the_callers_environment_stays_outside(inside, monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    code = """
import glob
seen = []
for path in glob.glob("/proc/[0-9]*/environ"):
    try:
        seen.append(b"SECRET_TOKEN" in open(path, "rb").read())
    except PermissionError:
        pass
print(set(seen))
"""
    assert inside(code).stdout.strip() == "{False}"


def test_there_is_no_network_not_even_the_hosts_loopback(inside):
    code = """
import socket
server = socket.socket(); server.bind(("127.0.0.1", 0))
for address in [("192.0.2.1", 80), ("127.0.0.1", PORT)]:
    try:
        socket.create_connection(address, timeout=5)
    except OSError:
        print("refused")
"""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        done = inside(code.replace("PORT", str(server.getsockname()[1])))
    assert done.stdout.split() == ["refused", "refused"], done.stdout


def test_files_of_a_submission_are_copied_but_not_notebooks_or_links(inside, tmp_path):
    (tmp_path / "data.csv").write_text("1,2")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "deep.txt").write_text("x")
    (tmp_path / "a.ipynb").write_text("hidden tests")
    (tmp_path / "link").symlink_to("/etc/hostname")
    code = """
import os
print(sorted(os.listdir('.')), os.listdir('sub'))
open('data.csv', 'w').close()
"""
    done = inside(code, work=tmp_path)
    assert done.stdout.strip() == "['data.csv', 'sub'] ['deep.txt']", done.stdout
    assert (tmp_path / "data.csv").read_text() == "1,2"


def test_memory_and_every_folder_that_can_be_written_to_are_limited(inside):
    code = """
try:
    bytearray(8 << 30)
except MemoryError:
    print("memory")
for folder in (".", "/tmp", "/dev/shm", "/dev"):
    try:
        for i in range(100):
            open(f"{folder}/{i}", "wb").write(bytes(8 << 20))
    except OSError:
        print("full")
"""
    assert inside(code).stdout.split() == ["memory", *["full"] * 4]


def test_whatever_folder_the_code_can_write_to_is_of_limited_size(inside):
    code = """
import os
for folder, folders, _ in os.walk("/"):
    folders[:] = [name for name in folders if folder != "/" or name != "proc"]
    if os.access(folder, os.W_OK):
        size = os.statvfs(folder)
        print(folder, size.f_blocks * size.f_frsize >> 20)
"""
    found = dict(line.rsplit(None, 1) for line in inside(code).stdout.splitlines())
    assert {"/tmp", "/dev/shm", "/sandbox/work", "/sandbox/home"} <= found.keys()
    assert all(int(size) <= 256 for size in found.values()), found


def test_a_program_that_the_code_starts_dies_with_the_sandbox(inside, tmp_path):
    loop = f"while true; do touch {tmp_path}/alive; sleep .05; done"
    code = f"""
import os, subprocess, time
subprocess.Popen(["sh", "-c", {loop!r}], start_new_session=True)
while not os.path.exists("{tmp_path}/alive"):
    time.sleep(.05)
"""
    assert inside(code, share=tmp_path).returncode == 0
    marker = tmp_path / "alive"
    assert marker.exists()
    marker.unlink()
    time.sleep(0.5)
    assert not marker.exists()


def test_who_starts_too_many_processes_meets_the_limit_and_nobody_else_does(inside, tmp_path):
    code = f"""
import os, pathlib, time
here, started = pathlib.Path({str(tmp_path)!r}), 0
try:
    while started < 1500:
        os.posix_spawn("/bin/sleep", ["sleep", "86399"], {{}})
        started += 1
except BlockingIOError:
    print(started > 500)
(here / "full").touch()
while not (here / "on").exists():
    time.sleep(.05)
"""
    with ThreadPoolExecutor(1) as pool:
        many = pool.submit(inside, code, share=tmp_path)
        while not (tmp_path / "full").exists() and not many.done():
            time.sleep(0.05)
        meanwhile = inside(
            "import os; print(os.waitpid(os.posix_spawn('/bin/true', ['-'], {}), 0)[1])"
        )
        (tmp_path / "on").touch()
        assert many.result().stdout == "True\n"
    assert meanwhile.stdout == "0\n"
