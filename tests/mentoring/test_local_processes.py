"""What bin/run starts ends with it, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from mentoring.local.errors import CannotStart
from mentoring.local.processes import Service, Supervisor

ROOT = Path(__file__).resolve().parents[2]
# A program that starts one of its own in the same group, and says its number.
PARENT = "import subprocess, time; print(subprocess.Popen(['sleep', '60']).pid, flush=True); time.sleep(60)"
STARTER = """
import sys, time
from pathlib import Path
from mentoring.local.processes import Service, Supervisor
folder = Path(sys.argv[1])
Supervisor(records=folder / "records.json", logs=folder).start(Service("sleeper", ["sleep", "60"]))
time.sleep(60)
"""


@pytest.fixture
def supervisor(tmp_path):
    supervisor = Supervisor(records=tmp_path / "records.json", logs=tmp_path)
    yield supervisor
    supervisor.stop()


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def eventually(is_true, seconds=20):
    deadline = time.monotonic() + seconds
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.05)
    return is_true()


def start_family(supervisor) -> tuple[int, int]:
    service = supervisor.start(Service("family", [sys.executable, "-c", PARENT]))
    log = supervisor.log_of(service)
    assert eventually(lambda: log.read_text().strip())
    return service.process.pid, int(log.read_text())


def test_stopping_ends_a_service_and_what_it_started(supervisor):
    parent, child = start_family(supervisor)

    supervisor.stop()

    assert eventually(lambda: not runs(parent) and not runs(child))
    assert not supervisor.records.exists()


def test_a_fallen_service_is_started_again(supervisor):
    service = supervisor.start(Service("sleeper", ["sleep", "60"]))
    fallen = service.process.pid
    os.kill(fallen, signal.SIGKILL)
    service.process.wait()

    supervisor.watch()

    assert service.process.pid != fallen
    assert runs(service.process.pid)


def test_a_service_that_cannot_stay_up_stops_the_run_with_the_end_of_its_log(supervisor):
    service = supervisor.start(Service("faulty", ["sh", "-c", "echo The disk is full.; exit 3"]))

    def fall_for_ever():
        while True:
            service.process.wait()
            supervisor.watch()

    with pytest.raises(CannotStart, match="The disk is full"):
        fall_for_ever()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_a_service_dies_with_a_starter_that_is_killed(tmp_path):
    starter = subprocess.Popen([sys.executable, "-c", STARTER, str(tmp_path)])
    records = tmp_path / "records.json"
    assert eventually(records.exists)
    (sleeper,) = json.loads(records.read_text())
    assert runs(sleeper["pid"])

    starter.kill()
    starter.wait()

    assert eventually(lambda: not runs(sleeper["pid"]))


def test_the_next_start_ends_what_a_killed_one_left(supervisor):
    parent, child = start_family(supervisor)

    Supervisor(records=supervisor.records, logs=supervisor.logs).end_left_behind()

    assert eventually(lambda: not runs(parent) and not runs(child))


def test_a_number_that_now_belongs_to_somebody_else_is_left_alone(supervisor, tmp_path):
    somebody = subprocess.Popen(["sleep", "60"], process_group=0)
    an_hour_ago = time.time() - 3600
    supervisor.records.write_text(json.dumps([{"name": "web", "pid": somebody.pid, "started": an_hour_ago}]))

    supervisor.end_left_behind()

    assert runs(somebody.pid)
    somebody.kill()
    somebody.wait()
