"""How long do others wait while 200 clients are slow?

    .venv/bin/python -m benchmarks.slow_clients [--clients 200] [--requests 200]

Starts PostgreSQL, Valkey and the web server of bin/run with data of its own, then asks the public home again and
again: with nobody else there, beside clients that send their headers a byte at a time, and beside clients that post
the sign-in form a byte at a time. All of it on this machine, bounded in number and time.
"""

import argparse
import contextlib
import signal
import socket
import statistics
import sys
import threading
import time
import urllib.request

from mentoring.local.ports import free_port
from mentoring.local.run import prepare, web_options
from mentoring.local.workspace import ROOT, Workspace, python

# Asked by the others: it looks into the database.
PAGE = "/"
FORM_PAGE = "/accounts/login/"
LIMIT_MS = 300
SECONDS_BETWEEN_BYTES = 2
HEADERS = f"GET {PAGE} HTTP/1.1\r\nHost: localhost\r\nX-Slow: "
FORM = (
    f"POST {FORM_PAGE} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 400\r\n\r\nlogin="
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--requests", type=int, default=200)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit("Stopped."))
    workspace = Workspace(ROOT / "var" / "benchmark", "the benchmark of slow clients")
    try:
        port = start_web(workspace)
        return compare(port, clients=asked.clients, requests=asked.requests)
    finally:
        workspace.supervisor.stop()


def start_web(workspace: Workspace) -> int:
    port = free_port(8199)
    variables = workspace.start_servers(is_forgetful=True)
    variables |= workspace.secrets() | {"EMAIL_URL": "smtp://127.0.0.1:25"}
    variables |= {"PUBLIC_URL": f"http://localhost:{port}", "DATABASE_POOL_SIZE": "8"}
    prepare(variables, with_demo=False)
    web = python(
        "web", "-m", "granian", *web_options(port), "mentoring.wsgi:application", environment=variables
    )
    workspace.supervisor.start(web)
    workspace.supervisor.wait_until(web, lambda: is_answering(port), seconds=60)
    return port


def is_answering(port: int) -> bool:
    with (
        contextlib.suppress(OSError),
        urllib.request.urlopen(f"http://127.0.0.1:{port}{PAGE}", timeout=5) as answer,
    ):
        return answer.status == 200
    return False


def compare(port: int, *, clients: int, requests: int) -> int:
    alone = measure(port, requests)
    report("nobody else", alone)
    worst = 0.0
    for name, opening in {"slow headers": HEADERS, "slow forms": FORM}.items():
        with slow_clients(port, clients, opening):
            beside = measure(port, requests)
        report(f"beside {clients} {name}", beside)
        worst = max(worst, p95(beside.times))
        worst = float("inf") if beside.errors else worst
    verdict = "reached" if worst <= LIMIT_MS else "MISSED"
    print(
        f"worst p95 {worst:.0f} ms, {worst / p95(alone.times):.1f} times alone; at most {LIMIT_MS} ms: {verdict}"
    )
    return 0 if worst <= LIMIT_MS else 1


class Measured:
    def __init__(self):
        self.times: list[float] = []
        self.errors = 0


def measure(port: int, requests: int) -> Measured:
    """Ask one after another; milliseconds until the page is there."""
    measured = Measured()
    for _ in range(requests):
        begun = time.perf_counter()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{PAGE}", timeout=10) as answer:
                answer.read()
        except OSError:
            measured.errors += 1
        measured.times.append((time.perf_counter() - begun) * 1000)
    return measured


@contextlib.contextmanager
def slow_clients(port: int, count: int, opening: str):
    """So many open connections, each fed a byte now and then; one that the server closes is opened again."""
    connections = [open_slowly(port, opening) for _ in range(count)]
    stop = threading.Event()
    feeder = threading.Thread(target=feed, args=(connections, stop, lambda: open_slowly(port, opening)))
    feeder.start()
    time.sleep(1)
    try:
        yield
    finally:
        stop.set()
        feeder.join()
        for connection in connections:
            connection.close()


def open_slowly(port: int, opening: str) -> socket.socket:
    connection = socket.create_connection(("127.0.0.1", port), timeout=5)
    connection.sendall(opening.encode())
    return connection


def feed(connections: list[socket.socket], stop: threading.Event, reopen) -> None:
    while not stop.wait(SECONDS_BETWEEN_BYTES):
        for place, connection in enumerate(connections):
            try:
                connection.sendall(b"a")
            except OSError:
                connection.close()
                connections[place] = reopen()


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[-1]


def report(name: str, measured: Measured) -> None:
    middle = statistics.median(measured.times)
    print(
        f"{name:<28} p50 {middle:6.1f} ms   p95 {p95(measured.times):6.1f} ms   errors {measured.errors}",
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
