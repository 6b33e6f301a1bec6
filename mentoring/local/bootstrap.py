"""Makes .venv, installs what changed, and goes on as the named module there.

Called as a file by any Python, before anything is installed: the standard library is all there is.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed.json"
# The larger layer contains the smaller one.
LAYERS = {"local": ["local"], "dev": ["local", "dev"]}


def main(layer: str, module: str, arguments: list[str]) -> None:
    # As an exception, a TERM ends pip too, which would go on alone.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Stopped."))
    with one_at_a_time():
        make_venv()
        install(layer)
    os.chdir(ROOT)
    os.execv(PYTHON, [str(PYTHON), "-m", module, *arguments])


@contextlib.contextmanager
def one_at_a_time():
    """bin/run and bin/test may start together; pip must not run twice in one folder."""
    (ROOT / "var").mkdir(exist_ok=True)
    with (ROOT / "var" / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_venv() -> None:
    if (
        PYTHON.exists()
        and subprocess.run([PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL).returncode == 0
    ):
        return
    print("Making .venv …", flush=True)
    made = subprocess.run(
        [sys.executable, "-m", "venv", "--clear", str(VENV)], capture_output=True, text=True
    )
    if made.returncode:
        sys.exit(
            f"{made.stdout}{made.stderr}\n"
            "Python could not make a virtual environment. On Debian and Ubuntu: apt install python3-venv"
        )


def install(layer: str) -> None:
    installed = read_stamp()
    if installed.get(layer) == fingerprint(layer):
        return
    print("Installing what the programme needs (a minute or two the first time) …", flush=True)
    pip = [PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    if subprocess.run([*pip, "-r", requirements(layer)]).returncode:
        sys.exit("Installing failed; pip's own words are above. Is a package index within reach?")
    installed.update({inner: fingerprint(inner) for inner in LAYERS[layer]})
    STAMP.write_text(json.dumps(installed))


def read_stamp() -> dict:
    try:
        return json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}


def requirements(layer: str) -> Path:
    return ROOT / f"requirements-{layer}.txt"


def fingerprint(layer: str) -> str:
    return hashlib.sha256(requirements(layer).read_bytes()).hexdigest()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])
