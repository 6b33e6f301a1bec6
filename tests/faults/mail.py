"""Kill everything that a mail passes through, again and again, and count what arrived.

    .venv/bin/python -m tests.faults.mail --kills 100 [--seed N] [--due 2000]

Starts PostgreSQL, Valkey, a worker, a clock and a mail server with data of their own under var/faults, lets mails fall
due, kills with -9 what the seed says when it says so, and starts it again after a pause. The last line is the count;
the exit status says whether every goal is met.
"""

import argparse
import os
import signal
import sys
import time
from pathlib import Path

from mentoring.local.errors import CannotStart
from mentoring.local.workspace import ROOT, Workspace
from tests.faults.schedule import Schedule, draw
from tests.faults.stage import Stage

SECONDS_TO_GIVE_UP = 400


def main() -> None:
    asked = parse()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Stopped."))
    schedule = draw(asked.seed, kills=asked.kills, due=asked.due)
    print(
        f"Seed {asked.seed}: {asked.kills} kills, {asked.due} mails due over {schedule.seconds:.0f} s, "
        f"schedule {schedule.digest()}",
        flush=True,
    )
    try:
        workspace = Workspace(asked.folder, "another run of the faults")
        sys.exit(strike(workspace, schedule, asked))
    except CannotStart as reason:
        sys.exit(str(reason))


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.mail", description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--due", type=int, default=2000, help="mails that fall due over the run")
    parser.add_argument("--children", type=int, default=3, help="of the worker")
    parser.add_argument("--short", action="store_true", help="short leases and seconds in place of minutes")
    parser.add_argument("--folder", type=Path, default=ROOT / "var" / "faults")
    return parser.parse_args()


def strike(workspace: Workspace, schedule: Schedule, asked: argparse.Namespace) -> int:
    stage = Stage(
        workspace,
        sink_seed=schedule.seed if asked.kills else None,
        children=asked.children,
        as_in_production=not asked.short,
    )
    try:
        stage.start_servers()
        stage.prepare()
        enter_django(stage)
        from tests.faults import programme, verdict  # they read models, which exist from now on only

        programme.note_claims()
        stage.start_celery()
        acting = programme.Programme(schedule)
        acting.prepare()
        acting.start()
        kill_as_scheduled(stage, schedule)
        seconds = drain(stage, acting)
        return report(verdict.judge(schedule, stage.mails, seconds_to_drain=seconds))
    finally:
        stage.stop()


def enter_django(stage: Stage) -> None:
    """This process is the web: it queues and cancels."""
    os.environ.update(stage.variables)
    import django

    django.setup()


def kill_as_scheduled(stage: Stage, schedule: Schedule) -> None:
    began, pending = time.monotonic(), []
    acts = [(kill.at, "kill", kill) for kill in schedule.kills]
    acts += [(kill.at + kill.seconds_down, "start", kill) for kill in schedule.kills]
    for at, act, kill in sorted(acts, key=lambda row: row[:2]):
        while time.monotonic() < began + at:
            stage.watch()
            time.sleep(max(0.0, min(0.2, began + at - time.monotonic())))
        if act == "kill":
            stage.kill(kill)
            pending.append(kill)
            say(
                began,
                f"kill -9 {kill.victim}" + (" and wipe it" if kill.victim == "broker" and kill.wipes else ""),
            )
        else:
            stage.start_again(kill)
    stage.wait_until_up()


def say(began: float, words: str) -> None:
    print(f"{time.monotonic() - began:7.1f} s  {words}", flush=True)


def drain(stage: Stage, acting) -> float | None:
    """Seconds from the last restart until nothing is on its way; None where that never came."""
    from outbox.models import Mail
    from tests.faults.programme import persist

    began = time.monotonic()
    acting.join(timeout=SECONDS_TO_GIVE_UP)
    if acting.trouble:
        raise acting.trouble
    under_way = Mail.objects.filter(state__in=[Mail.State.QUEUED, Mail.State.SENDING, Mail.State.RETRYING])
    while time.monotonic() < began + SECONDS_TO_GIVE_UP:
        stage.watch()
        if not persist(under_way.exists):
            return round(time.monotonic() - began, 1)
        time.sleep(0.2)
    return None


def report(verdict) -> int:
    print(f"Drained in {verdict.seconds_to_drain} s after the last restart.")
    print(f"Of what arrived: {verdict.percentiles()} of being due.")
    print(
        f"{verdict.refused} refused by the mail server, {verdict.skipped} no longer needed, "
        f"{verdict.answers_cut} kept by the mail server without a word, "
        f"{len(verdict.repeated) / max(1, verdict.kills):.2f} repeats a kill."
    )
    missed = verdict.missed()
    for sentence in missed:
        print(f"Missed: {sentence}")
    print(verdict.last_line(), flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    main()
