"""The sandbox: what student code cannot reach, shown from inside."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from autograder import sandbox

pytestmark = pytest.mark.sandbox


def inside(code: str, **options) -> subprocess.CompletedProcess:
    argv = sandbox.command([sys.executable, "-c", code], **options)
    return subprocess.run(argv, capture_output=True, text=True, timeout=60)


def test_every_protection_holds():
    assert all(sandbox.enforced().values()), sandbox.enforced()


def test_the_project_is_not_there_but_evidence_is():
    root = Path(__file__).resolve().parent.parent
    code = f"""
import os
from autograder.evidence import challenge
seen = [os.path.join(d, f) for d, _, fs in os.walk({str(root)!r}) for f in fs if '.venv' not in d]
print(sorted(os.path.basename(f) for f in seen if not f.endswith('.pyc')))
"""
    done = inside(code)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "['__init__.py', 'evidence.py']"


def test_the_callers_environment_stays_outside(monkeypatch):
    monkeypatch.setenv("SECRET_TOKEN", "hush")
    assert inside("import os; print('SECRET_TOKEN' in os.environ)").stdout.strip() == "False"


def test_there_is_no_network_not_even_the_hosts_loopback():
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
    assert done.stdout.split() == ["refused", "refused"], done.stderr


def test_files_of_a_submission_are_copied_but_not_notebooks_or_links(tmp_path):
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
    assert done.stdout.strip() == "['data.csv', 'sub'] ['deep.txt']", done.stderr
    assert (tmp_path / "data.csv").read_text() == "1,2"


def test_memory_and_work_folder_are_limited():
    code = """
try:
    bytearray(8 << 30)
except MemoryError:
    print("memory")
try:
    for i in range(100):
        open(str(i), "wb").write(bytes(8 << 20))
except OSError:
    print("disk")
"""
    assert inside(code).stdout.split() == ["memory", "disk"]


def test_a_program_that_the_code_starts_dies_with_the_sandbox(tmp_path):
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
